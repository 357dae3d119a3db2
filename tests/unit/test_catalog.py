import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shoplib.core.errors import InvalidRequest
from shoplib.services.catalog import domain

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
    assert domain.words_of(text) == words


# A composed form can have three times the characters, and a category has 100 at most.
KEYS = st.text(min_size=1, max_size=30).filter(str.isprintable).filter(str.strip)


@given(KEYS, KEYS)
@example("Caf\u00e9", "cafe\u0301")  # ids stay as they are, only texts are composed
def test_the_cursor_of_any_product_comes_back_as_it_went(category: str, product_id: str):
    made = domain.product({**GOOD, "category": category, "product_id": product_id})
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
    ],
)
def test_an_import_says_what_is_wrong_with_a_product(change: dict[str, object], message: str):
    products, rejected = domain.sort_out([GOOD, {**GOOD, **change}, "text"])
    assert [product.product_id for product in products] == ["mug"]
    assert [entry["index"] for entry in rejected] == [1, 2]
    assert rejected[0]["error"].startswith(message)
