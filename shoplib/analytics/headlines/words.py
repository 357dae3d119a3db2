"""Formats numbers, amounts and counts, consistently in sentences, axes and tables."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from os.path import commonprefix

import pandas as pd
from babel.numbers import get_currency_precision

PLURALS = {"country": "countries", "category": "categories", "currency": "currencies"}
LONGEST = 36
# Characters before the first difference of names that begin alike.
LEAD = 8
DAY, HOUR, MINUTE = 86_400, 3_600, 60


def is_missing(value: object) -> bool:
    """None, NA, NaT and nan."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def number(value: float | Decimal, digits: int = 0) -> str:
    """1,234.50; a number that rounds to zero has no sign."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)) if value % 1 else int(value))
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return f"{abs(rounded) if rounded.is_zero() else rounded:,}"


def digits(currency: str | None) -> int:
    """The decimal places of a currency (CLDR); two if it is unknown."""
    return int(get_currency_precision(currency)) if currency else 2


def money(amount: float | Decimal, currency: str | None) -> str:
    """ "1,234.50 GBP"; without a currency, only the number."""
    text = number(amount, digits(currency))
    return f"{text} {currency}" if currency else text


def net_revenue(currency: str | None) -> str:
    """Label of an axis or a figure."""
    return f"net revenue, {currency or 'currency unknown'}"


def count(many: float, thing: str) -> str:
    """ "1 day", "2 days", "1,000 countries"."""
    return f"{number(many)} {thing if number(many) == '1' else plural(thing)}"


def plural(thing: str) -> str:
    return PLURALS.get(thing, f"{thing}s")


def share(value: float) -> str:
    """A percentage to a tenth: a share above zero is never 0%, and one below the whole is never 100%."""
    if value in (0, 1):
        return f"{value:.0%}"
    if 0 < value < 0.001:
        return "less than 0.1%"
    return "more than 99.9%" if 0.999 < value < 1 else f"{value:.1%}"


def p_value(value: float) -> str:
    """ "p = 0.012"; "p < 0.0001" below that."""
    return "p < 0.0001" if value < 0.0001 else f"p = {value:.2g}"


def span(seconds: float) -> str:
    """A duration in the largest unit of which it has at least two."""
    for size, name in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def short(name: object, longest: int = LONGEST) -> str:
    text = str(name)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def short_names(names: Sequence[object], longest: int = LONGEST) -> list[str]:
    """Shortened but distinct names: those with a common beginning are shown from where they differ."""
    texts = [str(name) for name in names]
    cut = [short(text, longest) for text in texts]
    same = {each: sorted({text for text in texts if short(text, longest) == each}) for each in set(cut)}
    return [
        each if len(same[each]) == 1 else _rest(text, same[each], longest)
        for text, each in zip(texts, cut, strict=True)
    ]


def _rest(name: str, alike: list[str], longest: int) -> str:
    return short(f"…{name[max(len(commonprefix(alike)) - LEAD, 0) :]}", longest) if len(name) > longest else name


def enumerate_in_words(things: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} {last} {things[-1]}"


def day(moment: object) -> str:
    """ "9 December 2011"."""
    stamp = pd.Timestamp(moment)
    return f"{stamp.day} {stamp:%B %Y}"
