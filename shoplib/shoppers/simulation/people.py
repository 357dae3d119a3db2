"""Who comes on which day. A visitor is known by place in the day: the one at place i comes back every so many days.

Therefore a visitor's other visits can be foreseen from any one of them, and nobody has to be remembered.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoplib.shoppers.simulation import dice, world
from shoplib.shoppers.simulation.world import World

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Days from one visit to the next, and visits until the visitor is seen no more: by place modulo their number.
PERIODS = np.array([3, 5, 7, 14, 10**6, 10**6, 10**6, 10**6])
VISITS = np.array([8, 3, 4, 2, 1, 1, 1, 1])
ATTRIBUTION_DAYS = 30
DAY_US = 86_400 * 10**6


@dataclass(frozen=True)
class Visits:
    """Visits of one day, by place: `person` (64 bits), `start` (µs since 1970), indices of world's lists, flags."""

    day: Numbers
    place: Numbers
    person: dice.Keys
    start: Numbers
    device: Numbers
    source: Numbers
    country: Numbers
    variant: Numbers
    has_account: Flags
    bot: Flags


def visits(town: World, day: npt.ArrayLike, place: npt.ArrayLike) -> Visits:
    """The visits at these places of these days, whether or not the day has as many."""
    places, days = np.asarray(place, np.int64), np.broadcast_to(np.asarray(day, np.int64), np.shape(place))
    person = _person(town, days, places)
    each = dice.bits(dice.bits(dice.key(town.seed, "visit"), days), places)

    def habit(name: str, weights: npt.ArrayLike) -> Numbers:
        return dice.choose(weights, dice.uniform(person, np.full(len(person), dice.key(name))))

    def chance(name: str, of: dice.Keys) -> npt.NDArray[np.float64]:
        return dice.uniform(of, np.full(len(of), dice.key(name)))

    source = dice.choose(world.SOURCE_WEIGHTS, chance("source", each))
    lured = (days == town.campaign_day) & (chance("campaign", each) < 0.5)
    hour = dice.choose(world.HOURS, chance("hour", each))
    second = (chance("second", each) * 3_600 * 10**6).astype(np.int64)
    return Visits(
        day=days,
        place=places,
        person=person,
        start=town.midnight_us + days * DAY_US + hour * 3_600 * 10**6 + second,
        device=habit("device", world.DEVICE_WEIGHTS),
        source=np.where(lured, world.NEWSLETTER, source),
        country=habit("country", world.COUNTRY_WEIGHTS),
        variant=habit("variant", (1, 1)),
        has_account=chance("account", person) < world.HAS_ACCOUNT,
        bot=chance("bot", person) < world.BOT_SHARE,
    )


def _person(town: World, days: Numbers, places: Numbers) -> dice.Keys:
    period, many = PERIODS[places % len(PERIODS)], VISITS[places % len(PERIODS)]
    # Somebody who comes once is new on every day.
    phase = np.where(many == 1, days, days % np.minimum(period, 10**6))
    life = np.where(many == 1, 0, days // (period * many))
    base = dice.bits(dice.key(town.seed, "person"), places)
    return dice.bits(dice.bits(base, phase), life)


def earlier(town: World, these: Visits) -> list[tuple[Visits, Flags]]:
    """The visitors' visits before these, the latest first, with whether each took place: at most 30 days back."""
    period = PERIODS[these.place % len(PERIODS)]
    many = VISITS[these.place % len(PERIODS)]
    before = []
    for back in range(1, int(many.max(initial=1))):
        day = these.day - back * period
        there = (many > 1) & (day >= 0) & (back * period <= ATTRIBUTION_DAYS + 1)
        known = visits(town, np.where(there, day, 0), these.place)
        there &= (known.place < town.per_day[np.where(there, day, 0)]) & (known.person == these.person)
        before.append((known, there))
    return before
