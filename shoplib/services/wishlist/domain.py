"""Wishlists of members, and links that share them with anyone who has the link."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shoplib.core import clock, events, ids, money
from shoplib.core.errors import Conflict, NotFound

MAX_ENTRIES = 100


@dataclass(frozen=True)
class Product:
    """A product in the catalog."""

    product_id: str
    name: str
    category: str
    price_minor: money.Amount
    currency: str


@dataclass(frozen=True)
class Entry:
    """`name` is the product's name when it was added; it remains if the product is discontinued."""

    product_id: str
    name: str
    added_at: str


@dataclass(frozen=True)
class Link:
    """Only the hash of the secret in its URL, `token_hash`, is stored."""

    token_hash: str
    created_at: str


@dataclass(frozen=True)
class Wishlist:
    """`version` counts its changes; 0 means not stored yet."""

    user_id: str
    entries: tuple[Entry, ...] = ()
    link: Link | None = None
    version: int = 0

    def has(self, product_id: str) -> bool:
        return any(each.product_id == product_id for each in self.entries)


def with_product(wishlist: Wishlist, product: Product, now: datetime) -> Wishlist:
    """`wishlist` with a product added; unchanged if it was already there. Conflict if it is full."""
    if wishlist.has(product.product_id):
        return wishlist
    if len(wishlist.entries) >= MAX_ENTRIES:
        raise Conflict("wishlist_full", f"A wishlist holds at most {MAX_ENTRIES} products.")
    entry = Entry(product.product_id, product.name, clock.timestamp(now))
    return replace(wishlist, entries=(*wishlist.entries, entry))


def without_product(wishlist: Wishlist, product_id: str) -> Wishlist:
    """`wishlist` without a product; unchanged if it was not there."""
    if not wishlist.has(product_id):
        return wishlist
    return replace(wishlist, entries=tuple(each for each in wishlist.entries if each.product_id != product_id))


def with_link(wishlist: Wishlist, token: str, now: datetime) -> Wishlist:
    """`wishlist` with a new link, which replaces the old one."""
    return replace(wishlist, link=Link(ids.fingerprint(token), clock.timestamp(now)))


def without_link(wishlist: Wishlist) -> Wishlist:
    """`wishlist` without a link; unchanged if it had none."""
    return replace(wishlist, link=None) if wishlist.link else wishlist


def opens(token_hash: str, wishlist: Wishlist) -> bool:
    """Whether a link is the list's current link."""
    return wishlist.link is not None and hmac.compare_digest(token_hash, wishlist.link.token_hash)


def no_such_list() -> NotFound:
    """The same error for a link that never existed and a revoked one."""
    return NotFound("no_such_wishlist", "There is no wishlist behind this link, or its owner no longer shares it.")


def added(visit: events.Visit, product: Product, now: datetime) -> events.Event:
    """The event of a product added to a list."""
    return events.new(
        "add_to_wishlist",
        visit,
        event_id=ids.new_id(),
        at=now,
        product_id=product.product_id,
        product_name=product.name,
        category=product.category,
        price_minor=product.price_minor,
        value_minor=product.price_minor,
        quantity=1,
        currency=product.currency,
    )


def linked(visit: events.Visit, now: datetime) -> events.Event:
    """The event of a shared list."""
    props = {"method": "link", "content_type": "wishlist"}
    return events.new("share", visit, event_id=ids.new_id(), at=now, props=props)


def to_owner(wishlist: Wishlist, products: Mapping[str, Product], stock: Mapping[str, Any]) -> dict[str, Any]:
    """The owner's view of a list: current prices, and stock if known."""
    items = [
        {
            "product_id": entry.product_id,
            "name": entry.name,
            "added_at": entry.added_at,
            "price_minor": None,
            "currency": None,
            "is_sold": entry.product_id in products,
            **(_present(products[entry.product_id]) if entry.product_id in products else {}),
            "availability": stock.get(entry.product_id),
        }
        for entry in wishlist.entries
    ]
    link = {"created_at": wishlist.link.created_at} if wishlist.link else None
    return {"items": items, "version": wishlist.version, "link": link}


def to_visitor(wishlist: Wishlist, products: Mapping[str, Product]) -> dict[str, Any]:
    """The view of a list through its link: names and prices of products for sale, nothing about the owner."""
    return {"items": [_present(products[each.product_id]) for each in wishlist.entries if each.product_id in products]}


def _present(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in ("product_id", "name", "category", "price_minor", "currency")}
