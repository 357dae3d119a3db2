"""Related products: what the function counts is what the analysis defines."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.core.errors import NotFound
from shoplib.services.recommendations import domain

BASKETS = st.lists(st.frozensets(st.sampled_from("abcdefg"), max_size=5), max_size=60)


@given(BASKETS, st.integers(1, 4), st.integers(1, 3))
def test_the_function_and_the_analysis_agree(baskets: list[frozenset[str]], fewest: int, most: int):
    rows = [(f"o{number}", product) for number, basket in enumerate(baskets) for product in sorted(basket)]
    events = pd.DataFrame(rows, columns=["order_id", "product_id"], dtype="str").assign(event_name="purchase")
    table = analytics.related_products(events, count=most, minimum=fewest)
    expected = {
        product: [(row.related, row.orders, row.confidence, row.lift) for row in rows.itertuples()]
        for product, rows in table.groupby("product_id")
    }
    found = {
        product: [(one.product_id, one.orders, float(one.confidence), float(one.lift)) for one in goes_with]
        for product, goes_with in domain.rank_related(baskets, fewest, most).items()
    }
    assert found == expected


def test_what_always_or_never_meets_by_chance_is_not_related():
    assert domain.rank_related([frozenset("ab")] * 30) == {}  # lift 1: everybody buys both
    apart = domain.rank_related([frozenset("a")] * 30 + [frozenset("b")] * 30)
    assert apart == {}


def test_the_answer_has_present_names_and_leaves_out_what_is_no_longer_sold():
    row = domain.item("mug", [domain.Related(other, 12, Fraction(2, 3), Fraction(5, 2)) for other in ("tray", "gone")])
    products = {"mug": {"product_id": "mug"}, "tray": {"product_id": "tray", "name": "Tray", "price_minor": 900}}
    assert domain.answer("mug", row, products) == {
        "product_id": "mug",
        "related": [
            {"product_id": "tray", "name": "Tray", "price_minor": 900, "orders": 12, "confidence": 0.6667, "lift": 2.5}
        ],
    }
    assert domain.answer("mug", {}, products) == {"product_id": "mug", "related": []}
    with pytest.raises(NotFound, match="no product cup"):
        domain.answer("cup", {}, products)
