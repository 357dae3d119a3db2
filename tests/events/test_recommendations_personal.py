"""What a member is recommended: from own purchases, never what is owned or no longer sold, and nothing made up."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.services.recommendations import domain as related
from shoplib.services.recommendations import store as related_store
from shoplib.services.reviews import recommending, store
from tests.events.test_reviews import buy
from tests.events.test_wishlist import add_to_catalog
from tests.inprocess import World
from tests.members import Person, join

BASKETS = [frozenset({"mug", "tray"})] * 12 + [frozenset({"mug", "lamp"})] * 10 + [frozenset({"rug"})] * 30


@pytest.fixture
def counted(shop: World) -> World:
    """A shop whose baskets were counted last night."""
    add_to_catalog(shop, "mug", "tray", "lamp", "rug")
    rows = [related.item(name, goes_with) for name, goes_with in related.rank_related(BASKETS).items()]
    related_store.replace([*rows, related.best_sellers(BASKETS)])
    return shop


def recommend(person: Person, query: str = "") -> Any:
    answer = person.http("RecommendationsFunction", "GET", f"/recommendations{query}")
    assert answer.status == 200, answer.body
    return answer.body


def test_nothing_is_recommended_to_whoever_bought_nothing(counted: World) -> None:
    ada = join(counted)
    assert recommend(ada) == {"basis": "no_history", "recommendations": []}
    buy(counted, ada, "mug", status="cancelled")
    assert recommend(ada)["basis"] == "no_history"
    assert counted.http("RecommendationsFunction", "GET", "/recommendations").status == 401


def test_what_goes_with_purchases_comes_first_then_what_sells_best(counted: World) -> None:
    ada, eve = join(counted), join(counted, "eve")
    buy(counted, ada, "mug", status="confirmed")
    buy(counted, eve, "tray", "mug", order_id="order-2")
    page = recommend(ada)
    told = [
        (each["product_id"], each["why"], (each["because"] or {}).get("product_id")) for each in page["recommendations"]
    ]
    assert told == [
        ("tray", "bought_together", "mug"),
        ("lamp", "bought_together", "mug"),
        ("rug", "best_seller", None),
    ]
    assert page["recommendations"][0]["because"] == {"product_id": "mug", "name": "Mug"}
    assert page["recommendations"][0]["price_minor"] == 1250
    assert [each["product_id"] for each in recommend(eve)["recommendations"]] == ["lamp", "rug"]
    assert len(recommend(ada, "?limit=1")["recommendations"]) == 1
    for limit in ("0", "21", "x", "-1", "١"):
        assert ada.http("RecommendationsFunction", "GET", f"/recommendations?limit={limit}").status == 400


def test_a_purchase_without_relatives_leads_to_best_sellers(counted: World) -> None:
    ada = join(counted)
    buy(counted, ada, "unheard-of")
    assert [each["product_id"] for each in recommend(ada)["recommendations"]] == ["rug", "mug", "tray", "lamp"]


def test_neither_a_variant_of_what_is_owned_nor_what_is_not_sold(
    counted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = join(counted)
    fields = {"category": "Kitchen", "price_minor": 1, "currency": "GBP"}
    parents = {"mug": "cups", "tray": "cups", "lamp": None}
    known = {
        name: {"product_id": name, "name": name, "parent_id": parent, **fields} for name, parent in parents.items()
    }
    monkeypatch.setattr(store, "products", lambda names: {name: known[name] for name in names if name in known})
    buy(counted, ada, "mug")
    assert [each["product_id"] for each in recommend(ada)["recommendations"]] == ["lamp"]


def test_without_the_pattern_that_counts_it_says_so(counted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = join(counted)
    buy(counted, ada, "mug")
    monkeypatch.setattr(store, "knows_catalog", lambda: False)
    answer = ada.http("RecommendationsFunction", "GET", "/recommendations")
    assert (answer.status, answer.body["error"]) == (503, "no_recommendations")


NO_LOOKUPS: list[dict[str, Any]] = [
    *({}, {"product_ids": []}, {"product_ids": ["x"] * 101}, {"product_ids": [5]}, {"product_ids": ["x" * 65]}),
    *({"product_ids": "x"}, {"product_ids": [None]}, {"product_ids": [""]}),
]


def test_what_is_no_lookup_is_refused(counted: World) -> None:
    for command in NO_LOOKUPS:
        for function in ("RelatedLookupFunction", "StockLevelsFunction"):
            assert counted.invoke(function, command)["error"]["code"] == "invalid_request", command
    assert counted.invoke("RelatedLookupFunction", {"product_ids": ["x"] * 51})["error"]["code"] == "invalid_request"


NAMES = st.sampled_from("abcdefgh")
SHARES = st.integers(0, 10_000).map(lambda parts: Decimal(parts).scaleb(-4))
ROWS = st.lists(
    st.fixed_dictionaries({"product_id": NAMES, "confidence": SHARES}), unique_by=lambda row: row["product_id"]
)


@given(
    seeds=st.lists(NAMES, unique=True),
    rows=st.dictionaries(NAMES, ROWS),
    best=st.lists(NAMES, unique=True),
    owned=st.frozensets(NAMES),
)
def test_suggestions_are_as_a_plain_loop_ranks_them(
    seeds: list[str], rows: recommending.Rows, best: list[str], owned: frozenset[str]
) -> None:
    got = recommending.suggest(seeds, rows, best, owned)
    scores: dict[str, Decimal] = {}
    for seed in seeds:
        for row in rows.get(seed, []):
            scores[row["product_id"]] = scores.get(row["product_id"], Decimal(0)) + row["confidence"]
    ranked = sorted(scores, key=lambda name: (-scores[name], name)) + [name for name in best if name not in scores]
    assert [each.product_id for each in got] == [name for name in ranked if name not in owned]
    for each in got:
        if each.because:
            here = {row["product_id"]: row["confidence"] for row in rows[each.because]}
            others = [row for seed in seeds for row in rows.get(seed, []) if row["product_id"] == each.product_id]
            assert here[each.product_id] == max(row["confidence"] for row in others)
        else:
            assert each.product_id in best and each.product_id not in scores
