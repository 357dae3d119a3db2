"""Rates of exchange by day: data, with its sources, and the rate between two currencies on a day.

Each day's rates are units of a currency for one euro, as the European Central Bank publishes them on its working days,
for information: it advises against using them for payments. The shop does, for lessons; nobody is charged here. A day
without rates has those of the last day before it that has some. Whoever runs the shop adds days. The dinar is not
among the bank's: Bahrain has sold it for a fixed price in dollars since 2001.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from shoplib.core import checks, currencies, money
from shoplib.core.currencies import Exchange
from shoplib.core.errors import Conflict, InvalidRequest

SOURCE = "European Central Bank, euro foreign exchange reference rates"
SOURCE_URL = "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/"
_TABLE = """
day        USD    JPY    DKK    GBP     PLN    SEK     CHF    NOK     AUD    CAD
2024-03-13 1.0939 161.83 7.4573 0.85451 4.2860 11.1930 0.9599 11.4805 1.6542 1.4756
2025-10-21 1.1607 176.45 7.4691 0.86780 4.2393 10.9345 0.9230 11.6693 1.7885 1.6301
"""
# https://www.cbb.gov.bh: dinars for a dollar.
_PEGS = {"BHD": ("USD", Decimal("0.376"))}
_EURO = "EUR"
# Digits of a rate that is made of two others: as many as the bank's own have.
_DIGITS = 6


def asked_currency(source: Mapping[str, Any]) -> str | None:
    """The currency in a request, if there is one. InvalidRequest for one that has no rate."""
    if source.get("currency") is None:
        return None
    currency = checks.currency(source)
    if currency not in offered():
        message = f"The shop does not sell in {currency}. It sells in {', '.join(offered())}."
        raise InvalidRequest(message, "unknown_currency")
    return currency


def offered() -> list[str]:
    """All currencies that have a rate, in order."""
    return sorted(_days()[max(_days())])


def between(currency: str, other: str, on: date) -> Exchange | None:
    """How amounts in `currency` become amounts in `other` on a day; None where they are the same. Conflict where there
    is no rate."""
    if currency == other:
        return None
    day = _day(on)
    rates = _days()[day] if day else {}
    if not day or not {currency, other} <= set(rates):
        raise Conflict("no_exchange_rate", f"There is no rate of exchange from {currency} to {other} for {on}.")
    return Exchange(currency, _cross_rate(rates[currency], rates[other]), day.isoformat())


def convert(amount_minor: money.Amount, currency: str, other: str, on: date) -> money.Amount:
    """An amount in another currency, rounded half-even to its smallest unit; the same amount where it is the same."""
    exchange = between(currency, other, on)
    return currencies.convert(amount_minor, exchange, other) if exchange else amount_minor


def _cross_rate(one: Decimal, other: Decimal) -> str:
    """Units of the other currency for one of the first, of six significant digits."""
    rate = other / one
    return format(rate.quantize(Decimal(1).scaleb(rate.adjusted() - _DIGITS + 1)).normalize(), "f")


def _day(on: date) -> date | None:
    """The last day with rates, up to that one."""
    return max((day for day in _days() if day <= on), default=None)


@cache
def _days() -> dict[date, dict[str, Decimal]]:
    (_, *codes), *rows = map(str.split, _TABLE.strip().splitlines())
    return {date.fromisoformat(day): _rates(codes, row) for day, *row in rows}


def _rates(codes: list[str], row: list[str]) -> dict[str, Decimal]:
    rates = {_EURO: Decimal(1)} | {code: Decimal(rate) for code, rate in zip(codes, row, strict=True)}
    return rates | {code: price * rates[other] for code, (other, price) in _PEGS.items()}


def to_response(currency: str, on: date) -> dict[str, Any]:
    """The currencies of the shop, with what one unit of its own is in each."""
    rates = {each: between(currency, each, on) for each in offered()}
    day = _day(on)
    return {
        "base": currency,
        "date": day.isoformat() if day else None,
        "source": SOURCE,
        "source_url": SOURCE_URL,
        "currencies": [
            {"currency": each, "decimals": currencies.decimals(each), "rate": exchange.rate if exchange else "1"}
            for each, exchange in rates.items()
        ],
    }
