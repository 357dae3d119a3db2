"""The bill of a usage: one line per price, exact sums, and a list of what is not included."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from shoplib.costs.price_table import Price, PriceTable
from shoplib.costs.resources import Resources
from shoplib.costs.usage import Usage

if TYPE_CHECKING:
    import pandas as pd

ZERO = Decimal(0)
PLACES = 18
Priced = tuple[Usage, Price | None]


@dataclass(frozen=True)
class Line:
    """A usage and its price in US dollars."""

    usage: Usage
    price: Price
    usd: Decimal

    @property
    def connection(self) -> tuple[str, str]:
        return self.usage.source, self.usage.target


@dataclass(frozen=True)
class Free:
    """A monthly free tier for a pool of prices, and what it would deduct from this bill."""

    pool: str
    quantity: Decimal
    lasts: str
    usd: Decimal


@dataclass(frozen=True)
class Traffic:
    """Usage caused by traffic. `requests` to each node; `unpriced` lists usage without a known price,
    `silent` lists resources billed by use whose usage is zero or was not stated."""

    usages: tuple[Usage, ...]
    requests: Mapping[str, Decimal]
    unpriced: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    def times(self, factor: Decimal) -> "Traffic":
        """The same usage, multiplied."""
        usages = tuple(replace(usage, quantity=usage.quantity * factor) for usage in self.usages)
        return replace(self, usages=usages, requests={node: count * factor for node, count in self.requests.items()})


@dataclass(frozen=True)
class Bill:
    """`by_traffic` grows with traffic, `monthly` is fixed. The free tier is deducted from neither."""

    by_traffic: tuple[Line, ...]
    monthly: tuple[Line, ...]
    free: tuple[Free, ...]
    unpriced: tuple[str, ...]
    silent: tuple[str, ...]
    table: PriceTable
    requests: Mapping[str, Decimal]

    @property
    def traffic_usd(self) -> Decimal:
        return _sum(line.usd for line in self.by_traffic)

    @property
    def monthly_usd(self) -> Decimal:
        return _sum(line.usd for line in self.monthly)

    @property
    def free_usd(self) -> Decimal:
        return _sum(each.usd for each in self.free)

    @property
    def by_connection(self) -> dict[tuple[str, str], Decimal]:
        """The cost of the traffic on each connection in US dollars, most expensive first."""
        sums: dict[tuple[str, str], Decimal] = {}
        for line in self.by_traffic:
            sums[line.connection] = sums.get(line.connection, ZERO) + line.usd
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    def per(self, node: str) -> Decimal | None:
        """Return all traffic costs divided by the requests to a node, without the monthly costs. None if there was no
        request."""
        count = self.requests.get(node)
        return self.traffic_usd / count if count else None

    @property
    def lines(self) -> "pd.DataFrame":
        """One row per price and connection: source, target, resource, unit, quantity, usd, and the
        price (`per_usd` for `per` units) with its page."""
        import pandas as pd

        names = ["source", "target", "resource", "unit", "quantity", "usd", "per_usd", "per", "page"]
        rows = [
            (*line.connection, line.usage.resource.id, line.price.unit, line.usage.quantity, line.usd)
            + (line.price.tiers[0][1], line.price.per, line.price.source)
            for line in (*self.by_traffic, *self.monthly)
        ]
        return pd.DataFrame(rows, columns=names)


def bill(traffic: Traffic, monthly: Iterable[Usage], resources: Resources, table: PriceTable) -> Bill:
    """Price all usage at list prices. Usage without a known price is listed, never counted as free."""
    by_traffic, standing = _priced(traffic.usages, table), _priced(monthly, table)
    totals = _totals([*by_traffic, *standing])
    strange = [f"{each.id} ({each.type})" for each in resources.values() if not table.knows(each.type)]
    without = [_unpriced(usage) for usage, price in (*by_traffic, *standing) if price is None]
    return Bill(
        _lines(by_traffic, totals),
        _lines(standing, totals),
        tuple(_free(totals)),
        tuple(dict.fromkeys([*strange, *without, *traffic.unpriced])),
        traffic.silent,
        table,
        traffic.requests,
    )


def _priced(usages: Iterable[Usage], table: PriceTable) -> list[Priced]:
    return [(usage, table.price(usage.resource.type, usage.dimension, usage.resource.properties)) for usage in usages]


def _unpriced(usage: Usage) -> str:
    return f"{usage.resource.id} ({usage.resource.type}): {usage.dimension}"


def _totals(priced: Iterable[Priced]) -> dict[Price, Decimal]:
    """The month's quantity at each price, which decides AWS's volume discounts."""
    totals: dict[Price, Decimal] = {}
    for usage, price in priced:
        if price:
            totals[price] = totals.get(price, ZERO) + usage.quantity
    return totals


def _lines(priced: Iterable[Priced], totals: Mapping[Price, Decimal]) -> tuple[Line, ...]:
    return tuple(Line(usage, price, _usd(usage, price, totals[price])) for usage, price in priced if price)


def _usd(usage: Usage, price: Price, total: Decimal) -> Decimal:
    """If a month's quantity reaches cheaper tiers, each usage has its share of them. To 18 decimal places, so that sums
    of lines are exact in any order.
    """
    if len(price.tiers) == 1 or total <= price.tiers[1][0]:
        return round(price.charge(usage.quantity), PLACES)
    return round(price.charge(total) * usage.quantity / total, PLACES)


def _free(totals: Mapping[Price, Decimal]) -> Iterable[Free]:
    """Prices that share a free quantity consume it one after the other."""
    left = {price.pool: price.free for price in totals if price.free}
    saved: dict[str, Decimal] = {}
    lasts = {price.pool: price.free_for for price in totals}
    for price, total in totals.items():
        covered = min(left.get(price.pool, ZERO), total)
        if covered:
            left[price.pool] -= covered
            saving = price.charge(total) - price.charge(total - covered)
            saved[price.pool] = saved.get(price.pool, ZERO) + saving
    free = {price.pool: price.free for price in totals}
    return [Free(pool, free[pool], lasts[pool], usd) for pool, usd in saved.items()]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
