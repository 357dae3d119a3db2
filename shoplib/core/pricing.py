"""The language of pricing: what checkout asks of the pricing service, and what it answers."""

from collections.abc import Mapping
from typing import Any

from shoplib.core import commands, telemetry
from shoplib.core.errors import Unavailable
from shoplib.core.orders import Order

REDEEM, RELEASE = OPERATIONS = ("redeem", "release")
# What a shopper says of the order, and pricing reads.
WISHES = ("country", "region", "postcode", "shipping_method", "promotion_code", "currency", "email")


def quote(
    invoke: commands.Invoke, function_name: str, goods: Mapping[str, Any], wishes: Mapping[str, Any]
) -> dict[str, Any]:
    """The quote for goods with prices, {"user_id", "currency", "lines"}, and a shopper's wishes, as shoppers see it.

    `currency` of the goods is what their prices are in; that of the wishes goes as `pay_in`.
    """
    present = {
        "pay_in" if name == "currency" else name: wishes[name] for name in WISHES if wishes.get(name) is not None
    }
    return commands.send(invoke, function_name, {**goods, **present}, "quote_unavailable")


def redeem(invoke: commands.Invoke, function_name: str, order: Order, attempt: str) -> None:
    """Counts one use of its code for an order, once however many attempts send it. Conflict when none is left, or none
    for this customer."""
    customer = {"user_id": order.user_id, "email": order.email}
    command = {"operation": REDEEM, "order_id": order.order_id, "code": order.promotion_code, "attempt": attempt}
    _send(invoke, function_name, command | customer)


def release(invoke: commands.Invoke, function_name: str, order_id: str, attempt: str | None = None) -> None:
    """Gives the use back that an order counted, if it did; of an attempt, if none counted it after that one."""
    answer = _send(invoke, function_name, {"operation": RELEASE, "order_id": order_id, "attempt": attempt})
    if answer["released"]:
        telemetry.count_of_function("PromotionsReleased", called=function_name)


def _send(invoke: commands.Invoke, function_name: str, command: dict[str, Any]) -> commands.Body:
    if not function_name:
        message = (
            "There are no promotions: deploy the template `pricing`, and this one with its PromotionUsesFunctionName."
        )
        raise Unavailable("no_promotions", message)
    return commands.send(invoke, function_name, command, "promotions_unavailable")
