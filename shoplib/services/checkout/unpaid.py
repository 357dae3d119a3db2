"""Uses of promotion codes that are counted and not paid yet, so that one whose checkout dies in between goes back.

A use is noted before it is counted, and the note goes with the decision on the payment, in one transaction. What is
older than any checkout can live belongs to one that died.
"""

from datetime import timedelta
from typing import Any

from shoplib.core import clock, orders
from shoplib.services.checkout import quoting, store

# A function ends after 30 seconds; another attempt makes its own note.
LONGEST_CHECKOUT = timedelta(minutes=5)
_INDEX, _UNPAID = "UnpaidUses", "use"
_AT_ONCE = 100


def note(order: orders.Order, attempt: str) -> None:
    """Notes that an attempt is about to count the use of an order's code, if it has one."""
    if order.promotion_code:
        since = clock.timestamp(clock.now())
        about = {"order_id": order.order_id, "attempt": attempt, "unpaid": _UNPAID, "since": since}
        store.table().put_item(Item={**store.use_key(order.order_id), **about})


def release_old() -> int:
    """Gives back what died, the oldest first; answers how many it looked after. Unavailable when pricing does not
    answer: the notes stay."""
    before = clock.timestamp(clock.now() - LONGEST_CHECKOUT)
    chosen = {
        "KeyConditionExpression": "unpaid = :unpaid AND since < :before",
        "ExpressionAttributeValues": {":unpaid": _UNPAID, ":before": before},
    }
    items = store.table().query(IndexName=_INDEX, Limit=_AT_ONCE, **chosen)["Items"]
    for item in items:
        _release(item)
    return len(items)


def _release(item: dict[str, Any]) -> None:
    decision = store.decision(item["order_id"])
    if not (decision and decision.approved):
        quoting.release_use(item["order_id"], item["attempt"])
    _remove(item)


def _remove(item: dict[str, Any]) -> None:
    """Removes a note, unless a later attempt has made its own."""
    condition = {
        "ConditionExpression": "attempt = :attempt",
        "ExpressionAttributeValues": {":attempt": item["attempt"]},
    }
    try:
        store.table().delete_item(Key=store.use_key(item["order_id"]), **condition)
    except store.table().meta.client.exceptions.ConditionalCheckFailedException:
        return
