"""One field of a cron expression that is a set of numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class InvalidExpression(ValueError):
    """The text is not a valid schedule expression; the message says why."""


@dataclass(frozen=True)
class Range:
    """The values of a field, and the names for some of them."""

    low: int
    high: int
    names: Mapping[str, int] = field(default_factory=dict)
    wraps: bool = False  # FRI-MON wraps around the end of the week

    def value(self, text: str) -> int:
        number = self.names.get(text, int(text) if text.isascii() and text.isdigit() else None)
        if number is None or not self.low <= number <= self.high:
            raise InvalidExpression(f"{text!r} is not a value between {self.low} and {self.high}")
        return number

    def between(self, first: int, last: int) -> list[int]:
        if first <= last:
            return list(range(first, last + 1))
        if not self.wraps:
            raise InvalidExpression(f"the range {first}-{last} runs backwards")
        return [*range(first, self.high + 1), *range(self.low, last + 1)]


def _names(text: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(text.split(), start=1)}


MONTHS = Range(1, 12, _names("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"))
WEEK = Range(1, 7, _names("SUN MON TUE WED THU FRI SAT"), wraps=True)


def values(text: str, allowed: Range) -> tuple[int, ...]:
    """The numbers in a list of values, ranges and increments, ascending. Raises InvalidExpression."""
    return tuple(sorted({number for part in text.split(",") for number in _part(part, allowed)}))


def _part(text: str, allowed: Range) -> list[int]:
    span, slash, step = text.partition("/")
    if not slash:
        return _span(span, allowed)
    if not (step.isascii() and step.isdigit() and int(step)):
        raise InvalidExpression(f"{step!r} is not an increment")
    numbers = _span(span, allowed) if span == "*" or "-" in span else [*range(allowed.value(span), allowed.high + 1)]
    return numbers[:: int(step)]


def _span(text: str, allowed: Range) -> list[int]:
    if text == "*":
        return list(range(allowed.low, allowed.high + 1))
    first, dash, last = text.partition("-")
    if not dash:
        return [allowed.value(first)]
    return allowed.between(allowed.value(first), allowed.value(last))
