"""JSON that is bounded: what no double can hold is refused by the name of its field, and so is what nests too deeply.

`1e400` is Infinity to most readers, and `1e9999999999` would keep a processor busy for hours: neither may come in.
"""

import json
import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NoReturn

# A double has at most 309 digits before the point; no sensible writer spells out more than this in all.
MAX_DIGITS = 400
_LIMIT = 10**309


MAX_DEPTH = 64


class OutOfRange(ValueError):
    """A number that no double can hold."""


def exact(text: str) -> Decimal:
    """The number as written. OutOfRange for one that a double would make infinite or, wrongly, zero."""
    # float() reads any exponent at once; Decimal() would take it for what it says.
    double = float(text) if len(text) <= MAX_DIGITS else math.inf
    if not math.isfinite(double):
        raise OutOfRange(f"{text[:40]} is larger than a double can be")
    if double:
        return Decimal(text)
    if text.lower().partition("e")[0].strip("-0."):
        raise OutOfRange(f"{text[:40]} is smaller than a double can be")
    return Decimal(0)


def to_integer(text: str) -> int:
    """The whole number as written. OutOfRange for one that a double would make infinite."""
    if len(text) > MAX_DIGITS or not math.isfinite(float(text)):
        raise OutOfRange(f"{text[:40]} is larger than a double can be")
    return int(text)


def refuse(constant: str) -> NoReturn:
    """Refuses NaN and Infinity, which Python writes and JSON does not know."""
    raise OutOfRange(f"{constant} is not a JSON number")


def read(text: str) -> Any:
    """The value of a JSON text: whole numbers are int, others Decimal. OutOfRange; ValueError for what is no JSON."""
    value = json.loads(text, parse_int=to_integer, parse_float=exact, parse_constant=refuse)
    refuse_depth(text, value)
    return value


def refuse_depth(text: str, value: Any) -> None:
    """ValueError when the value of a text nests deeper than those who read and write it can follow."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    level, depth = [value], 0
    while level := [inner for each in level for inner in _inside(each)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"it nests deeper than {MAX_DEPTH} levels")


def offender(text: str) -> str | None:
    """Path of the first number of a JSON text that is out of range, as `events[0].props.size`. ValueError: no JSON."""
    value = json.loads(text, parse_int=_or_nan(to_integer), parse_float=_or_nan(exact), parse_constant=_or_nan(refuse))
    return find_unbounded(value)


def find_unbounded(value: Any) -> str | None:
    """Path of the first number in a JSON value that is infinite, none at all, or too large for a double."""
    waiting = [("", value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, dict):
            waiting += [(f"{path}.{name}" if path else name, inner) for name, inner in reversed(each.items())]
        elif isinstance(each, list):
            waiting += [(f"{path}[{index}]", inner) for index, inner in reversed([*enumerate(each)])]
        elif _is_unbounded(each):
            return path
    return None


def _is_unbounded(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, int) and abs(value) >= _LIMIT


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _or_nan(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def tolerant(text: str) -> Any:
        try:
            return parse(text)
        except OutOfRange:
            return math.nan

    return tolerant
