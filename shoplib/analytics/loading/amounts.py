"""Parses amounts and numbers exactly, as thousandths of a minor unit (a hundredth of the currency)."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.analytics.loading import currencies

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# From major units: hundredths, and thousandths of those.
MAJOR, MINOR = Decimal(100_000), Decimal(1_000)
# Of quantities: thousandths.
PIECES = Decimal(1_000)
LARGEST = Decimal(10**17)
# What floating point leaves behind, in major units and relative to the amount.
NOISE, RELATIVE_NOISE = Decimal("1e-9"), Decimal("1e-15")
# Of an amount that somebody could mean.
MOST_DIGITS = 30
MARKS = ",."
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+")
_RUN = re.compile(r"[0-9][0-9.,'_ ]*|[.,][0-9]+")
_MINUS = str.maketrans({"−": "-", "–": "-", "‒": "-", "’": "'", "ʼ": "'", "`": "'", "´": "'"})
_BAD = re.compile(r"[%‰/:#]")


class NoNumber(ValueError):
    """The text is not a number."""


@dataclass(frozen=True)
class Numbers:
    """A column as thousandths (of a minor unit, or of a piece), with the rows that are invalid or missing, and the
    currency of each text (None if it names none; "" if several currencies share its sign).
    """

    values: Whole
    bad: Flags
    missing: Flags
    currency: npt.NDArray[np.object_]


def thousandths(column: pa.ChunkedArray, scale: Decimal, decimal: str | None) -> Numbers:
    """`scale` is MAJOR, MINOR or PIECES; `decimal` is the decimal separator, None to detect it per text. Each distinct
    text is parsed once.
    """
    codes, texts = pd.factorize(pd.Series(column.to_pandas(), dtype="object"))
    values, fits = np.zeros(len(texts) + 1, np.int64), np.ones(len(texts) + 1, bool)
    currencies = np.full(len(texts) + 1, None, object)
    for place, text in enumerate(texts):
        try:
            amount, currencies[place] = _read(str(text), decimal, any_word=scale == PIECES)
            values[place] = _exact(amount, scale)
        except NoNumber:
            fits[place] = False
    return Numbers(values[codes], ~fits[codes], codes < 0, currencies[codes])


def number(text: str, decimal: str | None) -> Decimal:
    """`text` without currency, spaces and thousands separators; (12.50) and 12.50- are negative. `decimal` is the
    decimal separator; without it the last separator is the decimal one, except a single comma before three digits,
    which separates thousands. Raises NoNumber.
    """
    return _read(text, decimal)[0]


def _read(text: str, decimal: str | None, any_word: bool = False) -> tuple[Decimal, str | None]:
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS).strip()
    if _EXPONENT.fullmatch(plain):
        return _decimal(plain), None
    if _BAD.search(plain) or len(runs := list(_RUN.finditer(plain))) != 1:
        raise NoNumber(text)
    run = runs[0]
    around = plain[: run.start()] + " " + plain[run.end() :]
    word, minus = _word(around, text)
    code = currencies.of(word) if word else None
    if word and code is None and not any_word:
        raise NoNumber(text)
    amount = _decimal(_plain(run[0].strip(), decimal))
    return (-amount if minus else amount), code


def _word(around: str, text: str) -> tuple[str, bool]:
    """The text next to the digits, and whether it makes them negative."""
    in_brackets = around.count("(") == around.count(")") == 1
    if around.count("-") + in_brackets > 1 or ("(" in around) != (")" in around):
        raise NoNumber(text)
    return re.sub(r"[\s()+-]+", " ", around).strip(), "-" in around or in_brackets


def _plain(run: str, decimal: str | None) -> str:
    """Digits with thousands separators in Python's format. Raises NoNumber if the separators are misplaced."""
    mark = decimal or _decimal_mark(run)
    head, _, tail = run.partition(mark)
    marks = set(re.sub(r"[0-9]", "", head))
    if (tail and not tail.isdigit()) or len(marks) > 1 or (marks and not _has_groups(head, marks.pop())):
        raise NoNumber(run)
    return f"{re.sub(r'[^0-9]', '', head) or '0'}.{tail or '0'}"


def _has_groups(head: str, mark: str) -> bool:
    """Whether digits are grouped in thousands, or in Indian lakhs: 12,34,567."""
    first, *rest = head.split(mark)
    return 0 < len(first) <= 3 and len(rest[-1]) == 3 and all(len(group) in (2, 3) for group in rest[:-1])


def _decimal(plain: str) -> Decimal:
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise NoNumber(plain) from None
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise NoNumber(plain)
    return number


def _decimal_mark(text: str) -> str:
    last = max(MARKS, key=text.rfind)
    other = MARKS[1 - MARKS.index(last)]
    if other in text:
        return last  # 1.234,50 and 1,234.50: the last mark
    if text.count(last) > 1:
        return other  # 1,234,567
    tail = text.rpartition(last)[2]
    return "." if last == "," and len(tail) == 3 else last


@dataclass(frozen=True)
class Marks:
    """The decimal separator of a column: `mark` is None if there is no evidence or evidence for both; and an ambiguous
    text, if any.
    """

    mark: str | None
    unclear: str | None


def marks_of(column: pa.ChunkedArray) -> Marks:
    """Of two different separators, the last is the decimal one; so is one that is not followed by exactly three digits,
    or that follows a zero or more than three digits. A separator that occurs twice separates thousands.
    """
    texts = [_digits(text) for text in pc.unique(column.cast(pa.string())).to_pylist() if text]
    marks = {mark for text in texts if (mark := _sure_mark(text))}
    unclear = next((text for text in texts if _is_unclear(text)), None)
    return Marks(marks.pop() if len(marks) == 1 else None, unclear)


def _digits(text: str) -> str:
    run = _RUN.search(unicodedata.normalize("NFKC", text).translate(_MINUS))
    return run[0].strip() if run and not _EXPONENT.fullmatch(text.strip()) else ""


def _sure_mark(text: str) -> str | None:
    last = max(MARKS, key=text.rfind)
    other = MARKS[1 - MARKS.index(last)]
    if last not in text:
        return None
    if text.count(last) > 1:
        return other if other not in text else None
    return None if _is_unclear(text) else last


def _is_unclear(text: str) -> bool:
    """Whether a text is ambiguous, like 1.500 and 1,500: one separator, at most three digits before it, and three after
    it.
    """
    match = re.fullmatch(r"([0-9]{1,3})[.,][0-9]{3}", text)
    return bool(match and not match[1].startswith("0"))


def _exact(amount: Decimal, scale: Decimal) -> int:
    scaled = amount * scale
    whole = scaled.to_integral_value(ROUND_HALF_EVEN)
    if abs(scaled - whole) > max(NOISE, abs(amount) * RELATIVE_NOISE) * scale or abs(scaled) > LARGEST:
        raise NoNumber(str(amount))
    return int(whole)


def convert(values: Whole, rate: Decimal) -> Whole:
    """Converts amounts to another currency, rounded half to even to a thousandth of a minor unit."""
    return _each(values, lambda value: int((Decimal(value) * rate).quantize(Decimal(1), ROUND_HALF_EVEN)))


def times(price: Whole, pieces: Whole) -> Whole:
    """Thousandths of a minor unit x thousandths of a piece, rounded half to even; see `too_large`."""
    full, part = np.divmod(pieces, 1_000)
    whole, rest = np.divmod(price * part, 1_000)
    return price * full + whole + ((rest > 500) | ((rest == 500) & ((price * full + whole) % 2 == 1)))


def too_large(price: Whole, pieces: Whole) -> Flags:
    """Where the result of `times` exceeds 64 bits."""
    size = np.abs(price.astype(np.float64))
    return (size * np.abs(pieces) / 1_000 > 9e17) | ((pieces % 1_000 != 0) & (size > 9e15))


def _each(values: Whole, function: Callable[[int], int]) -> Whole:
    codes, different = pd.factorize(values)
    return np.array([*(function(int(value)) for value in different), 0], np.int64)[codes]


def apportion(total: int, weights: Iterable[int]) -> list[int]:
    """Divides `total` in proportion to the weights, exactly: the largest remainders are rounded up. Equal parts if all
    weights are zero.
    """
    shares: list[Any] = [abs(weight) for weight in weights]
    shares = shares if sum(shares) else [1] * len(shares)
    parts = [total * weight // sum(shares) for weight in shares]
    rest = total - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda place: -(total * shares[place] % sum(shares)))
    for place in by_remainder[:rest]:
        parts[place] += 1
    return parts
