"""Currency codes and signs, from Unicode CLDR (through Babel)."""

import re
from functools import cache

from babel import Locale
from babel.numbers import list_currencies

# Signs that several currencies share in their own countries; English names only one of them, or none.
SHARED = {"$": "USD, CAD, AUD, ...", "¥": "JPY or CNY", "kr": "SEK, NOK or DKK", "rs": "INR, PKR or LKR"}
# Signs as their own countries write them.
OWN = {"pl": "PLN", "cs": "CZK", "hu": "HUF", "de_CH": "CHF", "tr": "TRY", "uk": "UAH", "bg": "BGN", "ru": "RUB"}
# What people write besides.
ALSO = {"us$": "USD", "c$": "CAD", "s$": "SGD", "fr": "CHF", "sfr": "CHF", "euro": "EUR", "euros": "EUR"}
# A code at the end of a column's name, or in brackets: "Total (EUR)", "price_usd".
_IN_NAME = re.compile(r"(?:[(\[]\s*([A-Za-z]{3}|[^\w\s])\s*[)\]]|[ _\-.]([A-Za-z]{3}|[€£$¥₹]))\s*$")
# Endings of names that are codes by chance.
NOT_CODES = {"ALL", "TOP", "TRY", "MOP", "CUP", "BAM", "GEL", "COP", "PEN"}


@cache
def codes() -> frozenset[str]:
    """ISO 4217 codes, including historic ones."""
    return frozenset(list_currencies())


@cache
def signs() -> dict[str, str]:
    """Lower-case sign -> code, for signs of exactly one currency: "€", "US$", "zł"."""
    english = Locale("en").currency_symbols
    codes = {sign.lower(): code for code, sign in english.items() if sign != code}
    return (
        {Locale.parse(name).currency_symbols.get(code, code).lower(): code for name, code in OWN.items()} | codes | ALSO
    )


def of(text: str) -> str | None:
    """The code for a word next to an amount ("EUR", "€", "US$"); "" for an ambiguous sign; None if it is not a
    currency.
    """
    word = text.strip(" .").lower()
    if word.upper() in codes():
        return word.upper()
    return signs().get(word, "" if word in SHARED else None)


def in_name(name: str) -> tuple[str, str | None]:
    """A column's name without its currency, and that currency."""
    match = _IN_NAME.search(name)
    code = of(match[1] or match[2]) if match else None
    if not match or not code or (match[2] and code in NOT_CODES):
        return name, None
    return name[: match.start()], code
