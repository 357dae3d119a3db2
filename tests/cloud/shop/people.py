"""Members and staff of the deployed shop, and what they bought."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from shoplib.core import ids
from shoplib.core.order_changes import ChangedLine, OrderChange
from tests.cloud.shop.conftest import Shop

PATIENCE = 60.0


@dataclass(frozen=True)
class Person:
    """A member with a session, who asks one API."""

    shop: Shop
    api: str
    user_id: str
    headers: dict[str, str]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        return self.shop._send(method, self.api + path, body, self.headers | headers)


def join(shop: Shop, api: str) -> Person:
    body = {"email": f"{uuid.uuid4()}@example.com", "password": "correct horse", "name": "Ada"}
    answer = shop.request("POST", "/accounts", body)
    assert answer.status_code == 201, answer.text
    session = answer.json()
    return Person(shop, api, session["user_id"], {"Authorization": f"Bearer {session['token']}"})


def hire(shop: Shop, api: str) -> Person:
    """A member of staff."""
    person = join(shop, api)
    answer = shop.lab.invoke("rest", "SetRoleFunction", {"user_id": person.user_id, "role": "staff"})
    assert answer["role"] == "staff", answer
    return person


def announce(shop: Shop, user_id: str, product_id: str, status: str = "delivered", copies: int = 1) -> str:
    """An order of a member comes to a state, as the topic is told of it."""
    order_id = ids.new_id()
    line = ChangedLine(1, product_id, "Mug", 1, 1250)
    change = OrderChange(
        ids.new_id(), order_id, status, "2026-03-01T12:00:00.000000Z", "web", 1250, "GBP", (line,), user_id=user_id
    )
    topic = shop.lab.outputs("fulfilment")["OrderChangesTopicArn"]
    for _ in range(copies):
        shop.lab.client("sns").publish(
            TopicArn=topic, Message=change.to_message(), MessageAttributes=change.attributes()
        )
    return order_id


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """What the condition answers when it holds."""
    until = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < until, what
        time.sleep(0.05)
    return answer
