"""Wishlists: what members want one day, and the link that shows it to whoever has it."""

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
    """What the catalog knows of a product."""

    product_id: str
    name: str
    category: str
    price_minor: money.Amount
    currency: str


@dataclass(frozen=True)
class Entry:
    """`name` is the product's when it was put on the list; it stays when the product is no longer sold."""

    product_id: str
    name: str
    added_at: str


@dataclass(frozen=True)
class Link:
    """`token_hash` is all that is stored of the secret in its address."""

    token_hash: str
    created_at: str


@dataclass(frozen=True)
class Wishlist:
    """`version` counts its changes; 0 is one that is not stored yet."""

    user_id: str
    entries: tuple[Entry, ...] = ()
    link: Link | None = None
    version: int = 0

    def has(self, product_id: str) -> bool:
        return any(each.product_id == product_id for each in self.entries)


def with_product(wishlist: Wishlist, product: Product, now: datetime) -> Wishlist:
    """`wishlist` with a product at its end; the same when it was on it. Conflict when it is full."""
    if wishlist.has(product.product_id):
        return wishlist
    if len(wishlist.entries) >= MAX_ENTRIES:
        raise Conflict("wishlist_full", f"A wishlist holds at most {MAX_ENTRIES} products.")
    entry = Entry(product.product_id, product.name, clock.timestamp(now))
    return replace(wishlist, entries=(*wishlist.entries, entry))


def without_product(wishlist: Wishlist, product_id: str) -> Wishlist:
    """`wishlist` without a product; the same when it was not on it."""
    if not wishlist.has(product_id):
        return wishlist
    return replace(wishlist, entries=tuple(each for each in wishlist.entries if each.product_id != product_id))


def with_link(wishlist: Wishlist, token: str, now: datetime) -> Wishlist:
    """`wishlist` with a new link, in place of the one that it had."""
    return replace(wishlist, link=Link(ids.fingerprint(token), clock.timestamp(now)))


def without_link(wishlist: Wishlist) -> Wishlist:
    """`wishlist` without a link; the same when it had none."""
    return replace(wishlist, link=None) if wishlist.link else wishlist


def opens(token_hash: str, wishlist: Wishlist) -> bool:
    """Whether a link is the one that the list has now."""
    return wishlist.link is not None and hmac.compare_digest(token_hash, wishlist.link.token_hash)


def no_such_list() -> NotFound:
    """Of a link that nobody made and of one that was revoked alike."""
    return NotFound("no_such_wishlist", "There is no wishlist behind this link, or its owner no longer shares it.")


def added(visit: events.Visit, product: Product, now: datetime) -> events.Event:
    """The event of a product that was put on a list."""
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
    """The event of a list that is shared."""
    props = {"method": "link", "content_type": "wishlist"}
    return events.new("share", visit, event_id=ids.new_id(), at=now, props=props)


def to_owner(wishlist: Wishlist, products: Mapping[str, Product], stock: Mapping[str, Any]) -> dict[str, Any]:
    """A list as its owner sees it: at present prices, with what is in stock where that is known."""
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
    """A list as whoever has the link sees it: names and prices of what is sold, and nothing of its owner."""
    return {"items": [_present(products[each.product_id]) for each in wishlist.entries if each.product_id in products]}


def _present(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in ("product_id", "name", "category", "price_minor", "currency")}
