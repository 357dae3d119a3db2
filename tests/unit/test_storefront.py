"""The page's files, its policy, the places that it knows, and what its function carries."""

import json
import re
from pathlib import Path

import pytest

from shoplib.core.errors import InvalidRequest
from shoplib.provision.closure import import_closure
from shoplib.services.pricing import taxes
from shoplib.services.storefront import domain, store
from shoplib.shoppers import seed, showcase

SHOP, SOCKET = (
    "http://127.0.0.1:4566/_aws/execute-api/abcdefgh/live",
    "wss://abcdefgh.execute-api.eu-west-1.amazonaws.com/live",
)
APP = store.ASSETS / "app"


def directives(policy: str) -> dict[str, str]:
    return dict(rule.split(" ", 1) for rule in policy.split("; "))


def test_the_policy_names_the_addresses_of_the_apis_and_no_others():
    policy = directives(domain.content_security_policy({"shop": SHOP, "socket": SOCKET}))
    assert policy["connect-src"] == f"'self' {SHOP}/ {SOCKET}"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"


def test_the_page_has_the_policy_and_the_addresses():
    files = domain.files(store.assets(), domain.addresses({"Addresses": {"shop": f"{SHOP}/", "checkout": ""}}))
    assert json.loads(files["config.json"].content)["addresses"] == {"shop": SHOP}
    assert f"'self' {SHOP}/;" in files["index.html"].content.decode()
    assert domain.POLICY not in files["index.html"].content.decode()
    assert files["robots.txt"].content.decode() == "User-agent: *\nAllow: /\n"
    assert files["app/main.js"].content_type == "text/javascript; charset=utf-8"
    assert {file.content_type for file in files.values()} <= set(domain.TYPES.values())


def test_the_page_offers_the_languages_that_it_has_messages_in():
    catalogs = {f"messages/{name}.json": b"{}" for name in ("de", "ar", "en")}
    files = domain.files({"index.html": b"", **catalogs}, {})
    assert json.loads(files["config.json"].content)["languages"] == ["en", "ar", "de"]


def test_the_content_service_is_told_where_pages_are_and_robots_where_the_sitemap_is():
    addresses = {"content": "https://content.example", "search": "https://search.example"}
    sitemap = "https://search.example/sitemap.xml"
    told = domain.site("https://shop.example/index.html", addresses)
    assert told == {
        "address": "https://shop.example/index.html",
        "product_pages": "https://content.example/share/",
        "sitemap": sitemap,
    }
    robots = domain.files({"index.html": b""}, addresses)["robots.txt"].content.decode()
    assert robots.splitlines()[-1] == f"Sitemap: {sitemap}"


@pytest.mark.parametrize(
    "stated",
    [
        {"shop": "javascript:alert(1)"},
        {"shop": 'https://shop.example/"><script>'},
        {"shop": "https://shop.example; script-src *"},
        {"warehouse": SHOP},
    ],
)
def test_what_is_no_address_of_an_api_is_refused(stated: dict[str, str]):
    with pytest.raises(InvalidRequest):
        domain.addresses({"Addresses": stated})


def test_a_request_is_answered_under_its_own_names_and_a_failure_says_why():
    request = {"StackId": "stack", "RequestId": "one", "LogicalResourceId": "Site", "RequestType": "Create"}
    made = domain.answer(request, "site-bucket")
    assert (made["Status"], made["PhysicalResourceId"], made["RequestId"]) == ("SUCCESS", "site-in-site-bucket", "one")
    failed = domain.answer({**request, "PhysicalResourceId": "known"}, "site-bucket", ValueError("no room"))
    assert (failed["Status"], failed["Reason"], failed["PhysicalResourceId"]) == ("FAILED", "no room", "known")


def test_the_function_carries_the_site():
    files = import_closure("shoplib.services.storefront.handler.publish", "here")
    assert {f"shoplib/services/storefront/assets/{key}" for key in store.assets()} <= set(files)


def test_places_are_those_that_pricing_knows():
    text = (APP / "places.js").read_text(encoding="utf-8")
    assert set(re.findall(r"\b[A-Z]{2}\b", text.partition("REGIONS")[0])) - {"GB"} == set(taxes.countries()) - {"GB"}
    for country in ("US", "CA"):
        [line] = re.findall(rf"  {country}: \(?((?:.|\n)*?)\.split", text)
        known = {place[3:] for place in taxes._rates() if place.startswith(f"{country}-")}
        assert set(re.findall(r"\b[A-Z]{2}\b", line)) == known


def test_words_of_the_shops_own_catalog_are_translated():
    words = (APP / "words.js").read_text(encoding="utf-8")
    entries = re.findall(r'^  (?:(\w+)|"([^"]+)"): \(\) => t\(', words, re.MULTILINE)
    known = {plain or quoted for plain, quoted in entries}
    products = [*seed.catalog(), *showcase.catalog()]
    named = {step for each in products for step in each["category"].split("/")}
    named |= {name for each in products for name in (each.get("specifications") or {})}
    named |= {name for each in products for variant in each.get("variants") or () for name in variant["options"]}
    assert named - known == set()


@pytest.mark.parametrize("path", sorted(APP.rglob("*.js")), ids=lambda path: path.relative_to(APP).as_posix())
def test_a_module_is_short_and_makes_no_markup_of_texts(path: Path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|unsafeHTML|new Function", text
    )
    assert " style=" not in text  # the policy has no inline styles


def test_every_page_that_a_route_names_is_there():
    routes = re.findall(r'\["/[^"]*", "([\w-]+)"\]', (APP / "router.js").read_text(encoding="utf-8"))
    assert routes
    assert {f"{name}.js" for name in (*routes, "missing")} == {path.name for path in (APP / "pages").glob("*.js")}
