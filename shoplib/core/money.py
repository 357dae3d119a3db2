"""Exact amounts in minor units (pence, cents): integers, or decimals where a price list has more places. Never floats.

In JSON an amount is an integer or, with a fraction, a decimal string (`"42.5"`): at most three decimal places and
15 digits before them, which is what the lake's decimal128(18, 3) holds.
"""

import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

Amount = int | Decimal

MAX_PLACES = 3
_LIMIT = 10**15
_TEXT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?")


def parse(value: object) -> Amount:
    """The exact amount of a JSON value (int, Decimal or decimal string).

    Raises ValueError for anything else: a float has already lost what it stood for.
    """
    if type(value) is int and abs(value) < _LIMIT:
        return value
    if isinstance(value, Decimal):
        return _exact(value)
    if isinstance(value, str) and _TEXT.fullmatch(value):
        return _exact(Decimal(value))
    raise ValueError("is not an amount: an integer or a decimal string in minor units, at most 3 places")


def _exact(value: Decimal) -> Amount:
    if not value.is_finite() or abs(value) >= _LIMIT or value != round(value, MAX_PLACES):
        raise ValueError("is not an amount of at most 15 digits and 3 decimal places")
    whole = int(value)
    return whole if whole == value else value.normalize()


def times(price: Amount, quantity: int) -> Amount:
    """`quantity` pieces at `price`. ValueError beyond what an amount can be."""
    return parse(price * quantity)


def total(amounts: Iterable[Amount]) -> Amount:
    """Their sum. ValueError beyond what an amount can be."""
    return parse(sum(amounts, 0))


def apportion(amount: int, weights: Sequence[Amount]) -> list[int]:
    """Whole parts of a whole `amount`, as the weights are to each other, that add up to it: by largest remainder.

    No part is more than its weight when the amount is not more than all weights, and weights are whole.
    """
    exact = [int(weight * 10**MAX_PLACES) for weight in weights]
    everything = sum(exact)
    if not everything:
        return [0] * len(weights)
    parts = [amount * weight // everything for weight in exact]
    remainders = [amount * weight % everything for weight in exact]
    first = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in first[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def to_json(value: Any) -> int | str:
    """JSON form of an amount; usable as `json.dumps(..., default=to_json)`."""
    if isinstance(value, Decimal):
        exact = _exact(value)
        return exact if isinstance(exact, int) else format(exact, "f")
    if type(value) is int:
        return value
    raise TypeError(f"{type(value).__name__} is not JSON and not an amount")


def measurement(value: Decimal) -> float | str:
    """JSON form of a number that need not be an amount: its text where JSON has no such number (1e999, NaN)."""
    number = float(value) if value.is_finite() else math.inf
    return number if math.isfinite(number) else str(value)
