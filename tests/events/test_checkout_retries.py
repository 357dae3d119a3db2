"""A checkout that dies anywhere is finished by the next attempt under its key: one payment, one order, one amount."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
import urllib3

from shoplib.core import config, errors
from shoplib.services.checkout import claiming, store
from shoplib.services.provider import domain as provider
from tests.inprocess import Answer, World, client

KEY = "checkout-1"


class Crash(Exception):
    """The function's process dies here."""


@dataclass(frozen=True)
class Cart:
    """A guest's cart, and its key."""

    cart_id: str
    key: str


@pytest.fixture
def cart(shop: World) -> Cart:
    product = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
    shop.invoke("ImportProductsFunction", {"products": [product]})
    made = shop.rest("CartFunction", "POST", "/carts").body
    put(shop, Cart(made["cart_id"], made["cart_key"]), 2)
    return Cart(made["cart_id"], made["cart_key"])


def put(shop: World, cart: Cart, quantity: int) -> None:
    path = f"/carts/{cart.cart_id}/items/mug"
    assert shop.rest("CartFunction", "PUT", path, {"quantity": quantity}, x_cart_key=cart.key).status == 200


def check_out(shop: World, cart: Cart, key: str = KEY, token: str = "tok_visa") -> Answer:
    body = {"cart_id": cart.cart_id, "email": "ada@example.com", "country": "Norway"}
    paying = {"payment": {"method": "card", "token": token}}
    headers = {"Idempotency_Key": key, "x_cart_key": cart.key}
    return shop.http("CheckoutFunction", "POST", "/checkout", body | paying, **headers)


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What a checkout goes by that waits for another one's sign of life."""
    clock = Clock()
    monkeypatch.setattr(claiming, "time", clock)
    return clock


def queued(shop: World) -> list[dict[str, Any]]:
    answer = client("sqs").receive_message(QueueUrl=shop.names["OrdersQueue"], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def payments(shop: World) -> list[dict[str, Any]]:
    return [item for item in shop.table("CheckoutTable") if item["id"].startswith("PAYMENT#")]


@pytest.mark.parametrize("step", ["take", "keep", "record", "enqueue", "remove_cart", "finish"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step(
    shop: World, cart: Cart, clock: Clock, monkeypatch: pytest.MonkeyPatch, step: str, when: str
):
    real = getattr(store, step)

    def crash(*arguments: Any) -> Any:
        if when == "after":
            real(*arguments)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(store, step, crash)
        assert check_out(shop, cart).status == 500
    # Meanwhile the shopper puts in more: what was priced first is what is paid.
    if when == "before" and step not in ("finish",):
        put(shop, cart, 9)
    answer = check_out(shop, cart)
    assert clock.now < 2, "the dead one's claim is soon taken over"
    paid = 11_250 if (step, when) in [("take", "before"), ("keep", "before")] else 2_500
    assert (answer.status, answer.body.get("amount_minor")) == (202, paid)
    assert [item["amount_minor"] for item in payments(shop)] == [paid]
    assert {order["order_id"] for order in queued(shop)} == {answer.body["order_id"]}
    assert check_out(shop, cart).body == answer.body
    assert sorted(event["event_name"] for event in shop.events())[-2:] == ["add_to_cart", "begin_checkout"]


def test_a_key_that_is_being_worked_on_is_refused(shop: World, cart: Cart, monkeypatch: pytest.MonkeyPatch):
    second: list[Answer] = []
    real = store.record

    def slow(*arguments: Any) -> Any:
        second.append(check_out(shop, cart))
        return real(*arguments)

    monkeypatch.setattr(store, "record", slow)
    assert check_out(shop, cart).status == 202
    assert [(answer.status, answer.body["error"]) for answer in second] == [(409, "checkout_in_progress")]


def test_an_attempt_that_was_only_slow_charges_nothing_twice(shop: World, cart: Cart, monkeypatch: pytest.MonkeyPatch):
    """Its heart stands still for longer than others wait, then it goes on: its claim is gone."""
    real, faster = store.record, []

    def slow(*arguments: Any) -> Any:
        if not faster:
            faster.append(None)
            faster[0] = check_out(shop, cart, key="another")
        return real(*arguments)

    monkeypatch.setattr(store, "beat", lambda _claim: False)
    monkeypatch.setattr(store, "record", slow)
    late = check_out(shop, cart)
    assert (faster[0].status, late.status, late.body["error"]) == (202, 409, "checkout_in_progress")
    assert len(payments(shop)) == 1
    refused = check_out(shop, cart)
    assert (refused.status, refused.body["order_id"]) == (409, faster[0].body["order_id"])


def test_a_decline_is_remembered_under_its_key_and_a_new_key_may_succeed(shop: World, cart: Cart):
    declined = check_out(shop, cart, token="tok_declined")
    assert check_out(shop, cart, token="tok_declined").body == declined.body
    assert check_out(shop, cart, token="tok_visa").status == 422
    assert check_out(shop, cart, key="checkout-2").status == 202
    assert len(queued(shop)) == 1


def test_a_timeout_of_the_provider_charges_nothing_and_gives_the_cart_back(
    shop: World, cart: Cart, monkeypatch: pytest.MonkeyPatch
):
    assert check_out(shop, cart, token="tok_timeout").status == 503
    assert payments(shop) == []
    assert check_out(shop, cart).body["error"] == "idempotency_key_reused"
    with monkeypatch.context() as patch:
        patch.setattr(provider, "SILENT_TOKEN", "none")  # it answers this time
        patch.setattr(provider, "APPROVED_TOKENS", ("tok_timeout",))
        assert check_out(shop, cart, token="tok_timeout").status == 202
    refused = check_out(shop, cart, key="checkout-2")
    assert (refused.status, refused.body["error"]) == (409, "already_ordered")


def test_another_card_needs_another_key(shop: World, cart: Cart):
    assert check_out(shop, cart, token="tok_timeout").status == 503
    assert check_out(shop, cart, key="checkout-2").status == 202
    assert check_out(shop, cart, token="tok_timeout").body["error"] == "already_ordered"
    assert len(payments(shop)) == 1


def test_a_cart_that_cannot_be_removed_does_not_undo_the_order(
    shop: World, cart: Cart, monkeypatch: pytest.MonkeyPatch
):
    real = store._call

    def deaf(method: str, *more: Any) -> tuple[int, bytes]:
        if method == "DELETE":
            raise errors.Unavailable("cart_unavailable", "no answer")
        return real(method, *more)

    monkeypatch.setattr(store, "_call", deaf)
    assert check_out(shop, cart).status == 202


@pytest.mark.parametrize(("url", "error"), [("", "no_shop_api"), ("http://127.0.0.1:1", "cart_unavailable")])
def test_without_a_shop_api_checkout_says_so(
    shop: World, cart: Cart, monkeypatch: pytest.MonkeyPatch, url: str, error: str
):
    with urllib3.PoolManager(retries=False, timeout=1) as pool:
        monkeypatch.setattr(store, "http", lambda: pool)
        monkeypatch.setenv("SHOP_API_URL", url)
        config.load.cache_clear()
        answer = check_out(shop, cart)
    assert (answer.status, answer.body["error"]) == (503, error)


def test_a_queue_that_refuses_is_tried_again_and_then_reported(shop: World, monkeypatch: pytest.MonkeyPatch):
    calls: list[list[str]] = []

    class Refusing:
        def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
            calls.append([entry["Id"] for entry in Entries])
            return {"Failed": [{"Id": "1"}]}

    monkeypatch.setattr(store, "sqs", Refusing)
    with pytest.raises(errors.Unavailable, match="refused 1 orders"):
        store.enqueue_all(["a", "b", "c"])
    assert calls == [["0", "1", "2"], *[["1"]] * 4]
