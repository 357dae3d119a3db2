"""Carts: what a shopper wants, at present prices, and what each cost when it was put in."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import carts, checks, events, ids, money
from shoplib.core.errors import Conflict, InvalidRequest

MAX_QUANTITY = 99
MAX_LINES = 100
GUEST_LIFETIME = timedelta(days=7)
# A merge that is tried again is recognised for this many merges.
REMEMBERED_MERGES = 20
_VERSION = re.compile(r'"?([0-9]{1,18})"?')


@dataclass(frozen=True)
class Product:
    """What the catalog knows of a product; one with `variants` is sold as these alone."""

    product_id: str
    name: str
    category: str
    price_minor: money.Amount
    currency: str
    variants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """`quantity` pieces at the price of the moment `priced_at`."""

    product_id: str
    product_name: str
    category: str
    quantity: int
    price_minor: money.Amount
    currency: str
    priced_at: str

    @property
    def value_minor(self) -> money.Amount:
        return money.times(self.price_minor, self.quantity)


@dataclass(frozen=True)
class Caller:
    """Who asks: the user of a session, the holder of a guest's cart key, both or nobody."""

    user_id: str | None = None
    cart_key: str | None = None


@dataclass(frozen=True)
class Cart:
    """A guest's cart ends at `expires_at` and has the fingerprint of its key; a user's has a `user_id` and stays.
    `version` counts its changes."""

    cart_id: str
    lines: Mapping[str, Line] = field(default_factory=dict)
    user_id: str | None = None
    key_hash: str | None = None
    expires_at: datetime | None = None
    merged: tuple[str, ...] = ()
    version: int = 0

    @property
    def currency(self) -> str | None:
        return next((line.currency for line in self.lines.values()), None)

    @property
    def total_minor(self) -> money.Amount:
        return money.total(line.value_minor for line in self.lines.values())


def opens(caller: Caller, cart: Cart) -> bool:
    """Whether a cart is the caller's: a user's by the session alone, a guest's by its key. No id opens anything."""
    if cart.user_id:
        return cart.user_id == caller.user_id
    return hmac.compare_digest(ids.fingerprint(caller.cart_key or ""), cart.key_hash or "")


def version(if_match: str | None) -> int | None:
    """The version of an If-Match header; None without one."""
    if if_match is None:
        return None
    match = _VERSION.fullmatch(if_match)
    if not match:
        raise InvalidRequest("If-Match must be the version of the cart, as the cart shows it.")
    return int(match[1])


def quantity(body: Mapping[str, Any]) -> int:
    """The quantity in a request body."""
    return checks.integer(body, "quantity", low=1, high=MAX_QUANTITY)


def with_line(cart: Cart, product: Product, quantity: int, priced_at: str) -> Cart:
    """`cart` with exactly `quantity` of `product`, at its present price."""
    if product.variants:
        raise carts.choose_a_variant(product.product_id, product.variants)
    if cart.currency not in (None, product.currency) and list(cart.lines) != [product.product_id]:
        raise Conflict(
            "mixed_currencies", f"The cart is in {cart.currency}, the product is sold in {product.currency}."
        )
    if product.product_id not in cart.lines and len(cart.lines) >= MAX_LINES:
        raise Conflict("cart_full", f"A cart holds at most {MAX_LINES} different products.")
    line = Line(
        product_id=product.product_id,
        product_name=product.name,
        category=product.category,
        quantity=quantity,
        price_minor=product.price_minor,
        currency=product.currency,
        priced_at=priced_at,
    )
    return replace(cart, lines={**cart.lines, product.product_id: line})


def without_line(cart: Cart, product_id: str) -> Cart:
    """`cart` without a product; the same cart when it was not in it."""
    return replace(cart, lines={key: line for key, line in cart.lines.items() if key != product_id})


def pieces_added(before: Cart, after: Cart, product_id: str) -> int:
    """How many pieces of a product `after` has more than `before`; negative for fewer."""
    return _pieces(after, product_id) - _pieces(before, product_id)


def events_of_change(
    before: Cart, after: Cart, product_id: str, visit: events.Visit, now: datetime
) -> list[events.Event]:
    """add_to_cart or remove_from_cart of a change of one product; nothing when its pieces stayed."""
    pieces = pieces_added(before, after, product_id)
    if not pieces:
        return []
    line = (after if pieces > 0 else before).lines[product_id]
    event = events.new(
        "add_to_cart" if pieces > 0 else "remove_from_cart",
        replace(visit, user_id=after.user_id),
        event_id=ids.new_id(),
        at=now,
        product_id=line.product_id,
        product_name=line.product_name,
        category=line.category,
        price_minor=line.price_minor,
        value_minor=money.times(line.price_minor, abs(pieces)),
        quantity=abs(pieces),
        currency=line.currency,
    )
    return [event]


def merge(own: Cart, guest: Cart) -> Cart:
    """A user's cart with a guest's merged in. Merging the same guest cart again changes nothing.

    Quantities add up to at most MAX_QUANTITY; the price seen last counts. Conflict when the two do not go together.
    """
    if guest.cart_id in own.merged or guest.cart_id == own.cart_id:
        return own
    if len({own.currency, guest.currency} - {None}) > 1:
        raise Conflict("mixed_currencies", f"Your cart is in {own.currency}, the other one in {guest.currency}.")
    lines = dict(own.lines)
    for product_id, line in guest.lines.items():
        lines[product_id] = _together(lines[product_id], line) if product_id in lines else line
    if len(lines) > MAX_LINES:
        raise Conflict("cart_full", f"Together the carts hold more than {MAX_LINES} products; remove some first.")
    return replace(own, lines=lines, merged=(*own.merged, guest.cart_id)[-REMEMBERED_MERGES:])


def to_response(cart: Cart, products: Mapping[str, Product]) -> dict[str, Any]:
    """A cart as its clients see it: at the prices of `products`, and which of them were others when they were seen."""
    lines = [_at_present(line, products) for line in cart.lines.values()]
    return {
        "cart_id": cart.cart_id,
        "user_id": cart.user_id,
        "version": cart.version,
        "lines": [_line(line) for line in lines],
        "total_minor": money.total(line.value_minor for line in lines),
        "currency": cart.currency,
        "price_changes": [
            {"product_id": now.product_id, "was_minor": was.price_minor, "now_minor": now.price_minor}
            for was, now in zip(cart.lines.values(), lines, strict=True)
            if was.price_minor != now.price_minor
        ],
        "was_total_minor": cart.total_minor,
        "no_longer_sold": [line.product_id for line in cart.lines.values() if not _is_sold(line, products)],
    }


def _is_sold(line: Line, products: Mapping[str, Product]) -> bool:
    product = products.get(line.product_id)
    return product is not None and product.currency == line.currency and not product.variants


def _at_present(line: Line, products: Mapping[str, Product]) -> Line:
    """What is no longer sold, or not in the cart's currency, stays at the price seen."""
    sold = _is_sold(line, products)
    return replace(line, price_minor=products[line.product_id].price_minor) if sold else line


def _line(line: Line) -> dict[str, Any]:
    names = ("product_id", "product_name", "category", "quantity", "price_minor", "value_minor")
    return {name: getattr(line, name) for name in names}


def _pieces(cart: Cart, product_id: str) -> int:
    return cart.lines[product_id].quantity if product_id in cart.lines else 0


def _together(one: Line, other: Line) -> Line:
    newer = max(one, other, key=lambda line: line.priced_at)
    return replace(newer, quantity=min(one.quantity + other.quantity, MAX_QUANTITY))
