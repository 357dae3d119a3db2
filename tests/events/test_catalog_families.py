"""Products in sizes and colours, branches of categories, and what an import refuses by name."""

from typing import Any

import pytest

from tests.inprocess import World

JERSEY = {
    "product_id": "jersey",
    "name": "Jersey",
    "category": "Clothes/Knitwear",
    "price_minor": 4000,
    "currency": "GBP",
    "brand": "Ashdown",
    "image_url": "/images/jersey.svg",
    "specifications": {"Wool": "merino", "Care": "by hand"},
    "variants": [
        {"product_id": "jersey-s-red", "options": {"size": "S", "colour": "red"}},
        {"product_id": "jersey-m-red", "options": {"size": "M", "colour": "red"}, "price_minor": "3999.5"},
        {"product_id": "jersey-m-sea", "options": {"size": "M", "colour": "sea"}, "name": "Sea Jersey"},
    ],
}
MUG = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": 700, "currency": "GBP"}


@pytest.fixture
def stocked(shop: World) -> World:
    assert bring(shop, [JERSEY, MUG]) == {"imported": 5, "rejected": []}
    return shop


def bring(shop: World, products: list[Any], **more: Any) -> Any:
    return shop.invoke("ImportProductsFunction", {"products": products} | more)


def read(shop: World, path: str) -> Any:
    answer = shop.rest("CatalogFunction", "GET", path)
    assert answer.status == 200, answer.body
    return answer.body


def test_a_product_shows_specifications_options_variants_and_the_way_to_its_category(stocked: World):
    page = read(stocked, "/products/jersey")
    assert page["specifications"] == {"Wool": "merino", "Care": "by hand"}
    assert list(page["specifications"]) == ["Wool", "Care"]
    assert page["options"] == {"size": ["S", "M"], "colour": ["red", "sea"]}
    assert [(each["product_id"], each["price_minor"]) for each in page["variants"]] == [
        ("jersey-s-red", 4000),
        ("jersey-m-red", "3999.5"),
        ("jersey-m-sea", 4000),
    ]
    assert page["variants"][0]["options"] == {"size": "S", "colour": "red"}
    assert page["breadcrumb"] == [
        {"name": "Clothes", "path": "Clothes"},
        {"name": "Knitwear", "path": "Clothes/Knitwear"},
    ]
    assert (page["price_minor"], page["has_variants"], page["selected_options"]) == ("3999.5", True, {})


def test_a_variant_is_a_product_of_its_own_with_its_siblings(stocked: World):
    page = read(stocked, "/products/jersey-m-red")
    assert (page["name"], page["price_minor"], page["parent_id"]) == ("Jersey, M, red", "3999.5", "jersey")
    assert page["selected_options"] == {"size": "M", "colour": "red"}
    assert page["variants"] == read(stocked, "/products/jersey")["variants"]
    assert (page["brand"], page["image_url"], page["category"]) == ("Ashdown", "/images/jersey.svg", "Clothes/Knitwear")
    (priced,) = stocked.invoke("PricesFunction", {"product_ids": ["jersey-m-red"]})["products"]
    assert (priced["price_minor"], priced["category"], priced["parent_id"]) == ("3999.5", "Clothes/Knitwear", "jersey")


def test_lists_show_the_product_and_not_its_variants(stocked: World):
    for path in ("/products?category=Clothes", "/products?category=Clothes/Knitwear", "/products?q=jersey"):
        assert [each["product_id"] for each in read(stocked, path)["products"]] == ["jersey"]
    assert read(stocked, "/products?category=Cloth")["products"] == []
    tree = read(stocked, "/categories")
    assert tree["categories"] == ["Clothes/Knitwear", "Kitchen"]
    knitwear = {"name": "Knitwear", "path": "Clothes/Knitwear", "children": []}
    assert tree["tree"] == [
        {"name": "Clothes", "path": "Clothes", "children": [knitwear]},
        {"name": "Kitchen", "path": "Kitchen", "children": []},
    ]


def test_only_a_variant_goes_into_a_cart_or_a_quote(stocked: World):
    cart = stocked.rest("CartFunction", "POST", "/carts").body
    key = {"x_cart_key": cart["cart_key"]}
    put = f"/carts/{cart['cart_id']}/items"
    refused = stocked.rest("CartFunction", "PUT", f"{put}/jersey", {"quantity": 1}, **key)
    assert (refused.status, refused.body["error"]) == (409, "choose_a_variant")
    assert refused.body["variants"] == ["jersey-s-red", "jersey-m-red", "jersey-m-sea"]
    assert "choose one of jersey-s-red, jersey-m-red" in refused.body["message"]
    taken = stocked.rest("CartFunction", "PUT", f"{put}/jersey-m-red", {"quantity": 2}, **key)
    assert (taken.status, taken.body["total_minor"]) == (200, 7999)
    for product, status in (("jersey", 409), ("jersey-m-sea", 200)):
        lines = {"lines": [{"product_id": product, "quantity": 1}], "country": "GB"}
        assert stocked.http("QuotesFunction", "POST", "/quotes", lines).status == status


def test_what_becomes_a_parent_is_no_longer_sold_in_carts_that_have_it(shop: World):
    bring(shop, [{**JERSEY, "variants": None}])
    cart = shop.rest("CartFunction", "POST", "/carts").body
    key, path = {"x_cart_key": cart["cart_key"]}, f"/carts/{cart['cart_id']}"
    assert shop.rest("CartFunction", "PUT", f"{path}/items/jersey", {"quantity": 1}, **key).status == 200
    bring(shop, [JERSEY])
    assert shop.rest("CartFunction", "GET", path, **key).body["no_longer_sold"] == ["jersey"]


def test_variants_that_are_left_out_leave_and_so_does_what_is_removed(stocked: World):
    bring(stocked, [{**JERSEY, "variants": JERSEY["variants"][:1]}])  # type: ignore[index]
    assert stocked.rest("CatalogFunction", "GET", "/products/jersey-m-sea").status == 404
    assert [each["product_id"] for each in read(stocked, "/products/jersey")["variants"]] == ["jersey-s-red"]
    assert stocked.invoke("ImportProductsFunction", {"remove": ["jersey", "nothing"]}) == {
        "imported": 0,
        "rejected": [],
        "removed": 2,
    }
    assert [each["product_id"] for each in read(stocked, "/products")["products"]] == ["mug"]
    assert read(stocked, "/products?q=jersey")["products"] == []
    assert [item["sk"] for item in stocked.table("CatalogTable") if item["pk"].startswith("PRODUCT#")] == ["PRODUCT"]


def test_a_product_keeps_its_day_of_listing(stocked: World):
    listed = read(stocked, "/products/mug")["listed_at"]
    assert listed == "2026-03-01T12:00:00.000000Z"
    stocked.pass_time(days=3)
    bring(stocked, [{**MUG, "name": "Beaker"}, {**MUG, "product_id": "cup"}])
    assert read(stocked, "/products/mug")["listed_at"] == listed
    assert read(stocked, "/products/cup")["listed_at"] > listed


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ({"products": [{**MUG, "product_id": "jersey-s-red"}]}, "jersey-s-red is a variant of jersey"),
        ({"remove": ["jersey-s-red"]}, "jersey-s-red is a variant of jersey"),
        ({"products": [{**JERSEY, "product_id": "other"}]}, "jersey-s-red is a variant of jersey"),
        ({"remove": []}, "remove must be a list of 1 to 1000 entries"),
        ({}, "products must be a list"),
    ],
)
def test_no_import_takes_a_variant_from_its_product(stocked: World, command: dict[str, Any], message: str):
    before = stocked.table("CatalogTable")
    with pytest.raises(Exception, match=message):
        stocked.invoke("ImportProductsFunction", command)
    assert stocked.table("CatalogTable") == before


def test_all_products_come_page_by_page(stocked: World):
    seen, cursor, pages = [], None, 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shoplib.services.catalog.domain.MAX_SCAN", 4)
        while pages == 0 or cursor:
            page = stocked.invoke("ListProductsFunction", {"cursor": cursor})
            seen += [item["product_id"] for item in page["products"]]
            cursor, pages = page["cursor"], pages + 1
    assert sorted(seen) == ["jersey", "jersey-m-red", "jersey-m-sea", "jersey-s-red", "mug"]
    assert pages > 1
    assert stocked.invoke("ListProductsFunction", {"cursor": "no"})["error"]["kind"] == "invalid_request"
