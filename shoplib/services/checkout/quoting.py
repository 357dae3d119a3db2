"""What the order for a cart costs: pricing says it, the shopper confirms it, and a promotion code is used for it."""

from collections.abc import Mapping
from typing import Any

from shoplib.core import config, money, orders, pricing, telemetry
from shoplib.core.errors import Conflict, Unavailable
from shoplib.services.checkout import store
from shoplib.services.checkout.config import PricingConfig, PromotionsConfig
from shoplib.services.checkout.requests import EXPECTED, Request


def quote(cart: Mapping[str, Any], request: Request) -> Mapping[str, Any]:
    """What pricing says that the cart costs; without pricing, what is in it."""
    name = config.load(PricingConfig).quote_function_name
    if not name:
        _refuse_wishes(request, cart["currency"])
        return _unquoted(cart)
    goods = {**_unquoted(cart), "user_id": cart["user_id"]}
    return pricing.quote(store.functions().invoke, name, goods, request.wishes)


def redeem(order: orders.Order, attempt: str) -> None:
    """Counts the use of an order's promotion code, if it has one. Conflict when none is left."""
    if order.promotion_code:
        name = config.load(PromotionsConfig).promotion_uses_function_name
        pricing.redeem(store.functions().invoke, name, order, attempt)


def give_back(order_id: str, attempt: str | None = None) -> None:
    """Gives the use of a promotion code back that an order has, if that attempt was the last to count it. A failure is
    logged: until the checkout is tried again under its key, the use stays counted."""
    try:
        release_use(order_id, attempt)
    except Unavailable:
        telemetry.logger().warning("The use of a promotion code was not given back.", extra={"order_id": order_id})


def release_use(order_id: str, attempt: str | None = None) -> None:
    """The same; Unavailable when it fails."""
    name = config.load(PromotionsConfig).promotion_uses_function_name
    if name:
        pricing.release(store.functions().invoke, name, order_id, attempt)


def _refuse_wishes(request: Request, currency: str) -> None:
    """Unavailable when a shopper wishes what only pricing can do, and there is none."""
    for name in ("shipping_method", "promotion_code", "currency"):
        if request.wishes.get(name) not in (None, currency if name == "currency" else None):
            message = f"{name} needs the template `pricing`: deploy it, and this one with its QuoteFunctionName."
            raise Unavailable("no_pricing", message)


def _unquoted(cart: Mapping[str, Any]) -> dict[str, Any]:
    """What a cart costs where nobody knows of discounts, taxes and shipping, in the form of a quote."""
    lines = [{name: line[name] for name in _OF_LINE} for line in cart["lines"]]
    return {"currency": cart["currency"], "lines": lines, "total_minor": cart["total_minor"]}


_OF_LINE = ("product_id", "product_name", "category", "quantity", "price_minor")


def confirm(request: Request, cart: Mapping[str, Any], quote: Mapping[str, Any]) -> None:
    """Conflict, with the quote, when its total is not the one that the shopper has confirmed, or else has seen in the
    cart (in its currency); or when something in it is no longer sold."""
    if products := cart["no_longer_sold"]:
        raise Conflict("no_longer_sold", f"{', '.join(products)} is no longer sold; remove it from the cart.")
    expected = request.expected_total_minor
    if expected is None and quote["currency"] == cart["currency"]:
        expected = money.parse(cart["was_total_minor"])
    if expected is None or money.parse(quote["total_minor"]) != expected:
        before = "none" if expected is None else money.to_json(expected)
        message = (
            f"The total is {quote['total_minor']} now, and {before} was expected. To pay it, send it as {EXPECTED}."
        )
        raise Conflict("price_changed", message, quote=quote)
