"""How an order travels: methods, what they cost, and the day by which it arrives.

What is ordered on a business day before the cut-off leaves on that day, anything else on the next one. Days are those
of UTC; a business day is Monday to Friday without the bank holidays of England, on the way, too.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shoplib.core import money
from shoplib.core.errors import InvalidRequest
from shoplib.services.pricing import exchange
from shoplib.services.pricing.taxes import Destination

CUT_OFF = time(14)
CURRENCY = "GBP"
STANDARD = "standard"
_HOME = "GB"
_OVERSEAS = frozenset(("AU", "CA", "JP", "NZ", "SG", "US"))
# https://www.gov.uk/bank-holidays; after the last one here weekends alone count.
_BANK_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *(
            "2026-01-01",
            "2026-04-03",
            "2026-04-06",
            "2026-05-04",
            "2026-05-25",
            "2026-08-31",
            "2026-12-25",
            "2026-12-28",
        ),
        *(
            "2027-01-01",
            "2027-03-26",
            "2027-03-29",
            "2027-05-03",
            "2027-05-31",
            "2027-08-30",
            "2027-12-27",
            "2027-12-28",
        ),
        *(
            "2028-01-03",
            "2028-04-14",
            "2028-04-17",
            "2028-05-01",
            "2028-05-29",
            "2028-08-28",
            "2028-12-25",
            "2028-12-26",
        ),
    )
)


@dataclass(frozen=True)
class Tariff:
    """Cost and business days of a method within a zone; nothing is charged for goods worth `free_from_minor`."""

    cost_minor: int
    days: int
    free_from_minor: int | None = None


@dataclass(frozen=True)
class Offer:
    """A method for one order."""

    method: str
    cost_minor: int
    delivery_by: date


_TARIFFS = {
    STANDARD: {
        "domestic": Tariff(395, 3, free_from_minor=5_000),
        "europe": Tariff(995, 5, free_from_minor=15_000),
        "overseas": Tariff(1_995, 10),
    },
    "express": {"domestic": Tariff(795, 1), "europe": Tariff(1_995, 2), "overseas": Tariff(3_995, 4)},
}
METHODS = tuple(_TARIFFS)


def offers(to: Destination, goods_minor: money.Amount, currency: str, now: datetime) -> list[Offer]:
    """Each method that goes there, for goods of that value after discounts, in their currency."""
    tariffs = {method: _in(currency, by_zone[_zone(to)], now.date()) for method, by_zone in _TARIFFS.items()}
    return [
        Offer(method, _cost(tariff, goods_minor), delivery_by(now, tariff.days)) for method, tariff in tariffs.items()
    ]


def _in(currency: str, tariff: Tariff, on: date) -> Tariff:
    """A tariff with its amounts in a currency, converted as prices are."""
    free_from = tariff.free_from_minor
    return Tariff(
        int(exchange.convert(tariff.cost_minor, CURRENCY, currency, on)),
        tariff.days,
        None if free_from is None else int(exchange.convert(free_from, CURRENCY, currency, on)),
    )


def choose(offered: list[Offer], method: str | None) -> Offer:
    """The offer of a method; without one the standard. InvalidRequest for a method that there is not."""
    for offer in offered:
        if offer.method == (method or STANDARD):
            return offer
    raise InvalidRequest(f"shipping_method must be one of {', '.join(METHODS)}.", "unknown_shipping_method")


def delivery_by(now: datetime, days: int) -> date:
    """The day on which an order arrives at the latest that is placed now and takes so many business days."""
    moment = now.astimezone(UTC)
    leaves = moment.date() if moment.time() < CUT_OFF else moment.date() + timedelta(days=1)
    leaves = _business_day(leaves)
    for _ in range(days):
        leaves = _business_day(leaves + timedelta(days=1))
    return leaves


def _business_day(day: date) -> date:
    """This day, or the first business day after it."""
    while day.weekday() >= 5 or day in _BANK_HOLIDAYS:
        day += timedelta(days=1)
    return day


def _cost(tariff: Tariff, goods_minor: money.Amount) -> int:
    free = tariff.free_from_minor is not None and goods_minor >= tariff.free_from_minor
    return 0 if free else tariff.cost_minor


def _zone(to: Destination) -> str:
    if to.country == _HOME:
        return "domestic"
    return "overseas" if to.country in _OVERSEAS else "europe"
