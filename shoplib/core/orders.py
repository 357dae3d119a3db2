"""The order message: what checkout puts into the queue and the orders service takes out of it, the language of both."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shoplib.core import checks, events, money
from shoplib.core.errors import InvalidRequest

TYPES = ("order", "return")
MAX_LINES = 2_000
MAX_QUANTITY = 1_000_000


@dataclass(frozen=True)
class OrderLine:
    """`quantity` pieces at `price_minor` each."""

    product_id: str
    product_name: str
    category: str | None
    quantity: int
    price_minor: money.Amount

    @property
    def value_minor(self) -> money.Amount:
        return money.times(self.price_minor, self.quantity)


@dataclass(frozen=True)
class Order:
    """A priced, paid order, or goods coming back (`type` "return": quantities are what comes back).

    Prices and quantities of channel "import" may be zero or negative, as real ledgers have them.
    """

    order_id: str
    type: str
    placed_at: str
    anonymous_id: str
    currency: str
    channel: str
    lines: tuple[OrderLine, ...]
    user_id: str | None = None
    session_id: str | None = None
    country: str | None = None
    device: str = "desktop"
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    order_key_hash: str | None = None
    email: str | None = None

    @property
    def amount_minor(self) -> money.Amount:
        return money.total(line.value_minor for line in self.lines)

    def to_message(self) -> dict[str, Any]:
        """Its JSON object; amounts are Decimals or ints (`json.dumps(..., default=money.to_json)`)."""
        message = asdict(self)
        message["lines"] = [_present(line) for line in message["lines"]]
        return _present(message)


def parse(message: Mapping[str, Any]) -> Order:
    """The order of a message. InvalidRequest names the field that is wrong."""
    order = _order(message)
    try:
        order.amount_minor  # noqa: B018 - an order whose sum is beyond any amount could be stored but never published
    except ValueError as error:
        raise InvalidRequest(f"The order's sum {error}.") from None
    return order


def _order(message: Mapping[str, Any]) -> Order:
    channel = checks.choice(message, "channel", events.CHANNELS)
    lines = checks.objects(message, "lines", maximum=MAX_LINES)
    return Order(
        order_id=checks.identifier(message, "order_id", maximum=64),
        type=checks.choice(message, "type", TYPES),
        placed_at=_moment(message),
        anonymous_id=checks.identifier(message, "anonymous_id"),
        currency=checks.currency(message),
        channel=channel,
        lines=tuple(_line(line, number, channel) for number, line in enumerate(lines, 1)),
        device=checks.choice({"device": message.get("device") or "desktop"}, "device", events.DEVICES),
        **{name: checks.optional_text(message, name) for name in _OPTIONAL},
    )


_OPTIONAL = ("user_id", "session_id", "country", "source", "medium", "campaign", "order_key_hash", "email")


def _line(line: Any, number: int, channel: str) -> OrderLine:
    try:
        if not isinstance(line, dict):
            raise InvalidRequest("must be an object.")
        product_id = checks.identifier(line, "product_id", maximum=64)
        low = -MAX_QUANTITY if channel == "import" else 1
        parsed = OrderLine(
            product_id=product_id,
            product_name=checks.optional_text(line, "product_name") or product_id,
            category=checks.optional_text(line, "category"),
            quantity=checks.integer(line, "quantity", low=low, high=MAX_QUANTITY),
            price_minor=checks.amount(line, "price_minor"),
        )
    except InvalidRequest as error:
        raise InvalidRequest(f"Line {number}: {error.message}") from None
    if channel == "web" and parsed.price_minor < 0:
        raise InvalidRequest(f"Line {number}: price_minor must not be negative.")
    return parsed


def _moment(message: Mapping[str, Any]) -> str:
    value = checks.identifier(message, "placed_at", maximum=40)
    if wrong := events.time_problem(value):
        raise InvalidRequest(f"placed_at {wrong}.")
    return value


def moment(order: Order) -> datetime:
    """When the order was placed."""
    return datetime.fromisoformat(order.placed_at)


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
