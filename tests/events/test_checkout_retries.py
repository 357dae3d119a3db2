"""A checkout that dies anywhere is finished by the next attempt under its key: one payment, one order, one amount."""

import json
from typing import Any

import pytest
import urllib3

from shoplib.core import config, errors
from shoplib.services.checkout import store
from tests.inprocess import Answer, World, client

KEY = "checkout-1"


class Crash(Exception):
    """The function's process dies here."""


@pytest.fixture
def cart_id(shop: World) -> str:
    product = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
    shop.invoke("ImportProductsFunction", {"products": [product]})
    cart_id = shop.rest("CartFunction", "POST", "/carts").body["cart_id"]
    shop.rest("CartFunction", "PUT", f"/carts/{cart_id}/items/mug", {"quantity": 2})
    return str(cart_id)


def check_out(shop: World, cart_id: str, key: str = KEY, token: str = "tok_visa") -> Answer:
    body = {"cart_id": cart_id, "email": "ada@example.com", "country": "Norway"}
    return shop.http(
        "CheckoutFunction",
        "POST",
        "/checkout",
        {**body, "payment": {"method": "card", "token": token}},
        Idempotency_Key=key,
    )


def queued(shop: World) -> list[dict[str, Any]]:
    answer = client("sqs").receive_message(QueueUrl=shop.names["OrdersQueue"], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def payments(shop: World) -> list[dict[str, Any]]:
    return [item for item in shop.table("CheckoutTable") if item["id"].startswith("PAYMENT#")]


@pytest.mark.parametrize("step", ["keep", "charge", "enqueue", "remove_cart"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step(shop: World, cart_id: str, monkeypatch: pytest.MonkeyPatch, step: str, when: str):
    real = getattr(store, step)

    def crash(*arguments: Any) -> Any:
        if when == "after":
            real(*arguments)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(store, step, crash)
        assert check_out(shop, cart_id).status == 500
    # Meanwhile the shopper puts in more: what was priced first is what is paid.
    if when == "before":
        shop.rest("CartFunction", "PUT", f"/carts/{cart_id}/items/mug", {"quantity": 9})
    answer = check_out(shop, cart_id)
    paid = 11_250 if (step, when) == ("keep", "before") else 2_500
    assert (answer.status, answer.body["amount_minor"]) == (202, paid)
    assert [item["amount_minor"] for item in payments(shop)] == [paid]
    assert {order["order_id"] for order in queued(shop)} == {answer.body["order_id"]}
    assert check_out(shop, cart_id).body == answer.body


def test_a_key_that_is_being_worked_on_is_refused(shop: World, cart_id: str, monkeypatch: pytest.MonkeyPatch):
    second: list[Answer] = []
    real = store.charge

    def slow(*arguments: Any) -> Any:
        second.append(check_out(shop, cart_id))
        return real(*arguments)

    monkeypatch.setattr(store, "charge", slow)
    assert check_out(shop, cart_id).status == 202
    assert [(answer.status, answer.body["error"]) for answer in second] == [(409, "checkout_in_progress")]


def test_a_decline_is_remembered_under_its_key_and_a_new_key_may_succeed(shop: World, cart_id: str):
    declined = check_out(shop, cart_id, token="tok_declined")
    assert check_out(shop, cart_id, token="tok_declined").body == declined.body
    assert check_out(shop, cart_id, token="tok_visa").status == 422
    assert check_out(shop, cart_id, key="checkout-2").status == 202
    assert len(queued(shop)) == 1


def test_a_timeout_of_the_provider_may_be_tried_again_under_the_same_key(shop: World, cart_id: str):
    assert check_out(shop, cart_id, token="tok_timeout").status == 503
    assert payments(shop) == []
    assert check_out(shop, cart_id).status == 202


def test_a_cart_that_cannot_be_removed_does_not_undo_the_order(
    shop: World, cart_id: str, monkeypatch: pytest.MonkeyPatch
):
    real = store._call

    def deaf(method: str, cart: str) -> tuple[int, bytes]:
        if method == "DELETE":
            raise errors.Unavailable("cart_unavailable", "no answer")
        return real(method, cart)

    monkeypatch.setattr(store, "_call", deaf)
    assert check_out(shop, cart_id).status == 202


@pytest.mark.parametrize(("url", "error"), [("", "no_shop_api"), ("http://127.0.0.1:1", "cart_unavailable")])
def test_without_a_shop_api_checkout_says_so(
    shop: World, cart_id: str, monkeypatch: pytest.MonkeyPatch, url: str, error: str
):
    with urllib3.PoolManager(retries=False, timeout=1) as pool:
        monkeypatch.setattr(store, "http", lambda: pool)
        monkeypatch.setenv("SHOP_API_URL", url)
        config.load.cache_clear()
        answer = check_out(shop, cart_id)
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
