"""The catalog's stream, the index's only writer, and searches, deployed."""

import time
import uuid
from typing import Any

from shoplib.provision.permissions import permissions_of
from tests.cloud.shop.conftest import Shop

SOON = 60.0


def find(shop: Shop, query: str) -> Any:
    answer = shop.http.get(f"{shop.lab.url('search', 'SearchApiUrl')}/search?{query}", timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait_for(shop: Shop, query: str, total: int) -> Any:
    """The answer, as soon as it has so many products."""
    until = time.monotonic() + SOON
    while (answer := find(shop, query))["total"] != total and time.monotonic() < until:
        time.sleep(0.2)
    assert answer["total"] == total, answer
    return answer


def test_products_are_found_when_they_are_imported_and_not_when_they_are_gone(shop: Shop):
    word, ids = f"word{uuid.uuid4().hex[:12]}", [f"p-{uuid.uuid4()}" for _ in range(2)]
    variants = [{"product_id": f"{ids[0]}-{size}", "options": {"size": size}} for size in "SM"]
    entry = {"product_id": ids[0], "name": f"Jersey {word}", "category": "Clothes/Knitwear", "price_minor": 4000}
    entry |= {"currency": "GBP", "brand": word, "variants": variants}
    mug = {"product_id": ids[1], "name": f"Mug {word}", "category": "Kitchen", "price_minor": 700, "currency": "GBP"}
    shop.lab.invoke("rest", "ImportProductsFunction", {"products": [entry, mug]})
    answer = wait_for(shop, f"q={word}", 2)
    categories = {row["value"]: row["count"] for row in answer["facets"][0]["values"]}
    assert categories == {"Clothes": 1, "Clothes/Knitwear": 1, "Kitchen": 1}
    (jersey,) = find(shop, f"q={word}&brand={word}&option.size=S")["products"]
    assert jersey["product_id"] == ids[0]
    typo = find(shop, f"q=jersye+{word}")
    assert (typo["total"], typo["corrected"]) == (1, [{"word": "jersye", "to": "jersey"}])

    rebuilt = shop.lab.invoke("search", "RebuildIndexFunction", {})
    assert rebuilt["products"] >= 4
    assert {**wait_for(shop, f"q={word}", 2), "indexed_at": ""} == {**answer, "indexed_at": ""}

    shop.lab.invoke("rest", "ImportProductsFunction", {"remove": ids})
    wait_for(shop, f"q={word}", 0)
    for each in permissions_of("shop-search", shop.lab.target):
        assert not each.comparison.add and not (each.was_called and each.comparison.take_away), each.function


def test_the_sitemap_and_health_are_there(shop: Shop):
    url = shop.lab.url("search", "SearchApiUrl")
    answer = shop.http.get(f"{url}/sitemap.xml", timeout=30)
    assert answer.headers["Content-Type"] == "application/xml" and "<urlset" in answer.text
    assert shop.http.get(f"{url}/health", timeout=30).json()["status"] == "ok"
