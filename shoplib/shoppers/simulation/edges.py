"""Visits that are always there because definitions are decided at their edges."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from shoplib.shoppers.simulation import dice
from shoplib.shoppers.simulation.people import Flags, Visits
from shoplib.shoppers.simulation.walks import CODES, NOTHING, Steps
from shoplib.shoppers.simulation.world import World

HALF_HOUR, TICK, MINUTE = timedelta(minutes=30), timedelta(microseconds=1), timedelta(minutes=1)
BY_WEIGHT = 6  # a product whose price has three decimals


@dataclass(frozen=True)
class Step:
    name: str
    after: timedelta = timedelta()
    product: int = NOTHING
    quantity: int = 0
    line: int = 0


@dataclass(frozen=True)
class Edge:
    """One visit: who, when, what; signed in from step number `signs_in` on; `returns` after the visit before it."""

    who: str
    start: datetime
    steps: tuple[Step, ...]
    source: int = 0
    signs_in: int = 99
    returns: bool = field(default=False)


def _looks(*offsets: timedelta) -> tuple[Step, ...]:
    return tuple(Step("view_item", offset, product=0) for offset in offsets)


def _buys(lines: int = 1, first: int = 0, after: timedelta = 2 * MINUTE) -> tuple[Step, ...]:
    products = range(first, first + lines)
    return (
        Step("session_start"),
        *(Step("view_item", MINUTE, product) for product in products),
        *(Step("add_to_cart", MINUTE + TICK, product, 1) for product in products),
        Step("login", MINUTE + 2 * TICK),
        Step("begin_checkout", MINUTE + 3 * TICK),
        Step("add_payment_info", MINUTE + 4 * TICK),
        *(Step("purchase", after, product, 1, number) for number, product in enumerate(products, 1)),
    )


def _edges(town: World) -> Iterator[Edge]:
    noon = town.midnight + timedelta(days=town.days // 3, hours=12)
    night = town.midnight + timedelta(days=town.days // 3 + 1) - 5 * MINUTE
    yield Edge("gap of exactly 30:00", noon, _looks(timedelta(), HALF_HOUR))
    yield Edge("gap of 30:00.000001", noon, _looks(timedelta()))
    yield Edge("gap of 30:00.000001", noon + HALF_HOUR + TICK, _looks(timedelta()), returns=True)
    yield Edge("over midnight", night, _buys(after=10 * MINUTE))
    yield Edge("over month end", _month_end(town) - 5 * MINUTE, _buys(after=10 * MINUTE), signs_in=3)
    yield Edge("two sessions on one day", noon - 5 * HALF_HOUR, _buys(), source=2, signs_in=3)
    yield Edge("two sessions on one day", noon, _buys(), source=1, signs_in=0, returns=True)
    yield Edge("signs in half-way", noon, _buys(lines=2), signs_in=5)
    yield Edge("guest", noon, _buys())
    back = Step("refund", timedelta(days=2), BY_WEIGHT, 1, 2)
    yield Edge(
        "three lines, one comes back, a price in thousandths", noon, (*_buys(3, BY_WEIGHT - 1), back), signs_in=7
    )


def _month_end(town: World) -> datetime:
    """The first change of months at which the visit still lies in the simulated days, else some midnight."""
    after = town.midnight + timedelta(days=1)
    first = datetime(after.year + after.month // 12, after.month % 12 + 1, 1, tzinfo=UTC)
    return first if first < town.midnight + timedelta(days=town.days) else after


def edges(town: World) -> tuple[Visits, Steps, list[tuple[Visits, Flags]]]:
    """Their visits, steps, and the visits before them."""
    listed = list(_edges(town))
    steps = [(row, slot, step) for row, edge in enumerate(listed) for slot, step in enumerate(edge.steps)]
    these = _visits(town, listed)
    all_steps = Steps(
        visit=np.array([row for row, _, _ in steps]),
        slot=np.array([slot for _, slot, _ in steps]),
        t=np.array([these.start[row] + step.after // TICK for row, _, step in steps]),
        code=np.array([CODES[step.name] for _, _, step in steps], np.int8),
        product=np.array([step.product for _, _, step in steps]),
        quantity=np.array([step.quantity for _, _, step in steps]),
        line=np.array([step.line for _, _, step in steps]),
        signed_in=np.array([slot >= listed[row].signs_in for row, slot, _ in steps]),
    )
    back = np.array([edge.returns for edge in listed])
    earlier = replace(these, **{each.name: np.roll(getattr(these, each.name), 1) for each in fields(these)})
    return these, all_steps, [(earlier, back)]


def _visits(town: World, listed: list[Edge]) -> Visits:
    count, zero = len(listed), np.zeros(len(listed), np.int64)
    return Visits(
        day=zero - 1,
        place=np.arange(count),
        person=np.array([dice.key(town.seed, "edge", edge.who) for edge in listed], np.uint64),
        start=np.array([int(edge.start.timestamp()) * 10**6 + edge.start.microsecond for edge in listed]),
        device=zero + 1,
        source=np.array([edge.source for edge in listed]),
        country=zero,
        variant=zero,
        has_account=zero == 0,
        bot=zero != 0,
    )
