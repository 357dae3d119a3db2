"""Seeded nonsense on every route of the shop: whatever comes in, it is the client's fault or a success, never a 5xx."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from shoplib.services.identity import store as identity
from tests.inprocess import Answer, Unauthorized, World, client
from tests.nightly import sized

REQUESTS = sized(2_000, 250)
PRODUCT = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
NUMBERS = [
    "1e9999999999999999999",
    "1e1000000",
    "-1e400",
    "1e-999999999",
    "NaN",
    "-Infinity",
    "9" * 5_000,
    "0e99999999999",
]
WORDS = ["", " ", "mug", "ada@example.com", "tok_visa", "tok_timeout", "card", "0", "-1", "2147483648", "null", "1e400"]
WORDS += [
    "a\u200cb",
    "👩\u200d👩\u200d👧",
    "\ud800",
    "\x00",
    "\u202e",
    "\n",
    "\xa0",
    "İ",
    "ﬀ",
    "x" * 9_000,
    "../..",
    "%00",
    "NaN",
]
FIELDS = [
    "email",
    "password",
    "name",
    "address",
    "quantity",
    "cart_id",
    "country",
    "payment",
    "method",
    "token",
    "events",
]
FIELDS += ["event_id", "event_name", "event_time", "props", "price_minor", "anonymous_id", "schema_version", "user_id"]
FIELDS += ["lines", "product_id", "region", "postcode", "shipping_method", "promotion_code", "expected_total_minor"]
HEADERS = ["x_cart_key", "x_order_key", "x_anonymous_id", "x_session_id", "x_correlation_id", "x_source", "User_Agent"]
HEADERS += ["If_Match", "Idempotency_Key", "Authorization", "Content_Type"]


class Nonsense:
    """A source of requests; the same seed, the same requests."""

    def __init__(self, seed: int, carts: list[dict[str, str]]) -> None:
        self.dice = random.Random(seed)
        self.carts = carts

    def value(self, depth: int = 0) -> str:
        """A JSON text."""
        roll = self.dice.random()
        if depth < 3 and roll < 0.15:
            return f"[{','.join(self.value(depth + 1) for _ in range(self.dice.randrange(3)))}]"
        if depth < 3 and roll < 0.3:
            return self.object(depth + 1)
        if roll < 0.5:
            return self.dice.choice([*NUMBERS, "0", "1", "-1", "1.5", "99", "1e2", "true", "null"])
        return json.dumps(self.word())

    def object(self, depth: int = 0) -> str:
        names = self.dice.sample(FIELDS, self.dice.randrange(6))
        return f"{{{','.join(f'{json.dumps(name)}:{self.value(depth)}' for name in names)}}}"

    def word(self) -> str:
        known = [text for cart in self.carts for text in cart.values()]
        return self.dice.choice([*WORDS, *known])

    def body(self) -> str | None:
        roll = self.dice.random()
        if roll < 0.1:
            return self.dice.choice([None, "", "{", "[" * 5_000, '{"a":' * 900 + "1" + "}" * 900, "\ud800"])
        return self._plausible() if roll < 0.5 else self.object()

    def _plausible(self) -> str:
        """A body that some route takes, with one field out of tune."""
        cart = self.dice.choice(self.carts)["cart_id"]
        event = {"event_id": "6f1c2a9e-1111-4222-8333-444455556666", "event_time": "2026-03-01T11:59:59Z"}
        event |= {"event_name": "view_item", "anonymous_id": "v", "props": {"size": 1}}
        bodies: list[dict[str, Any]] = [
            {"quantity": 2},
            {"cart_id": cart},
            {"email": "ada@example.com", "password": "correct horse", "name": "Ada"},
            {"name": "Ada", "address": "1\n2"},
            {"cart_id": cart, "email": "a@b.c", "country": "N", "payment": {"method": "card", "token": "tok_visa"}},
            {"events": [event | {"schema_version": 1}]},
            {"lines": [{"product_id": "mug", "quantity": 1}], "country": "US", "region": "NY", "promotion_code": "X"},
            {"cart_id": cart, "country": "ES", "postcode": "35001", "shipping_method": "express"},
        ]
        chosen = self.dice.choice(bodies)
        at = self.dice.choice([*chosen, "nothing"])
        text = json.dumps(chosen)
        return text.replace(json.dumps(chosen[at]), self.value(), 1) if at in chosen else text

    def headers(self) -> dict[str, str]:
        chosen = self.dice.sample(HEADERS, self.dice.randrange(5))
        sent = {name: self.word().encode("latin-1", "ignore").decode("latin-1") for name in chosen}
        return sent | self.dice.choice([{}, {"x_cart_key": self.dice.choice(self.carts)["cart_key"]}])

    def part(self) -> str:
        return quote(self.word().encode("utf-8", "surrogatepass"), safe="")[:9_000] or "-"


def routes(shop: World) -> Iterator[tuple[str, str, str, str, bool]]:
    """Function, kind of API, method, path and whether it is for members alone, of every route of the templates."""
    for name, function in shop.functions.items():
        for event in function.get("Events", {}).values():
            if event["Type"] in ("Api", "HttpApi"):
                properties = event["Properties"]
                members = properties.get("Auth", {}).get("Authorizer") == "Session"
                yield name, event["Type"], properties["Method"], properties["Path"], members


def send(shop: World, route: tuple[str, str, str, str, bool], nonsense: Nonsense) -> Answer:
    function, kind, method, path, members = route
    while "{" in path:
        path = path[: path.index("{")] + nonsense.part() + path[path.index("}") + 1 :]
    headers, body = nonsense.headers(), nonsense.body()
    if kind == "HttpApi":
        return shop.http(function, method, path, body, **headers)
    query = nonsense.dice.choice(["", "?limit=1e400", "?q=NaN&limit=", "?cursor=1e999", "?category=%0B&q=%E2%80%8C"])
    shown = {name: value for name, value in headers.items() if name == "Authorization"}
    try:
        user = "ada" if members else shop.user_of(shown)
    except Unauthorized:
        return Answer(401, None, {})
    return shop.rest(function, method, path + query, body, user=user, **headers)


def test_nonsense_is_never_the_shops_fault(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    monkeypatch.setattr(identity, "key_id", lambda: key)
    identity.public_key.cache_clear()
    shop.invoke("ImportProductsFunction", {"products": [PRODUCT]})
    carts = [shop.rest("CartFunction", "POST", "/carts").body for _ in range(3)]
    known, nonsense, seen = sorted(routes(shop)), Nonsense(7, carts), Counter[int]()
    assert len(known) >= 20
    for number in range(REQUESTS):
        route = known[number % len(known)]
        answer = send(shop, route, nonsense)
        assert answer.status < 500 or answer.body["error"] == "payment_timeout", (route, answer.body)
        seen[answer.status] += 1
    assert seen[200] and seen[400] and seen[404], seen
    shop.events()  # what was taken can be published
