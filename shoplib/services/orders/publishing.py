"""What is told of an order's change: events for the lake, and a message for whoever subscribes.

Both follow from the item as the change left it, with ids that follow from the order: publishing twice is safe.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from shoplib.core import events, ids, money
from shoplib.core.order_changes import ChangedLine, OrderChange
from shoplib.core.orders import Order, OrderLine, moment
from shoplib.services.orders import domain, states
from shoplib.services.orders.domain import Progress


def events_of(progress: Progress | None) -> list[events.Event]:
    """`purchase` per line of an order that is confirmed, `refund` per line that is paid back, one `cancellation`."""
    if not progress:
        return []
    return list(_EVENTS[progress.status](progress)) if progress.status in _EVENTS else []


def _purchases(progress: Progress) -> Iterator[events.Event]:
    order = progress.order
    for number, line in enumerate(order.lines, 1):
        yield _sale("purchase", order, number, line.quantity, ids.derived_id(order.order_id, number, "purchase"))


def _returned(progress: Progress) -> Iterator[events.Event]:
    """An imported return is paid back already; one of the website's is when it is refunded."""
    order = progress.order
    if order.type == "return":
        for number, line in enumerate(order.lines, 1):
            yield _sale("refund", order, number, line.quantity, ids.derived_id(order.order_id, number, "refund"))


def _refunds(progress: Progress) -> Iterator[events.Event]:
    if latest := progress.latest_return:
        yield from _paid_back(progress, latest.pieces, domain.refund_id(latest))


def _cancellation(progress: Progress) -> Iterator[events.Event]:
    order = progress.order
    yield events.new(
        "cancellation",
        _visit(order),
        event_id=ids.derived_id(order.order_id, "cancellation"),
        at=_when(progress),
        order_id=order.order_id,
        value_minor=order.amount_minor,
        quantity=sum(line.quantity for line in order.lines),
        currency=order.currency,
    )
    if progress.sold:
        everything = {number: line.quantity for number, line in enumerate(order.lines, 1)}
        yield from _paid_back(progress, everything, "cancellation")


def _paid_back(progress: Progress, pieces: Mapping[int, int], why: str) -> Iterator[events.Event]:
    for number, count in sorted(pieces.items()):
        event_id = ids.derived_id(progress.order.order_id, number, "refund", why)
        event = _sale("refund", progress.order, number, count, event_id, _when(progress))
        # The lake takes one refund of an order's line; of a line that comes back in parts, the others are of the order.
        yield {
            name: value for name, value in event.items() if name != "order_line" or not progress.returned.get(number)
        }


_EVENTS = {
    states.CONFIRMED: _purchases,
    states.RETURNED: _returned,
    states.REFUNDED: _refunds,
    states.CANCELLED: _cancellation,
}


def _sale(
    name: str, order: Order, number: int, quantity: int, event_id: str, at: datetime | None = None
) -> events.Event:
    line: OrderLine = order.lines[number - 1]
    return events.new(
        name,
        _visit(order),
        event_id=event_id,
        at=at or moment(order),
        order_id=order.order_id,
        order_line=number,
        product_id=line.product_id,
        product_name=line.product_name,
        category=line.category,
        price_minor=line.price_minor,
        value_minor=money.times(line.price_minor, quantity),
        quantity=quantity,
        currency=order.currency,
    )


def _when(progress: Progress) -> datetime:
    return datetime.fromisoformat(progress.at)


def _visit(order: Order) -> events.Visit:
    shared = {name: value for name, value in vars(order).items() if name in events.Visit.__dataclass_fields__}
    return events.Visit(**shared)


def change_of(progress: Progress | None) -> OrderChange | None:
    """What subscribers are told of an order's change. An imported order is history: nobody is told of it."""
    if not progress or not domain.of_shop(progress.order):
        return None
    order = progress.order
    return OrderChange(
        change_id=ids.derived_id(order.order_id, "change", progress.version),
        order_id=order.order_id,
        status=progress.status,
        at=progress.at,
        channel=order.channel,
        total_minor=order.total_minor,
        currency=order.currency,
        lines=tuple(
            ChangedLine(number, line.product_id, line.product_name, line.quantity, line.price_minor)
            for number, line in enumerate(order.lines, 1)
        ),
        email=order.email,
        phone=order.phone,
        user_id=order.user_id,
        country=order.country,
        delivery_by=progress.expected or order.delivery_by,
        reason=progress.reason,
        language=order.language,
    )
