"""The message of the topic OrderChanges: an order has come to a new state.

The orders service publishes one for each change of an order of the shop's website; whoever wants to know subscribes,
by the message attributes `status` and `channel`. A change may come twice, with the same `change_id`, and after a later
one.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shoplib.core import checks, events, money, orders
from shoplib.core.errors import InvalidRequest


@dataclass(frozen=True)
class ChangedLine:
    """`number` is the line's in its order, from 1; `quantity` pieces at `price_minor` each."""

    number: int
    product_id: str
    product_name: str
    quantity: int
    price_minor: money.Amount


@dataclass(frozen=True)
class OrderChange:
    """`at` is when the order came to `status`, `total_minor` what its buyer pays, `reason` why it came to that."""

    change_id: str
    order_id: str
    status: str
    at: str
    channel: str
    total_minor: money.Amount
    currency: str
    lines: tuple[ChangedLine, ...]
    email: str | None = None
    phone: str | None = None
    user_id: str | None = None
    country: str | None = None
    delivery_by: str | None = None
    reason: str | None = None
    language: str | None = None

    def to_message(self) -> str:
        """Its JSON text."""
        present = {name: value for name, value in asdict(self).items() if value is not None}
        return json.dumps(present, default=money.to_json, ensure_ascii=False, separators=(",", ":"))

    def attributes(self) -> dict[str, dict[str, str]]:
        """What subscriptions filter by."""
        chosen = {"status": self.status, "channel": self.channel}
        return {name: {"DataType": "String", "StringValue": value} for name, value in chosen.items()}


def parse(message: Mapping[str, Any]) -> OrderChange:
    """The change in a message. InvalidRequest names the field that is wrong."""
    return OrderChange(
        change_id=checks.identifier(message, "change_id", maximum=64),
        order_id=checks.identifier(message, "order_id", maximum=64),
        status=checks.identifier(message, "status", maximum=40),
        at=checks.identifier(message, "at", maximum=40),
        channel=checks.choice(message, "channel", events.CHANNELS),
        total_minor=checks.amount(message, "total_minor"),
        currency=checks.currency(message),
        lines=tuple(_line(line) for line in checks.objects(message, "lines", maximum=orders.MAX_LINES)),
        **{name: checks.optional_text(message, name, maximum=_MAX_TEXT) for name in _OPTIONAL},
    )


# A reason may name every product that is out of stock.
_MAX_TEXT = 10_000
_OPTIONAL = ("email", "phone", "user_id", "country", "delivery_by", "reason", "language")


def _line(line: Any) -> ChangedLine:
    if not isinstance(line, Mapping):
        raise InvalidRequest("A line must be an object.")
    return ChangedLine(
        number=checks.integer(line, "number", low=1, high=orders.MAX_LINES),
        product_id=checks.identifier(line, "product_id", maximum=64),
        product_name=checks.text(line, "product_name"),
        quantity=checks.integer(line, "quantity", low=1, high=orders.MAX_QUANTITY),
        price_minor=checks.amount(line, "price_minor"),
    )
