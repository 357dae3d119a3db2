"""The staff in the warehouse: they see what waits for them, pack and send it, and count what is on the shelves."""

from typing import Any

import pytest

from shoplib.core import ids
from tests.inprocess import Answer, World
from tests.members import Person, hire, join
from tests.order_life import change, deliver, order, pay, set_stock, status, stock


def buy(shop: World, order_id: str = "order-1") -> None:
    message = order(order_id, {"mug": 2}, order_key_hash=ids.fingerprint("key"), email="ada@x.org")
    set_stock(shop, {"mug": 9})
    assert pay(shop, message) == "authorized"
    assert deliver(shop, message) == []


def waiting(staff: Person, state: str) -> list[str]:
    answer = staff.http("WarehouseFunction", "GET", f"/warehouse/orders?status={state}")
    assert answer.status == 200, answer.body
    return [each["order_id"] for each in answer.body["orders"]]


def does(staff: Person, operation: str, **more: Any) -> Answer:
    body = {"operation": operation, **more}
    return staff.http("WarehouseFunction", "POST", "/warehouse/orders/order-1/changes", body)


def test_an_order_waits_until_it_is_packed_and_sent(shop: World):
    buy(shop)
    staff = hire(shop)
    assert (waiting(staff, "confirmed"), waiting(staff, "packed")) == (["order-1"], [])
    packed = does(staff, "pack")
    assert (packed.status, packed.body["status"], packed.body["possible"]) == (200, "packed", ["ship"])
    assert (waiting(staff, "confirmed"), waiting(staff, "packed")) == ([], ["order-1"])
    assert does(staff, "pack").body["status"] == "packed"  # once, however often
    assert does(staff, "deliver").status == 409
    assert does(staff, "ship", tracking_number="T1").body["tracking_number"] == "T1"
    assert (waiting(staff, "packed"), status(shop, "order-1")) == ([], "shipped")


def test_a_return_waits_until_it_has_arrived(shop: World):
    buy(shop)
    staff = hire(shop)
    for operation in ("pack", "ship", "deliver"):
        assert change(shop, "order-1", operation)["rejected"] == []
    body = {"lines": [{"line": 1, "pieces": 1}], "reason": "too small"}
    shop.http("OrderStatusFunction", "POST", "/orders/order-1/returns", body, x_order_key="key")
    assert waiting(staff, "return_requested") == ["order-1"]
    seen = staff.http("WarehouseFunction", "GET", "/warehouse/orders/order-1").body
    assert seen["latest_return"] == {"pieces": {"1": 1}, "reason": "too small"}
    assert seen["possible"] == ["receive_return", "reject_return"]
    assert does(staff, "receive_return").body["status"] == "refunded"
    assert waiting(staff, "return_requested") == []


def test_pages_are_by_the_time_of_the_order(shop: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shoplib.services.orders.domain.PAGE_SIZE", 2)
    for number in (1, 2, 3):
        message = order(f"order-{number}", {"mug": 1}, placed_at=f"2026-03-0{number}T12:00:00.000000Z")
        set_stock(shop, {"mug": 9})
        assert pay(shop, message) == "authorized"
        assert deliver(shop, message) == []
    staff = hire(shop)
    first = staff.http("WarehouseFunction", "GET", "/warehouse/orders?status=confirmed").body
    assert [each["order_id"] for each in first["orders"]] == ["order-1", "order-2"]
    path = f"/warehouse/orders?status=confirmed&after={first['after']}"
    second = staff.http("WarehouseFunction", "GET", path).body
    assert ([each["order_id"] for each in second["orders"]], second["after"]) == (["order-3"], None)


@pytest.mark.parametrize(
    ("function", "method", "path"),
    [
        ("WarehouseFunction", "GET", "/warehouse/orders?status=confirmed"),
        ("WarehouseFunction", "GET", "/warehouse/orders/order-1"),
        ("WarehouseFunction", "POST", "/warehouse/orders/order-1/changes"),
        ("ShelvesFunction", "GET", "/warehouse/stock/mug"),
        ("ShelvesFunction", "PUT", "/warehouse/stock/mug"),
    ],
)
def test_only_the_staff_come_in(shop: World, function: str, method: str, path: str):
    buy(shop)
    body = {"operation": "pack", "available": 1000, "before": 7}
    assert shop.http(function, method, path, body).status == 401
    assert join(shop).http(function, method, path, body).status == 403
    assert (status(shop, "order-1"), stock(shop)) == ("confirmed", {"mug": 7})


def test_what_was_sold_while_somebody_counted_does_not_come_back(shop: World):
    buy(shop)
    staff = hire(shop)
    level = staff.http("ShelvesFunction", "GET", "/warehouse/stock/mug").body
    assert (level["available"], level["reserved"]) == (7, 2)
    set_stock(shop, {"mug": 6})  # somebody buys one
    count = {"available": 12, "before": 7, "backorder_by": "2026-04-01"}
    late = staff.http("ShelvesFunction", "PUT", "/warehouse/stock/mug", count)
    assert (late.status, late.body["error"], stock(shop)) == (409, "stock_changed", {"mug": 6})
    counted = staff.http("ShelvesFunction", "PUT", "/warehouse/stock/mug", count | {"before": 6})
    assert (counted.status, counted.body["available"], counted.body["reserved"]) == (200, 12, 2)
    assert counted.body["backorder_by"] == "2026-04-01"


def test_a_product_that_has_no_level_yet_gets_one_once(shop: World):
    staff = hire(shop)
    assert staff.http("ShelvesFunction", "GET", "/warehouse/stock/tea").status == 404
    count = {"available": 5, "before": None}
    assert staff.http("ShelvesFunction", "PUT", "/warehouse/stock/tea", count).status == 200
    assert staff.http("ShelvesFunction", "PUT", "/warehouse/stock/tea", count).status == 409


@pytest.mark.parametrize("status_", ["", "shipped", "everything"])
def test_what_does_not_wait_in_the_warehouse_is_no_list(shop: World, status_: str):
    assert hire(shop).http("WarehouseFunction", "GET", f"/warehouse/orders?status={status_}").status == 400


@pytest.mark.parametrize("body", [{}, {"operation": "cancel"}, {"operation": "confirm"}, {"operation": 5}])
def test_what_is_not_done_in_a_warehouse_is_refused(shop: World, body: dict[str, Any]):
    buy(shop)
    answer = hire(shop).http("WarehouseFunction", "POST", "/warehouse/orders/order-1/changes", body)
    assert (answer.status, status(shop, "order-1")) == (400, "confirmed")
