"""Each route of each template, called by whoever must not: no sessions and forged ones, other people's ids, bodies that
no client means. Routes are read from what is deployed, so a new template is attacked as it lands.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.cloud.shop import victim
from tests.cloud.shop.conftest import Shop
from tests.cloud.shop.doors import Door, doors
from tests.cloud.shop.victim import Headers, Person
from tests.nightly import sized

# How many of the forged sessions, odd bodies and content types each route gets; by day the routes share them.
FORGERIES, BODIES, TYPES = sized((1_000, 1_000, 7), (2, 2, 1))
WITH_A_BODY = ("POST", "PUT", "PATCH")
# What a route may be called with by anybody, and answers to anybody.
OPEN_TO_ALL = ("product_id",)
DEEP, LONG = 20_000, 300_000
MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "half an object": b'{"email": ',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "a text": '"ş"'.encode(),
    "not UTF-8": b'{"email": "\xff\xfe"}',
    "UTF-16": '{"email": "a@b.c"}'.encode("utf-16"),
    "binary": bytes(range(256)),
    "deep": b'{"email": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "unclosed": b"[" * DEEP,
    "too large": b'{"email": "' + b"x" * LONG + b'"}',
    "a form": b"email=a%40b.c&password=x",
    "XML": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
}
VALUES: list[Any] = [
    *(None, True, -1, 0, 1.5, 10**30, -(10**400), float("inf"), float("nan"), [], {}, [[]], ["x"] * 2_000),
    *("", " ", "x" * 10_000, "\x00", "\ud800", "\u202e", "İ", "👩\u200d👩\u200d👧", "a\u200cb", "../../etc/passwd"),
    *("' OR 1=1 --", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "%00", "1e999999999", {"$ne": None}),
]
CONTENT_TYPES = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "image/png",
    "x",
    "a/b;c",
)


@pytest.fixture(scope="module")
def routes(shop: Shop) -> list[Door]:
    return doors(shop.lab)


@pytest.fixture(scope="module")
def ada(shop: Shop) -> Person:
    return victim.victim(shop)


@pytest.fixture
def mallory(shop: Shop) -> Person:
    return victim.somebody_else(shop)


@pytest.fixture(scope="module", autouse=True)
def guesses_are_forgotten(shop: Shop) -> Iterator[None]:
    """All tests come from one address, which must not have to wait for what is tried here."""
    yield
    forget_guesses(shop)


def forget_guesses(shop: Shop) -> None:
    dynamodb, table = shop.lab.client("dynamodb"), shop.lab.outputs("rest")["AccountsTableName"]
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk"):
        for item in page["Items"]:
            if item["pk"]["S"].startswith("GUESSES#"):
                dynamodb.delete_item(TableName=table, Key={"pk": item["pk"]})


class Attacker:
    """Sends what nobody should, and counts the answers. Whatever is sent, no answer is a 5xx or shows a secret."""

    def __init__(self, shop: Shop, ada: Person) -> None:
        self.shop, self.ada = shop, ada
        self.answers: Counter[int] = Counter()

    def send(self, door: Door, headers: Headers, data: bytes | None = None) -> requests.Response:
        url = door.url({name: self.ada.values.get(name, self.ada.values["order_id"]) for name in door.parameters})
        if data is None and door.method in WITH_A_BODY:
            data = json.dumps(door.body or {}).encode()
        answer = self.shop.http.request(
            door.method, url, data=data, headers={"content-type": "application/json"} | headers, timeout=60
        )
        self.answers[answer.status_code] += 1
        self._check(door, answer)
        return answer

    def _check(self, door: Door, answer: requests.Response) -> None:
        shown = f"{door} answered {answer.status_code}: {answer.text[:300]}"
        assert answer.status_code < 500, shown
        heard = answer.text + json.dumps(dict(answer.headers))
        assert not [secret for secret in self.ada.secrets if secret in heard], shown
        if answer.status_code >= 400 and answer.content:
            assert answer.json()["message"], shown


def test_nobody_gets_in_without_a_session_that_stands(shop: Shop, routes: list[Door], ada: Person) -> None:
    """What needs a session answers 401 without one, whatever is shown in its place; all else shows nothing."""
    attacker, before = Attacker(shop, ada), victim.state_of(shop, ada)
    forged, dice = list(victim.forgeries(shop, ada).items()), random.Random(20)
    for door in routes:
        for name, headers in dice.sample(forged, min(FORGERIES, len(forged))):
            answer = attacker.send(door, headers)
            if "Session" in door.guards or "Provider" in door.guards:
                assert answer.status_code == 401, (str(door), name, answer.text)
            forget_guesses(shop) if answer.status_code == 429 else None
    assert victim.state_of(shop, ada) == before
    print(f"\n{len(routes)} routes, of {len(forged)} forged sessions: {dict(sorted(attacker.answers.items()))}")


def test_nobody_reaches_what_is_somebody_elses(shop: Shop, routes: list[Door], ada: Person, mallory: Person) -> None:
    """Mallory, signed in and with keys that open a cart and an order of their own, names Ada's."""
    attacker, before = Attacker(shop, ada), victim.state_of(shop, ada)
    hers = [door for door in routes if set(door.parameters) - set(OPEN_TO_ALL)]
    assert len(hers) > 10
    for door in hers:
        for headers in (mallory.headers, mallory.opened_by, mallory.bearer, {"x-cart-key": "", "x-order-key": ""}):
            answer = attacker.send(door, headers)
            allowed = (400, 401, 402, 403, 404, 405, 409, 412, 422, 429)
            assert answer.status_code in allowed, (str(door), answer.status_code, answer.text)
    assert victim.state_of(shop, ada) == before
    print(f"\n{len(hers)} routes with somebody's id: {dict(sorted(attacker.answers.items()))}")


def test_odd_bodies_are_the_clients_mistake(shop: Shop, routes: list[Door], ada: Person, mallory: Person) -> None:
    attacker, before = Attacker(shop, ada), victim.state_of(shop, ada)
    dice = random.Random(20)
    taking = [door for door in routes if door.method in WITH_A_BODY]
    for door in taking:
        if shop.request("GET", "/profile", **mallory.bearer).status_code != 200:  # they have just signed out
            mallory = victim.somebody_else(shop)
        for name, data in dice.sample(list(MALFORMED.items()), min(BODIES + 1, len(MALFORMED))):
            answer = attacker.send(door, mallory.headers, data)
            assert answer.status_code >= 400 or not needs_a_body(door), (str(door), name, answer.text)
        for data in dice.sample(odd := list(changed_bodies(door.body)), min(BODIES, len(odd))):
            attacker.send(door, mallory.headers, data)
        for content_type in dice.sample(CONTENT_TYPES, TYPES):
            attacker.send(door, mallory.headers | {"content-type": content_type})
        forget_guesses(shop)
    assert victim.state_of(shop, ada) == before
    print(f"\n{len(taking)} routes with bodies: {dict(sorted(attacker.answers.items()))}")


def needs_a_body(door: Door) -> bool:
    return door.body is not None


def changed_bodies(body: dict[str, Any] | None) -> Iterator[bytes]:
    """The body with each field in turn being each odd value, missing, or twice there."""
    body = body or {}
    for name in body:
        yield json.dumps({key: value for key, value in body.items() if key != name}).encode()
        yield b"{" + json.dumps(name).encode() + b': 1, "x": 2, ' + json.dumps(body).encode()[1:]
        for value in VALUES:
            yield json.dumps(body | {name: value}).encode()
    for value in VALUES:
        yield json.dumps({"x" * 200: value, "__proto__": value, **body}).encode()
