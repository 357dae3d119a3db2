"""Currencies, their smallest units, and exact conversion.

An amount is converted at a rate of at most six significant digits and rounded half-even to the currency's smallest
unit: whoever has the rate can check each price.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shoplib.core import money

# Of ISO 4217, the currencies whose smallest unit is not a hundredth; of CLDR's digits some differ.
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = dict.fromkeys(_WITHOUT_DECIMALS.split(), 0) | dict.fromkeys(_WITH_THREE.split(), 3)


@dataclass(frozen=True)
class Exchange:
    """How prices in `currency` became amounts in another: units of that one for one of this, as a decimal string, and
    the day (ISO) whose rate it is."""

    currency: str
    rate: str
    date: str

    def to_json(self) -> dict[str, Any]:
        return {"from": self.currency, "rate": self.rate, "date": self.date}


def decimals(currency: str) -> int:
    """Decimal places of a currency: an amount of 1 is one unit divided by ten that often."""
    return _DECIMALS.get(currency, 2)


def convert(amount_minor: money.Amount, exchange: Exchange, currency: str) -> int:
    """An amount of the exchange's currency in another one, rounded half-even to its smallest unit."""
    shift = decimals(currency) - decimals(exchange.currency)
    # `round` of a Fraction is half-even, and exact.
    return round(Fraction(Decimal(amount_minor)) * Fraction(exchange.rate) * Fraction(10) ** shift)


def units(amount_minor: money.Amount, currency: str) -> Decimal:
    """An amount in whole units of its currency: 1250 of GBP are 12.50."""
    return Decimal(amount_minor).scaleb(-decimals(currency))
