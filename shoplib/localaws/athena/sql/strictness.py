"""Comparisons as strict as Athena's. DuckDB compares a date with a text, and would say yes where Athena refuses.

In BETWEEN it is strict. So the statement is bound once with its comparisons in that form, and never run so.
"""

import re
from typing import Any

import duckdb
from sqlglot import exp

from shoplib.localaws.athena.errors import QueryFailed, at
from shoplib.localaws.athena.sql.dialect import place_of

COMPARISONS: dict[type[Any], str] = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
MIXED = re.compile(r"Cannot mix values of type (\S+) and (\S+) in BETWEEN")
TEXT = "VARCHAR"
NAMES = {"INTEGER_LITERAL": "integer", "STRING_LITERAL": "varchar", "TIMESTAMP": "timestamp(3)"}


def check(query: exp.Expr, text: str, connection: duckdb.DuckDBPyConnection) -> None:
    """QueryFailed with TYPE_MISMATCH; what else is wrong is found when the query itself is bound."""
    strict = query.copy()
    nodes = [node for node in strict.find_all(*COMPARISONS, exp.In, exp.Between) if not _is_lenient(node)]
    for node in reversed(nodes):
        node.replace(_strict(node))
    mismatch = _mismatch(strict, connection)
    if mismatch:
        raise _refusal(query, mismatch, text)


def _is_lenient(node: exp.Expr) -> bool:
    """Rows and subqueries have no such form, and are left to DuckDB."""
    sides = [node.this, node.args.get("expression"), *(node.expressions or [])]
    return any(isinstance(each, exp.Tuple | exp.Subquery | exp.Query | exp.All | exp.Any) for each in sides) or bool(
        node.args.get("query")
    )


def _strict(node: exp.Expr) -> exp.Expr:
    value = node.this
    if isinstance(node, exp.Between):
        return exp.Between(this=value.copy(), low=_typed(node.args["low"]), high=_typed(node.args["high"]))
    others = node.expressions if isinstance(node, exp.In) else [node.expression]
    checks = [exp.Between(this=_typed(value), low=_typed(each), high=_typed(each)) for each in others]
    return exp.paren(exp.and_(*checks, copy=False), copy=False)


def _typed(value: exp.Expr) -> exp.Expr:
    """To DuckDB a text that is written may be of any type."""
    if isinstance(value, exp.Literal) and value.is_string:
        return exp.cast(value.copy(), TEXT, dialect="duckdb")
    return value.copy()


def _mismatch(strict: exp.Expr, connection: duckdb.DuckDBPyConnection) -> tuple[str, str] | None:
    try:
        connection.execute("EXPLAIN " + strict.sql("duckdb", normalize_functions=False))
    except duckdb.BinderException as error:
        match = MIXED.search(str(error))
        if match and (match[1] == TEXT) != (match[2] == TEXT):
            return match[1], match[2]
    except duckdb.Error:
        return None
    return None


def _refusal(query: exp.Expr, kinds: tuple[str, str], text: str) -> QueryFailed:
    first, second = (NAMES.get(each, each.lower()) for each in kinds)
    for node in query.find_all(*COMPARISONS, exp.In, exp.Between):
        operator = COMPARISONS.get(type(node), "=")
        if _is_lenient(node) or not _may_mix(node):
            continue
        if isinstance(node, exp.Between):
            return at(
                *place_of(node, text), f"Cannot check if {first} is BETWEEN {second} and {second}", "TYPE_MISMATCH"
            )
        return at(*place_of(node, text), f"Cannot apply operator: {first} {operator} {second}", "TYPE_MISMATCH")
    return QueryFailed(f"TYPE_MISMATCH: Cannot apply operator: {first} = {second}")


def _may_mix(node: exp.Expr) -> bool:
    """Where the mistake most probably is: a value that is written."""
    return any(not each.find(exp.Column) for each in node.iter_expressions())
