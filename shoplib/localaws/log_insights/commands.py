"""Parses a query: commands separated by pipes."""

import re
from collections.abc import Callable, Mapping

from shoplib.localaws.log_insights.expressions import Reader, regex, unquoted
from shoplib.localaws.log_insights.syntax import (
    Command,
    Dedup,
    Display,
    Expression,
    Field,
    Fields,
    Filter,
    Limit,
    Parse,
    Sort,
    Stats,
)
from shoplib.localaws.log_insights.tokens import MalformedQuery, Token, unexpected

MOST_ROWS = 10_000
NOT_HERE = (
    "pattern",
    "diff",
    "anomaly",
    "unmask",
    "filterindex",
    "unnest",
    "lookup",
    "join",
    "source",
    "search",
    "tail",
)


def read(text: str) -> list[Command]:
    """Parse a query. Raises MalformedQuery."""
    reader = Reader(text)
    commands = [_command(reader)]
    while reader.token.kind != "end":
        reader.require("|")
        commands.append(_command(reader))
    return commands


def _command(reader: Reader) -> Command:
    token = reader.next()
    if token.word in NOT_HERE:
        raise MalformedQuery(f"The command {token.text} is not supported by the local AWS.", token.start, token.end)
    if token.word not in COMMANDS:
        raise unexpected(token, reader.text)
    return COMMANDS[token.word](reader)


def _parse(reader: Reader) -> Command:
    source: Expression = Field("@message")
    if reader.token.kind not in ("string", "regex"):
        source = reader.expression() if reader.token.kind != "name" else Field(reader.name())
    token = reader.kind("string", "regex")
    if token.kind == "string":
        reader.require("as")
        return Parse(source, glob(unquoted(token)), _names(reader, token, unquoted(token).count("*")))
    pattern = regex(token).pattern
    groups = re.compile(pattern)
    if groups.groupindex and not reader.accept("as"):
        return Parse(source, pattern, tuple(_by_number(groups)))
    if not groups.groupindex:
        reader.require("as")
    return Parse(source, pattern, _names(reader, token, groups.groups))


def _by_number(groups: "re.Pattern[str]") -> list[str]:
    """The names of the groups, in order; empty for an unnamed group."""
    names = {number: name for name, number in groups.groupindex.items()}
    return [names.get(number, "") for number in range(1, groups.groups + 1)]


def _names(reader: Reader, token: Token, count: int) -> tuple[str, ...]:
    names = [reader.name()]
    while reader.accept(","):
        names.append(reader.name())
    if len(names) != count:
        message = f"The pattern extracts {count} values, but {len(names)} names are given."
        raise MalformedQuery(message, token.start, token.end)
    return tuple(names)


def glob(text: str) -> str:
    """A glob as a regular expression: `*` matches as little as possible; at the end, everything that follows."""
    parts = [re.escape(part) for part in text.split("*")]
    start = "^" if text.startswith("*") else ""
    pattern = start + "(.*?)".join(parts)
    return f"(?s){pattern.removesuffix('(.*?)')}(.*)" if text.endswith("*") else f"(?s){pattern}"


def _stats(reader: Reader) -> Command:
    columns = reader.columns()
    return Stats(columns, reader.columns() if reader.accept("by") else ())


def _sort(reader: Reader) -> Command:
    reader.accept("by")
    keys = [_key(reader)]
    while reader.accept(","):
        keys.append(_key(reader))
    return Sort(tuple(keys))


def _key(reader: Reader) -> tuple[Expression, bool]:
    expression = reader.expression()
    if reader.accept("desc"):
        return expression, True
    reader.accept("asc")
    return expression, False


def _limit(reader: Reader) -> Command:
    token = reader.kind("number")
    if not token.text.isdigit() or not 0 < int(token.text) <= MOST_ROWS:
        raise MalformedQuery(f"limit must be between 1 and {MOST_ROWS}", token.start, token.end)
    return Limit(int(token.text))


COMMANDS: Mapping[str, Callable[[Reader], Command]] = {
    "fields": lambda reader: Fields(reader.columns()),
    "display": lambda reader: Display(reader.columns()),
    "filter": lambda reader: Filter(reader.expression()),
    "where": lambda reader: Filter(reader.expression()),
    "parse": _parse,
    "stats": _stats,
    "sort": _sort,
    "order": _sort,
    "limit": _limit,
    "head": _limit,
    "dedup": lambda reader: Dedup(reader.listed(reader.expression)),
}
