"""What an order asks of the stock, what may become of it, and which events it publishes."""

import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from shoplib.core import checks, events, ids
from shoplib.core.errors import InvalidRequest
from shoplib.core.order_changes import ChangedLine, OrderChange
from shoplib.core.orders import Order, moment

MAX_STOCK = 1_000_000_000
MAX_STOCK_ENTRIES = 5_000
# A transaction of DynamoDB takes 100 items; fewer collide less with other orders.
PART_SIZE = 40

# reserving -> confirmed, or reserving -> releasing -> rejected; returning -> returned. Never back.
RESERVING, RELEASING, CONFIRMED, REJECTED = "reserving", "releasing", "confirmed", "rejected"
RETURNING, RETURNED = "returning", "returned"
SETTLED = (CONFIRMED, REJECTED, RETURNED)

# Pieces by product.
Pieces = dict[str, int]


@dataclass(frozen=True)
class Progress:
    """An order as it is stored, and how far it has come. `reason` says why it was rejected, `version` counts the
    changes of its status, `at` is when the last one was."""

    order: Order
    status: str
    reason: str | None = None
    version: int = 1
    at: str = ""

    @property
    def settled(self) -> bool:
        return self.status in SETTLED


def parts(order: Order) -> list[Pieces]:
    """The pieces of each product that an order moves, in parts that fit into one transaction.

    Lines without a positive quantity (corrections in imported ledgers) move nothing.
    """
    pieces: Pieces = {}
    for line in order.lines:
        if line.quantity > 0:
            pieces[line.product_id] = pieces.get(line.product_id, 0) + line.quantity
    entries = iter(sorted(pieces.items()))
    return list(iter(lambda: dict(islice(entries, PART_SIZE)), {}))


def first_status(order: Order) -> str:
    """Where an order starts whose stock moves in several parts."""
    return RETURNING if order.type == "return" else RESERVING


def final_status(order: Order) -> str:
    """Where an order ends if nothing is in its way."""
    return RETURNED if order.type == "return" else CONFIRMED


def out_of_stock(missing: list[str]) -> str:
    """The reason of a rejection."""
    return f"out_of_stock: {', '.join(sorted(missing))}"


def events_of_settlement(progress: Progress | None) -> list[events.Event]:
    """`purchase` or `refund` per line of a settled order. Ids and times follow from it, so publishing twice is safe."""
    names = {CONFIRMED: "purchase", RETURNED: "refund"}
    if not progress or progress.status not in names:
        return []
    order = progress.order
    name = names[progress.status]
    visit = _visit(order)
    return [
        events.new(
            name,
            visit,
            event_id=ids.derived_id(order.order_id, number, name),
            at=moment(order),
            order_id=order.order_id,
            order_line=number,
            product_id=line.product_id,
            product_name=line.product_name,
            category=line.category,
            price_minor=line.price_minor,
            value_minor=line.value_minor,
            quantity=line.quantity,
            currency=order.currency,
        )
        for number, line in enumerate(order.lines, 1)
    ]


def change_of(progress: Progress | None) -> OrderChange | None:
    """What subscribers are told of an order's last change. An imported order is history: nobody is told of it."""
    if not progress or not progress.settled or progress.order.channel != "web":
        return None
    order = progress.order
    return OrderChange(
        change_id=ids.derived_id(order.order_id, "change", progress.version),
        order_id=order.order_id,
        status=progress.status,
        at=progress.at or order.placed_at,
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
        delivery_by=order.delivery_by,
        reason=progress.reason,
    )


def may_read(progress: Progress, order_key: str) -> bool:
    """Whether `order_key` is the one that was handed out for this order."""
    return hmac.compare_digest(ids.fingerprint(order_key), progress.order.order_key_hash or "")


def to_response(progress: Progress) -> dict[str, Any]:
    """An order as its buyer sees it; work in progress is `processing`."""
    order = progress.order
    return {
        "order_id": order.order_id,
        "status": progress.status if progress.settled else "processing",
        "reason": progress.reason,
        "placed_at": order.placed_at,
        "amount_minor": order.amount_minor,
        "currency": order.currency,
        "lines": [{**asdict(line), "value_minor": line.value_minor} for line in order.lines],
    }


def pause_after(receives: int) -> int:
    """Seconds until a message that failed for the `receives`-th time comes back: 1, 2, 4 ... up to a minute."""
    return min(2 ** (receives - 1), 60)


def stock(entries: list[Any]) -> tuple[Pieces, list[dict[str, Any]]]:
    """The available pieces to set (the last entry of a product counts), and what is wrong with the other entries."""
    levels: Pieces = {}
    rejected = []
    for index, entry in enumerate(entries):
        try:
            product_id, available = _level(entry)
            levels[product_id] = available
        except InvalidRequest as error:
            rejected.append({"index": index, "error": error.message})
    return levels, rejected


def _level(entry: Any) -> tuple[str, int]:
    if not isinstance(entry, Mapping):
        raise InvalidRequest("An entry must be an object.")
    return checks.identifier(entry, "product_id", maximum=64), checks.integer(entry, "available", low=0, high=MAX_STOCK)


def _visit(order: Order) -> events.Visit:
    shared = {name: value for name, value in asdict(order).items() if name in events.Visit.__dataclass_fields__}
    return events.Visit(**shared)
