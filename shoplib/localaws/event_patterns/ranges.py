"""`{"numeric": [">", 0, "<=", 5]}`."""

import json
import operator
from collections.abc import Callable, Mapping
from typing import Any

from shoplib.localaws.event_patterns.invalid import InvalidPattern

SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
LOWER, UPPER = (">", ">="), ("<", "<=")
END = "]"  # what AWS's parser sees behind the last member


def in_range(members: Any) -> Callable[[Any], bool]:
    """One sign and number, or a lower limit and then an upper one. Raises InvalidPattern."""
    if not isinstance(members, list):
        raise InvalidPattern("Value of numeric must be an array.")
    first = members[0] if members else END
    if not members or not isinstance(first, str):
        raise InvalidPattern(f"Invalid member in numeric match: {_describe(first)}")
    if first not in SIGNS:
        raise InvalidPattern(f"Unrecognized numeric range operator: {first}")
    low = _number(members[1:2], "equals" if first == "=" else first)
    if len(members) == 2:
        return _test([(first, low)])
    if first not in LOWER:
        raise InvalidPattern("Too many elements in numeric expression")
    return _between(first, low, members[2:])


def _between(first: str, low: float, rest: list[Any]) -> Callable[[Any], bool]:
    sign = rest[0]
    if not isinstance(sign, str):
        raise InvalidPattern(f"Bad value in numeric range: {_describe(sign)}")
    if sign not in UPPER:
        raise InvalidPattern(f"Bad numeric range operator: {sign}")
    high = _number(rest[1:2], sign)
    if len(rest) > 2:
        raise InvalidPattern("Too many terms in numeric range expression")
    if low >= high:
        raise InvalidPattern("Bottom must be less than top")
    return _test([(first, low), (sign, high)])


def _number(members: list[Any], sign: str) -> float:
    if not members or type(members[0]) not in (int, float):
        raise InvalidPattern(f"Value of {sign} must be numeric")
    number: float = members[0]
    return number


def _test(limits: list[tuple[str, float]]) -> Callable[[Any], bool]:
    compared = [(SIGNS[sign], limit) for sign, limit in limits]
    return lambda value: type(value) in (int, float) and all(compare(value, limit) for compare, limit in compared)


def _describe(member: Any) -> str:
    """A member as AWS's parser names it: as JSON writes it, of an array or object the first character."""
    if isinstance(member, list | dict):
        return "[" if isinstance(member, list) else "{"
    return member if isinstance(member, str) else json.dumps(member)
