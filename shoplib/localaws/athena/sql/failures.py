"""What DuckDB says of a query, in Athena's words."""

import re
from collections.abc import Callable

import duckdb
from sqlglot import exp

from shoplib.localaws.athena.errors import OTHER, SYSTEM, QueryCancelled, QueryFailed, at
from shoplib.localaws.athena.sql.dialect import place_of, place_of_call, position

OWN = re.compile(r"([A-Z][A-Z_]+: .*)", re.DOTALL)
KINDS = {
    "INT32": "integer",
    "INT64": "bigint",
    "INT16": "smallint",
    "INT8": "tinyint",
    "DOUBLE": "double",
    "FLOAT": "real",
}
Answer = Callable[["re.Match[str]", exp.Expr, str], QueryFailed]


def translated(error: duckdb.Error, query: exp.Expr, text: str) -> QueryFailed:
    """`query` is the tree as it was parsed, `text` the statement."""
    message = str(error)
    if isinstance(error, duckdb.InterruptException):
        return QueryCancelled()
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryFailed("EXCEEDED_MEMORY_LIMIT: Query exhausted resources at this scale factor", OTHER)
    if (own := re.match(r"Invalid Input Error: (.*)", message, re.DOTALL)) and OWN.match(own[1]):
        return QueryFailed(own[1].splitlines()[0])
    for pattern, answer in ANSWERS:
        if match := pattern.search(message):
            return answer(match, query, text)
    return QueryFailed(f"GENERIC_INTERNAL_ERROR: {message.splitlines()[0]}", SYSTEM)


def _place(name: str, query: exp.Expr, text: str) -> tuple[int, int]:
    columns = [each for each in query.find_all(exp.Column) if each.name.lower() == name.lower()]
    if columns:
        return place_of(columns[0], text)
    match = re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)
    return position(text, match.start() if match else 0)


def _column(match: "re.Match[str]", query: exp.Expr, text: str) -> QueryFailed:
    place, name = _place(match[1], query, text), match[1]
    columns = [each for each in query.find_all(exp.Column) if each.name.lower() == name.lower()]
    whole = ".".join(part.name for part in columns[0].parts) if columns else name
    reason = f"Column '{whole}' cannot be resolved or requester is not authorized to access requested resources"
    return at(*place, reason, "COLUMN_NOT_FOUND")


def _ambiguous(match: "re.Match[str]", query: exp.Expr, text: str) -> QueryFailed:
    return at(*_place(match[1], query, text), f"Column '{match[1]}' is ambiguous", "AMBIGUOUS_NAME")


def _not_aggregated(match: "re.Match[str]", query: exp.Expr, text: str) -> QueryFailed:
    place, name = _place(match[1], query, text), match[1]
    return at(
        *place, f"'{name}' must be an aggregate expression or appear in GROUP BY clause", "EXPRESSION_NOT_AGGREGATE"
    )


def _parameters(match: "re.Match[str]", query: exp.Expr, text: str) -> QueryFailed:
    function, kinds = match[1].rpartition(".")[2], match[2].lower().replace("integer_literal", "integer")
    place = place_of_call(function, text)
    return at(*place, f"Unexpected parameters ({kinds}) for function {function}", "FUNCTION_NOT_FOUND")


def _cast(match: "re.Match[str]", query: exp.Expr, text: str) -> QueryFailed:
    return QueryFailed(f"INVALID_CAST_ARGUMENT: Cannot cast '{match[1]}' to {KINDS.get(match[2], match[2]).upper()}")


def _moment(match: "re.Match[str]", query: exp.Expr, text: str) -> QueryFailed:
    return QueryFailed(f"INVALID_CAST_ARGUMENT: Value cannot be cast to {match[1]}: {match[2]}")


def plain(reason: str) -> Answer:
    return lambda match, query, text: QueryFailed(reason)


ANSWERS: list[tuple["re.Pattern[str]", Answer]] = [
    (re.compile(r'Referenced column "([^"]+)" (?:was )?not found'), _column),
    (re.compile(r'(?:Table|Values list|Subquery) "[^"]+" does not have a column named "([^"]+)"'), _column),
    (re.compile(r'Referenced table "([^"]+)" not found'), _column),
    (re.compile(r'Ambiguous reference to (?:column name|table) "([^"]+)"'), _ambiguous),
    (re.compile(r'column "?([^" ]+)"? must appear in the GROUP BY clause'), _not_aggregated),
    (re.compile(r"No function matches the given name and argument types '([^(]+)\(([^']*)\)'"), _parameters),
    (re.compile(r"Could not convert string '(.*?)' to (\w+)", re.DOTALL), _cast),
    (re.compile(r'invalid (date|timestamp) field format: "(.*?)"', re.DOTALL), _moment),
    (re.compile(r"More than one row returned by a subquery"),
     plain("SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows")),
    (re.compile(r"(?i)overflow|out of range"), plain("NUMERIC_VALUE_OUT_OF_RANGE: the result does not fit its type")),
    (re.compile(r"aggregate function calls cannot be nested|WHERE clause cannot contain aggregates"),
     plain("EXPRESSION_NOT_SCALAR: an aggregate is not allowed here")),
]  # fmt: skip
