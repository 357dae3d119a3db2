import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shoplib.core.errors import InvalidRequest
from shoplib.core.words import words_of
from shoplib.services.catalog import categories, domain, importing

SMALL = {"product_id": "a", "options": {"size": "S"}}
GOOD = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": "12.5", "currency": "GBP"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", ["white", "hanging", "heart", "t", "light", "holder"]),
        ("Café CAFÉ cafe", ["cafe"]),
        ("Straße 3_4", ["strasse", "3", "4"]),
        ("?!", []),
    ],
)
def test_words_are_found_whatever_their_case_and_accents(text: str, words: list[str]):
    assert words_of(text) == words


# A composed form can have three times the characters, and a category has 100 at most.
KEYS = st.text(min_size=1, max_size=30).filter(str.isprintable).filter(str.strip).filter(lambda text: "/" not in text)


@given(KEYS, KEYS)
@example("Caf\u00e9", "cafe\u0301")  # ids stay as they are, only texts are composed
def test_the_cursor_of_any_product_comes_back_as_it_went(category: str, product_id: str):
    (made,) = importing.products({**GOOD, "category": category, "product_id": product_id})
    cursor = (made.category, made.product_id)
    assert domain.search({"cursor": domain.encode_cursor(cursor) or ""}).cursor == cursor


@pytest.mark.parametrize("cursor", [("Kitchen", " "), (" ", "mug"), ("Kitchen", "mug "), ("cafe\u0301", "mug")])
def test_a_cursor_that_no_product_has_is_refused(cursor: tuple[str, str]):
    with pytest.raises(InvalidRequest, match="cursor must be the next_cursor of an earlier page"):
        domain.search({"cursor": domain.encode_cursor(cursor) or ""})


@given(st.text(min_size=1).filter(str.strip))
def test_a_forged_cursor_is_the_clients_mistake(text: str):
    try:
        domain.search({"cursor": text})
    except InvalidRequest as error:
        assert error.message == "cursor must be the next_cursor of an earlier page."


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "٣", "9" * 400])
def test_a_page_has_a_sensible_size(limit: str):
    with pytest.raises(InvalidRequest, match="limit must be a whole number from 1 to 100"):
        domain.search({"limit": limit})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"product_id": ""}, "product_id must have 1 to 64"),
        ({"price_minor": -1}, "price_minor must be from 0 to"),
        ({"price_minor": 1.5}, "price_minor is not an amount"),
        ({"currency": "pounds"}, "currency must be a code"),
        ({"stock": 4}, "stock is no field of a product that can be set"),
        ({"parent_id": "cup"}, "parent_id is no field of a product that can be set"),
        ({"category": "Kitchen//Mugs"}, "category must be 1 to 5 names with a slash between them"),
        ({"category": "/Kitchen"}, "category must be 1 to 5 names"),
        ({"category": "a/b/c/d/e/f"}, "category must be 1 to 5 names"),
        ({"image_url": "http://example.com/a.png"}, "image_url must begin with https://"),
        ({"image_url": "//example.com/a.png"}, "image_url must begin with https://"),
        ({"image_url": "javascript:alert(1)"}, "image_url must begin with https://"),
        ({"brand": "x" * 101}, "brand must have 1 to 100 characters"),
        ({"specifications": {"Wool": 3}}, "specifications.Wool must be a string"),
        ({"specifications": {"x" * 41: "a"}}, "a name of specifications must have 1 to 40"),
        ({"specifications": {f"n{n}": "a" for n in range(31)}}, "specifications must have 1 to 30 names"),
        ({"variants": []}, "variants must be a list of 1 to 50 entries"),
        ({"variants": ["a"]}, "variants[0]: a variant must be an object"),
        ({"variants": [{"product_id": "a"}]}, "variants[0]: options must be an object"),
        ({"variants": [{"product_id": "a", "options": {}}]}, "variants[0]: options must have 1 to 3 names"),
        ({"variants": [{**SMALL, "stock": 1}]}, "variants[0]: stock is no field"),
        ({"variants": [SMALL, {**SMALL, "product_id": "b"}]}, "variants must differ in their options"),
        ({"variants": [SMALL, {**SMALL, "options": {"size": "M"}}]}, "variants must have product_ids of their own"),
        ({"variants": [{**SMALL, "product_id": "mug-2"}]}, "variants must have product_ids of their own"),
        ({"variants": [SMALL, {"product_id": "b", "options": {"x": "M"}}]}, "variants must all have the same options"),
    ],
)
def test_an_import_says_what_is_wrong_with_a_product(change: dict[str, object], message: str):
    products, rejected = importing.sort_out([GOOD, {**GOOD, "product_id": "mug-2", **change}, "text"])
    assert [product.product_id for product in products] == ["mug"]
    assert [entry["index"] for entry in rejected] == [1, 2]
    assert rejected[0]["error"].startswith(message)


def test_an_import_has_each_id_once_and_the_last_of_a_product_counts():
    parent = {**GOOD, "variants": [SMALL]}
    products, rejected = importing.sort_out([parent, {**GOOD, "product_id": "a"}, {**parent, "name": "Beaker"}])
    assert [(each.product_id, each.name) for each in products] == [("mug", "Beaker"), ("a", "Beaker, S")]
    assert rejected == [{"index": 1, "error": "a is another product of this import."}]


def test_an_import_counts_its_variants():
    variants = [{"product_id": f"v{n}", "options": {"size": str(n)}} for n in range(50)]
    many = [
        {
            **GOOD,
            "product_id": f"p{p}",
            "variants": [{**each, "product_id": f"p{p}-{each['product_id']}"} for each in variants],
        }
        for p in range(20)
    ]
    with pytest.raises(InvalidRequest, match="at most 1000 products, variants included"):
        importing.sort_out(many)


def test_a_branch_needs_no_products_itself():
    (kitchen, other) = categories.tree(["Kitchen/Mugs/Large", "Kitchenware", "Kitchen/Bowls"])
    assert [each["path"] for each in kitchen["children"]] == ["Kitchen/Bowls", "Kitchen/Mugs"]
    assert kitchen["children"][1]["children"][0] == {"name": "Large", "path": "Kitchen/Mugs/Large", "children": []}
    assert (other["path"], categories.lies_in("Kitchenware", "Kitchen")) == ("Kitchenware", False)
