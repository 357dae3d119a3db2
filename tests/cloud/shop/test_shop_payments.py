"""Payments of the deployed shop: gift cards, a provider that is late or fails, and who may talk to it."""

import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from shoplib import architecture
from tests.cloud.lambda_room import eventually
from tests.cloud.shop.conftest import Cart, Shop
from tests.unit.architecture_bar import broken_rules

BLANK, PAYMENTS = "\N{NO-BREAK SPACE}", "PaymentsFunction"
AT_ONCE = 50  # the bulkhead's own size


def alarm_of_payments(cloudwatch: Any) -> dict[str, Any]:
    (alarm,) = cloudwatch.describe_alarms(AlarmNamePrefix="shop-payments")["MetricAlarms"]
    return dict(alarm)


def reconcile(shop: Shop, order_id: str) -> dict[str, Any]:
    answer = shop.lab.invoke("payments", "ReconcilePaymentsFunction", {"payment_ids": [order_id]})
    return dict(answer["payments"][0])


def provider_url(shop: Shop) -> str:
    name = shop.lab.stack("payments").physical_id(PAYMENTS)
    variables = shop.lab.client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return shop.lab.target.reachable(variables["PROVIDER_API_URL"])


def trouble(shop: Shop, **settings: int) -> None:
    assert "error" not in shop.lab.invoke("payments", "SetProviderTroubleFunction", settings)


def reject_one(shop: Shop) -> None:
    """Two pay for the last piece: what the later one paid is given back."""
    product = shop.sell(stock=1)
    carts = [shop.cart_with(product) for _ in range(2)]
    orders = [shop.buy(cart).json() for cart in carts]
    assert {shop.settled(order)["status"] for order in orders} == {"confirmed", "rejected"}


def buy_with_room_for(shop: Shop, payments: int, cart: Cart, key: str) -> requests.Response:
    """A checkout while the bulkhead holds so many payments."""
    client, name = shop.lab.client("lambda"), shop.lab.stack("payments").physical_id(PAYMENTS)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=payments)
    try:
        return shop.buy(cart, key=key)
    finally:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=AT_ONCE)


@pytest.fixture
def strained(shop: Shop) -> None:
    """An order was rejected after its payment, and a payment found no room."""
    reject_one(shop)
    assert buy_with_room_for(shop, 0, shop.cart_with(shop.sell()), str(uuid.uuid4())).status_code == 503


@pytest.fixture
def failing(shop: Shop) -> Iterator[None]:
    """A provider that fails always; nobody after us meets one that is spared."""
    trouble(shop, failure_percent=100)
    yield
    trouble(shop)
    cart, key = shop.cart_with(shop.sell()), str(uuid.uuid4())
    while (answer := shop.buy(cart, key=key)).status_code != 202:
        assert answer.status_code == 503, answer.text
        time.sleep(int(answer.headers["Retry-After"]))


def test_a_gift_card_buys_what_it_covers(shop: Shop) -> None:
    card = shop.lab.invoke("payments", "IssueGiftCardFunction", {"amount_minor": 5_000, "currency": "GBP"})["code"]
    product = shop.sell()
    order = shop.buy(shop.cart_with(product, 2), card, method="gift_card").json()
    assert shop.settled(order)["status"] == "confirmed"
    declined = shop.buy(shop.cart_with(product, 1), card, method="gift_card")
    assert (declined.status_code, declined.json()["error"]) == (402, "payment_declined")
    assert reconcile(shop, order["order_id"])["balanced"]


def test_a_late_answer_charges_once(shop: Shop) -> None:
    cart, key = shop.cart_with(shop.sell(), 2), str(uuid.uuid4())
    late = shop.buy(cart, "tok_late", key)
    assert (late.status_code, late.json()["error"], late.headers["Retry-After"]) == (503, "payment_timeout", "1")
    answers = [shop.buy(cart, "tok_late", key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    shop.drain()  # else the order's capture may be under way
    books = reconcile(shop, answers[0].json()["order_id"])
    assert books["balanced"] and sum(books["provider"].values()) == answers[0].json()["total_minor"]


def test_a_provider_that_fails_is_spared_and_the_picture_of_the_run_says_so(
    shop: Shop, strained: None, failing: None
) -> None:
    product = shop.sell()
    answers, until = [shop.buy(shop.cart_with(product))], time.monotonic() + 60
    while "time to recover" not in answers[-1].json()["message"]:  # the failures of some seconds open the circuit
        assert time.monotonic() < until, answers[-1].text
        answers.append(shop.buy(shop.cart_with(product)))
    assert {(answer.status_code, answer.json()["error"]) for answer in answers} == {(503, "payment_unavailable")}
    assert all(answer.headers["Retry-After"] for answer in answers)
    cloudwatch = shop.lab.client("cloudwatch")
    eventually(lambda: alarm_of_payments(cloudwatch)["StateValue"] == "ALARM")
    run = architecture.from_run(shop.lab.target, "shop-payments")
    signals = run.model.node(PAYMENTS).signals
    told = {re.sub(r"\d+", "n", signal.text.replace(BLANK, " ")): signal.is_bad for signal in signals}
    assert told.items() >= {"n throttled (≤ n at once)": True, "in alarm": True, "circuit opened n×": True}.items()
    assert {"n call spared", "n calls spared"} & told.keys()
    assert {"n payment voided", "n payments voided"} & told.keys()
    assert broken_rules(run.scene) == []
    uses = architecture.from_run(shop.lab.target, "shop-fulfilment").uses
    rows = {(row["source"], row["target"].removesuffix("Name")): row["metrics"] for row in uses.to_dict("records")}
    assert re.fullmatch(r"\d+ payments? voided", rows["OrdersFunction", PAYMENTS])
    assert re.fullmatch(r"\d+ reservations? released", rows["OrdersFunction", "ReleaseStockFunction"])


def test_the_provider_is_no_public_door(shop: Shop) -> None:
    url = provider_url(shop)
    for headers in ({}, {"Authorization": "Bearer guess"}):
        for method, path in (("GET", "/payments/x"), ("POST", "/payments"), ("GET", "/requests/x")):
            assert requests.request(method, url + path, json={}, headers=headers, timeout=30).status_code == 401


def test_the_life_of_a_payment_is_as_it_is_declared(shop: Shop) -> None:
    order = shop.buy(shop.cart_with(shop.sell())).json()
    shop.drain()
    steps = architecture.follow(shop.lab.target, order["order_id"]).steps
    ways = set(zip(steps.source, steps.target, steps.operation, strict=True))
    assert ("CheckoutFunction", PAYMENTS, "InvokeFunction") in ways
    assert (PAYMENTS, "ProviderApi", "POST /payments") in ways
    assert not (steps.edge == "used, not declared").any()


def test_payments_have_a_bulkhead(shop: Shop) -> None:
    """So many are worked on at once and no more; who finds no room hears so at once, and may come again."""
    client, name = shop.lab.client("lambda"), shop.lab.stack("payments").physical_id(PAYMENTS)
    assert client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == AT_ONCE
    cart, key = shop.cart_with(shop.sell()), str(uuid.uuid4())
    full = buy_with_room_for(shop, 0, cart, key)
    assert (full.status_code, full.json()["error"], full.headers["Retry-After"]) == (503, "payment_unavailable", "1")
    assert shop.request("GET", "/categories").status_code == 200
    assert shop.buy(cart, key=key).status_code == 202
