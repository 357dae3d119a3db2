import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core.errors import InvalidRequest
from shoplib.services.catalog import domain


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


KEYS = st.text(min_size=1, max_size=100).filter(str.isprintable)


@given(st.tuples(KEYS, KEYS))
def test_a_cursor_comes_back_as_it_went(cursor: tuple[str, str]):
    assert domain.search({"cursor": domain.closed(cursor) or ""}).cursor == cursor


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
    good = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": "12.5", "currency": "GBP"}
    products, rejected = domain.sort_out([good, {**good, **change}, "text"])
    assert [product.product_id for product in products] == ["mug"]
    assert [entry["index"] for entry in rejected] == [1, 2]
    assert rejected[0]["error"].startswith(message)
