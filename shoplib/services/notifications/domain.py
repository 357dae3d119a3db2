"""What shoppers are told of their orders, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from shoplib.core import ids, money
from shoplib.core.order_changes import OrderChange

EMAIL, SMS = "email", "sms"
MAX_SMS = 160
_EXPONENTS = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3}


@dataclass(frozen=True)
class Message:
    """`message_id` follows from the change, so that a change that comes twice is told once."""

    message_id: str
    order_id: str
    channel: str
    to: str
    subject: str
    text: str


def mail(change: OrderChange) -> Message | None:
    """The mail of a change; None when there is nobody to write to, or nothing to say."""
    sentence = _SENTENCES.get(change.status)
    if not sentence or not change.email:
        return None
    subject, text = sentence
    lines = "\n".join(f"  {line.quantity} x {line.product_name}" for line in change.lines)
    body = f"Hello,\n\n{text(change)}\n\n{lines}\n\nTotal: {price(change.total_minor, change.currency)}\n"
    return _message(change, EMAIL, change.email, f"{subject} ({_short(change)})", body)


def sms(change: OrderChange) -> Message | None:
    """The SMS of a change, as long as one SMS at most; None when there is no phone number, or nothing to say."""
    sentence = _SENTENCES.get(change.status)
    if not sentence or not change.phone:
        return None
    text = f"{sentence[0]} ({_short(change)}). {sentence[1](change)}"
    return _message(change, SMS, change.phone, sentence[0], text if len(text) <= MAX_SMS else text[: MAX_SMS - 1] + "…")


def price(amount_minor: money.Amount, currency: str) -> str:
    """An amount for people: `12.50 GBP`."""
    places = _EXPONENTS.get(currency, 2)
    return f"{Decimal(amount_minor).scaleb(-places):,.{places}f} {currency}"


def _message(change: OrderChange, channel: str, to: str, subject: str, text: str) -> Message:
    return Message(ids.derived_id("message", change.change_id, channel), change.order_id, channel, to, subject, text)


def _short(change: OrderChange) -> str:
    return f"order {change.order_id[:8]}"


def _confirmed(change: OrderChange) -> str:
    by = f" It will be with you by {change.delivery_by}." if change.delivery_by else ""
    return f"Thank you: your order is confirmed and paid.{by}"


def _backordered(change: OrderChange) -> str:
    by = f" by {change.delivery_by}" if change.delivery_by else " as soon as it is back in stock"
    return f"We will send your order{by}. You pay when it is confirmed; until then you can cancel it."


def _rejected(change: OrderChange) -> str:
    why = " Something in it is out of stock." if (change.reason or "").startswith("out_of_stock") else ""
    return f"We are sorry: we cannot fulfil your order.{why} You pay nothing."


_SENTENCES: dict[str, tuple[str, Callable[[OrderChange], str]]] = {
    "confirmed": ("Your order is confirmed", _confirmed),
    "backordered": ("Your order waits for stock", _backordered),
    "rejected": ("Your order cannot be fulfilled", _rejected),
    "packed": ("Your order is packed", lambda _: "Your order is packed and waits for the carrier."),
    "shipped": ("Your order is on its way", lambda _: "Your order is on its way to you."),
    "delivered": ("Your order was delivered", lambda _: "Your order was delivered. We hope you like it."),
    "cancelled": ("Your order was cancelled", lambda _: "Your order was cancelled. What was paid goes back to you."),
    "return_requested": ("We await your return", lambda _: "We await the goods that you send back."),
    "returned": (
        "Your return has arrived",
        lambda _: "The goods have arrived. What was paid for them goes back to you.",
    ),
    "refunded": (
        "Your money is on its way",
        lambda _: "What was paid for the goods that came back is on its way to you.",
    ),
}
STATUSES = tuple(_SENTENCES)
