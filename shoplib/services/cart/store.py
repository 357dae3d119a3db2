"""The cart table: `CART#<id>` is a whole cart, `USER#<id>` says which cart is a user's. And the catalog's prices."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from shoplib.core import clock, commands, config, events, money, outbox
from shoplib.core.errors import Conflict, NotFound, PreconditionFailed
from shoplib.services.cart.config import Config, StreamConfig
from shoplib.services.cart.domain import GUEST_LIFETIME, Caller, Cart, Line, Product, opens

Edit = Callable[[Cart], Cart]
# The events of a change, from the cart before and after it.
EventsOf = Callable[[Cart, Cart], list[events.Event]]

_ATTEMPTS = 5
_UNCHANGED = "attribute_exists(pk) AND version = :version"


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).cart_table_name)


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


def products(product_ids: Iterable[str]) -> dict[str, Product]:
    """Names and present prices of products by their ids, from the catalog; those that it does not have are left out."""
    names = list(product_ids)
    if not names:
        return {}
    name = config.load(Config).prices_function_name
    answer = commands.send(functions().invoke, name, {"product_ids": names}, "prices_unavailable")
    return {product["product_id"]: _product(product) for product in answer["products"]}


def product(product_id: str) -> Product:
    """Name and present price of one product."""
    known = products([product_id])
    if product_id not in known:
        raise NotFound("no_such_product", f"The catalog has no product {product_id}.")
    return known[product_id]


def _product(product: dict[str, Any]) -> Product:
    return Product(
        product_id=product["product_id"],
        name=product["name"],
        category=product["category"],
        price_minor=money.parse(product["price_minor"]),
        currency=product["currency"],
        variants=tuple(product.get("variants", ())),
    )


def create(cart: Cart) -> None:
    """Stores a new cart; one that exists stays as it is."""
    try:
        table().put_item(Item=_item(cart), ConditionExpression="attribute_not_exists(pk)")
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return


def cart(cart_id: str, caller: Caller) -> Cart:
    """A cart that has not ended and is the caller's; any other looks as if there were none.

    The table's own removal may come days late, so the end is checked here.
    """
    item = table().get_item(Key={"pk": f"CART#{cart_id}"}, ConsistentRead=True).get("Item")
    own = _cart(item) if item else None
    if not own or not opens(caller, own) or (own.expires_at and own.expires_at <= clock.now()):
        raise NotFound(
            "no_such_cart",
            "There is no such cart for this session or x-cart-key, or it has expired. Start with POST /carts.",
        )
    return own


def change(cart_id: str, caller: Caller, edit: Edit, events_of: EventsOf) -> tuple[Cart, Cart]:
    """Applies `edit` to the cart and answers it before and after; the same write holds the events that report it.

    What someone else changes meanwhile is kept.
    """
    for _ in range(_ATTEMPTS):
        before = cart(cart_id, caller)
        after = _next(before, edit(before))
        if _replace(before, after, events_of(before, after)):
            return before, after
    raise Conflict("cart_busy", "The cart is being changed elsewhere; try again.")


def remove(cart_id: str, caller: Caller, version: int | None) -> None:
    """Removes a guest's cart, empties a user's. PreconditionFailed when it left that version."""
    for _ in range(_ATTEMPTS):
        current = cart(cart_id, caller)
        if version not in (None, current.version):
            raise PreconditionFailed("cart_changed", f"The cart is at version {current.version} by now.")
        if _empty(current) if current.user_id else _delete(current):
            return
    raise Conflict("cart_busy", "The cart is being changed elsewhere; try again.")


def own_cart(user_id: str, new_cart_id: str) -> Cart:
    """A user's cart; on the first call it gets `new_cart_id`. Its id stays the same ever after."""
    answer = table().update_item(
        Key={"pk": f"USER#{user_id}"},
        UpdateExpression="SET cart_id = if_not_exists(cart_id, :new)",
        ExpressionAttributeValues={":new": new_cart_id},
        ReturnValues="ALL_NEW",
    )
    cart_id, caller = str(answer["Attributes"]["cart_id"]), Caller(user_id)
    try:
        return cart(cart_id, caller)
    except NotFound:
        create(Cart(cart_id, user_id=user_id))
        return cart(cart_id, caller)


def forget(user_id: str) -> None:
    """Removes a user's cart, and that it was that user's. Again changes nothing."""
    owner = {"pk": f"USER#{user_id}"}
    if item := table().get_item(Key=owner, ConsistentRead=True).get("Item"):
        table().delete_item(Key={"pk": f"CART#{item['cart_id']}"})
        table().delete_item(Key=owner)


def merge(own: Cart, guest: Cart, merged: Cart) -> Cart:
    """Replaces the user's cart and removes the guest's in one transaction. Conflict when either changed meanwhile."""
    after = _next(own, merged)
    client = table().meta.client
    put = {"TableName": table().name, "Item": _item(after), **_condition(own)}
    delete = {"TableName": table().name, "Key": {"pk": f"CART#{guest.cart_id}"}, **_condition(guest)}
    try:
        client.transact_write_items(TransactItems=[{"Put": put}, {"Delete": delete}])
    except client.exceptions.TransactionCanceledException:
        raise Conflict("cart_busy", "One of the carts is being changed elsewhere; try again.") from None
    return after


def publish(published: list[events.Event]) -> None:
    """Puts events on the stream; it raises when that fails."""
    events.publish(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, published)


def _replace(before: Cart, after: Cart, published: list[events.Event]) -> bool:
    """Whether the cart was still as it was `before` and is now `after`."""
    try:
        table().put_item(Item=_item(after) | outbox.attribute(published), **_condition(before))
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _empty(current: Cart) -> bool:
    return _replace(current, _next(current, replace(current, lines={})), [])


def _delete(current: Cart) -> bool:
    try:
        table().delete_item(Key={"pk": f"CART#{current.cart_id}"}, **_condition(current))
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _condition(cart: Cart) -> dict[str, Any]:
    return {"ConditionExpression": _UNCHANGED, "ExpressionAttributeValues": {":version": cart.version}}


def _next(before: Cart, after: Cart) -> Cart:
    expires_at = None if before.user_id else clock.now() + GUEST_LIFETIME
    return replace(after, version=before.version + 1, expires_at=expires_at)


def _item(cart: Cart) -> dict[str, Any]:
    item: dict[str, Any] = {
        "pk": f"CART#{cart.cart_id}",
        "cart_id": cart.cart_id,
        "lines": [asdict(line) for line in cart.lines.values()],
        "merged": list(cart.merged),
        "version": cart.version,
    }
    owner = {"user_id": cart.user_id, "key_hash": cart.key_hash}
    item |= {name: value for name, value in owner.items() if value}
    if cart.expires_at:
        item["expires_at"] = clock.epoch_seconds(cart.expires_at)
    return item


def _cart(item: dict[str, Any]) -> Cart:
    lines = [_line(line) for line in item["lines"]]
    return Cart(
        cart_id=item["cart_id"],
        lines={line.product_id: line for line in lines},
        user_id=item.get("user_id"),
        key_hash=item.get("key_hash"),
        expires_at=datetime.fromtimestamp(int(item["expires_at"]), UTC) if "expires_at" in item else None,
        merged=tuple(item["merged"]),
        version=int(item["version"]),
    )


def _line(line: dict[str, Any]) -> Line:
    return Line(**{**line, "quantity": int(line["quantity"]), "price_minor": money.parse(line["price_minor"])})
