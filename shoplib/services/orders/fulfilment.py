"""The way of an order to its settled state. Every step can be repeated and can be overtaken by another delivery.

An order whose stock moves in one transaction is settled at once. A larger one is recorded first, then its stock moves
part by part, each with its mark; when one part is out of stock, the others are given back. A crash anywhere leaves a
state from which the next delivery goes on.
"""

from dataclasses import replace

from shoplib.core.orders import Order
from shoplib.services.orders import domain, store
from shoplib.services.orders.domain import Pieces, Progress


def fulfil(order: Order) -> Progress:
    """Brings an order to its settled state, whoever began it, and answers that."""
    progress = _begin(order)
    while not progress.settled:
        progress = _advance(progress)
    return progress


def _begin(order: Order) -> Progress:
    parts = domain.parts(order)
    try:
        if len(parts) > 1:
            return _record(Progress(order, domain.first_status(order)))
        missing = store.settle(order, parts[0] if parts else {})
        if missing:
            return _record(Progress(order, domain.REJECTED, domain.out_of_stock(missing)))
        return Progress(order, domain.final_status(order))
    except store.Overtaken:
        return _require(order.order_id)


def _record(progress: Progress) -> Progress:
    store.add(progress)
    return progress


def _advance(progress: Progress) -> Progress:
    parts = domain.parts(progress.order)
    try:
        if progress.status == domain.RELEASING:
            return _release(progress, parts)
        return _move(progress, parts)
    except store.Overtaken:
        return _require(progress.order.order_id)


def _move(progress: Progress, parts: list[Pieces]) -> Progress:
    for number, pieces in enumerate(parts):
        if missing := store.move_part(progress, number, pieces):
            return _moved_on(progress, domain.RELEASING, domain.out_of_stock(missing))
    return _moved_on(progress, domain.final_status(progress.order))


def _release(progress: Progress, parts: list[Pieces]) -> Progress:
    for number, pieces in enumerate(parts):
        store.release_part(progress.order.order_id, number, pieces)
    return _moved_on(progress, domain.REJECTED, progress.reason)


def _moved_on(progress: Progress, status: str, reason: str | None = None) -> Progress:
    store.move_on(progress.order.order_id, progress.status, status, reason)
    return replace(progress, status=status, reason=reason)


def _require(order_id: str) -> Progress:
    progress = store.find(order_id)
    if not progress:
        raise LookupError(f"Order {order_id} was there a moment ago; orders are never deleted.")
    return progress
