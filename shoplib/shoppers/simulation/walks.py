"""What visitors do: every step of every visit, decided before any event is made of it.

A visit is laid out in slots (arrive, search, seven times look/add/take out, sign in, checkout, payment, order lines,
refund), of which each visitor takes some; a step's time is its visit's start and the pauses of the steps before it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoplib.core import events
from shoplib.shoppers.simulation import dice, world
from shoplib.shoppers.simulation.people import DAY_US, Flags, Numbers, Visits
from shoplib.shoppers.simulation.world import World

LOOKS = 7
ARRIVE, SEARCH, FIRST_LOOK = 0, 1, 2
SIGN_IN = FIRST_LOOK + 3 * LOOKS
CHECKOUT, PAYMENT, FIRST_LINE = SIGN_IN + 1, SIGN_IN + 2, SIGN_IN + 3
REFUND = FIRST_LINE + LOOKS
SLOTS = REFUND + 1
CODES = {name: code for code, name in enumerate(events.NAMES)}
SECOND_US = 10**6
NOTHING = -1


@dataclass(frozen=True)
class Steps:
    """Steps in order of visit and slot. `visit` is a row of the visits; `t` µs since 1970; `product` an index of the
    world's list or -1; `quantity` pieces or 0; `line` an order line from 1, or 0; `signed_in`: whether it was known who
    it is; `slot` makes the step unique in its visit."""

    visit: Numbers
    slot: Numbers
    t: Numbers
    code: npt.NDArray[np.int8]
    product: Numbers
    quantity: Numbers
    line: Numbers
    signed_in: Flags

    def __len__(self) -> int:
        return len(self.visit)

    def values(self, town: World) -> Numbers:
        """Value of each step in thousandths of a minor unit: price x pieces of order lines and refunds, else 0."""
        return np.where(self.line > 0, self.quantity * town.prices[np.maximum(self.product, 0)], 0)


def walks(town: World, these: Visits) -> Steps:
    """The steps of people's visits. Robots take none here."""
    plan = _Plan(town, these)
    steps = plan.choose_steps()
    visit, slot = np.nonzero(steps)
    look = np.where(slot >= FIRST_LINE, slot - FIRST_LINE, (slot - FIRST_LOOK) // 3)
    look[slot == REFUND] = plan.first_line[visit[slot == REFUND]]
    of_product = ((slot >= FIRST_LOOK) & (slot < SIGN_IN)) | (slot >= FIRST_LINE)
    look = np.where(of_product, look, 0)
    lines = np.cumsum(steps[:, FIRST_LINE:REFUND], axis=1)
    line = np.where(slot >= FIRST_LINE, lines[visit, look], 0)
    adds = ((slot - FIRST_LOOK) % 3 > 0) & (slot >= FIRST_LOOK) & (slot < SIGN_IN)
    return Steps(
        visit=visit,
        slot=slot,
        t=plan.times(steps)[visit, slot],
        code=plan.codes[visit, slot],
        product=np.where(of_product, plan.products[visit, look], NOTHING),
        quantity=np.where(adds | (slot >= FIRST_LINE), plan.quantities[visit, look], 0),
        line=line,
        signed_in=steps[visit, SIGN_IN] & (slot >= SIGN_IN),
    )


class _Plan:
    """Decisions of many visits, as matrices of visit by slot or by look."""

    def __init__(self, town: World, these: Visits) -> None:
        self.town, self.these = town, these
        self.each = dice.bits(dice.bits(dice.key(town.seed, "walk"), these.day), these.place)
        self.products = dice.choose(town.popularity, self._of_looks("product").ravel()).reshape(-1, LOOKS)
        self.quantities = dice.choose((60, 30, 10), self._of_looks("quantity").ravel()).reshape(-1, LOOKS) + 1
        self.codes = self._codes()
        self.first_line = np.zeros(len(these.day), np.int64)

    def choose_steps(self) -> Flags:
        these, some = (
            self.these,
            np.arange(LOOKS) < 1 + dice.choose((30, 22, 16, 12, 9, 6, 5), self._one("looks"))[:, None],
        )
        adds = some & (self._of_looks("add") < self._add_rates())
        takes_out = adds & (self._of_looks("remove") < world.CHANGES_MIND)
        buys = adds & ~takes_out
        lift = np.where(these.variant == 1, world.LIFT, 1.0)
        goes = buys.any(axis=1) & (self._one("checkout") < np.array(world.CHECKS_OUT)[these.device] * lift)
        flags = np.zeros((len(these.day), SLOTS), bool)
        flags[:, ARRIVE] = True
        flags[:, SEARCH] = self._one("search") < world.SEARCHES
        flags[:, FIRST_LOOK:SIGN_IN] = np.stack([some, adds, takes_out], axis=2).reshape(-1, 3 * LOOKS)
        flags[:, SIGN_IN] = these.has_account & (self._one("sign in") < world.SIGNS_IN) & adds.any(axis=1)
        flags[:, CHECKOUT] = flags[:, PAYMENT] = goes
        paid = goes & (self._one("pay") < world.PAYS) & ~self._in_outage(flags)
        flags[:, FIRST_LINE:REFUND] = buys & paid[:, None]
        flags[:, REFUND] = paid & (self._one("return") < world.RETURNS)
        self.first_line = buys.argmax(axis=1)
        flags[these.bot] = False
        return flags

    def times(self, steps: Flags) -> Numbers:
        """Moments by slot; order lines share the moment of the first."""
        pauses = 3 + self._of_slots("pause") * 87
        long = self._of_slots("long pause") < world.LONG_PAUSE
        waits = np.where(long, 300 + pauses * 15, pauses) * SECOND_US
        waits[:, ARRIVE] = 0
        waits[:, FIRST_LINE + 1 : REFUND] = 0
        waits[:, FIRST_LINE] *= steps[:, PAYMENT]
        moved = waits.astype(np.int64) * steps
        first = steps[:, FIRST_LINE:REFUND].argmax(axis=1)
        moved[np.arange(len(moved)), FIRST_LINE + first] = waits[:, FIRST_LINE]
        moved[:, REFUND] = DAY_US + (self._one("return after") * 19 * DAY_US).astype(np.int64)
        return self.these.start[:, None] + np.cumsum(moved, axis=1)

    def _in_outage(self, steps: Flags) -> Flags:
        begins, ends = (int(moment.timestamp()) * SECOND_US for moment in self.town.outage)
        moments = self.times(steps)[:, PAYMENT]
        return (self.these.device == 0) & (moments >= begins) & (moments < ends)

    def _add_rates(self) -> npt.NDArray[np.float64]:
        """What is dearer than the median is added less often."""
        dear = self.town.prices / np.median(self.town.prices)
        return np.array(world.ADDS)[self.these.device][:, None] * (dear**-world.ELASTICITY)[self.products]

    def _codes(self) -> npt.NDArray[np.int8]:
        names = ["session_start", "search", *["view_item", "add_to_cart", "remove_from_cart"] * LOOKS, "login"]
        names += ["begin_checkout", "add_payment_info", *["purchase"] * LOOKS, "refund"]
        codes = np.tile(np.array([CODES[name] for name in names], np.int8), (len(self.these.day), 1))
        codes[self._one("new account") < 0.3, SIGN_IN] = CODES["sign_up"]
        return codes

    def _one(self, name: str) -> npt.NDArray[np.float64]:
        return dice.uniform(self.each, np.full(len(self.each), dice.key(name)))

    def _of_looks(self, name: str) -> npt.NDArray[np.float64]:
        return self._many(name, LOOKS)

    def _of_slots(self, name: str) -> npt.NDArray[np.float64]:
        return self._many(name, SLOTS)

    def _many(self, name: str, count: int) -> npt.NDArray[np.float64]:
        base = dice.bits(self.each, np.full(len(self.each), dice.key(name)))
        return dice.uniform(base[:, None], np.arange(count)[None, :])


def robots(town: World, these: Visits) -> Steps:
    """The steps of robots: they look at things. One half says what it is, the other is too fast for a person."""
    rows = np.flatnonzero(these.bot)
    each = dice.bits(dice.bits(dice.key(town.seed, "robot"), these.day[rows]), these.place[rows])
    fast = is_fast(these)[rows]
    count = np.where(fast, 130, 20) + (dice.uniform(each, np.zeros(len(rows))) * 40).astype(np.int64)
    visit = np.repeat(rows, count)
    slot = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    # All of a fast one's steps lie within one minute of the clock.
    start = np.where(fast, these.start[rows] // (60 * SECOND_US) * 60 * SECOND_US, these.start[rows])
    t = np.repeat(start, count) + slot * np.repeat(np.where(fast, 300_000, 7 * SECOND_US), count)
    looked = dice.choose(town.popularity, dice.uniform(np.repeat(each, count), slot + 1))
    none = np.zeros(len(visit), np.int64)
    code = np.full(len(visit), CODES["view_item"], np.int8)
    return Steps(visit, slot, t, code, looked, none, none, none.astype(bool))


def is_fast(these: Visits) -> Flags:
    """Which robots do not say what they are, and are known by their speed."""
    return these.bot & (these.person % np.uint64(2) == 0)
