"""From a cart to a priced order, and from a priced order to the message in the queue."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import clock, events, ids, money, orders
from shoplib.core.carts import Caller
from shoplib.core.errors import Conflict, InvalidRequest, NotFound, TooLarge, Unprocessable
from shoplib.services.checkout.requests import Request

MAX_IMPORT = 1_000
# SQS takes 256 KiB in every region and account (1 MiB since 2025 where it is configured); so do 10 messages together.
MAX_MESSAGE = 256 * 1024
MAX_BATCH = 10
# A claim on a cart: until the payment is decided, until the order is queued and the cart removed, and ever after.
PAYING, ACCEPTED, FINISHED = "paying", "accepted", "finished"
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Checkout:
    """A request, and whose it is: a key belongs to its owner alone, so nobody meets another's order under it."""

    request: Request
    owner: str

    @property
    def order_id(self) -> str:
        """The same for every attempt of this owner under this key: what a crashed attempt did is found again."""
        return ids.derived_id("order", self.owner, self.request.key)


@dataclass(frozen=True)
class Draft:
    """A priced order, stored before money moves: a retry charges and queues this, whatever the cart holds by then.

    `fingerprint` is that of the request, `cart_version` what is bought of the cart.
    """

    order: orders.Order
    order_key: str
    cart_id: str
    cart_version: int
    fingerprint: str


@dataclass(frozen=True)
class Decision:
    """What the payments service made of an authorisation; `reason` says why it was not approved."""

    approved: bool
    reason: str | None = None


@dataclass(frozen=True)
class Claim:
    """Which order buys a cart at a version. While it is PAYING its `holder` works on it and counts `beat` up."""

    cart_id: str
    version: int
    owner: str
    order_id: str
    holder: str
    beat: int = 0
    state: str = PAYING


def owner(caller: Caller, cart: Mapping[str, Any] | None) -> str:
    """Whose checkout it is: the user whose session opened the cart, or the holder of the cart's key.

    A guest's cart goes with its order; the key identifies its owner all the same.
    """
    if cart and cart["user_id"]:
        return f"user:{cart['user_id']}"
    if not caller.cart_key:
        raise no_such_cart()
    return f"guest:{ids.fingerprint(caller.cart_key)}"


def no_such_cart() -> NotFound:
    """A cart that is not there, or not the caller's."""
    return NotFound("no_such_cart", "There is no such cart for this session or x-cart-key; it may have expired.")


def same_request(draft: Draft, request: Request) -> None:
    """Unprocessable when another request came under the draft's key, or one that expects another total."""
    if draft.fingerprint != request.fingerprint or request.expected_total_minor not in (None, draft.order.total_minor):
        message = "This Idempotency-Key was used for another checkout; use a new one."
        raise Unprocessable("idempotency_key_reused", message)


def in_progress(order_id: str) -> Conflict:
    """Somebody is paying for this very cart. The id is that of the asker's own order, whoever pays."""
    message = "This cart is being checked out; ask again in a moment."
    return Conflict("checkout_in_progress", message, order_id=order_id)


def already_ordered(standing: Claim, owner: str) -> Conflict:
    """The cart was bought under another key. Its order's id is for whoever bought it."""
    if standing.owner != owner:
        return Conflict("already_ordered", "This cart was ordered already.")
    message = f"This cart was ordered already, as {standing.order_id}; its Idempotency-Key answers with the order."
    return Conflict("already_ordered", message, order_id=standing.order_id)


def empty_cart() -> Conflict:
    """Nothing to buy."""
    return Conflict("empty_cart", "The cart is empty; put something in first.")


def explains(claim: Claim, cart: Mapping[str, Any] | None) -> bool:
    """Whether a purchase is why there is no cart any more, or an empty one: it was removed at the claim's version."""
    return claim.state != PAYING and (cart is None or cart["version"] <= claim.version + 1)


def draft(
    checkout: Checkout, cart: Mapping[str, Any], quote: Mapping[str, Any], visit: events.Visit, now: datetime
) -> Draft:
    """The order for what is in the cart, at what the quote says. TooLarge when no message could carry it."""
    request = checkout.request
    order_key = ids.new_secret()
    order = orders.Order(
        order_id=checkout.order_id,
        type="order",
        # Two ticks after now: the funnel's steps before it keep their order, see `steps`.
        placed_at=clock.timestamp(now + 2 * _TICK),
        anonymous_id=visit.anonymous_id,
        currency=quote["currency"],
        channel="web",
        lines=tuple(_line(line) for line in quote["lines"]),
        user_id=cart.get("user_id"),
        session_id=visit.session_id,
        country=quote["destination"]["name"] if "destination" in quote else request.country,
        device=visit.device,
        source=visit.source,
        medium=visit.medium,
        campaign=visit.campaign,
        order_key_hash=ids.fingerprint(order_key),
        email=request.email,
        phone=request.phone,
        address=request.address,
        language=request.language,
        **_exchange(quote),
        shipping_minor=money.parse(quote.get("shipping_minor", 0)),
        shipping_tax_minor=money.parse(quote.get("shipping_tax_minor", 0)),
        **{name: quote.get(name) for name in ("shipping_method", "promotion_code", "delivery_by")},
    )
    message(order)
    return Draft(order, order_key, request.cart_id, cart["version"], request.fingerprint)


def _exchange(quote: Mapping[str, Any]) -> dict[str, str]:
    """How the quote's prices were converted, as the order keeps it."""
    exchange = quote.get("exchange") or {}
    names = {"from": "price_currency", "rate": "exchange_rate", "date": "exchange_date"}
    return {names[name]: value for name, value in exchange.items()}


def steps(order: orders.Order, user_agent: str | None) -> list[events.Event]:
    """begin_checkout and add_payment_info: ids and times follow from the order."""
    visit = _visit(order, user_agent)
    placed = orders.moment(order)
    return [
        events.new(
            name,
            visit,
            event_id=ids.derived_id(order.order_id, name),
            at=placed - ticks * _TICK,
            value_minor=order.amount_minor,
            quantity=sum(line.quantity for line in order.lines),
            currency=order.currency,
        )
        for name, ticks in (("begin_checkout", 2), ("add_payment_info", 1))
    ]


def to_response(draft: Draft) -> dict[str, Any]:
    """The response to the shopper; whoever holds the order key may ask for the order's status."""
    return {
        **{name: money.to_json(getattr(draft.order, name)) for name in _CHARGES},
        "currency": draft.order.currency,
        "exchange": draft.order.exchange.to_json() if draft.order.exchange else None,
        "delivery_by": draft.order.delivery_by,
        "order_id": draft.order.order_id,
        "order_key": draft.order_key,
        "status": "accepted",
    }


_CHARGES = ("amount_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor")


def message(order: orders.Order) -> str:
    """The order as it goes into the queue. TooLarge when it does not fit."""
    text = json.dumps(order.to_message(), default=money.to_json, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > MAX_MESSAGE:
        raise TooLarge("order_too_large", f"An order must fit into {MAX_MESSAGE // 1024} KiB; split it.")
    return text


def sort_out(entries: list[Any]) -> tuple[list[str], list[dict[str, Any]]]:
    """Messages of the good orders of an import, and what is wrong with the others."""
    messages, rejected = [], []
    for index, entry in enumerate(entries):
        try:
            if not isinstance(entry, dict):
                raise InvalidRequest("An order must be an object.")
            messages.append(message(orders.parse(entry)))
        except (InvalidRequest, TooLarge) as error:
            rejected.append({"index": index, "error": error.message})
    return messages, rejected


def batches(messages: list[str]) -> Iterator[list[str]]:
    """Messages in batches that SQS takes in one call."""
    batch: list[str] = []
    size = 0
    for text in messages:
        length = len(text.encode())
        if batch and (len(batch) == MAX_BATCH or size + length > MAX_MESSAGE):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch


def serialize(draft: Draft) -> str:
    """A draft as text; `deserialize` is its inverse."""
    return json.dumps({**vars(draft), "order": draft.order.to_message()}, default=money.to_json)


def deserialize(text: str) -> Draft:
    """The draft of `stored`'s text."""
    content = json.loads(text)
    return Draft(**{**content, "order": orders.parse(content["order"])})


def _line(line: Mapping[str, Any]) -> orders.OrderLine:
    return orders.OrderLine(
        product_id=line["product_id"],
        product_name=line["product_name"],
        category=line["category"],
        quantity=line["quantity"],
        price_minor=money.parse(line["price_minor"]),
        **{name: money.parse(line.get(name, 0)) for name in ("discount_minor", "tax_minor", "included_tax_minor")},
    )


def _visit(order: orders.Order, user_agent: str | None) -> events.Visit:
    shared = {name: value for name, value in asdict(order).items() if name in events.Visit.__dataclass_fields__}
    return events.Visit(**shared, user_agent=user_agent)
