"""Amounts and numbers as people write them, exact: thousandths of a minor unit (of a hundredth of the currency)."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# From major units: hundredths, and thousandths of those.
MAJOR, MINOR = Decimal(100_000), Decimal(1_000)
LARGEST = Decimal(10**17)
_AROUND = re.compile(r"[^0-9.,\-()'’  eE+]")
_SPACES = re.compile(r"[\s'’  ]")
_DIGITS = re.compile(r"[0-9]*")
MARKS = ",."


class NoNumber(ValueError):
    """The text is no number."""


# Of an amount that somebody could mean.
MOST_DIGITS = 30


def thousandths(column: pa.ChunkedArray, scale: Decimal, decimal: str | None) -> tuple[Whole, Flags, Flags]:
    """(values, bad, missing) of a column of texts; `scale` is MAJOR or MINOR. Each different text is read once."""
    mark = decimal or mark_of(column)
    return _mapped(column, lambda text: _exact(number(text, mark) * scale))


def whole(column: pa.ChunkedArray, decimal: str | None) -> tuple[Whole, Flags, Flags]:
    """(values, bad, missing) of whole numbers: 3, 3.0, 1,000."""
    return _mapped(column, lambda text: _integer(number(text, decimal)))


def _mapped(column: pa.ChunkedArray, read: Callable[[str], int]) -> tuple[Whole, Flags, Flags]:
    codes, texts = pd.factorize(pd.Series(column.to_pandas(), dtype="object"))
    values, fits = np.zeros(len(texts) + 1, np.int64), np.ones(len(texts) + 1, bool)
    for place, text in enumerate(texts):
        try:
            values[place] = read(str(text))
        except NoNumber:
            fits[place] = False
    return values[codes], ~fits[codes], codes < 0


def mark_of(column: pa.ChunkedArray) -> str | None:
    """The mark before the decimals, where a column leaves no doubt: of two marks the last; one before other than three
    digits; None where both speak for themselves, or none does."""
    texts = pc.unique(column.cast(pa.string())).to_pylist()
    told = {mark for text in texts if text and (mark := _sure_mark(_SPACES.sub("", text)))}
    return told.pop() if len(told) == 1 else None


def _sure_mark(text: str) -> str | None:
    last = max(MARKS, key=text.rfind)
    if last not in text:
        return None
    tail = _DIGITS.match(text.rpartition(last)[2])
    sure = MARKS[1 - MARKS.index(last)] in text or (tail is not None and len(tail[0]) != 3)
    return last if sure and text.count(last) == 1 else None


def number(text: str, decimal: str | None) -> Decimal:
    """`text` without currency signs, spaces and thousands' marks; (12.50) is negative. `decimal` is the mark before the
    decimals; without it the last mark decides, and a single comma before three digits separates thousands."""
    bare = _SPACES.sub("", _AROUND.sub("", text))
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    if bare.endswith("-"):
        bare = f"-{bare[:-1]}"
    mark = decimal or _decimal_mark(bare)
    plain = "".join("." if letter == mark else "" if letter in MARKS else letter for letter in bare)
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise NoNumber(text) from None
    if not found.is_finite() or abs(found.adjusted()) > MOST_DIGITS:
        raise NoNumber(text)
    return found


def _decimal_mark(text: str) -> str:
    last = max(MARKS, key=text.rfind)
    other = MARKS[1 - MARKS.index(last)]
    if other in text:
        return last  # 1.234,50 and 1,234.50: the last mark
    if text.count(last) > 1:
        return other  # 1,234,567
    tail = text.rpartition(last)[2]
    return "." if last == "," and len(tail) == 3 else last


def _exact(amount: Decimal) -> int:
    if abs(amount) > LARGEST or amount != amount.to_integral_value():
        raise NoNumber(str(amount))
    return int(amount)


def _integer(found: Decimal) -> int:
    if abs(found) >= 2**31 or found != found.to_integral_value():
        raise NoNumber(str(found))
    return int(found)


def exchanged(values: Whole, rate: Decimal) -> Whole:
    """Amounts in another currency, rounded half to even to a thousandth of a minor unit."""
    codes, different = pd.factorize(values)
    worth = [int((Decimal(int(value)) * rate).quantize(Decimal(1), ROUND_HALF_EVEN)) for value in different]
    return np.array([*worth, 0], np.int64)[codes]
