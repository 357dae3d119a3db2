"""Carts of guests, by a secret key beside the id, and of signed-in users, by their session."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import account_changes, checks, clock, events, http, ids, outbox, telemetry
from shoplib.core.errors import NotFound
from shoplib.services.cart import domain, store
from shoplib.services.cart.domain import Cart, Product

router = Router()


@router.post("/carts")
def create_cart() -> Response[str]:
    cart_id, key = ids.new_id(), ids.new_secret()
    cart = Cart(cart_id, key_hash=ids.fingerprint(key), expires_at=clock.now() + domain.GUEST_LIFETIME)
    store.create(cart)
    return http.answer(201, {"cart_id": cart.cart_id, "cart_key": key})


@router.get("/carts/<cart_id>")
def read_cart(cart_id: str) -> Response[str]:
    return _answer(store.cart(http.path_value(cart_id), _caller()))


@router.delete("/carts/<cart_id>")
def remove_cart(cart_id: str) -> Response[str]:
    version = domain.version(http.header(router, "If-Match"))
    store.remove(http.path_value(cart_id), _caller(), version)
    return http.answer(204)


@router.put("/carts/<cart_id>/items/<product_id>")
def put_item(cart_id: str, product_id: str) -> Response[str]:
    cart_id, product_id = (http.path_value(value) for value in (cart_id, product_id))
    quantity = domain.quantity(http.body(router))
    product = store.product(product_id)
    now = clock.timestamp(clock.now())
    return _change(cart_id, product_id, lambda cart: domain.with_line(cart, product, quantity, now), product)


@router.delete("/carts/<cart_id>/items/<product_id>")
def remove_item(cart_id: str, product_id: str) -> Response[str]:
    cart_id, product_id = (http.path_value(value) for value in (cart_id, product_id))
    return _change(cart_id, product_id, lambda cart: domain.without_line(cart, product_id))


@router.get("/cart")
def own_cart() -> Response[str]:
    return _answer(store.own_cart(http.user_id(router), ids.new_id()))


@router.post("/carts/merge")
def merge_cart() -> Response[str]:
    guest_id = checks.identifier(http.body(router), "cart_id", maximum=64)
    own = store.own_cart(http.user_id(router), ids.new_id())
    if guest_id in own.merged or guest_id == own.cart_id:
        return _answer(own)
    guest = store.cart(guest_id, _caller())
    if guest.user_id:
        raise NotFound("no_such_cart", "Only a guest's cart can be merged.")
    return _answer(store.merge(own, guest, domain.merge(own, guest)))


def _caller() -> domain.Caller:
    return domain.Caller(http.visitor(router), http.header(router, "x-cart-key"))


def _answer(cart: Cart, *known: Product) -> Response[str]:
    """The cart at present prices; the catalog is asked for those that are not `known`."""
    products = {product.product_id: product for product in known}
    products |= store.products(product_id for product_id in cart.lines if product_id not in products)
    return http.answer(200, domain.to_response(cart, products))


def _change(cart_id: str, product_id: str, edit: store.Edit, *known: Product) -> Response[str]:
    visit, now = http.visit(router), clock.now()

    def events_of(before: Cart, after: Cart) -> list[events.Event]:
        return domain.events_of_change(before, after, product_id, visit, now)

    before, after = store.change(cart_id, _caller(), edit, events_of)
    pieces = domain.pieces_added(before, after, product_id)
    if pieces:
        telemetry.count("PiecesAdded" if pieces > 0 else "PiecesRemoved", abs(pieces))
    return _answer(after, *known)


handler = http.rest_handler(router)


def publish_changes(batch: dict[str, Any], _context: Any) -> None:
    outbox.relay(batch, outbox.carried, store.publish)


publish = telemetry.instrument(publish_changes)


def forget_users(event: dict[str, Any], _context: Any) -> None:
    """Removes the carts of accounts that were deleted."""
    for change in account_changes.each(event):
        store.forget(change.user_id)


forget = telemetry.instrument(forget_users)
