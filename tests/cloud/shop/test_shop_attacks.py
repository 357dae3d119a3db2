"""The deployed shop under attack and under fire: real threads, real kills."""

import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from shoplib import localaws
from tests.cloud.shop.conftest import Cart, Shop
from tests.cloud.shop.fire import insist, killing, settle, spared_functions
from tests.nightly import sized

SHOPPERS = sized(60, 8)
# Each of those who come at once has a process of every function on the way started.
TABS, BUYERS, AT_ONCE = sized((20, 30, 10), (6, 12, 4))
DRAINED_WITHIN = 300.0


def test_a_cart_is_bought_once_by_many_threads(shop: Shop) -> None:
    product = shop.sell(stock=50)
    cart = shop.cart_with(product, 2)
    with ThreadPoolExecutor(TABS) as pool:
        answers = list(pool.map(lambda number: shop.buy_patiently(cart, f"key-{number}-{product}"), range(TABS)))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: TABS - 1}
    done = [answer.json() for answer in answers if answer.json().get("error") != "checkout_in_progress"]
    assert len({answer["order_id"] for answer in done}) == 1
    shop.drain()
    assert shop.available(product) == 48


def test_many_buyers_get_three_pieces(shop: Shop) -> None:
    product = shop.sell(stock=3)
    carts = [shop.cart_with(product) for _ in range(BUYERS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda cart: insist(lambda: shop.buy(cart, key=cart.cart_id)), carts))
    orders = [answer.json()["order_id"] for answer in answers if answer.status_code == 202]
    shop.lab.wait_until_drained(limit=DRAINED_WITHIN)
    statuses = Counter(shop.order_item(order)["status"]["S"] for order in orders)
    assert statuses["confirmed"] == 3 and set(statuses) <= {"confirmed", "rejected"}
    assert {answer.status_code for answer in answers} <= {202, 409, 422}
    assert shop.available(product) == 0


def test_a_members_cart_needs_the_session(shop: Shop) -> None:
    product = shop.sell()
    email = f"{uuid.uuid4()}@example.com"
    body = {"email": email, "password": "correct horse", "name": "علی\u200cرضا"}
    bearer = {"Authorization": f"Bearer {shop.request('POST', '/accounts', body).json()['token']}"}
    cart_id = shop.request("GET", "/cart", **bearer).json()["cart_id"]
    item = f"/carts/{cart_id}/items/{product}"
    assert shop.request("PUT", item, {"quantity": 1}, **bearer).status_code == 200
    assert shop.request("PUT", item, {"quantity": 9}).status_code == 404
    assert shop.buy(Cart(cart_id, {})).status_code == 404
    assert shop.request("DELETE", "/sessions", **bearer).status_code == 204
    assert shop.request("GET", f"/carts/{cart_id}", **bearer).status_code == 401
    assert shop.buy(Cart(cart_id, bearer)).status_code == 401
    assert shop.request("GET", f"/carts/{cart_id}").status_code == 404


@pytest.mark.timeout(1200)
def test_what_is_done_is_told_though_workers_die(shop: Shop, engine: localaws.Engine) -> None:
    """Every change of a cart and every accepted order has its events in the lake, each once."""
    product = shop.sell(stock=10_000)

    def buy(number: int) -> tuple[str, str]:
        visit = f"chaos-{product}-{number}"
        made = insist(lambda: shop.request("POST", "/carts")).json()
        cart = Cart(made["cart_id"], {"x_cart_key": made["cart_key"], "x_session_id": visit})
        put = ("PUT", f"/carts/{cart.cart_id}/items/{product}", {"quantity": 1})
        insist(lambda: shop.request(*put, **cart.opened_by))
        answer = insist(lambda: shop.buy(cart, key=visit))
        assert answer.status_code == 202, answer.text
        return visit, answer.json()["order_id"]

    with killing(engine, spared_functions(shop)) as killed, ThreadPoolExecutor(4) as pool:
        done = dict(pool.map(buy, range(SHOPPERS)))
    assert killed
    settle(shop, list(done.values()))
    told = {(row["event_id"], row["event_name"], row["session_id"]): row for row in shop.events()}
    for visit, order_id in done.items():
        mine = Counter(name for _, name, session in told if session == visit)
        assert mine == Counter(["add_to_cart", "begin_checkout", "add_payment_info", "purchase"]), visit
        assert order_id in {row["order_id"] for (_, _, session), row in told.items() if session == visit}


@pytest.mark.parametrize("number", ["1e9999999999999999999", "1e400", "NaN"])
def test_a_number_out_of_range_is_refused_quickly(shop: Shop, number: str) -> None:
    cart = shop.new_cart()
    started = time.monotonic()
    answer = shop.request("PUT", f"/carts/{cart.cart_id}/items/x", f'{{"quantity": {number}}}', **cart.opened_by)
    assert (answer.status_code, answer.json()["message"][:8]) == (400, "quantity")
    assert time.monotonic() - started < 5
