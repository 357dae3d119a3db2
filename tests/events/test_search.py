"""The catalog's stream, the index in its bucket, and searches over HTTP."""

import json
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from shoplib.core import config
from shoplib.services.search import store
from shoplib.services.search.index import Index
from tests.events.test_catalog_families import JERSEY, MUG, bring
from tests.inprocess import World, client


def find(shop: World, query: str = "") -> Any:
    """An answer of a function that has the newest index."""
    store.reader().checked_at = -store.FRESH
    answer = shop.http("SearchFunction", "GET", f"/search?{query}", x_session_id="s-1", x_anonymous_id="ada")
    assert answer.status == 200, answer.body
    return answer.body


def ids(answer: Any) -> list[str]:
    return [each["product_id"] for each in answer["products"]]


def contents(shop: World) -> Any:
    index, _ = store.read()
    assert index is not None
    return index.contents()


@pytest.fixture
def stocked(shop: World) -> World:
    bring(shop, [JERSEY, MUG])
    shop.relay()
    return shop


def test_an_index_follows_the_catalog(shop: World):
    assert find(shop)["indexed_at"] is None
    bring(shop, [JERSEY, MUG])
    assert ids(find(shop)) == []
    shop.relay()
    found = find(shop, "q=jersy")
    assert (ids(found), found["corrected"]) == (["jersey"], [{"word": "jersy", "to": "jersey"}])
    assert found["indexed_at"] == "2026-03-01T12:00:00.000000Z"
    bring(shop, [{**MUG, "name": "Beaker"}], remove=["jersey"])
    shop.relay()
    assert (ids(find(shop)), ids(find(shop, "q=mug")), ids(find(shop, "q=beaker"))) == (["mug"], [], ["mug"])


def test_a_rebuilt_index_equals_the_one_that_grew(stocked: World):
    bring(stocked, [{**MUG, "product_id": "cup"}, {**JERSEY, "variants": JERSEY["variants"][1:]}], remove=["mug"])  # type: ignore[index]
    stocked.relay()
    grown = contents(stocked)
    assert stocked.invoke("RebuildIndexFunction", {}) == {"products": 4, "version": 3}
    assert contents(stocked) == grown
    assert len(grown["families"]) == 2


def test_an_index_is_rebuilt_from_nothing_and_goes_on(stocked: World):
    grown = contents(stocked)
    client("s3").delete_object(Bucket=stocked.names["SearchBucket"], Key=store.KEY)
    assert stocked.invoke("RebuildIndexFunction", {})["products"] == 5
    assert contents(stocked) == grown
    bring(stocked, [{**MUG, "name": "Beaker"}])
    stocked.relay()
    assert ids(find(stocked, "q=beaker")) == ["mug"]


def test_what_changes_while_the_index_is_rebuilt_is_not_lost(stocked: World, monkeypatch: pytest.MonkeyPatch):
    """The writer writes after the catalog was read, and again between the rebuild's look at the index and its write."""
    write, late = store.write, [{**MUG, "product_id": f"late-{number}"} for number in range(2)]

    def interrupted(index: Index, tag: str | None) -> str | None:
        if late:
            bring(stocked, [late.pop()])
            monkeypatch.setattr(store, "write", write)
            stocked.relay()
            monkeypatch.setattr(store, "write", interrupted)
        return write(index, tag)

    monkeypatch.setattr(store, "write", interrupted)
    assert stocked.invoke("RebuildIndexFunction", {})["products"] == 7
    assert set(ids(find(stocked))) == {"jersey", "mug", "late-0", "late-1"}


def test_a_batch_that_comes_again_writes_nothing(stocked: World):
    before, tag = store.read()
    stocked.relayed["IndexFunction"] = 0
    stocked.relay()
    store.writer.cache_clear()  # and in another environment
    stocked.relayed["IndexFunction"] = 0
    stocked.relay()
    assert store.read()[1] == tag


def test_a_search_is_told_once_with_what_it_came_to(stocked: World):
    found = find(stocked, "q=jersy&category=Clothes&limit=1")
    find(stocked, "category=Clothes")
    (event,) = [each for each in stocked.events() if each["event_name"] == "search"]
    assert event["props"] == {"q": "jersy", "results": 1, "corrected": {"jersy": "jersey"}}
    assert (event["category"], event["session_id"], event["anonymous_id"]) == ("Clothes", "s-1", "ada")
    assert found["next_cursor"] is None


HOSTILE = ['"', "'; DROP TABLE words; --", "a AND (b OR", "NEAR(", "name:*", "*", "-", "^a", "\x00", "a\x00b", "{}"]
HOSTILE += [
    "\U0001f6d2",
    "\u202e",
    "e\u0301" * 90,
    "x" * 10_000,
    "%",
    "\ud800",
    "ⅷ",
    "ﷺ",
    "a" * 200,
    " ".join("ab" * 99),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_asked_makes_it_fail(stocked: World, text: str):
    sent = quote(text.encode("utf-8", "surrogatepass"))
    for query in (
        f"q={sent}",
        f"brand={sent}",
        f"spec.{sent}={sent}",
        f"cursor={sent}",
        f"sort={sent}",
        sent,
        f"{sent}=1",
    ):
        assert stocked.http("SearchFunction", "GET", f"/search?{query}").status in (200, 400)
        assert stocked.http("SearchFunction", "GET", f"/sitemap.xml?part={sent}").status in (200, 400, 404)


def test_the_sitemap_names_every_page(stocked: World):
    store.reader().checked_at = -store.FRESH
    event = {"version": "2.0", "rawPath": "/sitemap.xml", "rawQueryString": "", "headers": {}}
    http = {"method": "GET", "path": "/sitemap.xml"}
    context = {"requestId": "r", "stage": "$default", "domainName": "api.example", "http": http}
    answer = stocked.invoke("SearchFunction", event | {"requestContext": context})
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "application/xml")
    root = ElementTree.fromstring(answer["body"])
    schema = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert root.tag == f"{schema}urlset"
    assert [each.findtext(f"{schema}loc") for each in root] == [
        "https://shop.example/share/jersey",
        "https://shop.example/share/mug",
    ]


@pytest.mark.parametrize(("failures", "kind"), [(2, None), (3, "unavailable")])
def test_a_rebuild_asks_a_busy_catalog_again_but_not_for_ever(
    stocked: World, monkeypatch: pytest.MonkeyPatch, failures: int, kind: str | None
):
    grown, invoke, left = contents(stocked), store.functions().invoke, [True] * failures

    def fail_at_first(**call: Any) -> Any:
        if left:
            left.pop()
            raise TimeoutError
        return invoke(**call)

    functions = type("Functions", (), {"invoke": staticmethod(fail_at_first)})
    monkeypatch.setattr(store, "functions", functions)
    answer = stocked.invoke("RebuildIndexFunction", {})
    assert answer.get("error", {}).get("kind") == kind
    assert contents(stocked) == grown


def test_without_a_catalog_a_rebuild_names_the_template(shop: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LIST_PRODUCTS_FUNCTION_NAME", "")
    config.load.cache_clear()
    error = shop.invoke("RebuildIndexFunction", {})["error"]
    assert (error["kind"], error["code"]) == ("unavailable", "no_catalog")
    assert "`rest`" in json.dumps(error)
