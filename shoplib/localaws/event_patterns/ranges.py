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
        place = (0,) if members else ()
        raise InvalidPattern(f"Invalid member in numeric match: {_describe(first)}", place, behind=not members)
    if first not in SIGNS:
        raise InvalidPattern(
            f"Unrecognized numeric range operator: {first}", (1,) if len(members) > 1 else (), behind=True
        )
    low = _number(members, 1, "equals" if first == "=" else first)
    if len(members) == 2:
        return _test([(first, low)])
    if first not in LOWER:
        raise InvalidPattern("Too many elements in numeric expression", (2,))
    return _between(first, low, members)


def _between(first: str, low: float, members: list[Any]) -> Callable[[Any], bool]:
    sign = members[2]
    if not isinstance(sign, str):
        raise InvalidPattern(f"Bad value in numeric range: {_describe(sign)}", (2,))
    if sign not in UPPER:
        raise InvalidPattern(f"Bad numeric range operator: {sign}", (2,), behind=True)
    high = _number(members, 3, sign)
    if len(members) > 4:
        raise InvalidPattern("Too many terms in numeric range expression", (4,))
    if low >= high:
        raise InvalidPattern("Bottom must be less than top", behind=True)
    return _test([(first, low), (sign, high)])


def _number(members: list[Any], index: int, sign: str) -> float:
    is_there = len(members) > index
    if not is_there or type(members[index]) not in (int, float):
        raise InvalidPattern(f"Value of {sign} must be numeric", (index,) if is_there else (), behind=not is_there)
    number: float = members[index]
    return number


def _test(limits: list[tuple[str, float]]) -> Callable[[Any], bool]:
    compared = [(SIGNS[sign], limit) for sign, limit in limits]
    return lambda value: type(value) in (int, float) and all(compare(value, limit) for compare, limit in compared)


def _describe(member: Any) -> str:
    """A member as AWS's parser names it: as JSON writes it, of an array or object the first character."""
    if isinstance(member, list | dict):
        return "[" if isinstance(member, list) else "{"
    return member if isinstance(member, str) else json.dumps(member)
