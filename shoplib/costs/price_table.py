"""AWS's list prices, read from `prices.toml`: the exact cost of a quantity."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Price:
    """`tiers` are pairs of a month's quantity and the price of `per` units above it, the first from 0."""

    type: str
    dimension: str
    unit: str
    per: int
    tiers: tuple[tuple[Decimal, Decimal], ...]
    source: str
    when: tuple[tuple[str, str], ...] = ()
    free: Decimal = Decimal(0)
    free_for: str = ""
    pool: str = ""

    def charge(self, quantity: Decimal) -> Decimal:
        """Return US dollars for a month's quantity."""
        ends = [above for above, _ in self.tiers[1:]] + [quantity]
        parts = zip(self.tiers, ends, strict=True)
        return sum(
            (max(min(quantity, end) - above, Decimal(0)) * usd / self.per for (above, usd), end in parts), Decimal(0)
        )

    def fits(self, properties: Mapping[str, Any]) -> bool:
        return all(_has_value(properties.get(name), value) for name, value in self.when)


def _has_value(property_value: Any, value: str) -> bool:
    values = property_value if isinstance(property_value, list) else [property_value]
    return value.lower() in [str(each).lower() for each in values]


@dataclass(frozen=True)
class PriceTable:
    """All prices of one region, and the dimensions without a price."""

    checked: date
    region: str
    prices: tuple[Price, ...]
    free_types: tuple[str, ...]
    left_out: tuple[str, ...]

    def price(self, resource_type: str, dimension: str, properties: Mapping[str, Any]) -> Price | None:
        """Return the most specific price; None if none is known."""
        fitting = [price for price in self.of_type(resource_type) if price.dimension == dimension]
        fitting = [price for price in fitting if price.fits(properties)]
        return max(fitting, key=lambda price: len(price.when), default=None)

    def of_type(self, resource_type: str) -> Iterator[Price]:
        return (price for price in self.prices if price.type == resource_type)

    def dimensions(self, resource_type: str) -> list[str]:
        return list(dict.fromkeys(price.dimension for price in self.of_type(resource_type)))

    def knows(self, resource_type: str) -> bool:
        """Whether the table has a price for it, or lists it as free."""
        is_free = any(fnmatchcase(resource_type, pattern) for pattern in self.free_types)
        return is_free or any(self.of_type(resource_type))


@cache
def load(path: Path = FILE) -> PriceTable:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    prices = tuple(_price(entry) for entry in content["price"])
    lists = (tuple(content["free_types"]), tuple(content["left_out"]))
    return PriceTable(content["checked"], content["region"], prices, *lists)


def _price(entry: Mapping[str, Any]) -> Price:
    more = [(Decimal(tier["above"]), Decimal(tier["usd"])) for tier in entry.get("more", ())]
    return Price(
        entry["type"],
        entry["dimension"],
        entry["unit"],
        entry["per"],
        ((Decimal(0), Decimal(entry["usd"])), *more),
        entry["source"],
        tuple(entry.get("when", {}).items()),
        Decimal(entry.get("free", 0)),
        entry.get("free_for", ""),
        entry.get("pool", f"{entry['unit']} ({entry['type'].rpartition('::')[2]})"),
    )
