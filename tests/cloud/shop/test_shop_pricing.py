"""Quotes and promotion codes in the deployed shop, over HTTP and by direct invocation."""

import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from shoplib.provision.permissions import permissions_of
from tests.cloud.shop.conftest import Cart, Shop
from tests.nightly import sized

BUYERS = sized(30, 8)  # each of them has a process of the function started


def quote(shop: Shop, body: Any, **headers: str) -> requests.Response:
    return shop._send("POST", f"{shop.lab.url('pricing', 'PricingApiUrl')}/quotes", body, headers)


def check_out(shop: Shop, cart: Cart, **wishes: Any) -> requests.Response:
    body = {"cart_id": cart.cart_id, "email": f"{uuid.uuid4()}@example.com", "country": "United Kingdom"} | wishes
    paying = {"payment": {"method": "card", "token": "tok_visa"}}
    return shop.checkout("POST", "/checkout", body | paying, Idempotency_Key=str(uuid.uuid4()), **cart.opened_by)


def new_code(shop: Shop, **limits: Any) -> str:
    code = f"TEN-{uuid.uuid4().hex[:12]}".upper()
    promotion = {"code": code, "kind": "percentage", "percent": 10} | limits
    answer = shop.lab.invoke("pricing", "SetPromotionsFunction", {"promotions": [promotion]})
    assert answer == {"set": 1, "rejected": []}
    return code


def uses(shop: Shop, code: str) -> int:
    key = {"pk": {"S": f"CODE#{code}"}, "sk": {"S": "PROMOTION"}}
    table = shop.lab.outputs("pricing")["PromotionsTableName"]
    item = shop.lab.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    return int(item["used"]["N"])


def test_a_shopper_confirms_a_quote_and_pays_it(shop: Shop) -> None:
    product, code = shop.sell(price_minor=1250), new_code(shop)
    cart = shop.cart_with(product, 2)
    wishes = {"country": "United Kingdom", "promotion_code": code, "shipping_method": "express"}
    quoted = quote(shop, {"cart_id": cart.cart_id} | wishes, **cart.opened_by).json()
    assert (quoted["discount_minor"], quoted["shipping_minor"], quoted["total_minor"]) == (250, 795, 3045)
    unseen = check_out(shop, cart, **wishes)
    assert (unseen.status_code, unseen.json()["error"]) == (409, "price_changed")
    assert unseen.json()["quote"] == quoted
    bought = check_out(shop, cart, **wishes, expected_total_minor=3045)
    assert (bought.status_code, bought.json()["total_minor"]) == (202, 3045), bought.text
    assert shop.settled(bought.json())["status"] == "confirmed"
    assert uses(shop, code) == 1


def test_a_rejected_order_gives_the_use_of_its_code_back(shop: Shop) -> None:
    product, code = shop.sell(price_minor=5000, stock=0), new_code(shop, max_uses=1)
    cart = shop.cart_with(product, 2)
    bought = check_out(shop, cart, promotion_code=code, expected_total_minor=9000)
    # Its only use is taken, and may be given back before anybody can look.
    assert (bought.status_code, bought.json()["total_minor"]) == (202, 9000), bought.text
    assert shop.settled(bought.json())["status"] == "rejected"
    until = time.monotonic() + 30
    while uses(shop, code):  # the topic's subscriber is a step behind
        assert time.monotonic() < until, shop.lab.logs("fulfilment", "PromotionReleasesFunction")
        time.sleep(0.05)
    another = shop.cart_with(shop.sell(price_minor=5000), 2)
    again = check_out(shop, another, promotion_code=code, expected_total_minor=9000)
    assert shop.settled(again.json())["status"] == "confirmed"
    assert uses(shop, code) == 1


def test_many_buyers_use_a_code_three_times(shop: Shop) -> None:
    code, run = new_code(shop, max_uses=3), uuid.uuid4().hex

    def redeem(number: int) -> str:
        order = f"{run}-{number % BUYERS}"  # each of them twice, as a retry would
        command = {"operation": "redeem", "order_id": order, "code": code, "email": f"{number}@example.com"}
        answer = shop.lab.invoke("pricing", "PromotionUsesFunction", command)
        return answer["error"]["code"] if "error" in answer else answer["order_id"]

    with ThreadPoolExecutor(BUYERS) as pool:
        outcomes = Counter(pool.map(redeem, range(2 * BUYERS)))
    winners = [name for name in outcomes if name.startswith(run)]
    assert len(winners) == 3 and outcomes["promotion_used_up"] == 2 * (BUYERS - 3), outcomes
    assert uses(shop, code) == 3


def test_pricings_functions_lack_nothing_and_are_allowed_nothing_superfluous(shop: Shop) -> None:
    product, code = shop.sell(), new_code(shop)
    quote(shop, {"lines": [{"product_id": product, "quantity": 1}], "country": "GB", "promotion_code": code})
    bought = check_out(shop, shop.cart_with(product, 4), promotion_code=code, expected_total_minor=4500 + 395)
    assert bought.status_code == 202, bought.text
    rows = permissions_of("shop-pricing", shop.lab.target)
    assert {each.function.logical_id for each in rows if each.was_called} == {
        *("QuotesFunction", "QuoteFunction", "PromotionUsesFunction", "SetPromotionsFunction")
    }
    assert not [each for each in rows if each.comparison.add or each.comparison.take_away]


ODD: list[Any] = [
    *("", "[]", "{", "null", '"x"', "[" * 5_000, '{"lines": NaN}', '{"country": 1e999}', "x" * 100_000),
    *({}, {"lines": []}, {"lines": None}, {"lines": "all"}, {"cart_id": ["a"]}, {"cart_id": "../..", "country": "GB"}),
    *({"lines": [line], "country": "GB"} for line in (None, 1, [], {}, {"product_id": "mug"})),
    *({"lines": [{"product_id": "p", "quantity": each}], "country": "GB"} for each in (0, -1, 10**30, "1", True, None)),
    {"lines": [{"product_id": "p", "quantity": 1}] * 101, "country": "GB"},
    {"lines": [{"product_id": "p" * 65, "quantity": 1}], "country": "GB"},
    {"lines": [{"product_id": "\u202e\x00", "quantity": 1}], "country": "GB"},
    *({"cart_id": "x", "country": each} for each in ("", "\ud83d", "İ" * 90, {}, 7, "G" * 5_000, "Atlantis")),
    *({"cart_id": "x", "country": "US", "region": each} for each in ([], "\x00", "N" * 21, -1)),
    *({"cart_id": "x", "country": "ES", "postcode": each} for each in ({}, "3" * 21, "\u2028")),
]


@pytest.mark.parametrize("body", ODD, ids=lambda body: repr(body)[:40])
def test_odd_requests_are_the_clients_fault(shop: Shop, body: Any) -> None:
    answer = quote(shop, body if isinstance(body, dict) else str(body))
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["message"] and len(answer.text) < 2_000
