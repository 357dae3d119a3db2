"""What the simulated shop is like: its days, its visitors' habits, its experiment and its incidents.

Levels stay near published ones: about 70 % of carts abandoned (Baymard Institute's average is 70.2 %), about a third of
carts bought (RetailRocket), a few sessions in a hundred converting.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shoplib.errors import LabError
from shoplib.shoppers import seed as shelves

DEVICES = ("mobile", "desktop", "tablet")
DEVICE_WEIGHTS = (55, 38, 7)
SOURCES = (
    ("google", "organic", None),
    ("(direct)", "(none)", None),
    ("newsletter", "email", "winter-gifts"),
    ("instagram", "social", "new-arrivals"),
)
SOURCE_WEIGHTS = (45, 25, 15, 15)
DIRECT = 1
NEWSLETTER = 2
COUNTRIES = ("United Kingdom", "Germany", "France", "Norway", "Japan")
COUNTRY_WEIGHTS = (70, 10, 9, 6, 5)
# Monday first; hours are UTC.
WEEKDAYS = (1.0, 0.95, 0.95, 1.0, 1.1, 0.8, 0.9)
HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 14, 13, 12, 12, 13, 14, 16, 19, 20, 17, 11, 5)
ADDS = (0.09, 0.14, 0.11)
CHECKS_OUT = (0.26, 0.36, 0.30)
SEARCHES, CHANGES_MIND, PAYS, RETURNS, LONG_PAUSE = 0.30, 0.15, 0.92, 0.06, 0.02
HAS_ACCOUNT, SIGNS_IN = 0.55, 0.6
POPULARITY = 0.8
ELASTICITY = 0.3
EXPERIMENT = "checkout-button"
VARIANTS = ("control", "treatment")
LIFT = 1.25  # of the chance to begin a checkout
BOT_SHARE = 0.01
MIN_DAYS = 8
EVENTS_A_SESSION = 5.3
MOST_SESSIONS = 10**9


@dataclass(frozen=True)
class World:
    """A seed, a number of sessions (bots' included, edge cases not) and the days (UTC) over which they come."""

    seed: int = 1
    sessions: int = 1_000
    start: date = date(2026, 1, 5)
    days: int = 56

    def __post_init__(self) -> None:
        if not 1 <= self.sessions <= MOST_SESSIONS:
            raise LabError(f"{self.sessions} sessions cannot be simulated", f"use a number from 1 to {MOST_SESSIONS:,}")
        if not MIN_DAYS <= self.days <= 3_650:
            raise LabError(f"{self.days} days cannot be simulated", f"use {MIN_DAYS} to 3650: visitors come back")

    @property
    def midnight(self) -> datetime:
        return datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)

    @property
    def midnight_us(self) -> int:
        return int(self.midnight.timestamp()) * 10**6

    @cached_property
    def per_day(self) -> npt.NDArray[np.int64]:
        """Sessions of each day: by weekday, and exactly `sessions` in all."""
        first = self.start.weekday()
        weights = np.array([WEEKDAYS[(first + day) % 7] for day in range(self.days)])
        edges = np.round(np.cumsum(weights) / weights.sum() * self.sessions).astype(np.int64)
        return np.diff(edges, prepend=0)

    @cached_property
    def products(self) -> list[dict[str, Any]]:
        """The catalogue, the most wanted first: what is scarce is wanted."""
        return sorted(shelves.catalog(), key=lambda product: (product["stock"], product["product_id"]))

    @cached_property
    def prices(self) -> npt.NDArray[np.int64]:
        """In thousandths of a minor unit. Every seventh product is sold by weight: its price has three decimals."""
        exact = np.array([int(product["price_minor"]) * 1_000 for product in self.products], np.int64)
        return exact + np.where(np.arange(len(exact)) % 7 == 6, 125, 0)

    @cached_property
    def popularity(self) -> npt.NDArray[np.float64]:
        return np.arange(1, len(self.products) + 1, dtype=np.float64) ** -POPULARITY

    @property
    def outage(self) -> tuple[datetime, datetime]:
        """While it lasts nobody on a mobile device can pay."""
        begins = self.midnight + timedelta(days=self.days // 2, hours=17)
        return begins, begins + timedelta(hours=4)

    @property
    def campaign_day(self) -> int:
        """The day on which half of all visits come from the newsletter."""
        return self.days * 2 // 3

    @property
    def incidents(self) -> list[dict[str, str]]:
        begins, ends = self.outage
        campaign = self.midnight + timedelta(days=self.campaign_day)
        return [
            {"what": "mobile cannot pay", "from": begins.isoformat(), "to": ends.isoformat()},
            {
                "what": "half of all visits come from the newsletter",
                "from": campaign.isoformat(),
                "to": (campaign + timedelta(days=1)).isoformat(),
            },
        ]
