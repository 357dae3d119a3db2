"""Pages of reviews: their order, and where the next page starts."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.core.errors import InvalidRequest
from shoplib.services.reviews.domain import APPROVED, PENDING, Review

MAX_PAGE = 50
DEFAULT_PAGE = "10"
# The subject under which reviews are listed that wait for a moderator.
WAITING = "WAITING"
BY_TIME, BY_RATING = "by_time", "by_rating"
_POSITION = re.compile(r"(?:[1-5]#)?[0-9TZ:.-]{20,32}#[0-9a-f-]{36}")


@dataclass(frozen=True)
class Order:
    """Its index, and whether the index is read backwards."""

    index: str
    backwards: bool


ORDERS = {
    "newest": Order(BY_TIME, True),
    "oldest": Order(BY_TIME, False),
    "highest": Order(BY_RATING, True),
    "lowest": Order(BY_RATING, False),
}


@dataclass(frozen=True)
class Request:
    """`after` is the position of the last review of the previous page, in the order's index."""

    order: Order
    limit: int
    after: str | None


def request(query: Mapping[str, str] | None, sorts: tuple[str, ...] = tuple(ORDERS)) -> Request:
    """The page in a request's query parameters, in one of these orders; the first one by default."""
    query = query or {}
    sort, limit = query.get("sort", sorts[0]), query.get("limit", DEFAULT_PAGE)
    if sort not in sorts:
        raise InvalidRequest(f"sort must be one of {', '.join(sorts)}.")
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= MAX_PAGE:
        raise InvalidRequest(f"limit must be a whole number from 1 to {MAX_PAGE}.")
    return Request(ORDERS[sort], int(limit), _decode(query.get("cursor", ""), ORDERS[sort].index))


def places(review: Review) -> dict[str, str]:
    """The attributes that list a review: in the moderation queue, or under its subject; a rejected one is not
    listed.
    """
    if review.status == PENDING:
        return {"list": WAITING, BY_TIME: f"{review.changed_at}#{review.review_id}"}
    if review.status != APPROVED:
        return {}
    when = f"{review.created_at}#{review.review_id}"
    return {"list": review.about, BY_TIME: when, BY_RATING: f"{review.opinion.rating}#{when}"}


def next_cursor(reviews: list[Review], request: Request) -> str | None:
    """Where the page after these starts; None if there are fewer than the limit."""
    if len(reviews) < request.limit:
        return None
    return base64.urlsafe_b64encode(places(reviews[-1])[request.order.index].encode()).decode()


def answer(reviews: list[dict[str, Any]], cursor: str | None) -> dict[str, Any]:
    return {"reviews": reviews, "next_cursor": cursor}


def _decode(cursor: str, index: str) -> str | None:
    if not cursor:
        return None
    try:
        position = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (ValueError, binascii.Error):
        position = ""
    if not _POSITION.fullmatch(position) or ("#" in position[:2]) != (index == BY_RATING):
        raise InvalidRequest("cursor must be the next_cursor of an earlier page in the same order.")
    return position
