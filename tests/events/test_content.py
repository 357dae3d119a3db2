"""Content: seen by the clock and the language, edited by the staff alone, and never anything that could run."""

from typing import Any
from xml.etree import ElementTree

import pytest

from shoplib.core.errors import InvalidRequest
from shoplib.services.content import blocks, domain, handler, sharing, store
from shoplib.shoppers import contents
from tests.events.test_support import member
from tests.inprocess import World

BLOCKS = [{"type": "paragraph", "text": "<script>alert(1)</script> & more"}]
BANNER = {"title": "Sale", "place": "home", "blocks": BLOCKS, "link": {"text": "Look", "href": "#/search?q=sale"}}
SITE = {
    "address": "https://shop.example/index.html",
    "product_pages": "https://api.example/share/",
    "sitemap": "https://search.example/sitemap.xml",
}


@pytest.fixture
def editor(shop: World) -> dict[str, str]:
    return dict(member(shop, role="staff")["bearer"])


def read(shop: World, path: str) -> Any:
    return shop.http("ContentFunction", "GET", path)


def edit(shop: World, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return shop.http("EditorFunction", method, path, body, **headers)


def titles(shop: World, path: str = "/content/banners?place=home") -> list[str]:
    return [each["title"] for each in read(shop, path).body["banners"]]


def test_a_banner_is_drafted_previewed_scheduled_seen_and_ended(shop: World, editor: dict[str, str]) -> None:
    path = "/content/banners/sale"
    row = edit(shop, "PUT", path, BANNER, **editor).body
    assert (row["status"], row["version"], titles(shop)) == ("draft", 1, [])
    assert read(shop, path).status == 404
    opened = edit(shop, "POST", f"{path}/previews", **editor).body
    preview = read(shop, f"{path}?preview={opened['preview']}").body
    assert (preview["is_preview"], preview["blocks"]) == (True, BLOCKS)
    times = {"starts_at": "2026-03-01T15:00:00+02:00", "ends_at": "2026-03-01T14:00:00Z"}
    row = edit(shop, "POST", f"{path}/publication", times, **editor).body
    assert (row["status"], row["starts_at"], titles(shop)) == ("scheduled", "2026-03-01T13:00:00.000000Z", [])
    shop.pass_time(hours=1)
    assert titles(shop) == ["Sale"] and read(shop, "/content/banners?place=cart").body == {"banners": []}
    assert read(shop, path).body["link"] == BANNER["link"]
    shop.pass_time(hours=1)
    assert titles(shop) == [] and read(shop, path).status == 404
    later = member(shop, "ed@example.com", "staff")["bearer"]
    (row,) = edit(shop, "GET", "/content?kind=banners", **later).body["entries"]
    assert row["status"] == "ended"
    assert read(shop, f"{path}?preview={opened['preview']}").body["error"] == "no_such_preview"


def test_shoppers_see_the_published_version_while_the_next_is_written(shop: World, editor: dict[str, str]) -> None:
    path = "/content/banners/sale"
    edit(shop, "PUT", path, BANNER, **editor)
    edit(shop, "POST", f"{path}/publication", {}, **editor)
    assert edit(shop, "PUT", path, BANNER, **editor).body["version"] == 1  # the same again is no version
    edit(shop, "PUT", path, BANNER | {"title": "Better"}, **editor)
    assert titles(shop) == ["Sale"]
    edit(shop, "POST", f"{path}/publication", {}, **editor)
    assert titles(shop) == ["Better"]
    assert edit(shop, "POST", f"{path}/publication", {"version": 1}, **editor).status == 200
    assert titles(shop) == ["Sale"]
    assert [each["version"] for each in edit(shop, "GET", f"{path}/versions", **editor).body["versions"]] == [2, 1]
    assert edit(shop, "DELETE", f"{path}/publication", **editor).body["status"] == "ended"
    assert titles(shop) == []


def test_old_versions_make_room(shop: World, editor: dict[str, str]) -> None:
    for number in range(domain.MAX_VERSIONS + 2):
        edit(shop, "PUT", "/content/banners/sale", BANNER | {"title": f"{number}"}, **editor)
    listed = edit(shop, "GET", "/content/banners/sale/versions", **editor).body["versions"]
    assert [listed[0]["version"], listed[-1]["version"], len(listed)] == [22, 3, 20]
    refused = edit(shop, "POST", "/content/banners/sale/publication", {"version": 2}, **editor)
    assert (refused.status, refused.body["error"]) == (404, "no_such_version")


def test_only_the_staff_edits(shop: World) -> None:
    shopper = member(shop)["bearer"]
    path = "/content/banners/sale"
    calls = [
        ("GET", "/content?kind=banners"),
        ("PUT", path),
        ("GET", f"{path}/versions"),
        ("DELETE", f"{path}/publication"),
    ]
    calls += [("POST", f"{path}/publication"), ("POST", f"{path}/previews")]
    for who, status in (({}, 401), ({"Authorization": "Bearer forged"}, 401), (shopper, 403)):
        assert [edit(shop, method, place, BANNER, **who).status for method, place in calls] == [status] * len(calls)
    assert shop.table("ContentTable") == []


def test_a_preview_is_of_one_entry_alone(shop: World, editor: dict[str, str]) -> None:
    for slug in ("one", "two"):
        edit(shop, "PUT", f"/content/banners/{slug}", BANNER, **editor)
    secret = edit(shop, "POST", "/content/banners/one/previews", **editor).body["preview"]
    paths = ("/content/banners/one", "/content/banners/two", "/content/banners/one?language=de")
    statuses = [read(shop, f"{path}{'&' if '?' in path else '?'}preview={secret}").status for path in paths]
    assert statuses == [200, 404, 404]
    assert secret not in str(shop.table("ContentTable"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"blocks": []},
        {"blocks": [{"type": "html", "text": "<b>x</b>"}]},
        {"blocks": [{"type": "paragraph", "text": "x", "html": "<b>"}]},
        {"blocks": ["x"]},
        {"blocks": [{"type": "list", "items": [5]}]},
        {"blocks": [{"type": "link", "text": "x", "href": "javascript:alert(1)"}]},
        {"blocks": [{"type": "link", "text": "x", "href": "//evil.example"}]},
        {"blocks": [{"type": "link", "text": "x", "href": "/\\\\evil.example"}]},
        {"blocks": [{"type": "image", "src": "data:image/svg+xml,<svg>", "alt": "x"}]},
        {"link": {"text": "x", "href": " jav\tascript:alert(1)"}},
        {"place": "everywhere"},
        {"summary": "of pages alone"},
        {"html": "<b>"},
    ],
    ids=str,
)
def test_what_could_run_or_is_not_of_the_kind_is_refused(
    shop: World, editor: dict[str, str], wrong: dict[str, Any]
) -> None:
    answer = edit(shop, "PUT", "/content/banners/sale", BANNER | wrong, **editor)
    assert (answer.status, answer.body["error"]) == (400, "invalid_request"), answer.body
    assert "ENTRY" not in str(shop.table("ContentTable"))


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        ("https://example.com/a?b#c", True),
        ("/shipping", True),
        ("#/content/x", True),
        ("tel:+4420", True),
        ("mailto:a@b.example", True),
        ("HTTPS://example.com", True),
        ("https:///x", False),
        ("https://user@evil.example", False),
        ("vbscript:x", False),
        ("data:text/html,x", False),
        ("///evil.example", False),
        ("ht tps://x", False),
        ("https://[x", False),
        ("relative", False),
    ],
)
def test_links_lead_where_they_seem_to(address: str, is_fine: bool) -> None:
    entry = {"blocks": [{"type": "link", "text": "x", "href": address}]}
    if is_fine:
        assert blocks.parse(entry)[0]["href"] == address
    else:
        with pytest.raises(InvalidRequest, match="href must begin"):
            blocks.parse(entry)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"starts_at": "tomorrow"}, 400),
        ({"starts_at": "2026-03-01T12:00:00"}, 400),
        ({"starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-01T20:00:00Z"}, 400),
        ({"ends_at": "2026-02-01T00:00:00Z"}, 400),
        ({"version": 0}, 400),
        ({"version": 2}, 404),
    ],
)
def test_a_publication_has_times_that_can_be(
    shop: World, editor: dict[str, str], body: dict[str, Any], status: int
) -> None:
    edit(shop, "PUT", "/content/banners/sale", BANNER, **editor)
    assert edit(shop, "POST", "/content/banners/sale/publication", body, **editor).status == status


def test_the_shops_own_content_is_there_in_four_languages_and_loads_twice_alike(shop: World) -> None:
    command = {"entries": contents.entries(), "site": SITE}
    first = shop.invoke("ImportContentFunction", command)
    assert first == {"imported": len(command["entries"]), "unchanged": 0, "rejected": []}
    again = shop.invoke("ImportContentFunction", command)
    assert again == {"imported": 0, "unchanged": len(command["entries"]), "rejected": []}
    for language in domain.LANGUAGES:
        rows = read(shop, f"/faq?language={language}").body["faq"]
        assert len(rows) == 12 and {row["language"] for row in rows} == {language}
        assert read(shop, f"/content/pages/contact?language={language}").body["language"] == language
        assert len(read(shop, f"/content/guides?language={language}").body["guides"]) == 2
        assert len(read(shop, f"/content/banners?place=home&language={language}").body["banners"]) == 1


def test_what_a_language_lacks_is_there_in_english(shop: World) -> None:
    english = [entry for entry in contents.entries() if entry["language"] == "en"]
    german = [entry for entry in contents.entries() if entry["slug"] == "tracking" and entry["language"] == "de"]
    shop.invoke("ImportContentFunction", {"entries": english + german})
    rows = {row["slug"]: row["language"] for row in read(shop, "/faq?language=de").body["faq"]}
    assert rows.pop("tracking") == "de" and set(rows.values()) == {"en"}
    assert read(shop, "/content/pages/contact?language=ar").body["language"] == "en"
    assert read(shop, "/faq?language=fr").status == 400
    assert read(shop, "/content/posters").status == 404
    assert read(shop, "/content/pages?place=home").status == 400


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        ("en", "cancel", "cancel-an-order"),
        ("en", "PARCEL follow", "tracking"),
        ("de", "passwort", "forgotten-password"),
        ("es", "cuanto tarda", "delivery-time"),
        ("es", "código promocional", "promotion-codes"),
        ("ar", "طردي", "tracking"),
        ("en", "zebra", None),
        ("en", "cancel zebra", None),
    ],
)
def test_questions_are_searched_in_every_language(shop: World, language: str, text: str, first: str | None) -> None:
    entries = [entry for entry in contents.entries() if entry["language"] == language and entry["kind"] == "faq"]
    shop.invoke("ImportContentFunction", {"entries": entries})
    rows = read(shop, f"/faq?language={language}&q={text}").body["faq"]
    assert next((row["slug"] for row in rows), None) == first


def sharing_answer(shop: World, path: str) -> dict[str, Any]:
    """The answer as it is: it is no JSON."""
    about = {"http": {"method": "GET", "path": path}, "requestId": "r", "stage": "$default"}
    event = {"version": "2.0", "rawPath": path, "headers": {}, "requestContext": about}
    answer: dict[str, Any] = shop.invoke("SharingFunction", event)
    return answer


def test_a_page_to_share_has_open_graph_data_and_nothing_that_runs(shop: World) -> None:
    hostile = 'Mug"><script>alert(1)</script>'
    product = {"product_id": "mug/1", "name": hostile, "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
    product |= {"description": "Blue & <b>big</b>", "image_url": "/pictures/mug.png"}
    shop.invoke("ImportProductsFunction", {"products": [product]})
    assert sharing_answer(shop, "/share/mug%2F1")["statusCode"] == 409  # nobody has said yet where the pages are
    shop.invoke("ImportContentFunction", {"site": SITE})
    answer = sharing_answer(shop, "/share/mug%2F1")
    page, headers = answer["body"], answer["headers"]
    assert answer["statusCode"] == 200 and headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "<script" not in page and "&lt;script&gt;" in page
    assert '<meta property="product:price:amount" content="12.50">' in page
    assert f'<a href="{SITE["address"]}#/product/mug%2F1">' in page
    for own in ('<link rel="canonical" href="', '<meta property="og:url" content="'):
        assert f'{own}https://api.example/share/mug%2F1">' in page
    assert '<meta property="og:image" content="https://shop.example/pictures/mug.png">' in page
    assert 'content="Blue &amp; &lt;b&gt;big&lt;/b&gt;"' in page
    assert sharing_answer(shop, "/share/nothing")["statusCode"] == 404


@pytest.mark.parametrize("sitemap", ["", "https://search.example/sitemap.xml"])
def test_robots_are_told_of_the_sitemap_if_there_is_one(shop: World, sitemap: str) -> None:
    assert sharing_answer(shop, "/robots.txt")["statusCode"] == 409
    shop.invoke("ImportContentFunction", {"site": {**SITE, "sitemap": sitemap}})
    lines = sharing_answer(shop, "/robots.txt")["body"].splitlines()
    assert lines == ["User-agent: *", "Allow: /", *([f"Sitemap: {sitemap}"] if sitemap else [])]


@pytest.mark.parametrize("wrong", [{"address": "javascript:alert(1)"}, {"product_pages": ""}, {"sitemap": "//evil"}])
def test_what_is_no_address_of_a_site_is_refused(shop: World, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        shop.invoke("ImportContentFunction", {"site": SITE | wrong})
    assert sharing_answer(shop, "/robots.txt")["statusCode"] == 409


def test_the_feed_names_all_products_with_price_and_availability(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {None: (["a", "b"], "2"), "2": (["c"], None)}
    row = {"name": "A & <B>\x0b", "category": "Kitchen", "price_minor": "1250.5", "currency": "GBP"}

    def page(cursor: str | None) -> Any:
        ids, after = pages[cursor]
        return [{**row, "product_id": each} for each in ids], after

    handler.feed_of.cache_clear()
    monkeypatch.setattr(store, "products_page", page)
    monkeypatch.setattr(store, "stock_of", lambda ids: {"a": "in_stock", "b": "backorder"})
    shop.invoke("ImportContentFunction", {"site": SITE})
    answer = sharing_answer(shop, "/feed.xml")
    items = ElementTree.fromstring(answer["body"]).findall("channel/item")
    names = [f"{{{sharing.GOOGLE}}}{name}" for name in ("id", "price", "availability")]
    assert [[item.findtext(name) for name in names] for item in items] == [
        ["a", "12.50 GBP", "in_stock"],
        ["b", "12.50 GBP", "backorder"],
        ["c", "12.50 GBP", "out_of_stock"],
    ]
    assert items[0].findtext("title") == "A & <B>"
    assert items[0].findtext("link") == f"{SITE['address']}#/product/a"
    monkeypatch.setattr(store, "products_page", lambda _: pytest.fail("the feed of this minute is there"))
    assert sharing_answer(shop, "/feed.xml")["body"] == answer["body"]


@pytest.mark.parametrize("entries", [[5], [{}], [{"kind": "faq", "slug": "A B", "language": "en", "title": "x"}]])
def test_an_import_names_what_is_wrong(shop: World, entries: list[Any]) -> None:
    answer = shop.invoke("ImportContentFunction", {"entries": entries})
    assert answer["imported"] == 0 and answer["rejected"][0]["index"] == 0
