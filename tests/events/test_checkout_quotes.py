"""Checkout charges what the shopper confirmed, and a promotion code is used by accepted orders alone."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from shoplib.core import config, order_changes
from shoplib.services.checkout import quoting, store
from tests.inprocess import Answer, World, client

MUG = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
CODE = {"code": "SPRING10", "kind": "percentage", "percent": 10, "max_uses": 3, "once_per_customer": True}


class Crash(Exception):
    """The function's process dies here."""


@dataclass
class Shopper:
    """A guest with a cart, and who it is."""

    shop: World
    email: str = "ada@example.com"

    def __post_init__(self) -> None:
        made = self.shop.rest("CartFunction", "POST", "/carts").body
        self.cart_id, self.key = made["cart_id"], {"x_cart_key": made["cart_key"]}
        self.put(2)

    def put(self, quantity: int) -> None:
        path = f"/carts/{self.cart_id}/items/mug"
        assert self.shop.rest("CartFunction", "PUT", path, {"quantity": quantity}, **self.key).status == 200

    def cart(self) -> Any:
        return self.shop.rest("CartFunction", "GET", f"/carts/{self.cart_id}", **self.key).body

    def quote(self, **wishes: Any) -> Answer:
        body = {"cart_id": self.cart_id, "country": "United Kingdom", "email": self.email} | wishes
        return self.shop.http("QuotesFunction", "POST", "/quotes", body, **self.key)

    def buy(self, key: str = "K", token: str = "tok_visa", **wishes: Any) -> Answer:
        body = {"cart_id": self.cart_id, "email": self.email, "country": "United Kingdom"} | wishes
        paying = {"payment": {"method": "card", "token": token}}
        return self.shop.http("CheckoutFunction", "POST", "/checkout", body | paying, Idempotency_Key=key, **self.key)


@pytest.fixture
def priced(shop: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("QUOTE_FUNCTION_NAME", "QuoteFunction")
    monkeypatch.setenv("PROMOTION_USES_FUNCTION_NAME", "PromotionUsesFunction")
    config.load.cache_clear()
    price(shop, 1250)
    assert shop.invoke("SetPromotionsFunction", {"promotions": [CODE]})["set"] == 1
    return shop


def price(shop: World, price_minor: Any) -> None:
    assert shop.invoke("ImportProductsFunction", {"products": [MUG | {"price_minor": price_minor}]})["imported"] == 1


def queued(shop: World) -> list[dict[str, Any]]:
    answer = client("sqs").receive_message(QueueUrl=shop.names["OrdersQueue"], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def charged(shop: World) -> list[Decimal]:
    return [item["amount_minor"] for item in shop.table("CheckoutTable") if item["id"].startswith("PAYMENT#")]


def used(shop: World) -> int:
    items = shop.table("PromotionsTable")
    uses = sum(item["sk"] == "USE" for item in items)
    assert [item["used"] for item in items if item["sk"] == "PROMOTION"] == [uses]
    assert sum(item["sk"].startswith("CUSTOMER#") for item in items) == uses
    return uses


def test_what_the_shopper_has_not_seen_is_not_charged(priced: World) -> None:
    ada = Shopper(priced)
    refused = ada.buy()
    assert (refused.status, refused.body["error"]) == (409, "price_changed")
    assert refused.body["quote"] == ada.quote().body
    assert "total is 2895 now, and 2500 was expected" in refused.body["message"]
    assert charged(priced) == queued(priced) == [] and ada.cart()["total_minor"] == 2500
    assert priced.events()[-1]["event_name"] == "add_to_cart"
    bought = ada.buy(expected_total_minor=2895)
    assert (bought.status, bought.body["total_minor"], bought.body["amount_minor"]) == (202, 2895, 2500)
    assert ada.buy(expected_total_minor=2895).body == ada.buy().body == bought.body
    assert ada.buy(expected_total_minor=1).body["error"] == "idempotency_key_reused"
    (order,) = queued(priced)
    assert (order["shipping_minor"], order["shipping_method"], order["delivery_by"]) == (395, "standard", "2026-03-05")
    assert order["lines"][0]["included_tax_minor"] == 417
    assert charged(priced) == [2895]


def test_a_total_that_was_seen_in_the_cart_needs_no_word(priced: World) -> None:
    ada = Shopper(priced)
    ada.put(4)  # from 50.00 on standard shipping is free, and the tax is in the prices
    assert ada.buy().body["total_minor"] == 5000


def test_a_change_of_price_is_shown_and_not_charged(priced: World) -> None:
    ada = Shopper(priced)
    ada.put(4)
    price(priced, 1300)
    cart = ada.cart()
    assert (cart["total_minor"], cart["was_total_minor"]) == (5200, 5000)
    assert cart["price_changes"] == [{"product_id": "mug", "was_minor": 1250, "now_minor": 1300}]
    for expected in ({}, {"expected_total_minor": 5000}):
        assert ada.buy(**expected).body["quote"]["total_minor"] == 5200
    price(priced, 1200)
    assert ada.buy(expected_total_minor=5200).body["quote"]["total_minor"] == 5195  # below 50.00 shipping costs
    assert ada.buy(expected_total_minor=5195).status == 202


def test_without_pricing_a_change_of_price_is_not_charged_either(shop: World) -> None:
    price(shop, 1250)
    ada = Shopper(shop)
    price(shop, 1300)
    refused = ada.buy()
    assert (refused.status, refused.body["error"], refused.body["quote"]["total_minor"]) == (409, "price_changed", 2600)
    assert ada.buy(expected_total_minor=2600).status == 202
    for wish in ({"promotion_code": "SPRING10"}, {"shipping_method": "express"}):
        answer = Shopper(shop).buy("K2", expected_total_minor=2600, **wish)
        assert (answer.status, answer.body["error"]) == (503, "no_pricing")


def test_what_is_no_longer_sold_is_not_bought(priced: World) -> None:
    ada = Shopper(priced)
    table = priced.names["CatalogTable"]
    client("dynamodb").delete_item(TableName=table, Key={"pk": {"S": "PRODUCT#mug"}, "sk": {"S": "PRODUCT"}})
    assert ada.cart()["no_longer_sold"] == ["mug"]
    refused = ada.buy(expected_total_minor=2895)
    assert (refused.status, refused.body["error"]) == (409, "no_longer_sold")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"expected_total_minor": -2895}, 409),
        ({"expected_total_minor": 0}, 409),
        ({"expected_total_minor": "2895"}, 202),
        ({"expected_total_minor": 2895.5}, 409),
        ({"expected_total_minor": True}, 400),
        ({"expected_total_minor": "NaN"}, 400),
        ({"expected_total_minor": [2895]}, 400),
        ({"expected_total_minor": 10**15}, 400),
        ({"expected_total_minor": 1, "total_minor": 1, "shipping_minor": 0, "lines": [{"price_minor": 1}]}, 409),
        ({"expected_total_minor": 2895, "country": "Atlantis"}, 400),
        ({"expected_total_minor": 2895, "country": "US"}, 400),
        ({"expected_total_minor": 2895, "shipping_method": "a\u0000"}, 400),
        ({"expected_total_minor": 2895, "promotion_code": "x" * 101}, 400),
        ({"expected_total_minor": 2895, "promotion_code": "'; DROP TABLE"}, 409),
        ({"expected_total_minor": 2895, "region": {"a": 1}}, 400),
        ({"expected_total_minor": 2895, "postcode": "\x00"}, 400),
    ],
)
def test_a_client_cannot_say_what_things_cost(priced: World, body: dict[str, Any], status: int) -> None:
    answer = Shopper(priced).buy(**body)
    assert answer.status == status, answer.body
    assert charged(priced) == ([2895] if status == 202 else [])


def test_a_code_is_used_by_the_order_that_has_it(priced: World) -> None:
    ada = Shopper(priced)
    wishes = {"promotion_code": "spring10", "shipping_method": "express"}
    total = ada.quote(**wishes).body["total_minor"]
    assert total == 2250 + 795
    bought = ada.buy(**wishes, expected_total_minor=total)
    assert (bought.status, bought.body["discount_minor"], used(priced)) == (202, 250, 1)
    assert ada.buy(**wishes, expected_total_minor=total).body == bought.body
    (order,) = queued(priced)
    assert (order["promotion_code"], order["lines"][0]["discount_minor"]) == ("SPRING10", 250)
    again = Shopper(priced).buy("K2", **wishes, expected_total_minor=total)
    assert (again.status, again.body["error"]) == (409, "promotion_used_already")
    assert used(priced) == 1


WISHES = {"promotion_code": "SPRING10", "expected_total_minor": 2645}


def test_a_use_goes_back_when_no_order_comes_of_it(priced: World) -> None:
    assert Shopper(priced).buy("K1", "tok_declined", **WISHES).status == 402
    assert used(priced) == 0
    timing_out = Shopper(priced)
    assert timing_out.buy("K2", "tok_timeout", **WISHES).status == 503
    assert used(priced) == 0
    assert Shopper(priced).buy("K3", **WISHES).status == 202
    assert used(priced) == 1
    assert timing_out.buy("K2", "tok_timeout", **WISHES).body["error"] == "promotion_used_already"


def test_a_use_goes_back_when_the_order_is_rejected_or_cancelled(priced: World) -> None:
    order = Shopper(priced).buy(**WISHES).body
    line = order_changes.ChangedLine(1, "mug", "Mug", 2, 1250)
    change = order_changes.OrderChange(
        *("change-1", order["order_id"], "rejected", "2026-03-01T12:00:00.000000Z", "web", 2645, "GBP", (line,))
    )
    for _ in range(2):
        priced.invoke("PromotionReleasesFunction", {"Records": [{"Sns": {"Message": change.to_message()}}]})
        assert used(priced) == 0


def test_orders_without_a_code_give_nothing_back(shop: World) -> None:
    line = order_changes.ChangedLine(1, "mug", "Mug", 2, 1250)
    change = order_changes.OrderChange(
        *("change-1", "order-1", "cancelled", "2026-03-01T12:00:00.000000Z", "web", 2645, "GBP", (line,))
    )
    shop.invoke("PromotionReleasesFunction", {"Records": [{"Sns": {"Message": change.to_message()}}]})


def test_what_an_attempt_gives_back_late_is_not_anothers(priced: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt loses its claim while it pays, another one under its key is accepted: the use stays."""
    ada, real, faster = Shopper(priced), store.authorize, []

    def slow(*arguments: Any) -> Any:
        if not faster:
            faster.append(None)
            faster[0] = ada.buy(**WISHES)
            raise Crash
        return real(*arguments)

    monkeypatch.setattr(store, "beat", lambda _claim: False)
    monkeypatch.setattr(store, "authorize", slow)
    assert ada.buy(**WISHES).status == 500
    assert (faster[0].status, used(priced)) == (202, 1)


@pytest.mark.parametrize("step", ["quote", "redeem", "keep", "authorize", "record", "enqueue", "finish"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step_counts_one_use_and_charges_once(
    priced: World, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    room = quoting if step in ("quote", "redeem") else store
    ada, real = Shopper(priced), getattr(room, step)

    def crash(*arguments: Any) -> Any:
        if when == "after":
            real(*arguments)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(room, step, crash)
        assert ada.buy(**WISHES).status == 500
    answer = ada.buy(**WISHES)
    assert (answer.status, answer.body["total_minor"]) == (202, 2645)
    assert (charged(priced), used(priced)) == ([2645], 1)
    assert {order["order_id"] for order in queued(priced)} == {answer.body["order_id"]}


def test_pricing_that_does_not_answer_charges_nothing(priced: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = Shopper(priced)

    class Silent:
        def invoke(self, **_: Any) -> Any:
            raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(store, "functions", Silent)
        refused = ada.buy(expected_total_minor=2895)
        assert (refused.status, refused.body["error"]) == (503, "quote_unavailable")
    assert ada.buy(expected_total_minor=2895).status == 202
