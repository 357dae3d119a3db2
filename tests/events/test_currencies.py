"""A shopper pays in another currency: the order, its payment, its refunds and its events are in that one."""

from typing import Any

import pytest

from shoplib.core import config
from tests import order_life
from tests.events.test_checkout_quotes import MUG, Shopper, price
from tests.inprocess import World

RATE = {"from": "GBP", "rate": "203.33", "date": "2025-10-21"}


@pytest.fixture
def priced(shop: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("QUOTE_FUNCTION_NAME", "QuoteFunction")
    monkeypatch.setenv("PROMOTION_USES_FUNCTION_NAME", "PromotionUsesFunction")
    config.load.cache_clear()
    price(shop, 1250)
    order_life.set_stock(shop, {"mug": 9})
    return shop


def test_an_order_in_yen_is_paid_and_paid_back_in_yen(priced: World) -> None:
    ada = Shopper(priced)
    quote = ada.quote(currency="JPY").body
    assert (quote["currency"], quote["decimals"], quote["exchange"]) == ("JPY", 0, RATE)
    assert (quote["lines"][0]["price_minor"], quote["shipping_minor"], quote["total_minor"]) == (2542, 803, 5887)
    unseen = ada.buy(currency="JPY")
    assert (unseen.status, unseen.body["error"]) == (409, "price_changed")
    assert unseen.body["quote"] == quote
    bought = ada.buy(currency="JPY", expected_total_minor=5887)
    assert (bought.status, bought.body["total_minor"], bought.body["currency"]) == (202, 5887, "JPY")
    assert bought.body["exchange"] == RATE
    priced.drain()
    order = read(priced, bought.body)
    assert (order["status"], order["total_minor"], order["exchange"]) == ("confirmed", 5887, RATE)
    (payment,) = order_life.payments(priced).values()
    assert (payment["currency"], payment["captured_minor"]) == ("JPY", 5887)
    for step in ("pack", "ship", "deliver"):
        order_life.change(priced, order["order_id"], step)
    for _ in range(2):
        send_back(priced, bought.body)
    (payment,) = order_life.payments(priced).values()
    assert payment["refunded_minor"] == 2 * 2542  # all but what shipping cost
    sales = [event for event in priced.events() if event["event_name"] in ("purchase", "refund")]
    amounts = [(each["event_name"], each["currency"], each["value_minor"]) for each in sales]
    assert sorted(amounts) == [("purchase", "JPY", 5084), ("refund", "JPY", 2542), ("refund", "JPY", 2542)]


def read(shop: World, order: dict[str, Any]) -> dict[str, Any]:
    key = {"x_order_key": order["order_key"]}
    answer = shop.http("OrderStatusFunction", "GET", f"/orders/{order['order_id']}", **key)
    assert answer.status == 200, answer.body
    return dict(answer.body)


def send_back(shop: World, order: dict[str, Any]) -> None:
    path, body = f"/orders/{order['order_id']}/returns", {"lines": [{"line": 1, "pieces": 1}]}
    assert shop.http("OrderStatusFunction", "POST", path, body, x_order_key=order["order_key"]).status == 200
    assert order_life.change(shop, order["order_id"], "receive_return")["changed"][0]["status"] == "refunded"


def test_a_total_of_another_currency_is_never_taken_for_the_carts(priced: World) -> None:
    """2,500 pence are in the cart; a quote of 2,500 in another currency needs the shopper's word."""
    ada = Shopper(priced)
    ada.put(4)
    assert ada.buy(currency="GBP").status == 202
    eve = Shopper(priced)
    eve.put(4)
    assert eve.buy(currency="USD", expected_total_minor=5000).body["error"] == "price_changed"


@pytest.mark.parametrize("currency", ["XTS", "eur", "EURO", 1, "", ["EUR"]])
def test_a_currency_that_is_not_sold_in_is_the_clients_mistake(priced: World, currency: Any) -> None:
    for answer in (Shopper(priced).quote(currency=currency), Shopper(priced).buy("K2", currency=currency)):
        assert answer.status == 400, answer.body


def test_without_pricing_another_currency_is_refused_by_name(shop: World) -> None:
    price(shop, 1250)
    ada = Shopper(shop)
    refused = ada.buy(currency="EUR", expected_total_minor=1)
    assert (refused.status, refused.body["error"]) == (503, "no_pricing")
    assert ada.buy("K2", currency="GBP").status == 202


def test_prices_are_shown_in_a_currency(priced: World) -> None:
    answer = priced.http("QuotesFunction", "GET", "/prices?ids=mug,jug&currency=JPY")
    assert answer.body == {
        "currency": "JPY",
        "decimals": 0,
        "prices": [{"product_id": "mug", "price_minor": 2542, "exchange": RATE}],
        "unknown": ["jug"],
    }
    own = priced.http("QuotesFunction", "GET", "/prices?ids=mug").body
    assert own["prices"] == [{"product_id": "mug", "price_minor": MUG["price_minor"], "exchange": None}]
    for query in ("", "?ids=", f"?ids={','.join(map(str, range(101)))}", "?ids=mug&currency=XTS", f"?ids={'m' * 65}"):
        assert priced.http("QuotesFunction", "GET", f"/prices{query}").status == 400


def test_the_currencies_are_listed_with_their_rates(priced: World) -> None:
    body = priced.http("QuotesFunction", "GET", "/currencies").body
    assert (body["base"], body["date"]) == ("GBP", "2025-10-21") and "European Central Bank" in body["source"]
    shown = {each["currency"]: (each["decimals"], each["rate"]) for each in body["currencies"]}
    assert shown["GBP"] == (2, "1") and shown["JPY"] == (0, "203.33") and shown["BHD"][0] == 3
