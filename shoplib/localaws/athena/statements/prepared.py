"""Prepared statements, and values for the question marks of a statement."""

import re
from collections.abc import Sequence
from datetime import datetime

from moto.athena.models import AthenaBackend, PreparedStatement, athena_backends
from sqlglot import exp, tokenize
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from shoplib.localaws.athena.errors import InvalidRequest
from shoplib.localaws.athena.session import Outcome, Session
from shoplib.localaws.athena.sql.dialect import AthenaQueries, parse
from shoplib.localaws.athena.statements.grammar import bare

EXECUTE = re.compile(r"EXECUTE\s+(?P<name>\w+)(?:\s+USING\s+(?P<values>.*))?", re.IGNORECASE | re.DOTALL)
VALUES = (exp.Literal, exp.Neg, exp.Boolean, exp.Null, exp.Cast)


def prepare(session: Session, match: "re.Match[str]") -> Outcome:
    backend = athena_backends[session.account_id][session.region]
    group = backend.work_groups[session.work_group]
    statement = PreparedStatement(match["name"], group, match["query"], "")
    statement.last_modified_time = datetime.fromtimestamp(session.now)
    backend.prepared_statements[match["name"]] = statement
    return Outcome()


def deallocate(session: Session, match: "re.Match[str]") -> Outcome:
    _find(athena_backends[session.account_id][session.region], match["name"])
    del athena_backends[session.account_id][session.region].prepared_statements[match["name"]]
    return Outcome()


def expand(backend: AthenaBackend, text: str, parameters: Sequence[str]) -> str:
    """The statement that runs: that of an EXECUTE, with its values, or with those of the call."""
    match = EXECUTE.fullmatch(bare(text))
    if match is None:
        return bind(text, parameters)
    values = _split(match["values"]) if match["values"] else list(parameters)
    return bind(str(_find(backend, match["name"]).query_statement), values)


def bind(text: str, values: Sequence[str]) -> str:
    """InvalidRequest unless there are as many values as question marks."""
    places = [token.start for token in _tokens(text) if token.token_type == TokenType.PLACEHOLDER]
    if len(places) != len(values):
        raise InvalidRequest(
            f"Incorrect number of parameters: expected {len(places)} but found {len(values)}", "INVALID_INPUT"
        )
    for place, value in reversed(list(zip(places, values, strict=True))):
        text = f"{text[:place]}{_checked(value)}{text[place + 1 :]}"
    return text


def _tokens(text: str) -> list:
    """None of a text that cannot be read at all, which says so when it is parsed."""
    try:
        return list(tokenize(text, read=AthenaQueries))
    except SqlglotError:
        return []


def _checked(value: str) -> str:
    parsed = _values(value)
    if len(parsed) != 1 or not isinstance(parsed[0], VALUES):
        raise InvalidRequest(
            f"The execution parameter {value} is not a value: texts stand in single quotes", "INVALID_INPUT"
        )
    return value


def _split(values: str) -> list[str]:
    return [each.sql(AthenaQueries) for each in _values(values)]


def _values(text: str) -> list[exp.Expr]:
    try:
        return parse(f"SELECT {text}").expressions
    except InvalidRequest:
        raise InvalidRequest(f"The execution parameter {text} is not a value", "INVALID_INPUT") from None


def _find(backend: AthenaBackend, name: str) -> PreparedStatement:
    if name not in backend.prepared_statements:
        raise InvalidRequest(f"PreparedStatement {name} does not exist", "INVALID_INPUT")
    return backend.prepared_statements[name]
