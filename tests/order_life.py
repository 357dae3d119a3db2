"""Orders in the in-process shop: placing, delivering and changing them, processes that die, and the promises."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient

from shoplib.core import money
from tests.inprocess import World

WRITES = ("PutItem", "UpdateItem", "TransactWriteItems", "DeleteItem", "SendMessage", "Publish", "PutRecords")
OPEN = ("reserved", "waiting")
# Of orders that were sold and of those whose money is given back.
SOLD = ("confirmed", "packed", "shipped", "delivered", "return_requested", "returned", "refunded")


class Crash(BaseException):
    """The process dies here; nothing in it catches that."""


def crash() -> None:
    raise Crash


def nothing() -> None:
    pass


@contextmanager
def at_write(number: int, before: Callable[[], None], after: Callable[[], None]) -> Iterator[list[str]]:
    """Runs something before and after the `number`-th write to AWS; yields a list with one entry per write."""
    real, seen = BaseClient._make_api_call, []

    def call(client: Any, operation: str, parameters: Any) -> Any:
        if operation not in WRITES:
            return real(client, operation, parameters)
        seen.append(operation)
        mine = len(seen) == number
        if mine:
            before()
        try:
            return real(client, operation, parameters)
        finally:
            if mine:
                after()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", call)
        yield seen


def order(order_id: str, pieces: dict[str, int], **changes: Any) -> dict[str, Any]:
    """The message of an order of the website."""
    return {
        "order_id": order_id,
        "type": "order",
        "placed_at": "2026-03-01T11:59:00.000000Z",
        "anonymous_id": "visitor-1",
        "currency": "GBP",
        "channel": "web",
        "lines": [
            {"product_id": product, "quantity": quantity, "price_minor": 425} for product, quantity in pieces.items()
        ],
        **changes,
    }


def total(message: dict[str, Any]) -> money.Amount:
    """What an order without discounts, taxes and shipping comes to."""
    return money.total(money.times(money.parse(line["price_minor"]), line["quantity"]) for line in message["lines"])


def pay(shop: World, message: dict[str, Any], token: str = "tok_visa") -> str:
    """Authorises the payment of an order."""
    command = {"operation": "authorize", "payment_id": message["order_id"], "currency": "GBP", "method": "card"}
    asked = {**command, "token": token, "amount_minor": money.to_json(total(message))}
    return str(shop.invoke("PaymentsFunction", asked)["status"])


def deliver(shop: World, *messages: dict[str, Any] | str) -> list[str]:
    """Delivers messages in one batch and answers the numbers of those that failed: all, when the process dies."""
    records = [
        {
            "messageId": str(number),
            "receiptHandle": "unknown",
            "body": message if isinstance(message, str) else json.dumps(message),
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        }
        for number, message in enumerate(messages)
    ]
    try:
        answer = shop.invoke("OrdersFunction", {"Records": records})
    except Crash:
        return [record["messageId"] for record in records]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def change(shop: World, order_id: str, operation: str, **more: Any) -> dict[str, Any]:
    """What the back office's function answers."""
    answer = shop.invoke("ChangeOrdersFunction", {"changes": [{"order_id": order_id, "operation": operation, **more}]})
    return dict(answer)


def set_stock(shop: World, levels: dict[str, int], **more: Any) -> None:
    entries = [{"product_id": product, "available": available, **more} for product, available in levels.items()]
    shop.invoke("SetStockFunction", {"stock": entries})


def stock(shop: World) -> dict[str, int]:
    return {item["product_id"]: int(item.get("available", 0)) for item in shop.table("StockTable")}


def orders(shop: World) -> dict[str, dict[str, Any]]:
    return {item["order_id"]: item for item in shop.table("OrdersTable")}


def status(shop: World, order_id: str = "order-1") -> str:
    return str(orders(shop)[order_id]["status"])


def published(shop: World) -> dict[str, dict[str, Any]]:
    """The events in the stream by their id: what comes twice counts once."""
    return {event["event_id"]: event for event in shop.events()}


def check_stock(shop: World) -> None:
    """Nothing is below zero, and what products have reserved is what open reservations hold."""
    held: Counter[str] = Counter()
    owed: Counter[str] = Counter()
    for mark in shop.table("ReservationsTable"):
        if mark["state"] in OPEN:
            held.update({product: int(count) for product, count in mark["pieces"].items()})
            owed.update({product: int(count) for product, count in mark["owed"].items()})
    for item in shop.table("StockTable"):
        product = item["product_id"]
        assert min(item.get("available", 0), item.get("reserved", 0), item.get("backordered", 0)) >= 0, item
        assert item.get("reserved", 0) == held.pop(product, 0), item
        assert item.get("backordered", 0) == owed.pop(product, 0), item
    assert not +held and not +owed


def check_rest(shop: World, paid: dict[str, money.Amount]) -> None:
    """What must hold when nothing is under way: nothing waits but for stock, and the money is where it belongs.

    `paid` is what was authorised for each order.
    """
    found = orders(shop)
    assert not [each["order_id"] for each in found.values() if "pending" in each and each["status"] != "backordered"]
    for order_id, payment in payments(shop).items():
        each = found.get(order_id)
        sold = each is not None and each["status"] in SOLD
        back = _paid_back(each) if each else 0
        assert payment["captured_minor"] - payment["refunded_minor"] == (paid[order_id] - back if sold else 0), each
        gone = each is not None and each["status"] in ("rejected", "cancelled")
        assert not (gone and payment["held_minor"]), payment


def payments(shop: World) -> dict[str, dict[str, Any]]:
    return {item["payment_id"]: item for item in shop.table("PaymentsTable") if item["entry"] == "payment"}


def _paid_back(item: dict[str, Any]) -> money.Amount:
    """By price and pieces: these orders have no discounts and taxes."""
    pieces = {number: int(count) for number, count in item.get("returned", {}).items()}
    latest = item.get("latest_return", {}).get("pieces", {}) if item["status"] == "refunded" else {}
    counts = Counter(pieces) + Counter({number: int(count) for number, count in latest.items()})
    return money.total(
        money.times(money.parse(item["lines"][int(number) - 1]["price_minor"]), count)
        for number, count in counts.items()
    )
