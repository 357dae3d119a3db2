"""Whatever dies, comes twice or runs at once: an order moves its stock and its money once, and has one event a line."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from shoplib.core import ids
from shoplib.services.inventory import domain
from shoplib.services.orders import store
from tests.inprocess import Answer, World
from tests.order_life import (
    Crash,
    at_write,
    check_rest,
    check_stock,
    crash,
    deliver,
    nothing,
    order,
    pay,
    payments,
    published,
    set_stock,
    status,
    stock,
    total,
)

STOCK = {"p1": 5, "p2": 5, "p3": 5, "p4": 5, "p5": 5}
ORDER = order("order-1", dict.fromkeys(STOCK, 2), order_key_hash=ids.fingerprint("key"))


@pytest.fixture(params=[1, 2, 40], ids=["part by part", "in three parts", "at once"])
def part_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(domain, "PART_SIZE", request.param)
    return int(request.param)


Expected = tuple[dict[str, int], str, int]


@pytest.fixture(params=["enough", "too little", "declined"])
def expected(request: pytest.FixtureRequest, shop: World) -> Expected:
    """Stock after the order, its status, its number of events."""
    if request.param != "declined":
        assert pay(shop, ORDER) == "authorized"
    if request.param == "enough":
        set_stock(shop, STOCK)
        return dict.fromkeys(STOCK, 3), "confirmed", 5
    short = {**STOCK, "p5": 1} if request.param == "too little" else STOCK
    set_stock(shop, short)
    return short, "rejected", 0


def check(shop: World, expected: Expected) -> None:
    shop.invoke("ResumeOrdersFunction", {})
    assert (stock(shop), status(shop), len(published(shop))) == expected
    check_stock(shop)
    check_rest(shop, {"order-1": total(ORDER)})


def test_a_message_that_comes_three_times_counts_once(shop: World, part_size: int, expected: Expected):
    assert deliver(shop, ORDER) == deliver(shop, ORDER, ORDER) == []
    check(shop, expected)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_write_is_mended_by_the_next_delivery(
    shop: World, part_size: int, expected: Expected, when: str
):
    number, died = 0, True
    while died:
        number += 1
        with at_write(number, *((crash, nothing) if when == "before" else (nothing, crash))):
            died = bool(deliver(shop, ORDER))
        check_stock(shop)
    assert number > 2
    check(shop, expected)


@pytest.mark.parametrize("number", range(1, 9))
def test_a_second_delivery_at_any_write_of_the_first_changes_nothing(
    shop: World, monkeypatch: pytest.MonkeyPatch, expected: Expected, number: int
):
    monkeypatch.setattr(domain, "PART_SIZE", 3)

    def second() -> None:
        with at_write(0, nothing, nothing):
            assert deliver(shop, ORDER) == []

    with at_write(number, second, nothing):
        assert deliver(shop, ORDER) == []
    check(shop, expected)


@pytest.fixture
def confirmed(shop: World) -> Iterator[World]:
    set_stock(shop, STOCK)
    pay(shop, ORDER)
    assert deliver(shop, ORDER) == []
    assert status(shop) == "confirmed"
    yield shop
    check_stock(shop)
    check_rest(shop, {"order-1": total(ORDER)})


def cancel(shop: World) -> Answer:
    return shop.http("OrderStatusFunction", "POST", "/orders/order-1/cancellation", x_order_key="key")


@pytest.mark.parametrize("number", range(1, 8))
def test_a_cancellation_that_dies_anywhere_is_finished(confirmed: World, number: int):
    with at_write(number, crash, nothing), suppress(Crash):
        cancel(confirmed)
    assert cancel(confirmed).body["status"] == "cancelled"
    confirmed.invoke("ResumeOrdersFunction", {})
    assert (status(confirmed), stock(confirmed)) == ("cancelled", STOCK)
    names = [event["event_name"] for event in published(confirmed).values()]
    assert (names.count("purchase"), names.count("refund"), names.count("cancellation")) == (5, 5, 1)


def test_events_that_could_not_be_put_come_again(confirmed: World, monkeypatch: pytest.MonkeyPatch):
    class Failure(Exception):
        pass

    def fail(_events: object) -> None:
        raise Failure

    with monkeypatch.context() as patch:
        patch.setattr(store, "publish", fail)
        with pytest.raises(Failure):
            confirmed.relay()
    assert len(published(confirmed)) == 5


def test_one_bad_message_does_not_hold_up_the_others(shop: World):
    set_stock(shop, STOCK)
    good = [order(name, dict.fromkeys(STOCK, 1), channel="import") for name in "ab"]
    no_price = {**good[0], "order_id": "no-price", "lines": [{"product_id": "p1", "quantity": 1}]}
    bad = ["{", "[]", {**good[0], "order_id": "no-lines", "lines": []}, no_price]
    assert deliver(shop, good[0], *bad, good[1]) == ["1", "2", "3", "4"]
    assert stock(shop) == dict.fromkeys(STOCK, 3)
    assert deliver(shop, "{") == ["0"]


def test_an_imported_return_gives_the_goods_back_once(shop: World, part_size: int):
    set_stock(shop, STOCK)
    back = {**ORDER, "order_id": "return-1", "type": "return", "channel": "import"}
    with at_write(2, nothing, crash):
        deliver(shop, back)
    assert deliver(shop, back, back) == []
    assert stock(shop) == dict.fromkeys(STOCK, 7)
    assert {event["event_name"] for event in published(shop).values()} == {"refund"}
    assert status(shop, "return-1") == "returned"


def test_imported_orders_are_sold_at_once_and_reserve_nothing(shop: World, part_size: int):
    set_stock(shop, STOCK)
    assert deliver(shop, {**ORDER, "channel": "import"}) == []
    assert stock(shop) == dict.fromkeys(STOCK, 3)
    check_stock(shop)
    assert not payments(shop) and status(shop) == "confirmed"


def test_lines_without_positive_quantity_move_no_stock_but_have_events(shop: World):
    lines = [
        {"product_id": "unknown", "quantity": -3, "price_minor": 0},
        {"product_id": "x", "quantity": 0, "price_minor": -5},
    ]
    assert deliver(shop, order("order-1", {}, channel="import", lines=lines)) == []
    assert shop.table("StockTable") == []
    assert (status(shop), len(published(shop))) == ("confirmed", 2)


def test_a_product_without_stock_is_out_of_stock(shop: World):
    deliver(shop, ORDER)
    item = shop.table("OrdersTable")[0]
    assert (item["status"], item["reason"]) == ("rejected", "out_of_stock: p1, p2, p3, p4, p5")


def test_a_large_order_is_reserved_in_parts(shop: World):
    large = order("order-1", {f"p{number}": 1 for number in range(90)})
    set_stock(shop, {line["product_id"]: 1 for line in large["lines"]})
    pay(shop, large)
    assert deliver(shop, large) == []
    assert set(stock(shop).values()) == {0}
    assert (status(shop), len(published(shop)), len(shop.table("ReservationsTable"))) == ("confirmed", 90, 3)
    check_stock(shop)


def test_ten_buyers_race_for_three_pieces(shop: World):
    set_stock(shop, {"last": 3})
    for number in range(10):
        one = order(f"order-{number}", {"last": 1})
        pay(shop, one)
        deliver(shop, one)
    statuses = [item["status"] for item in shop.table("OrdersTable")]
    assert (statuses.count("confirmed"), statuses.count("rejected"), stock(shop)) == (3, 7, {"last": 0})
    check_stock(shop)
    check_rest(shop, {f"order-{number}": total(order("x", {"last": 1})) for number in range(10)})
