"""Athena's SQL as a syntax tree: Trino's grammar, in which every function keeps the name by which it was called."""

import re
from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import SqlglotError
from sqlglot.parsers.trino import TrinoParser

from shoplib.localaws.athena.errors import InvalidRequest

COLUMN = re.compile(r"Line (\d+), Col: (\d+)")


class AthenaQueries(Trino):
    """sqlglot knows the functions of thirty databases; which of them Athena has is decided in `functions`."""

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar = {}


def parse(text: str) -> exp.Expr:
    """One statement; InvalidRequest says where it is malformed, as Athena does before a query begins."""
    try:
        statements = [each for each in sqlglot.parse(text, dialect=AthenaQueries) if each is not None]
    except SqlglotError as error:
        raise malformed(text, error) from None
    if len(statements) != 1:
        reason = "Only one sql statement is allowed. Got: " + text if statements else "Query string is empty"
        raise InvalidRequest(reason, "MALFORMED_QUERY")
    return statements[0]


def as_query(parsed: exp.Expr) -> exp.Query:
    """A SELECT; VALUES alone is one of all of its rows. InvalidRequest for anything else."""
    if isinstance(parsed, exp.Values):
        names = [f"_col{number}" for number in range(len(parsed.expressions[0].expressions) or 1)]
        alias = exp.TableAlias(this=exp.to_identifier("rows"), columns=[exp.to_identifier(name) for name in names])
        rows = exp.Values(expressions=parsed.expressions, alias=alias)
        return exp.select("*", copy=False).from_(rows, copy=False)
    if not isinstance(parsed, exp.Query):
        raise InvalidRequest(f"line 1:1: mismatched input '{parsed.key}'. Expecting: <query>", "MALFORMED_QUERY")
    return parsed


def malformed(text: str, error: Exception) -> InvalidRequest:
    match = COLUMN.search(str(error))
    line, column = (int(match[1]), int(match[2])) if match else (1, 1)
    lines = text.splitlines() or [""]
    word = re.search(r"\S+$", lines[min(line, len(lines)) - 1][:column])
    near = word[0] if word else "<EOF>"
    begin = max(1, column - len(near) + 1)
    return InvalidRequest(f"line {line}:{begin}: mismatched input '{near}'. Expecting: <query>", "MALFORMED_QUERY")


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a place in a statement."""
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


def place_of(node: exp.Expr, text: str) -> tuple[int, int]:
    """Where a node begins: at the first of its names."""
    starts = [each.meta["start"] for each in node.find_all(exp.Identifier) if "start" in each.meta]
    return position(text, min(starts)) if starts else (1, 1)


def place_of_call(name: str, text: str) -> tuple[int, int]:
    match = re.search(rf"\b{re.escape(name)}\s*\(", text, re.IGNORECASE)
    return position(text, match.start() if match else 0)
