"""Whatever dies, comes twice or runs at the same time: an order moves its stock once and is told once."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shoplib.services.orders import domain, store
from tests.inprocess import World

STOCK = {"p1": 5, "p2": 5, "p3": 5, "p4": 5, "p5": 5}


class Crash(Exception):
    """The function's process dies here."""


def order(order_id: str = "order-1", quantity: int = 2, **changes: Any) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "type": "order",
        "placed_at": "2026-03-01T11:59:00.000000Z",
        "anonymous_id": "visitor-1",
        "currency": "GBP",
        "channel": "web",
        "lines": [{"product_id": product, "quantity": quantity, "price_minor": "42.5"} for product in STOCK],
        **changes,
    }


def deliver(shop: World, *messages: dict[str, Any] | str) -> list[str]:
    """Delivers messages in one batch and answers the numbers of those that failed."""
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
    answer = shop.invoke("OrdersFunction", {"Records": records})
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def set_stock(shop: World, levels: dict[str, int]) -> None:
    entries = [{"product_id": product, "available": available} for product, available in levels.items()]
    shop.invoke("SetStockFunction", {"stock": entries})


def stock(shop: World) -> dict[str, int]:
    return {item["product_id"]: int(item["available"]) for item in shop.table("StockTable")}


def status(shop: World, order_id: str = "order-1") -> str:
    return next(item["status"] for item in shop.table("OrdersTable") if item["order_id"] == order_id)


def told(shop: World) -> dict[str, dict[str, Any]]:
    return {event["event_id"]: event for event in shop.events()}


@contextmanager
def at_transaction(number: int, before: Callable[[], None], after: Callable[[], None]) -> Iterator[list[int]]:
    """Runs something before and after the `number`-th transaction; yields a list with one entry per transaction."""
    real, seen = store._transact, []

    def transact(writes: list[dict[str, Any]]) -> list[bool]:
        seen.append(len(writes))
        mine = len(seen) == number
        if mine:
            before()
        answer = real(writes)
        if mine:
            after()
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_transact", transact)
        yield seen


def crash() -> None:
    raise Crash


def nothing() -> None:
    pass


@pytest.fixture(params=[1, 2, 40], ids=["part by part", "in three parts", "at once"])
def part_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(domain, "PART_SIZE", request.param)
    return int(request.param)


@pytest.fixture(params=["enough", "too little"])
def expected(request: pytest.FixtureRequest, shop: World) -> tuple[dict[str, int], str, int]:
    """Stock after the order, its status, its number of events; the last product may be short."""
    if request.param == "enough":
        set_stock(shop, STOCK)
        return dict.fromkeys(STOCK, 3), "confirmed", 5
    short = {**STOCK, "p5": 1}
    set_stock(shop, short)
    return short, "rejected", 0


Expected = tuple[dict[str, int], str, int]


def check(shop: World, expected: Expected) -> None:
    assert (stock(shop), status(shop), len(told(shop))) == expected


def test_a_message_that_comes_three_times_counts_once(shop: World, part_size: int, expected: Expected):
    assert deliver(shop, order()) == deliver(shop, order(), order()) == []
    check(shop, expected)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_transaction_is_mended_by_the_next_delivery(
    shop: World, part_size: int, expected: Expected, when: str
):
    crashes = 0
    for number in range(1, 20):
        with at_transaction(number, *((crash, nothing) if when == "before" else (nothing, crash))):
            crashes += len(deliver(shop, order()))
    assert crashes >= 1
    assert deliver(shop, order()) == []
    check(shop, expected)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 8))
def test_a_second_delivery_at_any_transaction_of_the_first_changes_nothing(
    shop: World, monkeypatch: pytest.MonkeyPatch, expected: Expected, number: int, when: str
):
    monkeypatch.setattr(domain, "PART_SIZE", 1)
    real = store._transact

    def second() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "_transact", real)
            assert deliver(shop, order()) == []

    with at_transaction(number, *((second, nothing) if when == "before" else (nothing, second))) as seen:
        assert deliver(shop, order()) == []
    assert len(seen) >= number
    check(shop, expected)


def test_events_that_could_not_be_put_come_again(shop: World, monkeypatch: pytest.MonkeyPatch):
    set_stock(shop, STOCK)
    assert deliver(shop, order()) == []
    with monkeypatch.context() as patch:
        patch.setattr(store, "publish", lambda _events: crash())
        with pytest.raises(Crash):
            shop.relay()
    check(shop, (dict.fromkeys(STOCK, 3), "confirmed", 5))


def test_one_bad_message_does_not_hold_up_the_others(shop: World):
    set_stock(shop, STOCK)
    bad = ["{", "[]", order("no-lines", lines=[]), order("no-price", lines=[{"product_id": "p1", "quantity": 1}])]
    assert deliver(shop, order("a", 1), *bad, order("b", 1)) == ["1", "2", "3", "4"]
    assert stock(shop) == dict.fromkeys(STOCK, 3)
    assert deliver(shop, "{") == ["0"]


def test_a_return_gives_the_goods_back_once(shop: World, part_size: int):
    set_stock(shop, STOCK)
    back = order("return-1", type="return")
    with at_transaction(2, nothing, crash):
        deliver(shop, back)
    assert deliver(shop, back, back) == []
    assert stock(shop) == dict.fromkeys(STOCK, 7)
    assert {event["event_name"] for event in told(shop).values()} == {"refund"}
    assert status(shop, "return-1") == "returned"


def test_lines_without_positive_quantity_move_no_stock_but_are_told(shop: World):
    lines = [
        {"product_id": "unknown", "quantity": -3, "price_minor": 0},
        {"product_id": "x", "quantity": 0, "price_minor": -5},
    ]
    assert deliver(shop, order(channel="import", lines=lines)) == []
    assert shop.table("StockTable") == []
    assert (status(shop), len(told(shop))) == ("confirmed", 2)


def test_a_product_without_stock_is_out_of_stock(shop: World):
    deliver(shop, order())
    item = shop.table("OrdersTable")[0]
    assert (item["status"], item["reason"]) == ("rejected", "out_of_stock: p1, p2, p3, p4, p5")


def test_a_large_order_is_settled_in_parts(shop: World):
    lines = [{"product_id": f"p{number}", "quantity": 1, "price_minor": 255} for number in range(200)]
    set_stock(shop, {line["product_id"]: 1 for line in lines})
    assert deliver(shop, order(lines=lines)) == []
    assert set(stock(shop).values()) == {0}
    assert (status(shop), len(told(shop)), len(shop.table("ReservationsTable"))) == ("confirmed", 200, 5)


def test_ten_buyers_race_for_three_pieces(shop: World):
    set_stock(shop, {"last": 3})
    line = [{"product_id": "last", "quantity": 1, "price_minor": 1}]
    for number in range(10):
        deliver(shop, order(f"order-{number}", lines=line))
    statuses = [item["status"] for item in shop.table("OrdersTable")]
    assert (statuses.count("confirmed"), statuses.count("rejected"), stock(shop)) == (3, 7, {"last": 0})
