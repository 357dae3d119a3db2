"""The shop under attack: nobody's order or cart is another's, a cart is bought once, guessing is slow, text is text."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shoplib.core import checks
from shoplib.services.accounts import domain as accounts
from shoplib.services.checkout import claiming, store
from shoplib.services.checkout.domain import Claim
from shoplib.services.payments import store as payments_store
from tests.inprocess import Answer, Unauthorized, World, kinesis_event

PRODUCT = {"product_id": "mug", "name": "Mug", "category": "Kitchen", "price_minor": 1250, "currency": "GBP"}
NUMBERS = ["1e9999999999999999999", "1e1000000", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "9" * 5_000]
Headers = dict[str, str]


def cart_of(shop: World, quantity: int = 1) -> tuple[str, Headers]:
    """A guest's cart with mugs, and what opens it."""
    shop.invoke("ImportProductsFunction", {"products": [PRODUCT]})
    made = shop.rest("CartFunction", "POST", "/carts").body
    opened = {"x_cart_key": made["cart_key"]}
    fill(shop, made["cart_id"], quantity, **opened)
    return made["cart_id"], opened


def fill(shop: World, cart_id: str, quantity: int, user: str | None = None, **headers: str) -> Answer:
    path = f"/carts/{cart_id}/items/mug"
    return shop.rest("CartFunction", "PUT", path, {"quantity": quantity}, user=user, **headers)


def check_out(
    shop: World, cart_id: str, key: str, token: str = "tok_visa", method: str = "card", **headers: str
) -> Answer:
    body = {"cart_id": cart_id, "email": "ada@example.com", "country": "Norway"}
    paying = {"payment": {"method": method, "token": token}}
    return shop.http("CheckoutFunction", "POST", "/checkout", body | paying, Idempotency_Key=key, **headers)


def register(shop: World, name: str = "Ada", email: str = "ada@example.com", **more: Any) -> Answer:
    body = {"email": email, "password": "correct horse", "name": name}
    return shop.rest("AccountsFunction", "POST", "/accounts", body | more)


def session(shop: World, email: str) -> Headers:
    return {"Authorization": f"Bearer {register(shop, email=email).body['token']}"}


def member_cart(shop: World, email: str = "ada@example.com") -> tuple[str, str, Headers]:
    """A member's cart with mugs: its id, the member's, and the session that opens it."""
    guest_id, key = cart_of(shop)
    signed_in = session(shop, email)
    user = str(shop.user_of(signed_in))
    merged = shop.rest("CartFunction", "POST", "/carts/merge", {"cart_id": guest_id}, user=user, **key)
    return merged.body["cart_id"], user, signed_in


def test_a_key_belongs_to_its_owner(shop: World) -> None:
    victims, victim = cart_of(shop)
    assert check_out(shop, victims, "K", "tok_timeout", **victim).status == 503
    mine, attacker = cart_of(shop, 5)
    taken = check_out(shop, mine, "K", **attacker)
    assert (taken.status, taken.body["amount_minor"]) == (202, 6_250)
    assert shop.rest("CartFunction", "GET", f"/carts/{victims}", **victim).status == 200
    shop.pass_time(days=2)
    another = check_out(shop, cart_of(shop)[0], "K", **attacker)
    assert another.status == 422 or "order_key" not in another.body
    assert check_out(shop, mine, "K", **attacker).body == taken.body


def test_a_draft_outlives_nothing_but_its_own_request(shop: World) -> None:
    cart_id, key = cart_of(shop)
    other_id, _ = cart_of(shop)
    assert check_out(shop, cart_id, "K", "tok_timeout", **key).status == 503
    for changed in ((cart_id, "tok_visa"), (other_id, "tok_timeout")):
        answer = check_out(shop, changed[0], "K", changed[1], **key)
        assert (answer.status, answer.body["error"]) == (422, "idempotency_key_reused")
    assert shop.rest("CartFunction", "GET", f"/carts/{cart_id}", **key).body["total_minor"] == 1250


def test_only_the_drafted_cart_at_its_version_is_removed(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cart_id, key = cart_of(shop)
    real = store.enqueue

    def meanwhile(*order: Any) -> None:
        fill(shop, cart_id, 7, **key)
        real(*order)

    monkeypatch.setattr(store, "enqueue", meanwhile)
    assert check_out(shop, cart_id, "K", **key).body["amount_minor"] == 1250
    assert shop.rest("CartFunction", "GET", f"/carts/{cart_id}", **key).body["total_minor"] == 8750
    assert check_out(shop, cart_id, "K2", **key).body["amount_minor"] == 8750


def test_a_claim_is_taken_once_by_many(shop: World) -> None:
    claims = [Claim("cart", 1, "user:ada", f"order-{number}", f"holder-{number}") for number in range(20)]

    def buy(claim: Claim) -> str:
        standing = claiming.take(claim)
        if standing:
            return standing.order_id
        assert store._put_new({"id": f"PAYMENT#{claim.order_id}"})
        store.finish(claim)
        return "mine"

    with ThreadPoolExecutor(20) as pool:
        found = Counter(pool.map(buy, claims))
    assert found["mine"] == 1 and len(found) == 2


def test_twenty_keys_buy_a_cart_once(shop: World) -> None:
    cart_id, key = cart_of(shop)
    answers = [check_out(shop, cart_id, f"K{number}", **key) for number in range(20)]
    order_id = answers[0].body["order_id"]
    assert [answer.status for answer in answers] == [202, *[409] * 19]
    assert {answer.body["order_id"] for answer in answers} == {order_id}
    stranger = check_out(shop, cart_id, "K99", x_cart_key="another")
    assert (stranger.status, "order_id" in stranger.body) == (404, False)


def test_a_members_cart_opens_to_the_session_alone(shop: World) -> None:
    cart_id, user, signed_in = member_cart(shop)
    eve = session(shop, "eve@example.com")
    for stranger in ({}, {"x_cart_key": cart_id}, {"user": str(shop.user_of(eve))}):
        for method, path in (("GET", ""), ("DELETE", ""), ("PUT", "/items/mug"), ("DELETE", "/items/mug")):
            answer = shop.rest("CartFunction", method, f"/carts/{cart_id}{path}", {"quantity": 1}, **stranger)
            assert (answer.status, answer.body["error"]) == (404, "no_such_cart")
    for shown in ({}, eve, {"x_cart_key": cart_id}):
        assert check_out(shop, cart_id, "K", **shown).status == 404
    bought = check_out(shop, cart_id, "K", **signed_in)
    assert bought.status == 202
    assert check_out(shop, cart_id, "K2", **signed_in).body["order_id"] == bought.body["order_id"]
    shop.rest("AccountsFunction", "DELETE", "/sessions", user=user, **signed_in)
    with pytest.raises(Unauthorized):
        shop.user_of(signed_in)
    assert check_out(shop, cart_id, "K", **signed_in).status == 401
    assert check_out(shop, cart_id, "K").status == 404


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:12])
def test_a_number_out_of_range_is_named(shop: World, number: str) -> None:
    bodies = [
        ("AccountsFunction", "POST", "/accounts", "age"),
        ("AccountsFunction", "POST", "/sessions", "password"),
        ("AccountsFunction", "PUT", "/profile", "name"),
        ("CartFunction", "PUT", "/carts/any/items/any", "quantity"),
        ("CartFunction", "POST", "/carts/merge", "cart_id"),
    ]
    for function, method, path, field in bodies:
        answer = shop.rest(function, method, path, f'{{"{field}": {number}}}', user="ada")
        assert answer.status == 400 and answer.body["message"].startswith(field)
    for function, path in (("CheckoutFunction", "/checkout"), ("CollectorFunction", "/events")):
        answer = shop.http(
            function, "POST", path, f'{{"events": [{{"props": {{"size": {number}}}}}]}}', Idempotency_Key="K"
        )
        assert answer.status == 400 and answer.body["message"].startswith("events[0].props.size")
    assert shop.rest("CatalogFunction", "GET", f"/products?limit={number[:90]}").status == 400


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:12])
def test_the_stream_sets_such_a_number_aside_and_goes_on(shop: World, number: str) -> None:
    event = {"event_id": "6f1c2a9e-1111-4222-8333-444455556666", "event_time": "2026-03-01T11:59:59Z"}
    event |= {"event_name": "view_item", "schema_version": 1, "anonymous_id": "v", "device": "mobile"}  # type: ignore[dict-item]
    bad = json.dumps(event | {"props": {"size": "?"}}).replace('"?"', number)
    assert shop.invoke("AnalyticsFunction", kinesis_event(bad.encode(), event)) == {"batchItemFailures": []}
    import boto3

    keys = [entry["Key"] for entry in boto3.client("s3", "us-east-1").list_objects_v2(Bucket="lake")["Contents"]]
    (aside,) = [key for key in keys if key.startswith("quarantine/")]
    assert len(keys) == 2
    error = json.loads(boto3.client("s3", "us-east-1").get_object(Bucket="lake", Key=aside)["Body"].read())["error"]
    assert "size" in error


@pytest.mark.parametrize("known", [True, False], ids=["an account", "nobody"])
def test_guessing_is_slow(shop: World, known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if known:
        register(shop)
    hashed: list[str] = []
    real = accounts.verify_password
    monkeypatch.setattr(accounts, "verify_password", lambda *given: bool(hashed.append("")) or real(*given))

    def guess(password: str) -> Answer:
        return shop.rest("AccountsFunction", "POST", "/sessions", {"email": "ada@example.com", "password": password})

    answers = [guess(f"wrong {number}") for number in range(100)]
    assert [answer.status for answer in answers] == [*[401] * 5, *[429] * 95]
    assert len(hashed) == 5
    assert answers[-1].headers["Retry-After"] == ["1"]
    refused = guess("correct horse")
    assert (refused.status, refused.body["error"], refused.body["retry_after"]) == (429, "too_many_sign_ins", 1)
    waits = []
    for number in range(12):
        shop.pass_time(seconds=int(guess("x").headers["Retry-After"][0]))
        assert guess(f"wrong again {number}").status == 401
        waits.append(int(guess("x").headers["Retry-After"][0]))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    shop.pass_time(minutes=15)
    assert guess("correct horse").status == (200 if known else 401)


def test_one_address_cannot_try_many_accounts(shop: World) -> None:
    def guess(number: int) -> int:
        body = {"email": f"{number}@example.com", "password": "password"}
        return shop.rest("AccountsFunction", "POST", "/sessions", body).status

    assert Counter(guess(number) for number in range(60)) == {401: 30, 429: 30}


@pytest.mark.parametrize(
    "name",
    ["علی\u200cرضا", "👩\u200d👩\u200d👧", "Anne\xa0Marie", "नमस्ते", "Zo\u0308e", "O\u2019Brien", "李小龍", "x" * 100],
)
def test_a_name_is_text(shop: World, name: str) -> None:
    made = register(shop, name)
    assert made.status == 201
    user = made.body["user_id"]
    kept = shop.rest("AccountsFunction", "GET", "/profile", user=user).body["name"]
    assert kept == checks.text({"name": name}, "name") and len(kept) <= len(name)
    address = f"{name[:40]}\r\n1 Road\n\u0645\u200c\tX"
    kept = {"recipient": name, "street": address, "city": "London", "country": "UK"}
    added = shop.rest("AccountsFunction", "POST", "/profile/addresses", kept, user=user)
    assert added.status == 201 and added.body["street"].count("\n") == 2


@pytest.mark.parametrize("name", ["", " ", "\u200d", "a\x00b", "a\x1b[31mb", "a\nb", "\ud800", "x" * 101, 5, None])
def test_what_is_no_name_is_refused(shop: World, name: object) -> None:
    answer = register(shop, name)  # type: ignore[arg-type]
    assert answer.status == 400 and answer.body["message"].startswith("name must")


def test_the_provider_is_asked_by_whoever_holds_the_claim_alone(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cart_id, key = cart_of(shop)
    asked: list[str] = []
    real = payments_store.ask_provider

    def ask(method: str, path: str, *more: Any) -> Any:
        asked.append(f"{method} {path}")
        return real(method, path, *more)

    monkeypatch.setattr(payments_store, "ask_provider", ask)
    for number in range(3):
        check_out(shop, cart_id, f"K{number}", **key)
    assert asked == ["POST /payments"]


def test_gift_cards_cannot_be_guessed_at_checkout(shop: World) -> None:
    card = shop.invoke("IssueGiftCardFunction", {"amount_minor": 9_000, "currency": "GBP"})["code"]
    cart_id, key = cart_of(shop)
    tried = [check_out(shop, cart_id, f"K{n}", f"0000-0000-0000-{n:04}", "gift_card", **key) for n in range(12)]
    assert Counter(answer.status for answer in tried) == {402: 10, 429: 2}
    refused = check_out(shop, cart_id, "right", card, "gift_card", **key)
    assert refused.status == 429 and int(refused.headers["Retry-After"]) == refused.body["retry_after"] <= 600
    shop.pass_time(seconds=refused.body["retry_after"])
    assert check_out(shop, cart_id, "right", card, "gift_card", **key).status == 202


@pytest.mark.parametrize(
    "tampered", [{"amount_minor": 1}, {"total_minor": 0}, {"lines": []}, {"discount_minor": 99_999}]
)
def test_what_a_shopper_says_of_amounts_is_not_what_is_authorised(shop: World, tampered: dict[str, Any]) -> None:
    cart_id, key = cart_of(shop, 2)
    paying = {"method": "card", "token": "tok_visa", **tampered}
    body = {"cart_id": cart_id, "email": "ada@example.com", "country": "Norway", "payment": paying, **tampered}
    order = shop.http("CheckoutFunction", "POST", "/checkout", body, Idempotency_Key="K", **key).body
    (payment,) = shop.invoke("ReconcilePaymentsFunction", {"payment_ids": [order["order_id"]]})["payments"]
    assert payment["provider"] == {"held_minor": 2_500, "captured_minor": 0}
