"""What shoppers have bought, from the topic of order changes: a read model of another context's data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.core.order_changes import OrderChange
from shoplib.services.reviews.domain import Review, about_product

# Changes come more than once and in any order; an order only moves on.
CONFIRMED, DELIVERED, CANCELLED = "confirmed", "delivered", "cancelled"
PROGRESS = {CONFIRMED: 1, DELIVERED: 2, CANCELLED: 3}
# Of a shopper's orders, the newest that are looked at.
NEWEST = 100


@dataclass(frozen=True)
class Purchase:
    """An order of a member. `parents` are the parent products of its variants."""

    user_id: str
    order_id: str
    status: str
    at: str
    product_ids: tuple[str, ...]
    parents: Mapping[str, str]

    @property
    def progress(self) -> int:
        return PROGRESS[self.status]

    @property
    def subjects(self) -> frozenset[str]:
        """The products that may be reviewed."""
        return frozenset(self.parents.get(each, each) for each in self.product_ids)

    def bought_for(self, subject: str) -> str | None:
        """The order's product that is a review's subject, or a variant of it."""
        return next((each for each in self.product_ids if self.parents.get(each, each) == subject), None)


def product_ids(change: OrderChange) -> list[str]:
    """The distinct products of an order."""
    return list(dict.fromkeys(line.product_id for line in change.lines))


def purchase_of(change: OrderChange, parents: Mapping[str, str]) -> Purchase | None:
    """The purchase of a changed order; None for a guest's order, or for an irrelevant state."""
    if not change.user_id or change.status not in PROGRESS:
        return None
    return Purchase(
        change.user_id, change.order_id, change.status, change.at, tuple(product_ids(change)), dict(parents)
    )


def to_review(purchases: Iterable[Purchase], reviews: Iterable[Review]) -> list[str]:
    """What has arrived and is not reviewed yet, newest first."""
    done = {review.about for review in reviews}
    arrived = [subject for each in purchases if each.status == DELIVERED for subject in sorted(each.subjects)]
    return [subject for subject in dict.fromkeys(arrived) if about_product(subject) not in done]


def parents_of(products: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The parents of variants, from the catalog's products."""
    return {name: str(each["parent_id"]) for name, each in products.items() if each.get("parent_id")}
