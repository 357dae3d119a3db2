"""CloudWatch Logs patterns for messages of fields between spaces: `[ip, user, ..., status = 4*, bytes > 1000]`."""

import re
from collections.abc import Callable, Sequence

from shoplib.localaws.client_expressions import InvalidExpression, expression
from shoplib.localaws.event_patterns import matches_wildcard

FIELD = re.compile(r'\[[^\]]*\]|"[^"]*"|\S+')
VALUE = r'"[^"]*"|%[^%]+%|[^\s&|,]+'
CONDITION = re.compile(rf"\s*(\w+)\s*(!=|<=|>=|=|<|>)\s*({VALUE})\s*")
PART = re.compile(r'(?:"[^"]*"|%[^%]+%|[^,"%])+')
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


class Fields:
    """What stands between the brackets of a pattern. Raises InvalidFields."""

    def __init__(self, text: str) -> None:
        parts = [part.strip() for part in PART.findall(text)]
        if parts.count(REST) > 1:
            raise InvalidFields("... may stand for fields once")
        self._rest_at = parts.index(REST) if REST in parts else None
        places = [part for part in parts if part != REST]
        self._names = [_name(part) for part in places]
        self._tests = [_field(part) for part in places]

    def matches(self, message: str) -> bool:
        fields = self._fields(message)
        return fields is not None and all(test(field) for test, field in zip(self._tests, fields, strict=True))

    def values(self, message: str) -> dict[str, str]:
        """The named fields of a message: none when it has too few or too many."""
        fields_by_name = zip(self._names, self._fields(message) or [], strict=False)
        return {name: field for name, field in fields_by_name if name}

    def _fields(self, message: str) -> list[str] | None:
        fields = _aligned(FIELD.findall(message), len(self._tests), self._rest_at)
        return None if fields is None else [_bare(field) for field in fields]


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
    if sign in ("=", "!=") and value[0] == value[-1] == "%" and len(value) > 2:
        return _like(value[1:-1], sign == "=")
    expected = _bare(value)
    if sign in ("=", "!="):
        return lambda field: matches_wildcard(field, expected) == (sign == "=")
    limit = _number(expected)
    if limit is None:
        raise InvalidFields(f"{expected!r} is not a number")
    return lambda field: (number := _number(field)) is not None and NUMERIC[sign](number, limit)


def _like(text: str, is_match: bool) -> Test:
    try:
        pattern = expression(text)
    except InvalidExpression as error:
        raise InvalidFields(f"%{text}% is no regular expression: {error}") from error
    return lambda field: pattern.is_in(field) == is_match


def _name(text: str) -> str:
    match = re.match(r"\w+", text)
    return match[0] if match else ""


def _bare(text: str) -> str:
    closing = {'"': '"', "[": "]"}.get(text[:1])
    return text[1:-1] if closing and len(text) > 1 and text.endswith(closing) else text


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None
