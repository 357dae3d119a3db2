"""The orders among the visitors' steps: one a visit at most. They are kept, for what counts customers over all days."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shoplib.shoppers.simulation import dice
from shoplib.shoppers.simulation.people import Flags, Numbers, Visits
from shoplib.shoppers.simulation.walks import CODES, Steps
from shoplib.shoppers.simulation.world import World


@dataclass(frozen=True)
class Orders:
    """One row per order: its visit's row, its buyer, whether the shop knows who that is, when (µs), what it is worth
    and how much of that came back (thousandths of a minor unit), the experiment's arm, and the lines' products."""

    visit: Numbers
    person: dice.Keys
    signed_in: Flags
    moment: Numbers
    worth: Numbers
    refunded: Numbers
    arm: Numbers
    products: list[Numbers]

    @classmethod
    def of(cls, town: World, these: Visits, steps: Steps) -> "Orders":
        purchases = np.flatnonzero(steps.code == CODES["purchase"])
        back = steps.code == CODES["refund"]
        visit, first = np.unique(steps.visit[purchases], return_index=True)
        value = steps.values(town)
        every = len(these.day)
        worth = np.zeros(every, np.int64)
        refunded = np.zeros(every, np.int64)
        np.add.at(worth, steps.visit[purchases], value[purchases])
        np.add.at(refunded, steps.visit[back], value[back])
        return cls(
            visit=visit,
            person=these.person[visit],
            signed_in=steps.signed_in[purchases[first]],
            moment=steps.t[purchases[first]],
            worth=worth[visit],
            refunded=refunded[visit],
            arm=these.variant[visit],
            products=np.split(steps.product[purchases], first[1:]) if len(purchases) else [],
        )

    @classmethod
    def concat(cls, parts: Sequence["Orders"]) -> "Orders":
        """Orders of several parts; what only a part knows (visits, products) is left behind."""
        names = ("person", "signed_in", "moment", "worth", "refunded", "arm")
        joined: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        return cls(visit=np.zeros(0, np.int64), products=[], **joined)

    def without_parts(self) -> "Orders":
        """The same without what only its own part needs."""
        return Orders.concat([self])

    def buyers(self, arm: int) -> int:
        """Visitors of an arm who bought."""
        return len(np.unique(self.person[self.arm == arm]))

    def customers(self) -> dict[str, Any]:
        """Customers are buyers who were signed in: how many, their orders, and a digest over each one's recency,
        frequency and monetary value, sorted: SHA-256 of lines `orders revenue_in_thousandths last_day`."""
        known = self.signed_in
        people, of = np.unique(self.person[known], return_inverse=True)
        many = np.bincount(of, minlength=len(people))
        net = np.zeros(len(people), np.int64)
        np.add.at(net, of, (self.worth - self.refunded)[known])
        last = np.zeros(len(people), np.int64)
        np.maximum.at(last, of, self.moment[known] // (86_400 * 10**6))
        lines = sorted(f"{orders} {money} {day}" for orders, money, day in zip(many, net, last, strict=True))
        histogram = {str(size): count for size, count in sorted(Counter(many.tolist()).items())}
        return {
            "customers": len(people),
            "by_orders": histogram,
            "digest": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        }

    def cohorts(self) -> dict[str, dict[str, int]]:
        """Month of a customer's first order -> months since -> customers who ordered in that month."""
        known = self.signed_in
        months = self.moment[known].astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
        people, of = np.unique(self.person[known], return_inverse=True)
        first = np.full(len(people), np.iinfo(np.int64).max)
        np.minimum.at(first, of, months)
        pairs = np.unique(np.stack([of, months], axis=1), axis=0) if len(of) else np.zeros((0, 2), np.int64)
        by_cohort: dict[str, dict[str, int]] = {}
        for customer, month in pairs:
            cohort = str(np.datetime64(int(first[customer]), "M"))
            ages = by_cohort.setdefault(cohort, {})
            age = str(month - first[customer])
            ages[age] = ages.get(age, 0) + 1
        return {cohort: dict(sorted(ages.items())) for cohort, ages in sorted(by_cohort.items())}
