"""The language of pricing: what checkout asks of the pricing service, and what it answers."""

from collections.abc import Mapping
from typing import Any

from shoplib.core import commands
from shoplib.core.errors import Unavailable

REDEEM, RELEASE = OPERATIONS = ("redeem", "release")
# What a shopper says of the order, and pricing reads.
WISHES = ("country", "region", "postcode", "shipping_method", "promotion_code", "email")


def quote(
    invoke: commands.Invoke, function_name: str, goods: Mapping[str, Any], wishes: Mapping[str, Any]
) -> dict[str, Any]:
    """The quote for goods with prices, {"user_id", "currency", "lines"}, and a shopper's wishes, as shoppers see it."""
    named = {name: wishes[name] for name in WISHES if wishes.get(name) is not None}
    return commands.send(invoke, function_name, {**goods, **named}, "quote_unavailable")


def redeem(
    invoke: commands.Invoke, function_name: str, order_id: str, code: str, user_id: str | None, email: str | None
) -> None:
    """Counts one use of a code for an order, once however often it is sent. Conflict when no use is left, or none for
    this customer."""
    command = {"operation": REDEEM, "order_id": order_id, "code": code, "user_id": user_id, "email": email}
    _send(invoke, function_name, command)


def release(invoke: commands.Invoke, function_name: str, order_id: str) -> None:
    """Gives the use back that an order counted, if it did."""
    _send(invoke, function_name, {"operation": RELEASE, "order_id": order_id})


def _send(invoke: commands.Invoke, function_name: str, command: dict[str, Any]) -> None:
    if not function_name:
        message = (
            "There are no promotions: deploy the template `pricing`, and this one with its PromotionUsesFunctionName."
        )
        raise Unavailable("no_promotions", message)
    commands.send(invoke, function_name, command, "promotions_unavailable")
