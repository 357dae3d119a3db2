"""Values as `$string` and `&` write them: numbers as JavaScript does, in full below 1e21, of 15 digits at most.

The library (0.7.1) writes whole numbers of 16 digits and more with an exponent, `1.23456789012346e+15`, and
those within arrays as Python does."""

import json
import math
from decimal import Decimal
from functools import lru_cache
from typing import Any

LEAST, MOST = 1e-6, 1e21  # of what is written without an exponent


@lru_cache(maxsize=1)
def install() -> None:
    """In the place of the library's own."""
    from jsonata.functions import Functions

    Functions._string = staticmethod(_text)


def _text(value: Any, prettify: bool, depth: int = 1) -> str:
    from jsonata.utils import Utils

    if isinstance(value, dict):
        colon = ": " if prettify else ":"
        members = [_text(name, False) + colon + _text(each, prettify, depth + 1) for name, each in value.items()]
        return _enclosed(members, "{}", prettify, depth)
    if isinstance(value, list | range):
        return _enclosed([_text(each, prettify, depth + 1) for each in value], "[]", prettify, depth)
    if value is None or value is Utils.NULL_VALUE:
        return "null"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else '""' if depth > 1 else ""


def _enclosed(parts: list[str], signs: str, prettify: bool, depth: int) -> str:
    if not prettify or not parts:
        return signs[0] + ",".join(parts) + signs[1]
    space = "\n" + "  " * depth
    return signs[0] + space + f",{space}".join(parts) + space[:-2] + signs[1]


def number_text(value: float) -> str:
    """Raises JException for what JSON has no number for."""
    from jsonata.jexception import JException

    number = float(f"{value:.15g}")
    if not math.isfinite(number):
        raise JException("D3001", 0)
    if number == 0:
        return "0"
    if LEAST <= abs(number) < MOST:
        return format(Decimal(repr(number)), "f").removesuffix(".0")
    digits, exponent = repr(number).split("e")
    return f"{digits.removesuffix('.0')}e{int(exponent):+d}"
