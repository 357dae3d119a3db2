"""Quotes over HTTP and as commands; promotion codes that many use at once."""

from typing import Any

import pytest

from shoplib.core import config
from tests.inprocess import Answer, World

MUG = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
CUP = MUG | {"product_id": "cup", "name": "Cup", "price_minor": "99.5"}
LINES = [{"product_id": "mug", "quantity": 2}]


@pytest.fixture
def stocked(shop: World) -> World:
    shop.invoke("ImportProductsFunction", {"products": [MUG, CUP, MUG | {"product_id": "kopp", "currency": "ISK"}]})
    return shop


def quote(shop: World, body: Any, **headers: str) -> Answer:
    return shop.http("QuotesFunction", "POST", "/quotes", body, **headers)


def set_promotion(shop: World, **changes: Any) -> None:
    promotion = {"code": "SPRING10", "kind": "percentage", "percent": 10} | changes
    assert shop.invoke("SetPromotionsFunction", {"promotions": [promotion]}) == {"set": 1, "rejected": []}


def redeem(shop: World, order_id: str, email: str = "ada@example.com", code: str = "SPRING10") -> Any:
    command = {"operation": "redeem", "order_id": order_id, "code": code, "email": email}
    return shop.invoke("PromotionUsesFunction", command)


def test_lines_are_quoted_at_the_catalogs_prices(stocked: World) -> None:
    answer = quote(stocked, {"lines": [*LINES, {"product_id": "cup", "quantity": 3}], "country": "Norway"})
    assert answer.status == 200
    assert [line["price_minor"] for line in answer.body["lines"]] == [1250, "99.5"]
    assert (answer.body["amount_minor"], answer.body["shipping_minor"]) == ("2798.5", 995)
    assert (answer.body["total_minor"], answer.body["tax"]["included_in_prices"]) == ("3793.5", True)
    assert answer.body["destination"] == {"country": "NO", "region": None, "postcode": None, "name": "Norway"}


def test_a_cart_is_quoted_for_whoever_may_see_it(stocked: World) -> None:
    made = stocked.rest("CartFunction", "POST", "/carts").body
    body, key = {"cart_id": made["cart_id"], "country": "GB"}, {"x_cart_key": made["cart_key"]}
    empty = quote(stocked, body, **key)
    assert (empty.status, empty.body["error"]) == (409, "empty_cart")
    stocked.rest("CartFunction", "PUT", f"/carts/{made['cart_id']}/items/mug", {"quantity": 2}, **key)
    assert quote(stocked, body, **key).body["total_minor"] == 2_895
    stocked.invoke("ImportProductsFunction", {"products": [MUG | {"price_minor": 1300}]})
    assert quote(stocked, body, **key).body["total_minor"] == 2_995
    for shown in ({}, {"x_cart_key": "another"}):
        refused = quote(stocked, body, **shown)
        assert (refused.status, refused.body["error"]) == (404, "no_such_cart")
    assert quote(stocked, body, Authorization="Bearer forged").status == 401


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"country": "GB"}, 400, "invalid_request"),
        ({"country": "GB", "lines": LINES, "cart_id": "x"}, 400, "invalid_request"),
        ({"country": "GB", "lines": [{"product_id": "mug", "quantity": 1, "price_minor": 1}]}, 400, "invalid_request"),
        ({"country": "GB", "lines": [{"product_id": "mug", "quantity": -1}]}, 400, "invalid_request"),
        ({"country": "GB", "lines": [{"product_id": "mug", "quantity": 100}]}, 400, "invalid_request"),
        ({"country": "GB", "lines": LINES * 2}, 400, "invalid_request"),
        ({"country": "GB", "lines": [{"product_id": "jug", "quantity": 1}]}, 404, "no_such_product"),
        ({"country": "GB", "lines": [*LINES, {"product_id": "kopp", "quantity": 1}]}, 409, "mixed_currencies"),
        ({"country": "GB", "lines": [{"product_id": "kopp", "quantity": 1}]}, 409, "no_exchange_rate"),
        ({"country": "Atlantis", "lines": LINES}, 400, "unknown_destination"),
        ({"country": "GB", "lines": LINES, "promotion_code": "nothing"}, 409, "promotion_unknown"),
        ({"country": "GB", "lines": LINES, "shipping_method": "drone"}, 400, "unknown_shipping_method"),
    ],
)
def test_a_quote_that_cannot_be_made_says_why(stocked: World, body: Any, status: int, error: str) -> None:
    answer = quote(stocked, body)
    assert (answer.status, answer.body["error"]) == (status, error), answer.body
    assert answer.body["message"]


def test_a_code_takes_off_what_the_back_office_says(stocked: World) -> None:
    set_promotion(stocked)
    body = {"lines": LINES, "country": "GB", "promotion_code": " Spring10"}
    assert quote(stocked, body).body["discount_minor"] == 250
    redeem(stocked, "order-1")
    set_promotion(stocked, percent=20, max_uses=1)
    used_up = quote(stocked, body)
    assert (used_up.status, used_up.body["error"]) == (409, "promotion_used_up")
    set_promotion(stocked, percent=20)
    assert quote(stocked, body).body["discount_minor"] == 500
    (promotion,) = [item for item in stocked.table("PromotionsTable") if item["sk"] == "PROMOTION"]
    assert promotion["used"] == 1 and "max_uses" not in promotion


def test_a_use_is_counted_once_per_order_and_given_back_once(stocked: World) -> None:
    set_promotion(stocked, max_uses=1, once_per_customer=True)
    for _ in range(3):
        assert redeem(stocked, "order-1") == {"order_id": "order-1"}
    assert redeem(stocked, "order-2", "eve@example.com")["error"]["code"] == "promotion_used_up"
    release = {"operation": "release", "order_id": "order-1"}
    for was_released in (True, False, False):
        answer = stocked.invoke("PromotionUsesFunction", release)
        assert answer == {"order_id": "order-1", "released": was_released}
    (left,) = stocked.table("PromotionsTable")
    assert left["used"] == 0
    assert redeem(stocked, "order-2", "eve@example.com") == {"order_id": "order-2"}


def test_a_code_is_for_one_order_of_each_customer(stocked: World) -> None:
    set_promotion(stocked, once_per_customer=True)
    redeem(stocked, "order-1")
    refused = redeem(stocked, "order-2", "ADA@example.com")["error"]
    assert (refused["kind"], refused["code"]) == ("conflict", "promotion_used_already")
    assert redeem(stocked, "order-3", "eve@example.com") == {"order_id": "order-3"}
    body = {"lines": LINES, "country": "GB", "promotion_code": "SPRING10", "email": "Ada@example.com"}
    assert quote(stocked, body).status == 200  # whoever asks may not be Ada
    assert "ada" not in str(stocked.table("PromotionsTable")).casefold()


def test_a_member_is_told_that_the_code_was_used(stocked: World) -> None:
    set_promotion(stocked, once_per_customer=True)
    command = {"operation": "redeem", "order_id": "order-1", "code": "SPRING10", "user_id": "ada"}
    assert stocked.invoke("PromotionUsesFunction", command) == {"order_id": "order-1"}
    line = {"product_id": "mug", "product_name": "Mug", "category": None, "quantity": 1, "price_minor": 1250}
    goods = {"currency": "GBP", "lines": [line], "country": "GB", "promotion_code": "SPRING10"}
    refused = stocked.invoke("QuoteFunction", goods | {"user_id": "ada"})
    assert refused["error"]["code"] == "promotion_used_already"
    assert "error" not in stocked.invoke("QuoteFunction", goods | {"user_id": "eve"})


def test_a_code_that_is_not_there_is_not_redeemed(stocked: World) -> None:
    assert redeem(stocked, "order-1", code="NOTHING")["error"]["code"] == "promotion_unknown"
    assert stocked.table("PromotionsTable") == []


@pytest.mark.parametrize(
    ("variable", "body", "error"),
    [
        ("SHOP_API_URL", {"cart_id": "any", "country": "GB"}, "no_shop_api"),
        ("PRICES_FUNCTION_NAME", {"lines": LINES, "country": "GB"}, "no_prices"),
    ],
)
def test_a_quote_names_the_template_that_is_missing(
    stocked: World, monkeypatch: pytest.MonkeyPatch, variable: str, body: Any, error: str
) -> None:
    monkeypatch.setenv(variable, "")
    config.load.cache_clear()
    answer = quote(stocked, body)
    assert (answer.status, answer.body["error"]) == (503, error)
    assert "`rest`" in answer.body["message"]
    config.load.cache_clear()


def test_pricing_says_that_it_is_well(shop: World) -> None:
    assert shop.http("QuotesFunction", "GET", "/health").body == {
        "status": "ok",
        "dependencies": {"promotions table": "ok"},
    }
