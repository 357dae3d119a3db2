"""Addresses for machines: each one that robots.txt, the sitemap, the feed and a page to share name answers."""

import re
import time
import uuid
from html import unescape
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest
import requests

from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.people import wait_for

pytestmark = pytest.mark.timeout(180)
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(url: str) -> str:
    """The page at an address, also of a service that says when to come again."""
    # As a browser does, which knows that names below localhost are this machine's.
    host = urlsplit(url).netloc
    here = re.sub(r"//[\w.-]+\.localhost:", "//127.0.0.1:", url)
    until = time.monotonic() + 60
    while (
        answer := requests.get(here, headers={"Host": host}, timeout=60)
    ).status_code == 503 and time.monotonic() < until:
        time.sleep(int(answer.headers["Retry-After"]))
    assert answer.status_code == 200, (url, answer.text[:300])
    return answer.text


def with_a_picture(shop: Shop) -> str:
    product_id = f"red mug {uuid.uuid4()}"
    entry = {"product_id": product_id, "name": "Red Mug", "category": "Kitchen", "price_minor": 990, "currency": "GBP"}
    imported = shop.lab.invoke("rest", "ImportProductsFunction", {"products": [entry | {"image_url": "/icon.svg"}]})
    assert imported == {"imported": 1, "rejected": []}
    return product_id


def test_robots_the_sitemap_the_feed_and_pages_to_share_name_addresses_that_answer(shop: Shop):
    product_id = with_a_picture(shop)
    content, page = shop.lab.url("content", "ContentApiUrl"), shop.lab.outputs("storefront")["StorefrontUrl"]
    robots = {read(f"{site}/robots.txt").splitlines()[-1] for site in (page.rpartition("/")[0], content)}
    [sitemap] = [line.removeprefix("Sitemap: ") for line in robots]
    shared = f"{content}/share/{quote(product_id)}"

    def pages() -> list[str]:
        found = ElementTree.fromstring(read(sitemap)).iter(f"{SITEMAP}loc")
        return [each.text or "" for each in found]

    wait_for(lambda: shared in pages(), "the sitemap has no new product")
    html = read(shared)
    named = dict(re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', html))
    [canonical] = re.findall(r'<link rel="canonical" href="([^"]*)">', html)
    [into_the_shop] = re.findall(r'<a href="([^"]*)">', html)
    assert unescape(named["og:url"]) == unescape(canonical) == shared
    assert into_the_shop == f"{page}#/product/{quote(product_id)}"
    for address in (named["og:image"], into_the_shop):
        assert read(unescape(address))
    feed = ElementTree.fromstring(read(f"{content}/feed.xml"))
    channel = feed.find("channel")
    assert channel is not None and read(channel.findtext("link") or "")
    assert read(channel.findtext("item/link") or "")
