"""Wishlists of the deployed shop, over HTTP."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from shoplib.provision.permissions import permissions_of
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.people import Person, join, wait_for
from tests.nightly import sized

THREADS = sized(20, 8)  # each of them has a process of the function started


@pytest.fixture
def ada(shop: Shop) -> Person:
    return join(shop, shop.lab.url("wishlist", "WishlistApiUrl"))


def look(person: Person, token: str) -> requests.Response:
    return requests.get(f"{person.api}/wishlists/{token}", timeout=30)


def test_a_list_is_kept_shared_and_no_longer_shared(shop: Shop, ada: Person) -> None:
    product, visit = shop.sell(stock=3), str(uuid.uuid4())
    put = ada.ask("PUT", f"/wishlist/items/{product}", x_session_id=visit, x_anonymous_id=visit)
    assert put.status_code == 200, put.text
    [item] = put.json()["items"]
    assert (item["price_minor"], item["availability"]["message"]) == (1250, "Only 3 left.")
    made = ada.ask("POST", "/wishlist/link", x_session_id=visit, x_anonymous_id=visit).json()
    page = look(ada, made["token"])
    assert [each["product_id"] for each in page.json()["items"]] == [product]
    assert ada.user_id not in page.text and "@" not in page.text
    assert ada.ask("DELETE", "/wishlist/link").status_code == 204
    revoked, unknown = look(ada, made["token"]), look(ada, "x" * 43)
    assert (revoked.status_code, revoked.json()) == (unknown.status_code, unknown.json()) == (404, unknown.json())
    assert [each["event_name"] for each in shop.events(session_id=visit)] == ["add_to_wishlist", "share"]


def test_many_threads_change_one_list_and_nothing_is_lost(shop: Shop, ada: Person) -> None:
    products = [shop.sell() for _ in range(5)]
    before = len(ada.ask("GET", "/wishlist").json()["items"])

    def put(number: int) -> int:
        return ada.ask("PUT", f"/wishlist/items/{products[number % 5]}").status_code

    def share(_: int) -> str:
        return str(ada.ask("POST", "/wishlist/link").json().get("token", "busy"))

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = Counter(pool.map(put, range(THREADS)))
        tokens = list(pool.map(share, range(6)))
    assert set(statuses) <= {200, 409}, statuses
    for product in products:  # who was told that the list is busy comes again
        assert ada.ask("PUT", f"/wishlist/items/{product}").status_code == 200
    items = [each["product_id"] for each in ada.ask("GET", "/wishlist").json()["items"]]
    assert len(items) == before + 5 and set(products) <= set(items)
    made = [token for token in tokens if token != "busy"]
    assert [look(ada, token).status_code for token in made].count(200) == 1
    assert ada.ask("DELETE", f"/wishlist/items/{products[0]}").status_code == 200


def test_a_deleted_account_leaves_no_list_and_no_function_may_do_more_than_it_does(shop: Shop, ada: Person) -> None:
    person = join(shop, ada.api)
    person.ask("PUT", f"/wishlist/items/{shop.sell()}")
    token = person.ask("POST", "/wishlist/link").json()["token"]
    assert shop.request("DELETE", "/profile", {"password": "correct horse"}, **person.headers).status_code == 204
    wait_for(lambda: look(ada, token).status_code == 404, "the link still shows a list")
    shop.drain()
    rows = permissions_of("shop-wishlist", shop.lab.target)
    assert len([each for each in rows if each.was_called]) == len(rows) == 3
    superfluous = [each for each in rows if each.comparison.add or each.comparison.take_away]
    assert not superfluous, superfluous
