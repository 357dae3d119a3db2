"""Carts of guests, by their unguessable id, and of signed-in users."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from shoplib.core import checks, clock, events, http, ids, money, telemetry
from shoplib.core.errors import NotFound
from shoplib.services.cart import domain, store

router = Router()


@router.post("/carts")
def create_cart() -> Response[str]:
    cart = domain.Cart(ids.new_id(), expires_at=clock.now() + domain.GUEST_LIFETIME)
    store.create(cart)
    return http.answer(201, {"cart_id": cart.cart_id})


@router.get("/carts/<cart_id>")
def read_cart(cart_id: str) -> Response[str]:
    return http.answer(200, domain.shown(store.cart(http.path_value(cart_id))))


@router.delete("/carts/<cart_id>")
def remove_cart(cart_id: str) -> Response[str]:
    store.remove(http.path_value(cart_id))
    return http.answer(204)


@router.put("/carts/<cart_id>/items/<product_id>")
def put_item(cart_id: str, product_id: str) -> Response[str]:
    cart_id, product_id = (http.path_value(value) for value in (cart_id, product_id))
    quantity = domain.quantity(http.body(router))
    product = store.price(product_id)
    now = clock.timestamp(clock.now())
    before, after = store.change(cart_id, lambda cart: domain.with_line(cart, product, quantity, now))
    _emit_change(before, after, product_id)
    return http.answer(200, domain.shown(after))


@router.delete("/carts/<cart_id>/items/<product_id>")
def remove_item(cart_id: str, product_id: str) -> Response[str]:
    cart_id, product_id = (http.path_value(value) for value in (cart_id, product_id))
    before, after = store.change(cart_id, lambda cart: domain.without_line(cart, product_id))
    _emit_change(before, after, product_id)
    return http.answer(200, domain.shown(after))


@router.get("/cart")
def own_cart() -> Response[str]:
    return http.answer(200, domain.shown(store.own_cart(http.user_id(router), ids.new_id())))


@router.post("/carts/merge")
def merge_cart() -> Response[str]:
    guest_id = checks.text(http.body(router), "cart_id", maximum=64)
    own = store.own_cart(http.user_id(router), ids.new_id())
    if guest_id in own.merged or guest_id == own.cart_id:
        return http.answer(200, domain.shown(own))
    guest = store.cart(guest_id)
    if guest.user_id:
        raise NotFound("no_such_cart", "Only a guest's cart can be merged.")
    return http.answer(200, domain.shown(store.merge(own, guest, domain.merge(own, guest))))


def _emit_change(before: domain.Cart, after: domain.Cart, product_id: str) -> None:
    pieces = domain.added(before, after, product_id)
    if not pieces:
        return
    line = (after if pieces > 0 else before).lines[product_id]
    telemetry.count("PiecesAdded" if pieces > 0 else "PiecesRemoved", abs(pieces))
    event = events.new(
        "add_to_cart" if pieces > 0 else "remove_from_cart",
        http.visit(router, after.user_id),
        event_id=ids.new_id(),
        at=clock.now(),
        product_id=line.product_id,
        product_name=line.product_name,
        category=line.category,
        price_minor=line.price_minor,
        value_minor=money.times(line.price_minor, abs(pieces)),
        quantity=abs(pieces),
        currency=line.currency,
    )
    store.emit(event)


handler = http.rest_handler(router)
