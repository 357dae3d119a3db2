"""Shoppers over real HTTP, from the first look to the confirmed order."""

import uuid
from decimal import Decimal

import pytest

from tests.cloud.shop.conftest import Cart, Shop


def register(shop: Shop, **headers: str) -> tuple[str, str]:
    """A new account: its email address and the token of its first session."""
    email = f"{uuid.uuid4()}@example.com"
    body = {"email": email, "password": "correct horse", "name": "Ada"}
    answer = shop.request("POST", "/accounts", body, **headers)
    assert answer.status_code == 201, answer.text
    return email, str(answer.json()["token"])


def test_a_shopper_looks_registers_merges_buys_and_every_step_is_told(shop: Shop):
    session = str(uuid.uuid4())
    visit = {"x_session_id": session, "x_anonymous_id": f"visitor-{session}", "x_source": "newsletter"}
    product = shop.sell(price_minor="99.5", stock=10)

    seen = shop.request("GET", f"/products/{product}", **visit).json()
    assert seen["price_minor"] == "99.5"
    guest = shop.new_cart(**visit)
    item = f"/carts/{guest.cart_id}/items/{product}"
    assert shop.request("PUT", item, {"quantity": 3}, **visit, **guest.opened_by).status_code == 200
    email, _ = register(shop, **visit)
    signed_in = shop.request("POST", "/sessions", {"email": email, "password": "correct horse"}, **visit).json()
    bearer = {"Authorization": f"Bearer {signed_in['token']}"}
    both = bearer | guest.opened_by
    merged = shop.request("POST", "/carts/merge", {"cart_id": guest.cart_id}, **visit, **both).json()
    assert (merged["user_id"], merged["total_minor"]) == (signed_in["user_id"], "298.5")
    assert shop.request("GET", f"/carts/{guest.cart_id}", **guest.opened_by).status_code == 404

    bought = shop.buy(Cart(merged["cart_id"], bearer), **visit)
    assert bought.status_code == 202, bought.text
    order = shop.settled(bought.json())

    assert (order["status"], order["amount_minor"], order["reason"]) == ("confirmed", "298.5", None)
    assert shop.available(product) == 7
    assert shop.request("GET", "/cart", **bearer).json()["lines"] == []
    told = shop.events(session_id=session)
    steps = ["view_item", "add_to_cart", "sign_up", "login", "begin_checkout", "add_payment_info", "purchase"]
    assert [event["event_name"] for event in told] == steps
    assert {event["source"] for event in told} == {"newsletter"}
    purchase = told[-1]
    assert (purchase["value_minor"], purchase["order_id"]) == (Decimal("298.5"), order["order_id"])
    assert (purchase["user_id"], purchase["country"]) == (signed_in["user_id"], "Norway")


def test_categories_search_and_pages(shop: Shop):
    products = sorted(shop.sell() for _ in range(3))
    assert "Kitchen" in shop.request("GET", "/categories").json()["categories"]
    found, path = [], "/products?category=Kitchen&q=blue+MUG&limit=2"
    cursor: str | None = ""
    while cursor is not None:
        page = shop.request("GET", f"{path}&cursor={cursor}").json()
        assert len(page["products"]) <= 2
        found += [product["product_id"] for product in page["products"]]
        cursor = page["next_cursor"]
    assert found == sorted(set(found)) and set(products) <= set(found)
    assert shop.request("GET", "/products?q=nothingofthekind").json()["products"] == []


@pytest.mark.parametrize(
    ("token", "status", "error"),
    [
        ("tok_declined", 402, "payment_declined"),
        ("tok_insufficient_funds", 402, "payment_declined"),
        ("tok_timeout", 503, "payment_timeout"),
        ("tok_unheard_of", 400, "invalid_request"),
    ],
)
def test_a_payment_that_does_not_succeed_leaves_cart_and_stock_alone(shop: Shop, token: str, status: int, error: str):
    product = shop.sell(stock=5)
    cart = shop.cart_with(product, 2)
    answer = shop.buy(cart, token)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    shop.drain()
    assert shop.available(product) == 5
    assert shop.request("GET", f"/carts/{cart.cart_id}", **cart.opened_by).json()["total_minor"] == 2500
    assert shop.buy(cart).status_code == 202


def test_more_than_there_is_is_rejected_and_reserves_nothing(shop: Shop):
    product = shop.sell(stock=1)
    order = shop.settled(shop.buy(shop.cart_with(product, 2)).json())
    assert (order["status"], order["reason"]) == ("rejected", f"out_of_stock: {product}")
    assert shop.available(product) == 1
    assert shop.events(event_name="purchase", product_id=product) == []


def test_the_same_checkout_twice_is_one_order(shop: Shop):
    product, key = shop.sell(stock=10), str(uuid.uuid4())
    cart = shop.cart_with(product, 2)
    first, again = shop.buy(cart, key=key), shop.buy(cart, key=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.text == again.text
    other = shop.buy(cart, token="tok_mastercard", key=key)
    assert (other.status_code, other.json()["error"]) == (422, "idempotency_key_reused")
    shop.settled(first.json())
    assert shop.available(product) == 8
    assert len(shop.events(event_name="purchase", product_id=product)) == 1


def test_an_order_shows_itself_only_to_its_key(shop: Shop):
    order = shop.buy(shop.cart_with(shop.sell())).json()
    shop.settled(order)
    assert shop.checkout("GET", f"/orders/{order['order_id']}", x_order_key="another").status_code == 404
    assert shop.checkout("GET", f"/orders/{order['order_id']}").status_code == 400


def test_a_session_ends_with_the_sign_out(shop: Shop):
    _, token = register(shop)
    bearer = {"Authorization": f"Bearer {token}"}
    assert shop.request("GET", "/profile", **bearer).json()["name"] == "Ada"
    address = {"recipient": "Ada", "street": "12 St James's Square", "city": "London", "country": "United Kingdom"}
    added = shop.request("POST", "/profile/addresses", address, **bearer)
    assert (added.status_code, added.json()["street"]) == (201, "12 St James's Square")
    assert shop.request("DELETE", "/sessions", **bearer).status_code == 204
    refused = shop.request("GET", "/profile", **bearer)
    assert (refused.status_code, refused.json()["error"]) == (401, "unauthenticated")
    assert shop.request("GET", "/profile").status_code == 401


def test_a_wrong_password_and_an_unknown_address_look_the_same(shop: Shop):
    email, _ = register(shop)
    wrong = shop.request("POST", "/sessions", {"email": email, "password": "wrong horse"})
    unknown = shop.request("POST", "/sessions", {"email": "nobody@example.com", "password": "wrong horse"})
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401


def test_the_clients_mistakes_are_never_the_shops(shop: Shop):
    cart = shop.new_cart()
    product = shop.sell()
    answers = [
        shop.request("POST", "/accounts", '{"email": '),
        shop.request("POST", "/accounts", "[]"),
        shop.request("PUT", f"/carts/{cart.cart_id}/items/{product}", {"quantity": "many"}, **cart.opened_by),
        shop.request("GET", "/products?cursor=forged"),
        shop.checkout("POST", "/checkout", {"cart_id": cart.cart_id}),
        shop.checkout("POST", "/checkout", "not json", Idempotency_Key="key"),
        shop.post_events({"events": "all"}),
    ]
    assert [answer.status_code for answer in answers] == [400] * len(answers)
    assert all(answer.json()["message"] for answer in answers)
    empty = shop.buy(cart)
    assert (empty.status_code, empty.json()["error"]) == (409, "empty_cart")


def test_a_page_of_another_origin_may_call_the_shop(shop: Shop):
    origin = {"Origin": "https://pages.example"}
    asked = {**origin, "Access_Control_Request_Method": "PUT", "Access_Control_Request_Headers": "content-type"}
    allowed = shop.request("OPTIONS", "/carts/any/items/any", **asked)
    assert allowed.status_code in (200, 204)
    assert "PUT" in allowed.headers["Access-Control-Allow-Methods"]
    assert shop.request("GET", "/categories", **origin).headers["Access-Control-Allow-Origin"] in (
        "*",
        origin["Origin"],
    )
    assert shop.request("GET", "/profile", **origin).headers["Access-Control-Allow-Origin"] == "*"
    assert shop.checkout("GET", "/health", **origin).headers["Access-Control-Allow-Origin"] in ("*", origin["Origin"])


def test_both_apis_say_that_they_are_well(shop: Shop):
    assert shop.request("GET", "/health").json()["status"] == "ok"
    assert shop.checkout("GET", "/health").json()["status"] == "ok"
