"""CloudWatch Logs patterns for messages of fields between spaces: `[ip, user, ..., status = 4*, bytes > 1000]`."""

import re
from collections.abc import Callable, Sequence

from shoplib.localaws.event_patterns import matches_wildcard

FIELD = re.compile(r'\[[^\]]*\]|"[^"]*"|\S+')
CONDITION = re.compile(r'\s*(\w+)\s*(!=|<=|>=|=|<|>)\s*("[^"]*"|[^\s&|,]+)\s*')
NAME = re.compile(r"\s*\w*\s*")
REST = "..."
NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}
Test = Callable[[str], bool]


class InvalidFields(ValueError):
    """The text does not describe fields; says why."""


def parse(text: str) -> Test:
    """What decides of a message; `text` is what stands between the brackets. Raises InvalidFields."""
    parts = [part.strip() for part in text.split(",")]
    if parts.count(REST) > 1:
        raise InvalidFields("... may stand for fields once")
    at = parts.index(REST) if REST in parts else None
    tests = [_field(part) for part in parts if part != REST]

    def matches(message: str) -> bool:
        fields = _aligned(FIELD.findall(message), len(tests), at)
        return fields is not None and all(test(_bare(field)) for test, field in zip(tests, fields, strict=True))

    return matches


def _aligned(fields: Sequence[str], places: int, rest_at: int | None) -> Sequence[str] | None:
    """The fields that have a place in the pattern; None when there are too few or too many."""
    if rest_at is None:
        return fields if len(fields) == places else None
    if len(fields) < places:
        return None
    return [*fields[:rest_at], *fields[len(fields) - (places - rest_at) :]]


def _field(text: str) -> Test:
    """A name alone takes anything; conditions on it are joined with && and ||."""
    if NAME.fullmatch(text):
        return lambda _: True
    choices = [[_condition(each) for each in choice.split("&&")] for choice in text.split("||")]
    return lambda field: any(all(test(field) for test in tests) for tests in choices)


def _condition(text: str) -> Test:
    match = CONDITION.fullmatch(text)
    if not match:
        raise InvalidFields(f"{text!r} is no condition on a field")
    _, sign, value = match.groups()
    expected = _bare(value)
    if sign in ("=", "!="):
        return lambda field: matches_wildcard(field, expected) == (sign == "=")
    limit = _number(expected)
    if limit is None:
        raise InvalidFields(f"{expected!r} is not a number")
    return lambda field: (number := _number(field)) is not None and NUMERIC[sign](number, limit)


def _bare(text: str) -> str:
    closing = {'"': '"', "[": "]"}.get(text[:1])
    return text[1:-1] if closing and len(text) > 1 and text.endswith(closing) else text


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None
