"""What an order asks of stock and payment, what comes back of it, and how its buyer sees it."""

import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shoplib.core import checks, ids, money, orders, stock
from shoplib.core.errors import InvalidRequest
from shoplib.core.orders import Order
from shoplib.core.stock import Pieces
from shoplib.services.orders import states

MAX_CHANGES = 1_000
PAGE_SIZE = 50

# Pieces by the number of the line, from 1.
LinePieces = dict[int, int]

# What a parcel's step does to its order. A carrier forgets scans: a parcel that is delivered was shipped.
STEPS_OF_PARCELS = {
    "shipped": ("ship",),
    "in_transit": ("ship",),
    "out_for_delivery": ("ship",),
    "delivered": ("ship", "deliver"),
}


@dataclass(frozen=True)
class Return:
    """Goods that come back, the `number`-th time for an order: `pieces` of its lines, and what is paid back for it."""

    number: int
    pieces: LinePieces
    refund_minor: money.Amount
    reason: str | None = None


@dataclass(frozen=True)
class Progress:
    """An order as it is stored, and how far it has come.

    `version` counts its changes of status, `at` is when the last one was. `pending` says that its status asks for
    something that is not done yet. `sold` is an order that was confirmed, whatever became of it. `returned` are the
    pieces that came back before `latest_return`, which is the one under way or the last one.
    """

    order: Order
    status: str
    reason: str | None = None
    version: int = 1
    at: str = ""
    pending: bool = False
    sold: bool = False
    expected: str | None = None
    tracking_number: str | None = None
    returned: LinePieces = field(default_factory=dict)
    latest_return: Return | None = None

    @property
    def back(self) -> LinePieces:
        """All pieces that have come back and were paid back."""
        latest = self.latest_return.pieces if self.latest_return and self.status == states.REFUNDED else {}
        return {line: self.returned.get(line, 0) + latest.get(line, 0) for line in self.returned.keys() | latest.keys()}


def of_shop(order: Order) -> bool:
    """Whether the order came from the website and lives the whole life; an imported one is history."""
    return order.channel == "web"


def in_warehouse(progress: Progress) -> bool:
    """Whether somebody in the warehouse has to do something with the order."""
    return of_shop(progress.order) and progress.status in states.IN_WAREHOUSE


def pieces(order: Order) -> Pieces:
    """The pieces of each product that an order moves.

    Lines without a positive quantity (corrections in imported ledgers) move nothing.
    """
    moved: Pieces = {}
    for line in order.lines:
        if line.quantity > 0:
            moved[line.product_id] = moved.get(line.product_id, 0) + line.quantity
    return moved


def stock_command(order: Order) -> stock.Command:
    """What a new order asks of the stock."""
    operation = stock.RESTOCK if order.type == "return" else stock.RESERVE if of_shop(order) else stock.SELL
    return stock.Command(operation, order.order_id, pieces(order))


def first(order: Order, outcome: stock.Outcome) -> Progress:
    """An order when its stock has answered, before any payment."""
    if outcome.status in (stock.REFUSED, stock.RELEASED):
        reason = f"out_of_stock: {', '.join(outcome.missing)}" if outcome.missing else "released"
        return Progress(order, states.REJECTED, reason, pending=of_shop(order))
    if outcome.status == stock.WAITING:
        return Progress(order, states.BACKORDERED, pending=True, expected=outcome.expected)
    if order.type == "return":
        return Progress(order, states.RETURNED)
    return Progress(order, states.PLACED, pending=True)


def return_command(progress: Progress, latest: Return) -> stock.Command:
    """What comes back onto the shelf."""
    lines = progress.order.lines
    back: Pieces = {}
    for number, count in latest.pieces.items():
        product_id = lines[number - 1].product_id
        back[product_id] = back.get(product_id, 0) + count
    return stock.Command(stock.RESTOCK, f"{progress.order.order_id}:{refund_id(latest)}", back)


def refund_id(latest: Return) -> str:
    """The name of a return among the refunds of its payment."""
    return f"return-{latest.number}"


def requested_return(progress: Progress, body: Mapping[str, Any]) -> Return:
    """The return in a request. InvalidRequest when it names more pieces than are still out."""
    back: LinePieces = {}
    for entry in checks.objects(body, "lines", maximum=orders.MAX_LINES):
        number, count = _return_line(progress, entry)
        if number in back:
            raise InvalidRequest(f"Line {number} is named twice.")
        back[number] = count
    before = progress.back
    amounts = [
        orders.share_minor(progress.order.lines[number - 1], before.get(number, 0), count)
        for number, count in back.items()
    ]
    last = progress.latest_return.number if progress.latest_return else 0
    return Return(last + 1, back, money.total(amounts), checks.optional_text(body, "reason"))


def _return_line(progress: Progress, entry: Any) -> tuple[int, int]:
    if not isinstance(entry, Mapping):
        raise InvalidRequest("A line must be an object.")
    number = checks.integer(entry, "line", low=1, high=len(progress.order.lines))
    out = progress.order.lines[number - 1].quantity - progress.back.get(number, 0)
    if not out:
        raise InvalidRequest(f"All pieces of line {number} came back already.")
    return number, checks.integer(entry, "pieces", low=1, high=out)


def is_requested(latest: Return | None, body: Mapping[str, Any]) -> bool:
    """Whether a request is that of the return which is under way."""
    lines = body.get("lines")
    if not latest or not isinstance(lines, list):
        return False
    return sorted(_pairs(lines), key=str) == sorted(latest.pieces.items(), key=str)


def _pairs(lines: list[Any]) -> list[tuple[Any, Any]]:
    return [(line.get("line"), line.get("pieces")) if isinstance(line, Mapping) else (None, None) for line in lines]


def may_read(progress: Progress, order_key: str | None, user_id: str | None) -> bool:
    """Whether somebody shows the key that was handed out for this order, or is the member who placed it."""
    if user_id and progress.order.user_id == user_id and of_shop(progress.order):
        return True
    key_hash = progress.order.order_key_hash
    return bool(order_key and key_hash) and hmac.compare_digest(ids.fingerprint(order_key or ""), key_hash or "")


def to_response(progress: Progress) -> dict[str, Any]:
    """An order as its buyer sees it. `possible` is what the buyer may do with it now."""
    order = progress.order
    return {
        "order_id": order.order_id,
        "status": progress.status,
        "reason": progress.reason,
        "placed_at": order.placed_at,
        "changed_at": progress.at,
        "amount_minor": order.amount_minor,
        "discount_minor": order.discount_minor,
        "shipping_minor": order.shipping_minor,
        "tax_minor": order.tax_minor,
        "total_minor": order.total_minor,
        "currency": order.currency,
        "exchange": order.exchange.to_json() if order.exchange else None,
        "language": order.language,
        "address": asdict(order.address) if order.address else None,
        "phone": order.phone,
        "expected": progress.expected,
        "delivery_by": order.delivery_by,
        "tracking_number": progress.tracking_number,
        "possible": states.possible(progress.status, states.BUYER),
        "lines": [_line(progress, number) for number in range(1, len(order.lines) + 1)],
    }


def to_warehouse(progress: Progress) -> dict[str, Any]:
    """An order as the staff see it. `possible` is what they may do with it now, for the carrier, too."""
    latest = progress.latest_return
    back = (
        {"pieces": {str(line): count for line, count in latest.pieces.items()}, "reason": latest.reason}
        if latest
        else None
    )
    possible = [
        name for actor in (states.BACK_OFFICE, states.CARRIER) for name in states.possible(progress.status, actor)
    ]
    return {**to_response(progress), "possible": possible, "latest_return": back}


def _line(progress: Progress, number: int) -> dict[str, Any]:
    line = progress.order.lines[number - 1]
    return {**asdict(line), "value_minor": line.value_minor, "returned": progress.back.get(number, 0)}


def summary(item: Mapping[str, Any]) -> dict[str, Any]:
    """An order among others, from its item in the index."""
    names = ("order_id", "placed_at", "status", "amount_minor", "total_minor", "currency")
    return {name: item.get(name) for name in names}


def change(entry: Any) -> tuple[str, str, dict[str, Any]]:
    """What the back office or the carrier asks for: the order, the transition, and what is noted with it."""
    if not isinstance(entry, Mapping):
        raise InvalidRequest("A change must be an object.")
    allowed = (*states.names(states.BACK_OFFICE), *states.names(states.CARRIER))
    name = checks.choice(entry, "operation", allowed)
    number = checks.optional_text(entry, "tracking_number", maximum=100)
    noted = {"tracking_number": number} if name == "ship" and number else {}
    return checks.identifier(entry, "order_id", maximum=64), name, noted


def pause_after(receives: int) -> int:
    """Seconds until a message that failed for the `receives`-th time comes back: 1, 2, 4 ... up to a minute."""
    return min(2 ** (receives - 1), 60)
