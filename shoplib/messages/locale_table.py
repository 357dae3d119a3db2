"""What functions need to know of CLDR, as a table in Python: how amounts and days are written in each language."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from shoplib.core.languages import LANGUAGES

# The currencies that the shop sells in; any other is written by its code.
CURRENCIES = ("AUD", "BHD", "CAD", "CHF", "DKK", "EUR", "GBP", "JPY", "NOK", "PLN", "SEK", "USD")
_UNKNOWN = "XXQ"
_HEAD = '''"""Made by `python -m shoplib.messages` from CLDR's data; not to be edited."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """How a language writes amounts and days: marks, what stands before and after digits by currency, a day's pattern
    and the names of months in it."""

    decimal: str
    group: str
    currencies: Mapping[str, tuple[str, str]]
    other_currencies: tuple[str, str]
    day: str
    months: tuple[str, ...]


'''


def as_python() -> bytes:
    """The module."""
    lines = ["FORMATS = {\n"]
    for language in LANGUAGES:
        lines.append(f"    {language!r}: Format(\n")
        lines += [f"        {name}={_literal(value)},\n" for name, value in _format(language).items()]
        lines.append("    ),\n")
    return (_HEAD + "".join(lines) + "}\n").encode()


def _literal(value: Any) -> str:
    """Source that shows marks that cannot be seen as what they are."""
    return re.sub(r"[^\x20-\x7e]", lambda letter: _escaped(letter[0]), repr(value).encode().decode())


def _escaped(letter: str) -> str:
    return letter if letter.isalpha() else f"\\u{ord(letter):04x}"


def _format(language: str) -> dict[str, Any]:
    symbols = Locale.parse(language).number_symbols["latn"]
    return {
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "currencies": {each: _around(language, each, each) for each in CURRENCIES},
        "other_currencies": _around(language, _UNKNOWN, "{currency}"),
        "day": _day(language),
        "months": tuple(Locale.parse(language).months["format"]["wide"].values()),
    }


def _around(language: str, currency: str, name: str) -> tuple[str, str]:
    """What stands before and after the digits. Letters keep off them, as CLDR asks of a symbol's neighbours."""
    text = format_currency(Decimal(7), currency, locale=language, currency_digits=False, format=None)
    before, after = re.split(r"7\D00", text)
    if before and before[-1].isalpha():
        before += "\u00a0"
    return before.replace(_UNKNOWN, name), after.replace(_UNKNOWN, name)


def _day(language: str) -> str:
    """The pattern of a day, with names for its parts."""
    text = format_date(date(2033, 4, 5), "long", locale=language)
    month = Locale.parse(language).months["format"]["wide"][4]
    return text.replace("2033", "{year}").replace(month, "{month}").replace("5", "{day}")
