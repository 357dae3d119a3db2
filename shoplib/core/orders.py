"""The order message: what checkout puts into the queue and the orders service takes out of it, the language of both."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shoplib.core import addresses, checks, events, money
from shoplib.core.addresses import Address
from shoplib.core.currencies import Exchange
from shoplib.core.errors import InvalidRequest

TYPES = ("order", "return")
MAX_LINES = 2_000
MAX_QUANTITY = 1_000_000


@dataclass(frozen=True)
class OrderLine:
    """`quantity` pieces at `price_minor` each. `discount_minor` goes off their value, `tax_minor` is added to it;
    `included_tax_minor` is how much of what is paid is tax where prices include it."""

    product_id: str
    product_name: str
    category: str | None
    quantity: int
    price_minor: money.Amount
    discount_minor: money.Amount = 0
    tax_minor: money.Amount = 0
    included_tax_minor: money.Amount = 0

    @property
    def value_minor(self) -> money.Amount:
        return money.times(self.price_minor, self.quantity)

    @property
    def total_minor(self) -> money.Amount:
        """What is paid for the line."""
        return money.total((self.value_minor, -self.discount_minor, self.tax_minor))


@dataclass(frozen=True)
class Order:
    """A priced, paid order, or goods coming back (`type` "return": quantities are what comes back).

    Prices and quantities of channel "import" may be zero or negative, as real ledgers have them.
    `delivery_by` is the date (ISO) that the shopper was promised. All amounts are in `currency`; prices were converted
    to it from `price_currency` at the rate of a day, unless that is None. `language` is the shopper's.
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
    phone: str | None = None
    shipping_minor: money.Amount = 0
    shipping_tax_minor: money.Amount = 0
    shipping_method: str | None = None
    promotion_code: str | None = None
    delivery_by: str | None = None
    address: Address | None = None
    language: str | None = None
    price_currency: str | None = None
    exchange_rate: str | None = None
    exchange_date: str | None = None

    @property
    def exchange(self) -> Exchange | None:
        """How its prices were converted, if they were."""
        if not self.price_currency:
            return None
        return Exchange(self.price_currency, self.exchange_rate or "", self.exchange_date or "")

    @property
    def amount_minor(self) -> money.Amount:
        """The value of the goods."""
        return money.total(line.value_minor for line in self.lines)

    @property
    def discount_minor(self) -> money.Amount:
        return money.total(line.discount_minor for line in self.lines)

    @property
    def tax_minor(self) -> money.Amount:
        """The tax that is added to the prices, that on the shipping among it."""
        return money.total([self.shipping_tax_minor, *(line.tax_minor for line in self.lines)])

    @property
    def total_minor(self) -> money.Amount:
        """What is paid: amount - discount + shipping + tax."""
        return money.total((self.amount_minor, -self.discount_minor, self.shipping_minor, self.tax_minor))

    def to_message(self) -> dict[str, Any]:
        """Its JSON object; amounts are Decimals or ints (`json.dumps(..., default=money.to_json)`)."""
        message = asdict(self)
        message["lines"] = [_present(line) for line in message["lines"]]
        message["address"] = _present(message["address"]) if self.address else None
        return _present(message)


def parse(message: Mapping[str, Any]) -> Order:
    """The order of a message. InvalidRequest names the field that is wrong."""
    order = _order(message)
    try:
        order.total_minor  # noqa: B018 - an order whose sum is beyond any amount could be stored but never published
    except ValueError as error:
        raise InvalidRequest(f"The order's sum {error}.") from None
    for number, line in enumerate(order.lines, 1):
        if line.discount_minor > max(line.value_minor, 0):
            raise InvalidRequest(f"Line {number}: discount_minor must not be more than the line's value.")
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
        shipping_minor=_charge(message, "shipping_minor"),
        shipping_tax_minor=_charge(message, "shipping_tax_minor"),
        delivery_by=checks.optional_date(message, "delivery_by"),
        address=addresses.parse(checks.mapping(message, "address")) if message.get("address") else None,
        exchange_date=checks.optional_date(message, "exchange_date"),
        **{name: checks.optional_text(message, name) for name in _OPTIONAL},
    )


_OPTIONAL = (
    *("user_id", "session_id", "country", "source", "medium", "campaign", "order_key_hash", "email", "phone"),
    *("shipping_method", "promotion_code", "language", "price_currency", "exchange_rate"),
)


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
            **{name: _charge(line, name) for name in _LINE_CHARGES},
        )
    except InvalidRequest as error:
        raise InvalidRequest(f"Line {number}: {error.message}") from None
    if channel == "web" and parsed.price_minor < 0:
        raise InvalidRequest(f"Line {number}: price_minor must not be negative.")
    return parsed


_LINE_CHARGES = ("discount_minor", "tax_minor", "included_tax_minor")


def _charge(source: Mapping[str, Any], name: str) -> money.Amount:
    """An amount that messages from before there were discounts, taxes and shipping do not have."""
    charge = checks.amount({name: 0, **source}, name)
    if charge < 0:
        raise InvalidRequest(f"{name} must not be negative.")
    return charge


def _moment(message: Mapping[str, Any]) -> str:
    value = checks.identifier(message, "placed_at", maximum=40)
    if wrong := events.time_problem(value):
        raise InvalidRequest(f"placed_at {wrong}.")
    return value


def moment(order: Order) -> datetime:
    """When the order was placed."""
    return datetime.fromisoformat(order.placed_at)


def share_minor(line: OrderLine, before: int, pieces: int) -> money.Amount:
    """What was paid for `pieces` pieces of a line of which `before` pieces went the same way already.

    Shares are differences of cumulative ones, in whole minor units but for what the last piece has beyond them: however
    a line comes back, its shares add up to `total_minor` exactly. ValueError for more pieces than the line has.
    """
    if before < 0 or pieces < 0 or before + pieces > line.quantity:
        raise ValueError(f"{before} + {pieces} pieces of {line.quantity}")
    return money.parse(_paid_for(line, before + pieces) - _paid_for(line, before))


def _paid_for(line: OrderLine, pieces: int) -> money.Amount:
    """What was paid for the first `pieces` pieces of a line."""
    return line.total_minor if pieces == line.quantity else int(line.total_minor * pieces // line.quantity)


# What is zero in most orders is not written.
_ZERO_UNLESS_SAID = (*_LINE_CHARGES, "shipping_minor", "shipping_tax_minor")


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in fields.items() if value is not None and (value or name not in _ZERO_UNLESS_SAID)
    }
