"""Sessions and carts end by the clock, and simultaneous changes of a cart are all kept."""

from typing import Any

import pytest

from shoplib.services.cart import store
from tests.inprocess import World

PRODUCTS = [
    {"product_id": product_id, "name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
    for product_id in ("mug", "cup")
]
METHOD = "arn:aws:execute-api:us-east-1:123456789012:api/live/GET/profile"


KEY = {"x_cart_key": "secret-number-000002"}


@pytest.fixture
def guest_id(shop: World) -> str:
    shop.invoke("ImportProductsFunction", {"products": PRODUCTS})
    made = shop.rest("CartFunction", "POST", "/carts").body
    assert made["cart_key"] == KEY["x_cart_key"]
    return str(made["cart_id"])


def put(shop: World, cart_id: str, product_id: str, quantity: int) -> dict[str, Any]:
    path = f"/carts/{cart_id}/items/{product_id}"
    return dict(shop.rest("CartFunction", "PUT", path, {"quantity": quantity}, **KEY).body)


def test_a_session_ends_after_an_hour_though_its_item_is_still_there(shop: World):
    body = {"email": "ada@example.com", "password": "correct horse", "name": "Ada"}
    token = shop.rest("AccountsFunction", "POST", "/accounts", body).body["token"]
    event = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": METHOD}
    shop.pass_time(minutes=59)
    assert shop.invoke("AuthorizerFunction", event)["context"]["user_id"]
    shop.pass_time(minutes=1)
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        shop.invoke("AuthorizerFunction", event)
    assert any(item["pk"].startswith("SESSION#") for item in shop.table("AccountsTable"))
    assert not any(token in str(item) for item in shop.table("AccountsTable"))


def test_a_guests_cart_ends_a_week_after_its_last_change(shop: World, guest_id: str):
    shop.pass_time(days=6)
    put(shop, guest_id, "mug", 1)
    shop.pass_time(days=6)
    assert shop.rest("CartFunction", "GET", f"/carts/{guest_id}", **KEY).status == 200
    shop.pass_time(days=1)
    assert shop.rest("CartFunction", "GET", f"/carts/{guest_id}", **KEY).status == 404
    assert put(shop, guest_id, "mug", 1)["error"] == "no_such_cart"


def test_a_users_cart_stays_and_keeps_its_id_when_it_is_emptied(shop: World, guest_id: str):
    put(shop, guest_id, "mug", 2)
    own = shop.rest("CartFunction", "POST", "/carts/merge", {"cart_id": guest_id}, user="ada", **KEY).body
    shop.pass_time(days=365)
    assert shop.rest("CartFunction", "GET", "/cart", user="ada").body == own
    for stranger in ({}, KEY, {"user": "eve"}):
        assert shop.rest("CartFunction", "DELETE", f"/carts/{own['cart_id']}", **stranger).status == 404
    assert shop.rest("CartFunction", "DELETE", f"/carts/{own['cart_id']}", user="ada").status == 204
    again = shop.rest("CartFunction", "GET", "/cart", user="ada").body
    assert (again["cart_id"], again["lines"]) == (own["cart_id"], [])
    refused = shop.rest("CartFunction", "POST", "/carts/merge", {"cart_id": own["cart_id"]}, user="eve")
    assert refused.status == 404


def test_a_change_by_someone_else_meanwhile_is_kept(shop: World, guest_id: str, monkeypatch: pytest.MonkeyPatch):
    real, raced = store._replace, []

    def race(*change: Any) -> bool:
        if not raced:
            raced.append(True)
            put(shop, guest_id, "cup", 1)
        return real(*change)

    monkeypatch.setattr(store, "_replace", race)
    lines = put(shop, guest_id, "mug", 2)["lines"]
    assert {line["product_id"]: line["quantity"] for line in lines} == {"mug": 2, "cup": 1}


def test_a_guests_cart_that_changes_during_the_merge_is_not_lost(
    shop: World, guest_id: str, monkeypatch: pytest.MonkeyPatch
):
    put(shop, guest_id, "mug", 1)
    real = store.merge

    def race(*carts: Any) -> Any:
        put(shop, guest_id, "cup", 1)
        return real(*carts)

    with monkeypatch.context() as patch:
        patch.setattr(store, "merge", race)
        refused = shop.rest("CartFunction", "POST", "/carts/merge", {"cart_id": guest_id}, user="ada", **KEY)
    assert (refused.status, refused.body["error"]) == (409, "cart_busy")
    merged = shop.rest("CartFunction", "POST", "/carts/merge", {"cart_id": guest_id}, user="ada", **KEY).body
    assert {line["product_id"] for line in merged["lines"]} == {"mug", "cup"}


def test_a_cart_follows_the_catalogs_prices_and_says_what_they_were(shop: World, guest_id: str):
    assert put(shop, guest_id, "mug", 1)["total_minor"] == 1250
    shop.invoke("ImportProductsFunction", {"products": [{**PRODUCTS[0], "price_minor": "999.5"}]})
    cart = shop.rest("CartFunction", "GET", f"/carts/{guest_id}", **KEY).body
    assert (cart["total_minor"], cart["was_total_minor"]) == ("999.5", 1250)
    assert cart["price_changes"] == [{"product_id": "mug", "was_minor": 1250, "now_minor": "999.5"}]
    seen = put(shop, guest_id, "mug", 2)
    assert (seen["total_minor"], seen["price_changes"]) == (1999, [])


def test_a_renamed_product_is_found_under_its_new_name_only(shop: World, guest_id: str):
    shop.invoke("ImportProductsFunction", {"products": [{**PRODUCTS[0], "name": "Blue Beaker"}]})

    def found(word: str) -> list[str]:
        products = shop.rest("CatalogFunction", "GET", f"/products?q={word}").body["products"]
        return [product["product_id"] for product in products]

    assert (found("mug"), found("beaker"), found("kitchen")) == (["cup"], ["mug"], ["cup", "mug"])


def test_all_products_are_paged_across_categories(shop: World):
    products = [
        {**PRODUCTS[0], "product_id": f"p{number}", "category": f"category-{number % 3}"} for number in range(10)
    ]
    shop.invoke("ImportProductsFunction", {"products": products})
    found, cursor = [], ""
    while cursor is not None:
        page = shop.rest("CatalogFunction", "GET", f"/products?limit=3&cursor={cursor.replace('=', '%3D')}").body
        found += [product["product_id"] for product in page["products"]]
        cursor = page["next_cursor"]
    assert sorted(found) == sorted(product["product_id"] for product in products)
    assert len(found) == len(set(found))
