"""Pages of reviews: in which order, and where the next one starts."""

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
    """Which index has it, and whether that is read from its end."""

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
    """`after` is the position of the last review that was seen, in the index of the order."""

    order: Order
    limit: int
    after: str | None


def request(query: Mapping[str, str] | None, sorts: tuple[str, ...] = tuple(ORDERS)) -> Request:
    """The page in a request's query parameters, in one of these orders; the first one if it does not say."""
    query = query or {}
    sort, limit = query.get("sort", sorts[0]), query.get("limit", DEFAULT_PAGE)
    if sort not in sorts:
        raise InvalidRequest(f"sort must be one of {', '.join(sorts)}.")
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= MAX_PAGE:
        raise InvalidRequest(f"limit must be a whole number from 1 to {MAX_PAGE}.")
    return Request(ORDERS[sort], int(limit), _decode(query.get("cursor", ""), ORDERS[sort].index))


def places(review: Review) -> dict[str, str]:
    """The attributes of a review that list it: in what waits, or under its subject; a rejected one nowhere."""
    if review.status == PENDING:
        return {"list": WAITING, BY_TIME: f"{review.changed_at}#{review.review_id}"}
    if review.status != APPROVED:
        return {}
    when = f"{review.created_at}#{review.review_id}"
    return {"list": review.about, BY_TIME: when, BY_RATING: f"{review.opinion.rating}#{when}"}


def next_cursor(reviews: list[Review], request: Request) -> str | None:
    """Where the page after these starts; None when they are fewer than were asked for."""
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
