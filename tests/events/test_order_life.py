"""An order from placed to paid back: what buyers, the back office and the stock cause, and who may not."""

from typing import Any

import pytest

from shoplib.core import ids
from shoplib.core.delivery_changes import DeliveryChange
from tests.inprocess import Answer, World
from tests.order_life import (
    change,
    check_rest,
    check_stock,
    deliver,
    order,
    orders,
    pay,
    payments,
    published,
    set_stock,
    status,
    stock,
    total,
)

TOMORROW, MONTH = "2026-03-02", "2026-04-01"
ORDER = order("order-1", {"mug": 3, "tea": 1}, order_key_hash=ids.fingerprint("key"), user_id="ada", email="ada@x.org")


def ask(shop: World, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    return shop.http("OrderStatusFunction", method, path, body, **(headers or {"x_order_key": "key"}))


def buy(shop: World, message: dict[str, Any] = ORDER, **levels: int) -> None:
    set_stock(shop, levels or {"mug": 5, "tea": 5})
    assert pay(shop, message) == "authorized"
    assert deliver(shop, message) == []


def bring(shop: World, *operations: str) -> None:
    for operation in operations:
        assert change(shop, "order-1", operation)["rejected"] == []


def check(shop: World) -> None:
    check_stock(shop)
    check_rest(shop, {"order-1": total(ORDER)})


def test_an_order_is_packed_shipped_delivered_and_comes_back_in_two_parts(shop: World):
    buy(shop)
    bring(shop, "pack")
    assert stock(shop) == {"mug": 2, "tea": 4}
    assert change(shop, "order-1", "ship", tracking_number="T1")["changed"] == [
        {"order_id": "order-1", "status": "shipped"}
    ]
    bring(shop, "deliver")
    assert ask(shop, "GET", "/orders/order-1").body["tracking_number"] == "T1"
    for pieces in (1, 2):
        body = {"lines": [{"line": 1, "pieces": pieces}], "reason": "too small"}
        first, again = (ask(shop, "POST", "/orders/order-1/returns", body) for _ in range(2))
        assert (first.status, first.body) == (200, again.body) and first.body["status"] == "return_requested"
        bring(shop, "receive_return")
        check(shop)
    assert ask(shop, "GET", "/orders/order-1").body["lines"][0]["returned"] == 3
    assert stock(shop) == {"mug": 5, "tea": 4}
    assert payments(shop)["order-1"]["refunded_minor"] == 1275
    refunds = [event["value_minor"] for event in published(shop).values() if event["event_name"] == "refund"]
    assert sorted(refunds) == [425, 850]


def hear(shop: World, *statuses: str) -> Any:
    """What the carrier says of order-1's parcel comes to the orders."""
    bodies = [DeliveryChange(f"c-{each}", "order-1", "SL1", each, "2026-03-01T12:00:00.000000Z") for each in statuses]
    records = [
        {"messageId": f"m-{number}", "receiptHandle": "r", "body": each.to_message(), "eventSource": "aws:sqs"}
        for number, each in enumerate(bodies)
    ]
    return shop.invoke("DeliveriesFunction", {"Records": records})


def test_an_order_comes_on_as_its_parcel_does_whatever_comes_twice_or_late(shop: World):
    buy(shop)
    bring(shop, "pack")
    assert hear(shop, "in_transit") == {"batchItemFailures": []} and status(shop) == "shipped"
    assert hear(shop, "delivered", "shipped", "delivered", "out_for_delivery") == {"batchItemFailures": []}
    assert (status(shop), ask(shop, "GET", "/orders/order-1").body["tracking_number"]) == ("delivered", "SL1")
    check(shop)


def test_a_parcel_that_nobody_scanned_on_its_way_is_delivered_all_the_same(shop: World):
    buy(shop)
    bring(shop, "pack")
    assert hear(shop, "delivered", "announced") == {"batchItemFailures": []} and status(shop) == "delivered"


def test_a_parcel_of_an_order_that_nobody_knows_comes_again(shop: World):
    assert hear(shop, "shipped")["batchItemFailures"] == [{"itemIdentifier": "m-0"}]


def test_a_return_that_is_rejected_costs_nothing(shop: World):
    buy(shop)
    bring(shop, "pack", "ship", "deliver")
    ask(shop, "POST", "/orders/order-1/returns", {"lines": [{"line": 2, "pieces": 1}]})
    bring(shop, "reject_return")
    assert status(shop) == "delivered" and ask(shop, "GET", "/orders/order-1").body["lines"][1]["returned"] == 0
    check(shop)


def test_a_buyer_cancels_until_the_order_is_packed(shop: World):
    buy(shop)
    first, again = (ask(shop, "POST", "/orders/order-1/cancellation") for _ in range(2))
    assert first.status == 200 and first.body == again.body and first.body["status"] == "cancelled"
    assert stock(shop) == {"mug": 5, "tea": 5}
    check(shop)
    assert change(shop, "order-1", "pack")["rejected"][0]["error"].startswith("An order that is cancelled")
    names = [event["event_name"] for event in published(shop).values()]
    assert sorted(names) == ["cancellation", "purchase", "purchase", "refund", "refund"]


@pytest.mark.parametrize("operations", [("pack",), ("pack", "ship"), ("pack", "ship", "deliver")])
def test_what_is_packed_cannot_be_cancelled_and_what_is_not_delivered_not_returned(
    shop: World, operations: tuple[str, ...]
):
    buy(shop)
    bring(shop, *operations)
    refused = ask(shop, "POST", "/orders/order-1/cancellation")
    assert (refused.status, refused.body["error"]) == (409, "wrong_state")
    body = {"lines": [{"line": 1, "pieces": 1}]}
    wanted = 200 if operations[-1] == "deliver" else 409
    assert ask(shop, "POST", "/orders/order-1/returns", body).status == wanted


def test_nobody_else_reads_or_changes_an_order(shop: World):
    buy(shop)
    for method, path in (("GET", ""), ("POST", "/cancellation"), ("POST", "/returns")):
        body = {"lines": [{"line": 1, "pieces": 1}]} if method == "POST" else None
        assert ask(shop, method, f"/orders/order-1{path}", body, x_order_key="another").status == 404
        assert ask(shop, method, f"/orders/order-1{path}", body, Authorization="Bearer forged").status == 401
        assert ask(shop, method, f"/orders/order-1{path}", body, x_other="none").status == 400
    assert ask(shop, "GET", "/orders", Authorization="Bearer forged").status == 401
    assert ask(shop, "GET", "/orders").status == 401
    assert status(shop) == "confirmed"


def test_a_member_sees_and_changes_the_own_orders_alone(shop: World):
    ada, bob = (register(shop, name) for name in ("ada", "bob"))
    buy(shop, {**ORDER, "user_id": ada["user_id"]})
    mine = ask(shop, "GET", "/orders", Authorization=f"Bearer {ada['token']}")
    assert [each["order_id"] for each in mine.body["orders"]] == ["order-1"]
    assert mine.body["orders"][0]["status"] == "confirmed" and mine.body["before"] is None
    assert ask(shop, "GET", "/orders", Authorization=f"Bearer {bob['token']}").body["orders"] == []
    path = "/orders/order-1/cancellation"
    assert ask(shop, "POST", path, Authorization=f"Bearer {bob['token']}").status == 404
    assert ask(shop, "POST", path, Authorization=f"Bearer {ada['token']}").status == 200


def register(shop: World, name: str) -> dict[str, Any]:
    body = {"email": f"{name}@example.com", "password": "a long password", "name": name}
    return dict(shop.rest("AccountsFunction", "POST", "/accounts", body).body)


def test_a_backordered_order_is_confirmed_and_paid_when_the_goods_arrive(shop: World):
    set_stock(shop, {"mug": 1}, backorder_by=TOMORROW)
    set_stock(shop, {"tea": 5})
    pay(shop, ORDER)
    deliver(shop, ORDER)
    seen = ask(shop, "GET", "/orders/order-1").body
    assert (seen["status"], seen["expected"]) == ("backordered", TOMORROW)
    assert payments(shop)["order-1"]["captured_minor"] == 0 and not published(shop)
    shop.invoke("ResumeOrdersFunction", {})
    assert status(shop) == "backordered"
    set_stock(shop, {"mug": 1}, backorder_by=MONTH)
    shop.invoke("ResumeOrdersFunction", {})
    assert ask(shop, "GET", "/orders/order-1").body["expected"] == MONTH
    set_stock(shop, {"mug": 9}, backorder_by=MONTH)
    assert shop.invoke("ResumeOrdersFunction", {}) == {"done": 1}
    assert (status(shop), stock(shop)) == ("confirmed", {"mug": 6, "tea": 4})
    check(shop)


def test_who_waits_longer_is_served_first(shop: World):
    set_stock(shop, {"mug": 0}, backorder_by=TOMORROW)
    for number in (1, 2, 3):
        one = order(f"order-{number}", {"mug": 1}, placed_at=f"2026-03-01T11:5{number}:00Z")
        pay(shop, one)
        if number == 3:
            set_stock(shop, {"mug": 2}, backorder_by=TOMORROW)
        deliver(shop, one)
    assert status(shop, "order-3") == "backordered"
    shop.invoke("ResumeOrdersFunction", {})
    assert [status(shop, f"order-{number}") for number in (1, 2, 3)] == ["confirmed", "confirmed", "backordered"]
    check_stock(shop)


def test_a_pre_order_waits_for_the_day_and_is_paid_then(shop: World):
    set_stock(shop, {"mug": 5, "tea": 5}, available_from=TOMORROW)
    pay(shop, ORDER)
    deliver(shop, ORDER)
    assert (status(shop), stock(shop)) == ("backordered", {"mug": 2, "tea": 4})
    assert ask(shop, "GET", "/orders/order-1").body["expected"] == TOMORROW
    shop.pass_time(days=1)
    shop.invoke("ResumeOrdersFunction", {})
    assert status(shop) == "confirmed"
    check(shop)


def test_a_backordered_order_can_be_cancelled_and_costs_nothing(shop: World):
    set_stock(shop, {"mug": 0, "tea": 1}, backorder_by=TOMORROW)
    pay(shop, ORDER)
    deliver(shop, ORDER)
    assert ask(shop, "POST", "/orders/order-1/cancellation").body["status"] == "cancelled"
    assert stock(shop) == {"mug": 0, "tea": 1}
    assert [event["event_name"] for event in published(shop).values()] == ["cancellation"]
    check(shop)


def test_while_the_provider_is_silent_an_order_stays_placed(shop: World):
    set_stock(shop, {"mug": 5, "tea": 5})
    pay(shop, ORDER)
    shop.invoke("SetProviderTroubleFunction", {"failure_percent": 100, "seed": 1})
    deliver(shop, ORDER)
    assert status(shop) == "placed" and "pending" in orders(shop)["order-1"]
    shop.invoke("SetProviderTroubleFunction", {"failure_percent": 0, "seed": 1})
    shop.invoke("ResumeOrdersFunction", {})
    assert status(shop) == "confirmed"
    check(shop)


def test_an_order_whose_payment_is_gone_is_rejected_and_its_stock_given_back(shop: World):
    set_stock(shop, {"mug": 5, "tea": 5})
    pay(shop, ORDER)
    shop.invoke("PaymentsFunction", {"operation": "void", "payment_id": "order-1"})
    deliver(shop, ORDER)
    assert status(shop) == "rejected" and orders(shop)["order-1"]["reason"].startswith("payment_declined")
    assert stock(shop) == {"mug": 5, "tea": 5}
    check(shop)


def test_the_back_office_is_told_what_is_wrong_with_a_change(shop: World):
    buy(shop)
    entries = [{"order_id": "order-1", "operation": "cancel"}, {"order_id": "no", "operation": "pack"}, "pack"]
    answer = shop.invoke("ChangeOrdersFunction", {"changes": entries})
    assert answer["changed"] == [] and [each["index"] for each in answer["rejected"]] == [0, 1, 2]


def test_stock_is_seen_before_paying(shop: World):
    set_stock(shop, {"mug": 3, "tea": 0})
    set_stock(shop, {"pot": 0}, backorder_by=MONTH)
    one = shop.http("StockFunction", "GET", "/stock/mug")
    assert (one.status, one.body["message"]) == (200, "Only 3 left.")
    assert shop.http("StockFunction", "GET", "/stock/nothing").status == 404
    many = shop.http("StockFunction", "GET", "/stock?product_id=mug,tea,pot,nothing").body
    assert [each["status"] for each in many["stock"]] == ["in_stock", "out_of_stock", "backorder"]
    assert many["unknown"] == ["nothing"]
    assert shop.http("StockFunction", "GET", "/stock").status == 400


def test_a_change_is_announced_once_for_each_state(shop: World):
    buy(shop)
    bring(shop, "pack", "ship", "deliver")
    shop.relay()
    assert [change["status"] for change in shop.messages("OrderChanges")] == [
        "confirmed",
        "packed",
        "shipped",
        "delivered",
    ]
