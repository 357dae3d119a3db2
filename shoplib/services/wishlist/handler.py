"""Wishlists and their links over HTTP; their events; and the deletion of a deleted account's lists."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import account_changes, clock, events, health, http, ids, outbox, telemetry
from shoplib.services.wishlist import domain, store
from shoplib.services.wishlist.domain import Wishlist

router = Router()


@router.get("/wishlist")
def read_wishlist() -> Response[str]:
    return _answer(store.wishlist(_member()))


@router.put("/wishlist/items/<product_id>")
def put_item(product_id: str) -> Response[str]:
    user, product, now = _member(), store.product(http.path_value(product_id)), clock.now()
    event = domain.added(_visit(user), product, now)
    return _answer(store.change(user, lambda before: domain.with_product(before, product, now), [event]))


@router.delete("/wishlist/items/<product_id>")
def remove_item(product_id: str) -> Response[str]:
    user, product_id = _member(), http.path_value(product_id)
    return _answer(store.change(user, lambda before: domain.without_product(before, product_id), []))


@router.post("/wishlist/link")
def share() -> Response[str]:
    user, token, now = _member(), ids.new_secret(), clock.now()
    event = domain.linked(_visit(user), now)
    store.change(user, lambda before: domain.with_link(before, token, now), [event])
    telemetry.count("WishlistsShared")
    return http.answer(201, {"token": token, "path": f"/wishlists/{token}", "created_at": clock.timestamp(now)})


@router.delete("/wishlist/link")
def revoke() -> Response[str]:
    store.change(_member(), domain.without_link, [])
    return http.answer(204)


@router.get("/wishlists/<token>")
def look(token: str) -> Response[str]:
    wishlist = store.shared(ids.fingerprint(http.path_value(token)))
    products = store.products(each.product_id for each in wishlist.entries)
    return http.answer(200, domain.to_visitor(wishlist, products))


@router.get("/health")
def is_healthy() -> Response[str]:
    return health.answer({"wishlist table": store.is_reachable})


def _member() -> str:
    return store.directory().member_of(http.header(router, "Authorization")).user_id


def _visit(user: str) -> events.Visit:
    return http.visit(router, user)


def _answer(wishlist: Wishlist) -> Response[str]:
    names = [each.product_id for each in wishlist.entries]
    products = store.products(names)
    return http.answer(200, domain.to_owner(wishlist, products, store.stock(products)))


handler = http.http_handler(router)


def publish_changes(batch: dict[str, Any], _context: Any) -> None:
    outbox.relay(batch, outbox.carried, store.publish)


publish = telemetry.instrument(publish_changes)


def forget_users(event: dict[str, Any], _context: Any) -> None:
    """Deletes the lists and links of users whose accounts were deleted."""
    for change in account_changes.each(event):
        if store.remove(change.user_id):
            telemetry.count("WishlistsForgotten")


forget = telemetry.instrument(forget_users)
