"""What really happened, counted from the visits and steps themselves, before any event is made, spoilt or sent.

Nothing of the analyses is used here. Robots are left out and counted apart. A session belongs to the day (UTC) of its
start; its device, source and country are the visit's. Amounts are exact: minor units as text.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from shoplib.shoppers.simulation import world
from shoplib.shoppers.simulation.orders import Orders
from shoplib.shoppers.simulation.people import DAY_US, Flags, Numbers, Visits
from shoplib.shoppers.simulation.walks import CODES, Steps
from shoplib.shoppers.simulation.world import World

FUNNEL = ("view_item", "add_to_cart", "begin_checkout", "purchase")
TOP_PAIRS = 50
LOOKBACK_US = 30 * DAY_US
Before = Sequence[tuple[Visits, Flags]]
Counts = Counter[tuple[str, ...]]


@dataclass
class Truth:
    """Counters by what they count: ("sessions", "device", "mobile", "purchased") -> 17. Truths of parts add up."""

    counts: Counts = field(default_factory=Counter)
    orders: list[Orders] = field(default_factory=list)

    def __iadd__(self, other: "Truth") -> "Truth":
        self.counts.update(other.counts)
        self.orders += other.orders
        return self


def count(town: World, these: Visits, steps: Steps, before: Before) -> Truth:
    """The truth about visits and all their steps. `before`: the same visitors' earlier visits."""
    truth = Truth()
    people = ~these.bot
    human = people[steps.visit]
    for code, name in enumerate(CODES):
        truth.counts["events", name] = int(((steps.code == code) & human).sum())
    truth.counts["robots", "events"] = int((~human).sum())
    truth.counts["robots", "visitors"] = int(these.bot.sum())
    _count_sessions(truth.counts, town, these, steps)
    new = people & ~np.any([there for _, there in before] or [np.zeros(len(people), bool)], axis=0)
    truth.counts["visitors",] = int(new.sum())
    for arm, name in enumerate(world.VARIANTS):
        truth.counts["experiment", name, "users"] = int((new & (these.variant == arm)).sum())
    _count_sales(truth.counts, town, these, steps)
    orders = Orders.of(town, these, steps)
    _count_baskets(truth.counts, town, orders)
    _count_credits(truth.counts, these, orders, before)
    truth.orders.append(orders)
    return truth


def _has_step(steps: Steps, name: str, visits: int) -> Flags:
    flags = np.zeros(visits, bool)
    flags[steps.visit[steps.code == CODES[name]]] = True
    return flags


def _count_sessions(counts: Counts, town: World, these: Visits, steps: Steps) -> None:
    visits = len(these.day)
    reached = {name: _has_step(steps, name, visits) & ~these.bot for name in FUNNEL}
    stages = {
        "sessions": ~these.bot,
        "cart": reached["add_to_cart"],
        "checkout": reached["begin_checkout"],
        "purchased": reached["purchase"],
    }
    for key, names in _traits(these).items():
        for stage, flags in stages.items():
            _tally(counts, ("sessions", key), (stage,), names, flags)
        for place, step in enumerate(FUNNEL):
            flags = np.all([reached[name] for name in FUNNEL[: place + 1]], axis=0)
            _tally(counts, ("funnel", key), (step,), names, flags)


def _traits(these: Visits) -> dict[str, npt.NDArray[Any]]:
    return {
        "all": np.full(len(these.day), "all"),
        "device": np.array(world.DEVICES)[these.device],
        "source": np.array([source for source, *_ in world.SOURCES])[these.source],
        "country": np.array(world.COUNTRIES)[these.country],
        "day": _days(these.start),
    }


def _days(moments: Numbers) -> npt.NDArray[Any]:
    return np.datetime_as_string(moments.astype("datetime64[us]"), unit="D")


def _tally(
    counts: Counts, before: tuple[str, ...], after: tuple[str, ...], names: npt.NDArray[Any], flags: Flags
) -> None:
    for name, number in zip(*np.unique(names[flags], return_counts=True), strict=True):
        counts[(*before, str(name), *after)] += int(number)


def _count_sales(counts: Counts, town: World, these: Visits, steps: Steps) -> None:
    """Money in thousandths of a minor unit, refunds negative, by traits of the line and its visit."""
    refund = steps.code == CODES["refund"]
    lines = np.flatnonzero((steps.line > 0) & ~these.bot[steps.visit])
    sign = np.where(refund[lines], -1, 1)
    value, pieces = steps.values(town)[lines] * sign, steps.quantity[lines] * sign
    visit = steps.visit[lines]
    traits = {key: names[visit] for key, names in _traits(these).items() if key != "day"}
    traits["day"] = _days(steps.t[lines])
    traits["product"] = np.array([product["name"] for product in town.products])[steps.product[lines]]
    traits["category"] = np.array([product["category"] for product in town.products])[steps.product[lines]]
    for key, names in traits.items():
        kinds, of = np.unique(names, return_inverse=True)
        orders = _distinct(of[sign > 0], visit[sign > 0], len(kinds))
        for kind, name in enumerate(kinds):
            selected = of == kind
            counts["sales", key, str(name), "orders"] += int(orders[kind])
            counts["sales", key, str(name), "pieces"] += int(pieces[selected].sum())
            counts["sales", key, str(name), "revenue"] += int(value[selected].sum())
    counts["sales", "all", "all", "lines"] += len(lines)
    counts["sales", "all", "all", "refunds"] += int(-value[sign < 0].sum())
    for arm, name in enumerate(world.VARIANTS):
        counts["experiment", name, "revenue"] += int(value[(sign > 0) & (these.variant[visit] == arm)].sum())


def _distinct(kind: Numbers, order: Numbers, kinds: int) -> Numbers:
    """Different orders of each kind. An order has one visit."""
    pairs = np.unique(np.stack([kind, order], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=kinds)


def _count_baskets(counts: Counts, town: World, orders: Orders) -> None:
    for products in orders.products:
        names = sorted({str(town.products[product]["product_id"]) for product in products})
        counts.update(("basket", name) for name in names)
        counts.update(("pair", *pair) for pair in combinations(names, 2))


def _count_credits(counts: Counts, these: Visits, orders: Orders, before: Before) -> None:
    """Each order's revenue to the sources of the visits that led to it: the converting one, and those of the 30 days
    before the purchase."""
    names = [source for source, *_ in world.SOURCES]
    for visit, moment, worth in zip(orders.visit, orders.moment, orders.worth, strict=True):
        past = [known for known, there in before if there[visit] and moment - known.start[visit] <= LOOKBACK_US]
        sources = [int(known.source[visit]) for known in reversed(past)] + [int(these.source[visit])]
        known_by = [source for source in sources if source != world.DIRECT] or sources
        counts["attribution", "first", names[sources[0]]] += int(worth)
        counts["attribution", "last", names[sources[-1]]] += int(worth)
        counts["attribution", "last_non_direct", names[known_by[-1]]] += int(worth)
        share, rest = divmod(int(worth), len(sources))
        for place, source in enumerate(sources):
            counts["attribution", "linear", names[source]] += share + (place < rest)


def as_json(town: World, truth: Truth, sent: dict[str, int]) -> dict[str, Any]:
    """truth.json: see the room's README for its form."""
    orders = Orders.concat(truth.orders)
    tree: dict[str, Any] = {}
    for path, number in sorted(truth.counts.items()):
        if path[0] not in ("pair", "sales", "attribution", "experiment"):
            _put(tree, path, number)
    return {
        "world": {"seed": town.seed, "sessions": town.sessions, "start": str(town.start), "days": town.days},
        **tree,
        "sales": _sales(truth.counts),
        "attribution": _nest(truth.counts, "attribution", _minor),
        "experiment": _experiment(truth.counts, orders),
        "pairs": _pairs(truth.counts),
        "customers": orders.customers(),
        "cohorts": orders.cohorts(),
        "incidents": town.incidents,
        "corruption": sent,
    }


def _put(tree: dict[str, Any], path: Iterable[str], value: Any) -> None:
    *folders, name = path
    for folder in folders:
        tree = tree.setdefault(folder, {})
    tree[name] = value


def _nest(counts: Counts, first: str, convert: Any) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, number in sorted(counts.items()):
        if path[0] == first:
            _put(tree, path[1:], convert(number))
    return tree


def _minor(thousandths: int) -> str:
    return f"{Decimal(thousandths) / 1_000:f}"


def _sales(counts: Counts) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, number in sorted(counts.items()):
        if path[0] == "sales":
            money = path[-1] in ("revenue", "refunds")
            _put(tree, (*path[1:-1], f"{path[-1]}_minor" if money else path[-1]), _minor(number) if money else number)
    return tree


def _experiment(counts: Counts, orders: Orders) -> dict[str, Any]:
    arms = {
        name: {
            "users": counts["experiment", name, "users"],
            "converters": orders.buyers(arm),
            "revenue_minor": _minor(counts["experiment", name, "revenue"]),
        }
        for arm, name in enumerate(world.VARIANTS)
    }
    return {"name": world.EXPERIMENT, "lift of the chance to begin a checkout": world.LIFT, "arms": arms}


def _pairs(counts: Counts) -> list[dict[str, Any]]:
    ranking = [(-number, path[1:]) for path, number in counts.items() if path[0] == "pair"]
    return [{"a": a, "b": b, "orders": -number} for number, (a, b) in sorted(ranking)[:TOP_PAIRS]]


def day_of(moment: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).date()
