"""Reviews and recommendations of the deployed shop: from a real order to the page, and many threads at the sums."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shoplib.provision.permissions import permissions_of
from tests.cloud.shop.conftest import Cart, Shop
from tests.cloud.shop.people import Person, announce, hire, join, wait_for
from tests.nightly import sized

THREADS = sized(20, 8)  # each of them has a process of the function started
OPINION: dict[str, Any] = {"rating": 4, "name": "Tea lover", "title": "Fine", "text": "<script>alert(1)</script> & é"}


@pytest.fixture(scope="module")
def api(shop: Shop) -> str:
    return shop.lab.url("reviews", "ReviewsApiUrl")


@pytest.fixture(scope="module")
def grace(shop: Shop, api: str) -> Iterator[Person]:
    """A member of staff."""
    yield hire(shop, api)


@pytest.fixture(scope="module")
def ada(shop: Shop, api: str) -> Iterator[Person]:
    yield join(shop, api)


def arrived(person: Person, product: str) -> None:
    def is_there() -> bool:
        answer = person.ask("GET", "/reviews/own")
        assert answer.status_code == 200, answer.text
        return product in {row["product_id"] for row in answer.json()["to_review"]}

    wait_for(is_there, f"{product} never arrived")


def page_of(person: Person, product: str) -> dict[str, Any]:
    answer = person.ask("GET", f"/products/{product}/reviews")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_from_an_order_to_a_review_that_everybody_sees(shop: Shop, ada: Person, grace: Person) -> None:
    product = shop.sell()
    cart = Cart(shop.request("GET", "/cart", **ada.headers).json()["cart_id"], ada.headers)
    shop.request("PUT", f"/carts/{cart.cart_id}/items/{product}", {"quantity": 1}, **ada.headers)
    bought = shop.buy_patiently(cart, str(uuid.uuid4()))
    assert bought.status_code == 202, bought.text
    order = bought.json()["order_id"]
    assert shop.settled(bought.json())["status"] == "confirmed"
    assert ada.ask("POST", f"/products/{product}/reviews", OPINION).status_code == 409
    for operation in ("pack", "ship", "deliver"):
        change = {"order_id": order, "operation": operation, "tracking_number": "SL1"}
        shop.lab.invoke("fulfilment", "ChangeOrdersFunction", {"changes": [change]})
    arrived(ada, product)
    written = ada.ask("POST", f"/products/{product}/reviews", OPINION)
    assert written.status_code == 201, written.text
    assert ada.ask("POST", "/reviews/service", OPINION | {"order_id": order}).status_code == 201
    assert ada.ask("GET", "/moderation").status_code == 403
    for review in (each for each in waiting(grace) if each["name"] == OPINION["name"]):
        answer = grace.ask("POST", f"/moderation/{review['review_id']}", {"decision": "approve", "version": 1})
        assert answer.status_code == 200, answer.text
    page = page_of(ada, product)
    assert (page["rating"]["count"], page["rating"]["sum"], page["reviews"][0]["text"]) == (1, 4, OPINION["text"])
    assert ada.ask("GET", "/reviews/service").json()["rating"]["count"] >= 1
    assert not [secret for secret in (ada.user_id, order) if secret in ada.ask("GET", "/reviews/service").text]


def waiting(grace: Person) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = grace.ask("GET", f"/moderation?limit=50&cursor={cursor}").json()
        rows, cursor = rows + page["reviews"], page["next_cursor"]
    return rows


def test_many_threads_write_and_moderate_and_the_sums_are_right(shop: Shop, api: str, grace: Person) -> None:
    product = shop.sell()
    authors = [join(shop, api) for _ in range(sized(20, 4))]
    for author in authors:
        announce(shop, author.user_id, product, copies=3)
    for author in authors:
        arrived(author, product)

    def act(number: int) -> list[int]:
        chance, author = random.Random(number), authors[number % len(authors)]
        return [write_or_moderate(author, grace, product, chance) for _ in range(sized(30, 6))]

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = Counter(status for several in pool.map(act, range(THREADS)) for status in several)
    # 503: others kept changing the same counts; nothing was written then.
    assert set(statuses) <= {200, 201, 412, 409, 503} and statuses[200] > THREADS // 2, statuses
    check_sums(shop, authors[0], product)
    for author in authors:
        for review in author.ask("GET", "/reviews/own").json()["reviews"]:
            assert author.ask("DELETE", f"/reviews/own/{review['review_id']}").status_code == 204
    assert page_of(authors[0], product)["rating"]["distribution"] == dict.fromkeys("12345", 0)


def write_or_moderate(author: Person, grace: Person, product: str, chance: random.Random) -> int:
    own = author.ask("GET", "/reviews/own").json()["reviews"]
    if not own or chance.random() < 0.4:
        opinion = OPINION | {"rating": chance.randint(1, 5)}
        return author.ask("POST", f"/products/{product}/reviews", opinion).status_code
    body = {"decision": chance.choice(["approve", "approve", "reject"]), "reason": "No.", "version": own[0]["version"]}
    return grace.ask("POST", f"/moderation/{own[0]['review_id']}", body).status_code


def check_sums(shop: Shop, reader: Person, product: str) -> None:
    """What everybody sees is what the reviews themselves add up to."""
    about = {"S": f"PRODUCT#{product}"}
    reviews = [item for item in stored(shop, product) if item.get("about") == about]
    approved = Counter(item["rating"]["N"] for item in reviews if item["status"]["S"] == "approved")
    page = page_of(reader, product)
    assert page["rating"]["distribution"] == {rating: approved[rating] for rating in "12345"}
    assert Counter(str(each["rating"]) for each in page["reviews"]) == approved


def relate(shop: Shop, product: str, other: str) -> None:
    """A product goes with another one, as the nightly count would say."""
    related = {"product_id": {"S": other}, "orders": {"N": "12"}, "confidence": {"N": "0.5"}, "lift": {"N": "2"}}
    row = {"product_id": {"S": product}, "related": {"L": [{"M": related}]}}
    table = shop.lab.outputs("rest")["RelatedProductsTableName"]
    shop.lab.client("dynamodb").put_item(TableName=table, Item=row)


def test_recommendations_are_of_present_products(shop: Shop, ada: Person, api: str) -> None:
    mug, tray = shop.sell(), shop.sell(price_minor=900)
    relate(shop, mug, tray)
    newcomer = join(shop, api)
    assert newcomer.ask("GET", "/recommendations").json() == {"basis": "no_history", "recommendations": []}
    announce(shop, newcomer.user_id, mug, status="confirmed", copies=2)
    wait_for(lambda: newcomer.ask("GET", "/recommendations").json()["recommendations"], "nothing is recommended")
    first = newcomer.ask("GET", "/recommendations").json()["recommendations"][0]
    assert (first["product_id"], first["price_minor"], first["because"]["product_id"]) == (tray, 900, mug)


def test_a_deleted_account_leaves_nothing_and_no_function_may_do_more_than_it_does(
    shop: Shop, api: str, grace: Person
) -> None:
    product, person = shop.sell(), join(shop, api)
    relate(shop, product, shop.sell())
    announce(shop, person.user_id, product)
    arrived(person, product)
    written = person.ask("POST", f"/products/{product}/reviews", OPINION).json()
    decision = {"decision": "approve", "version": written["version"]}
    assert grace.ask("POST", f"/moderation/{written['review_id']}", decision).status_code == 200
    waiting(grace)
    assert page_of(person, product)["rating"]["count"] == 1
    assert person.ask("GET", f"/products/{product}/reviews?sort=lowest").status_code == 200
    assert person.ask("DELETE", f"/reviews/own/{uuid.uuid4()}").status_code == 404
    assert person.ask("GET", "/recommendations").json()["basis"] == "purchases"
    assert shop.request("DELETE", "/profile", {"password": "correct horse"}, **person.headers).status_code == 204
    assert person.ask("GET", "/reviews/own").status_code == 401
    wait_for(lambda: not stored(shop, person.user_id), "what was deleted is still there")
    assert page_of(grace, product)["rating"]["count"] == 0
    rows = permissions_of("shop-reviews", shop.lab.target)
    assert len([each for each in rows if each.was_called]) == len(rows) == 5
    superfluous = [each for each in rows if each.comparison.add or each.comparison.take_away]
    assert not superfluous, superfluous


def stored(shop: Shop, text: str) -> list[dict[str, Any]]:
    """Items of the table that hold a text."""
    table = shop.lab.outputs("reviews")["ReviewsTableName"]
    pages = shop.lab.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"] if text in str(item)]


def test_odd_requests_are_the_clients_fault(ada: Person, grace: Person) -> None:
    unknown = str(uuid.uuid4())
    for body in ("", "[]", "{", "null", "[" * 5_000, "x" * 100_000, '{"rating": 1e999}', "{}", '{"rating": "5"}'):
        for path in ("/products/p/reviews", "/reviews/service", f"/moderation/{unknown}"):
            answer = grace.ask("POST", path, body)
            assert 400 <= answer.status_code < 500 and answer.json()["message"], (path, answer.text)
    for path in (f"/reviews/own/{unknown}", "/reviews/own/%00", "/reviews/own/" + "x" * 101, "/reviews/own/é"):
        assert ada.ask("DELETE", path).status_code in (400, 404), path
    for query in ("sort=best", "limit=0", "cursor=e30=", "limit=" + "9" * 400):
        assert ada.ask("GET", f"/products/p/reviews?{query}").status_code == 400, query
    for path in ("/reviews/own", "/recommendations", "/moderation"):
        assert ada.ask("GET", path, Authorization="Bearer " + "x" * 43).status_code == 401
