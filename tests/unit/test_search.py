"""What a search answers, held against a plain loop over the catalogue."""

import random
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoplib.core.errors import InvalidRequest, NotFound
from shoplib.core.products import Product
from shoplib.services.search import domain, sitemap, spelling
from shoplib.services.search.answering import answer
from shoplib.services.search.bitsets import Segments, of_places
from shoplib.services.search.index import build
from shoplib.services.search.snapshot import Snapshot
from tests.search_catalog import (
    BRANCHES,
    BRANDS,
    COLOURS,
    MATERIALS,
    SHAPES,
    SIZES,
    STYLES,
    PlainLoop,
    catalogue,
    distance,
)

AT = "2026-03-01T12:00:00.000000Z"


def snapshot_of(products: list[Product]) -> Snapshot:
    return Snapshot(build(products, None, AT).serialized())


@pytest.fixture(scope="module")
def products() -> list[Product]:
    return catalogue(250)


@pytest.fixture(scope="module")
def snapshot(products: list[Product]) -> Snapshot:
    return snapshot_of(products)


@pytest.fixture(scope="module")
def loop(products: list[Product]) -> PlainLoop:
    return PlainLoop(products)


def misspelt(dice: random.Random, word: str) -> str:
    """A word with an accident: a letter less, another, one more, or two swapped."""
    place = dice.randrange(len(word) - 1)
    rest = word[place + 1 :]
    return word[:place] + dice.choice(["", "x", f"q{word[place]}", rest[:1] + word[place]]) + rest


def some_search(dice: random.Random) -> dict[str, object]:
    vocabulary = [*SHAPES, *STYLES, *MATERIALS, "every", "red", "ashdown", "17", "zzz"]
    words = [dice.choice(vocabulary) for _ in range(dice.choice([0, 1, 1, 2]))]
    words = [misspelt(dice, word) if len(word) > 3 and dice.random() < 0.4 else word for word in words]
    words = [word[: dice.randrange(1, len(word) + 1)] if dice.random() < 0.2 else word for word in words]
    choices = {
        "category": [dice.choice([*BRANCHES, "Living/Textiles", "Living"])],
        "brand": dice.sample([each for each in BRANDS if each] + ["Nobody"], dice.randrange(1, 3)),
        "option.size": dice.sample(SIZES, dice.randrange(1, 3)),
        "option.colour": dice.sample(COLOURS, 1),
        "spec.Material": dice.sample(MATERIALS, dice.randrange(1, 4)),
        "spec.Washable": ["yes"],
    }
    chosen = {name: choices[name] for name in dice.sample(sorted(choices), dice.choice([0, 0, 1, 2, 3]))}
    bounds = {"price_min": dice.randrange(0, 9_000), "price_below": dice.randrange(9_000, 20_000)}
    prices = {name: bounds[name] for name in bounds if dice.random() < 0.3}
    return {"q": " ".join(words)} | chosen | prices


@pytest.mark.parametrize("seed", range(60))
def test_products_corrections_and_counts_are_those_of_a_plain_loop(seed: int, snapshot: Snapshot, loop: PlainLoop):
    asked = some_search(random.Random(seed))
    search = domain.search(urlencode(asked | {"limit": 100}, doseq=True))
    got = answer(search, snapshot)
    words = [loop.corrected(word) for word in search.words]
    low, high = int(asked.get("price_min", 0)), int(asked.get("price_below", 10**9))
    expected = loop.find(words, search.filters, low, high)
    assert got["total"] == len(expected)
    assert {each["product_id"] for each in got["products"]} <= set(expected)
    assert len(got["products"]) == min(100, len(expected))
    assert got["corrected"] == [
        {"word": word, "to": other} for word, other in zip(search.words, words, strict=True) if word != other
    ]
    for facet in got["facets"]:
        if facet["field"] == "price":
            for each in facet["ranges"]:
                bounds = each["min_minor"], each["below_minor"] or 10**9
                assert each["count"] == len(loop.find(words, search.filters, *bounds))
        else:
            counts = loop.count(facet["field"], words, search.filters, low, high)
            shown = {row["value"]: row["count"] for row in facet["values"] if row["count"]}
            assert shown == counts
            chosen = {row["value"] for row in facet["values"] if row["selected"]}
            assert chosen == set(search.filters.get(facet["field"], ()))
    with_counts = {
        name
        for name in ("category", "brand", "option.size", "option.colour", "spec.Material", "spec.Washable")
        if loop.count(name, words, search.filters, low, high)
    }
    assert with_counts <= {facet["field"] for facet in got["facets"]}


@pytest.mark.parametrize("sort", ["price", "-price", "newest", "name"])
@pytest.mark.parametrize("query", ["", "q=mug", "brand=Ashdown&spec.Washable=yes"])
def test_pages_have_each_product_once_and_in_order(sort: str, query: str, snapshot: Snapshot):
    parameters = f"{query}&sort={sort}&limit=7"
    cards, total = pages(snapshot, parameters)
    ids = [card["product_id"] for card in cards]
    assert len(ids) == len(set(ids)) == total > 7
    keys = {"price": "price_minor", "-price": "price_minor", "newest": "listed_at", "name": "name"}
    values = [str(card[keys[sort]]).casefold() if sort == "name" else card[keys[sort]] for card in cards]
    assert values == sorted(values, reverse=sort in ("-price", "newest"))


def test_pages_by_relevance_have_each_product_once(snapshot: Snapshot):
    cards, total = pages(snapshot, "q=mug&limit=3")
    assert len({card["product_id"] for card in cards}) == len(cards) == total > 6


def pages(snapshot: Snapshot, parameters: str) -> tuple[list[dict[str, object]], int]:
    cards, cursor = list[dict[str, object]](), ""
    while cursor is not None:
        got = answer(domain.search(f"{parameters}&{urlencode({'cursor': cursor})}"), snapshot)
        cards += got["products"]
        cursor = got["next_cursor"]
    return cards, got["total"]


PLAIN = Product("plain", "Tea Towel", "Kitchen", 950, "GBP", "For your mug.")
NAMED = Product("named", "Mug", "Kitchen", 700, "GBP", "Holds tea.")
PAIR = Product("pair", "Jersey", "Clothes", 900, "GBP", variant_ids=("pair-s", "pair-m"))
SMALL = PAIR.replace(product_id="pair-s", parent_id="pair", variant_ids=(), options={"size": "S", "colour": "red"})
MEDIUM = SMALL.replace(product_id="pair-m", price_minor=1_900, options={"size": "M", "colour": "blue"})


def test_a_name_says_more_than_a_description():
    got = answer(domain.search("q=mug"), snapshot_of([PLAIN, NAMED]))
    assert [card["product_id"] for card in got["products"]] == ["named", "plain"]


def test_variants_are_one_product_with_a_range_of_prices_and_one_of_them_has_to_fit_it_all():
    snapshot = snapshot_of([PAIR, SMALL, MEDIUM])
    (card,) = answer(domain.search("q=jersey"), snapshot)["products"]
    assert (card["product_id"], card["price_minor"], card["max_price_minor"]) == ("pair", 900, 1_900)
    assert card["options"] == {"size": ["S", "M"], "colour": ["red", "blue"]}

    def total(query: str) -> int:
        return int(answer(domain.search(query), snapshot)["total"])

    assert total("option.size=S&option.colour=red") == total("option.size=S&option.size=M") == 1
    assert total("option.size=S&option.colour=blue") == total("option.size=S&price_min=1000") == 0
    assert total("q=jersey%20blue") == 1


def test_a_parent_without_its_variants_is_not_found_and_a_variant_never_by_itself():
    assert answer(domain.search(""), snapshot_of([PAIR]))["total"] == 0
    assert answer(domain.search(""), snapshot_of([SMALL, MEDIUM]))["total"] == 0
    assert [each["product_id"] for each in answer(domain.search(""), snapshot_of([MEDIUM, PAIR]))["products"]] == [
        "pair"
    ]


def test_without_an_index_nothing_is_found_and_it_says_so():
    got = answer(domain.search("q=mug"), None)
    assert (got["products"], got["total"], got["facets"], got["indexed_at"]) == ([], 0, [], None)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("q=%3F%21", "q must hold a letter or digit"),
        ("q=%00", "q must be text of one line"),
        ("q=" + "x" * 201, "q must have 1 to 200 characters"),
        ("q=" + "+".join(f"w{n}" for n in range(21)), "q may have at most 20 words"),
        ("q=a&q=b", "q may come once"),
        ("category=a&category=b", "category may come once"),
        ("limit=0", "limit must be a whole number from 1 to 100"),
        ("sort=best", "sort must be one of relevance, price"),
        ("sort=relevance", "sort=relevance needs words in q"),
        ("price_min=cheap", "price_min is not an amount"),
        ("colour=red", "'colour' is no parameter of a search"),
        ("cursor=abc", "cursor must be the next_cursor of an earlier page of the same search"),
        ("&".join(f"brand={n}" for n in range(41)), "A search may have at most 40 parameters"),
    ],
)
def test_what_is_no_search_is_refused_by_name(query: str, message: str):
    with pytest.raises(InvalidRequest, match=message.replace("?", r"\?")):
        domain.search(query)


def test_a_cursor_of_another_search_is_refused(snapshot: Snapshot):
    cursor = answer(domain.search("limit=3"), snapshot)["next_cursor"]
    with pytest.raises(InvalidRequest, match="of the same search"):
        domain.search(urlencode({"cursor": cursor, "sort": "price"}))


@given(st.text(max_size=60))
def test_any_text_is_a_search_or_refused(text: str):
    snapshot = ANY.setdefault("snapshot", snapshot_of([PLAIN, NAMED, PAIR, SMALL]))
    for name in ("q", "brand", "cursor", "option." + text[:9]):
        try:
            got = answer(domain.search(urlencode({name: text}, errors="surrogatepass")), snapshot)
        except InvalidRequest:
            continue
        assert got["total"] >= 0


ANY: dict[str, Snapshot] = {}


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8), st.integers(0, 2))
def test_edits_are_those_of_the_definition_as_far_as_the_bound(one: str, other: str, most: int):
    assert min(spelling.edits(one, other, most), most + 1) == min(distance(one, other), most + 1)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20), st.sets(st.integers(0, 99)))
def test_a_product_is_in_a_set_if_a_piece_of_it_is(sizes: list[int], some: set[int]):
    segments, total = Segments(sizes), sum(sizes)
    places = {place for place in some if place < total}
    owners = [number for number, size in enumerate(sizes) for _ in range(size)]
    pieces = of_places(places, total)
    assert segments.products(pieces) == sorted({owners[place] for place in places})
    assert segments.count(pieces) == len({owners[place] for place in places})
    assert segments.pieces(range(len(sizes))) == segments.everything


def test_a_sitemap_of_many_pages_is_one_of_parts():
    ids = ["a & b", *(f"p{number}" for number in range(sitemap.MAX_ADDRESSES))]
    pages = sitemap.addresses("https://api.example/share/", ids)
    assert pages[0] == "https://api.example/share/a%20%26%20b"
    index = sitemap.sitemap(pages, "https://api.example/sitemap.xml", None)
    assert index.count("<loc>") == 2 and "<sitemapindex xmlns=" in index
    parts = [sitemap.sitemap(pages, "", part) for part in ("1", "2")]
    assert [part.count("<url>") for part in parts] == [10_000, 1]
    for part, error in (("3", NotFound), ("x", InvalidRequest), ("0", NotFound)):
        with pytest.raises(error):
            sitemap.sitemap(pages, "", part)
