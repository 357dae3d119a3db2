"""Alarms of the deployed shop that ring for what shoppers meet, and are over when it is."""

import time
import uuid
from contextlib import closing

import pytest

from tests.cloud.lambda_room import eventually
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.test_shop_support import Client

PATIENCE_SECONDS = 60.0
INTERNAL_ERROR, FUNCTION_ERROR = "aws:fis:inject-api-internal-error", "aws:lambda:invocation-error"


def state_of(shop: Shop, pattern: str, alarm: str) -> str:
    name = shop.lab.stack(pattern).physical_id(alarm)
    (described,) = shop.lab.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(described["StateValue"])


@pytest.fixture
def cart(shop: Shop):
    """A cart to buy from; nobody after us meets a checkout that spares the shop API."""
    yield shop.cart_with(shop.sell())
    assert shop.buy_patiently(shop.cart_with(shop.sell()), str(uuid.uuid4())).status_code == 202


def test_a_shop_api_that_fails_is_spared_and_its_alarm_rings(shop: Shop, cart) -> None:
    assert state_of(shop, "fulfilment", "CartCircuitAlarm") != "ALARM"
    function = shop.lab.stack("rest").physical_id("CartFunction")
    with shop.lab.fault(FUNCTION_ERROR, function):
        until = time.monotonic() + PATIENCE_SECONDS
        while "time to recover" not in (answer := shop.buy(cart)).json()["message"]:
            assert (answer.status_code, time.monotonic() < until) == (503, True), answer.text
        eventually(lambda: state_of(shop, "fulfilment", "CartCircuitAlarm") == "ALARM")


def test_a_frame_that_fails_is_answered_and_its_alarm_rings(shop: Shop) -> None:
    assert state_of(shop, "support", "SocketFailuresAlarm") != "ALARM"
    socket_function = shop.lab.stack("support").physical_id("SocketFunction")
    with closing(Client(shop.lab.url("support", "SupportSocketUrl"))) as page:
        with shop.lab.fault(INTERNAL_ERROR, "dynamodb", principal=socket_function):
            answer = page.ask(action="open", name="Ada", topic="sizes")
        assert (answer["type"], answer["error"]) == ("error", "internal_error")
        assert page.ask(action="open", name="Ada", topic="sizes")["chat"]["chat_id"]  # the connection stands
    eventually(lambda: state_of(shop, "support", "SocketFailuresAlarm") == "ALARM")
