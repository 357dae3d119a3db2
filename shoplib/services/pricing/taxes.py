"""Tax by destination. Each line's tax is rounded by itself, to a whole minor unit, a half away from zero.

Where prices include the tax, it is the part of what is paid that it makes up, and nothing is added.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from shoplib.core import checks, money
from shoplib.core.errors import InvalidRequest
from shoplib.services.pricing import rates


@dataclass(frozen=True)
class Destination:
    """Where an order goes: `country` is the code of one that the shop sells to, `region` a code, too."""

    country: str
    region: str | None = None
    postcode: str | None = None

    @property
    def name(self) -> str:
        return countries()[self.country]


@dataclass(frozen=True)
class Rate:
    """A tax of `percent`, which prices include or not."""

    place: str
    tax: str
    percent: Decimal
    since: date
    included: bool
    source: str

    @property
    def on_shipping(self) -> bool:
        return self.place.removeprefix("US-") not in rates.UNTAXED_SHIPPING.split()

    def added(self, amount: money.Amount) -> int:
        """The tax that comes on top of an amount."""
        return 0 if self.included else round_half_up(amount * self.percent / 100)

    def contained(self, amount: money.Amount) -> int:
        """The tax that an amount has inside."""
        return round_half_up(amount * self.percent / (100 + self.percent)) if self.included else 0


def round_half_up(amount: money.Amount) -> int:
    """To a whole minor unit; a half goes away from zero."""
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))


def destination(source: Mapping[str, Any]) -> Destination:
    """The destination in a request: `country` as ISO 3166 code or English name, `region` and `postcode` where given.

    InvalidRequest names a country that the shop does not sell to.
    """
    name = checks.text(source, "country", maximum=100)
    code = _codes().get(name.casefold())
    if not code:
        raise unknown_destination(name)
    region, postcode = (checks.optional_text(source, field, maximum=20) for field in ("region", "postcode"))
    return Destination(code, region and region.upper(), postcode and "".join(postcode.upper().split()))


def unknown_destination(name: str) -> InvalidRequest:
    """The shop does not sell there."""
    known = ", ".join(sorted(countries().values()))
    return InvalidRequest(f"The shop does not deliver to {name}. It delivers to {known}.", "unknown_destination")


def rate(to: Destination, on: date) -> Rate:
    """The tax on goods that go there, on that day: that of the postcode if it has its own, else of the region, else of
    the country. InvalidRequest where only regions have rates and none is named."""
    for place in _places(to):
        for each in reversed(_rates().get(place, [])):
            if each.since <= on:
                return each
    raise _unknown_region(to)


def _places(to: Destination) -> Iterator[str]:
    """The most particular first."""
    postcode = to.postcode or ""
    yield from (f"{to.country}:{postcode[:length]}" for length in range(len(postcode), 0, -1))
    if to.region:
        yield f"{to.country}-{to.region}"
    yield to.country


def _unknown_region(to: Destination) -> InvalidRequest:
    known = ", ".join(sorted(place[3:] for place in _rates() if place.startswith(f"{to.country}-")))
    if not known:
        return unknown_destination(to.name)
    problem = f"{to.region} is none that is known" if to.region else "none is named"
    return InvalidRequest(
        f"Tax in {to.name} depends on the region, and {problem}: send one of {known}.", "unknown_region"
    )


@cache
def countries() -> dict[str, str]:
    """Names of the countries that the shop sells to, by code."""
    return dict(_rows(rates.COUNTRIES))


@cache
def _codes() -> dict[str, str]:
    """Codes of countries by what they are called."""
    names = [*_rows(rates.COUNTRIES), *_rows(rates.OTHER_NAMES), *((code, code) for code in countries())]
    return {name.casefold(): code for code, name in names}


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for row in filter(None, text.splitlines()):
        code, _, name = row.partition(" ")
        yield code, name


@cache
def _rates() -> dict[str, list[Rate]]:
    """Rates by place, the oldest first."""
    by_place: dict[str, list[Rate]] = {}
    for table in rates.TABLES:
        for row in filter(None, map(str.split, table.rows.splitlines())):
            place, percent, since = row
            rate = Rate(place, table.tax, Decimal(percent), date.fromisoformat(since), table.included, table.source)
            by_place.setdefault(place, []).append(rate)
    return by_place
