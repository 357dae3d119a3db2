"""Reviews of products and of the shop's service: what authors write, how it is moderated, and what ratings add up
to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from shoplib.core import checks
from shoplib.core.errors import InvalidRequest, NotFound, PreconditionFailed

PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"
DECISIONS = {"approve": APPROVED, "reject": REJECTED}
RATINGS = (1, 2, 3, 4, 5)
# What a review is about: the service, or `PRODUCT#<id>`.
SERVICE, PRODUCT = "SERVICE", "PRODUCT#"
MAX_NAME, MAX_TITLE, MAX_TEXT, MAX_REASON = 40, 120, 5_000, 500
MAX_VERSION = 10**9
# Of an author's own reviews, the latest are shown; more would not fit into an answer.
MAX_OWN = 100


@dataclass(frozen=True)
class Opinion:
    """What an author writes: a rating from 1 to 5 and, as plain text, the name to appear under, a title and a text."""

    rating: int
    name: str
    title: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Review:
    """`about` is its subject, `key` identifies it among its author's reviews: an author has one per product, and one of
    the service per order. `version` counts changes by author and moderators; `decided_from` is the version of the last
    decision, `reason` why it was rejected. `product_id` is what was bought, which may be a variant.
    """

    review_id: str
    user_id: str
    about: str
    key: str
    opinion: Opinion
    created_at: str
    changed_at: str
    status: str = PENDING
    version: int = 1
    decided_from: int | None = None
    reason: str | None = None
    product_id: str | None = None


@dataclass(frozen=True)
class Decision:
    """A moderator's decision on one version of a review."""

    status: str
    version: int
    reason: str | None = None


@dataclass(frozen=True)
class Sums:
    """The number of approved reviews by rating."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        return sum(rating * count for rating, count in self.counts.items())

    @property
    def average(self) -> Decimal | None:
        """The average to two decimals; None without ratings."""
        return (Decimal(self.total) / self.count).quantize(Decimal("0.01"), ROUND_HALF_EVEN) if self.count else None


def about_product(product_id: str) -> str:
    return f"{PRODUCT}{product_id}"


def key_of_service(order_id: str) -> str:
    return f"{SERVICE}#{order_id}"


def opinion(body: Mapping[str, Any]) -> Opinion:
    """The opinion in a request's body."""
    name = checks.text(body, "name", maximum=MAX_NAME)
    if "@" in name:
        raise InvalidRequest("name is shown to everybody: choose one that is not an e-mail address.")
    return Opinion(
        rating=checks.integer(body, "rating", low=RATINGS[0], high=RATINGS[-1]),
        name=name,
        title=checks.optional_text(body, "title", maximum=MAX_TITLE),
        text=checks.optional_text(body, "text", maximum=MAX_TEXT, lines=True),
    )


def decision(body: Mapping[str, Any]) -> Decision:
    """The decision in a request's body. A rejection needs a reason, which is shown to the author."""
    status = DECISIONS[checks.choice(body, "decision", tuple(DECISIONS))]
    version = checks.integer(body, "version", low=1, high=MAX_VERSION)
    if status == APPROVED:
        return Decision(status, version)
    return Decision(status, version, checks.text(body, "reason", maximum=MAX_REASON, lines=True))


def rewrite(review: Review, opinion: Opinion, now: str, product_id: str | None) -> Review:
    """`review` with its author's new text, to be moderated again; unchanged if nothing is new."""
    if opinion == review.opinion:
        return review
    return replace(
        review,
        opinion=opinion,
        product_id=product_id,
        changed_at=now,
        status=PENDING,
        version=review.version + 1,
        decided_from=None,
        reason=None,
    )


def decide(review: Review, decision: Decision) -> Review:
    """`review` after a decision; unchanged if it already has this decision. PreconditionFailed if the review has
    changed since the moderator read it.
    """
    latest = Decision(review.status, review.decided_from or 0, review.reason)
    if decision == latest:
        return review
    if decision.version != review.version:
        message = f"The review is {review.status} at version {review.version} by now: look at it again."
        raise PreconditionFailed("review_changed", message)
    return replace(
        review,
        status=decision.status,
        reason=decision.reason,
        decided_from=review.version,
        version=review.version + 1,
    )


def shift(before: Review | None, after: Review | None) -> dict[int, int]:
    """How a change of a review changes its subject's counts, by rating."""
    change = {rating: _votes(after, rating) - _votes(before, rating) for rating in RATINGS}
    return {rating: number for rating, number in change.items() if number}


def _votes(review: Review | None, rating: int) -> int:
    return int(review is not None and review.status == APPROVED and review.opinion.rating == rating)


def no_such_review() -> NotFound:
    return NotFound("no_such_review", "There is no such review.")


def ratings(sums: Sums) -> dict[str, Any]:
    """Sums as clients see them: `sum` / `count` is the exact average, `average` is rounded to two decimals."""
    average = None if sums.average is None else float(sums.average)
    distribution = {str(rating): sums.counts.get(rating, 0) for rating in RATINGS}
    return {"count": sums.count, "sum": sums.total, "average": average, "distribution": distribution}


def to_public(review: Review) -> dict[str, Any]:
    """The public view of a review: the name that its author chose, without user and order."""
    return {
        "review_id": review.review_id,
        "product_id": review.product_id,
        **vars(review.opinion),
        "created_at": review.created_at,
        "changed_at": review.changed_at,
    }


def to_author(review: Review) -> dict[str, Any]:
    """The author's view of a review."""
    order_id = review.key.removeprefix(f"{SERVICE}#") if review.about == SERVICE else None
    return {**to_public(review), **_state(review), "order_id": order_id}


def to_moderator(review: Review) -> dict[str, Any]:
    """The moderators' view of a review, without its author."""
    return {**to_public(review), **_state(review), "decided_from": review.decided_from}


def _state(review: Review) -> dict[str, Any]:
    about = "service" if review.about == SERVICE else "product"
    subject_id = None if review.about == SERVICE else review.about.removeprefix(PRODUCT)
    return {
        "about": about,
        "subject_id": subject_id,
        "status": review.status,
        "reason": review.reason,
        "version": review.version,
    }
