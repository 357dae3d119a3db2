"""Members: what they have saved pays and ships, they hear by mail and SMS, and what is deleted is forgotten."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from moto.sns.models import sns_backends

from shoplib.core import config
from shoplib.services.checkout import placing, store
from tests import order_life
from tests.events.test_checkout_quotes import CODE, Shopper, price, used
from tests.inprocess import ACCOUNT, REGION, Answer, World, client

ADDRESS = {
    "recipient": "Ada Lovelace",
    "street": "12 St James's Square\nFlat 3",
    "city": "London",
    "country": "United Kingdom",
    "postcode": "SW1Y 4JH",
}
PHONE, EMAIL, NAME = "+447700900123", "ada@example.com", "Ada Augusta"
PERSONAL = (PHONE, EMAIL, NAME, "Lovelace", "St James", "tok_visa")


@dataclass
class Member:
    """Somebody who is signed in and has two mugs in the cart."""

    shop: World
    email: str = EMAIL

    def __post_init__(self) -> None:
        registration = {"email": self.email, "password": "correct horse", "name": NAME, "language": "de"}
        session = self.shop.rest("AccountsFunction", "POST", "/accounts", registration).body
        self.user, self.bearer = session["user_id"], {"Authorization": f"Bearer {session['token']}"}
        self.cart_id = self.call("GET", "/cart", "CartFunction").body["cart_id"]
        self.fill()

    def fill(self) -> None:
        path = f"/carts/{self.cart_id}/items/mug"
        assert self.call("PUT", path, "CartFunction", {"quantity": 2}).status == 200

    def call(self, method: str, path: str, function: str = "AccountsFunction", body: Any = None) -> Answer:
        return self.shop.rest(function, method, path, body, user=self.user, **self.bearer)

    def save(self, token: str = "tok_visa") -> dict[str, str]:
        """Ids of a saved way to pay and a saved address."""
        way = {"method": "card", "token": token, "label": "Visa"}
        payment = self.call("POST", "/profile/payment-methods", body=way).body["payment_method_id"]
        address = self.call("POST", "/profile/addresses", body=ADDRESS).body["address_id"]
        return {"payment": payment, "address": address}

    def buy(self, key: str = "K", **body: Any) -> Answer:
        request = {"cart_id": self.cart_id, "email": self.email, **body}
        headers = {**self.bearer, "Idempotency_Key": key}
        return self.shop.http("CheckoutFunction", "POST", "/checkout", request, **headers)

    def buy_saved(self, key: str = "K", **body: Any) -> Answer:
        return self.buy(key, **{name: {"saved": id_} for name, id_ in self.save().items()}, **body)


@pytest.fixture
def stocked(shop: World) -> World:
    price(shop, 1250)
    order_life.set_stock(shop, {"mug": 9})
    return shop


def test_what_is_saved_pays_and_says_where_to(stocked: World, capsys: pytest.CaptureFixture[str]) -> None:
    ada = Member(stocked)
    bought = ada.buy_saved(phone="+44 (7700) 900-123")
    assert bought.status == 202, bought.body
    stocked.drain()
    item = order_life.orders(stocked)[bought.body["order_id"]]
    assert item["status"] == "confirmed" and item["phone"] == PHONE and item["language"] == "de"
    assert (item["country"], item["address"]) == ("United Kingdom", ADDRESS)
    assert "tok_visa" not in capsys.readouterr().out + str(stocked.table("CheckoutTable")) + str(item)
    shown = stocked.http("OrderStatusFunction", "GET", f"/orders/{item['order_id']}", **ada.bearer).body
    assert (shown["address"]["recipient"], shown["phone"]) == ("Ada Lovelace", PHONE)


def test_what_is_saved_is_its_owners(stocked: World) -> None:
    ada, eve = Member(stocked), Member(stocked, "eve@example.com")
    saved = ada.save()
    for name, body in (
        ("payment", {"country": "GB"}),
        ("address", {"payment": {"method": "card", "token": "tok_visa"}}),
    ):
        refused = eve.buy(f"K-{name}", **{name: {"saved": saved[name]}}, **body)
        assert (refused.status, refused.body["error"]) == (404, "no_such_entry")
    guest = Shopper(stocked)
    body = {"cart_id": guest.cart_id, "email": EMAIL, "country": "GB", "payment": {"saved": saved["payment"]}}
    answer = stocked.http("CheckoutFunction", "POST", "/checkout", body, Idempotency_Key="K2", **guest.key)
    assert (answer.status, answer.body["error"]) == (401, "unauthenticated")
    assert not [item for item in stocked.table("CheckoutTable") if item["id"].startswith("CART#")]


@pytest.mark.parametrize(
    "body",
    [
        {"phone": "0770 900123", "country": "GB"},
        {"phone": "+0123456789", "country": "GB"},
        {"phone": "+4477009001234567", "country": "GB"},
        {"phone": 447700900123, "country": "GB"},
        {"payment": {"saved": ""}, "country": "GB"},
        {"payment": {"saved": "x", "token": "tok_visa"}, "country": "GB"},
        {"payment": {"saved": ["x"]}, "country": "GB"},
        {"address": {"saved": "x"}, "country": "GB"},
        {"address": {**ADDRESS, "saved": "x"}},
        {"address": {**ADDRESS, "city": ""}},
        {"address": ADDRESS, "postcode": "SW1"},
        {"address": "London"},
        {"language": "fr", "country": "GB"},
        {"language": "DE", "country": "GB"},
        {"language": 1, "country": "GB"},
    ],
)
def test_a_wrong_field_is_named(stocked: World, body: dict[str, Any]) -> None:
    answer = Member(stocked).buy(**{"payment": {"method": "card", "token": "tok_visa"}, **body})
    assert answer.status == 400, answer.body
    assert any(name in answer.body["message"] for name in (*body, "saved", "city", "postcode"))


def test_without_profiles_nothing_saved_is_taken(stocked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = Member(stocked)
    monkeypatch.setenv("PROFILE_ENTRIES_FUNCTION_NAME", "")
    config.load.cache_clear()
    answer = ada.buy_saved()
    assert (answer.status, answer.body["error"]) == (503, "no_profiles")


def test_each_change_is_told_by_mail_and_by_sms_in_the_shoppers_language(stocked: World) -> None:
    order_id = Member(stocked).buy_saved(phone=PHONE).body["order_id"]
    stocked.drain()
    for step in ("pack", "ship", "deliver"):
        order_life.change(stocked, order_id, step)
    changes = [{"Records": [sqs(each)]} for each in stocked.messages("OrderChanges")]
    for batch in changes:
        for function in ("MailFunction", "SmsFunction"):
            assert stocked.invoke(function, batch) == {"batchItemFailures": []}
    mails = [mail.subject.partition(" (")[0] for mail in stocked.mailbox(EMAIL)][-4:]
    assert mails == [
        "Ihre Bestellung ist bestätigt",
        "Ihre Bestellung ist verpackt",
        "Ihre Bestellung ist unterwegs",
        "Ihre Bestellung wurde zugestellt",
    ]
    texts = [text for number, text in sns_backends[ACCOUNT][REGION].sms_messages.values() if number == PHONE]
    assert [text.partition(" (")[0] for text in texts] == mails
    assert "Gesamtbetrag: 25,00\u00a0£" in stocked.mailbox(EMAIL)[-1].body


def sqs(message: dict[str, Any]) -> dict[str, Any]:
    record = {"messageId": "m", "receiptHandle": "r", "body": json.dumps(message), "attributes": {}}
    return record | {"messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:q"}


def delete_account(member: Member) -> None:
    assert member.call("DELETE", "/profile", body={"password": "correct horse"}).status == 204


def hear_of_deletions(shop: World) -> None:
    changes = shop.messages("AccountChanges")
    assert changes and {change["status"] for change in changes} == {"deleted"}
    event = {"Records": [{"Sns": {"Message": json.dumps(change)}} for change in changes]}
    for function in ("ForgetCartsFunction", "ForgetCheckoutsFunction", "ForgetOrdersFunction"):
        shop.invoke(function, event)


def whole_shop(shop: World) -> str:
    tables = client("dynamodb").list_tables()["TableNames"]
    assert len(tables) > 10
    return "\n".join(str(shop.table(name)) for name in tables)


def test_a_deleted_account_is_forgotten_everywhere_and_the_books_stay(stocked: World) -> None:
    ada, eve = Member(stocked), Member(stocked, "eve@example.com")
    order_id = ada.buy_saved(phone=PHONE).body["order_id"]
    stocked.drain()
    other = eve.buy(address={**ADDRESS, "recipient": "Eve"}, payment={"method": "card", "token": "tok_visa"}).body
    stocked.drain()
    ada.fill()
    books = order_life.orders(stocked)[order_id]
    before = whole_shop(stocked)
    assert all(text in before for text in (PHONE, EMAIL, NAME, "Lovelace"))
    told = stocked.messages("OrderChanges")
    delete_account(ada)
    for _ in range(2):
        hear_of_deletions(stocked)
        after = whole_shop(stocked).replace("eve@example.com", "")
        assert not [text for text in (PHONE, EMAIL, "Lovelace") if text in after]
    item = order_life.orders(stocked)[order_id]
    assert item == {name: value for name, value in books.items() if name not in ("email", "phone", "address", "change")}
    assert order_life.orders(stocked)[other["order_id"]]["email"] == "eve@example.com"
    assert stocked.messages("OrderChanges") == told  # forgetting is no change of an order
    assert ada.cart_id not in str(stocked.table("CartTable")) and eve.cart_id in str(stocked.table("CartTable"))
    # The order lives on: it is packed, its goods come back, its money does.
    for step in ("pack", "ship", "deliver"):
        order_life.change(stocked, order_id, step)
    assert order_life.status(stocked, order_id) == "delivered"


def test_an_order_that_arrives_after_its_account_was_deleted_is_forgotten_too(stocked: World) -> None:
    ada = Member(stocked)
    order_id = ada.buy_saved(phone=PHONE).body["order_id"]
    delete_account(ada)
    hear_of_deletions(stocked)
    stocked.drain(copies=2)
    assert order_life.status(stocked, order_id) == "confirmed"
    assert not [text for text in (PHONE, EMAIL, "Lovelace") if text in whole_shop(stocked)]


@pytest.fixture
def promoted(stocked: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("QUOTE_FUNCTION_NAME", "QuoteFunction")
    monkeypatch.setenv("PROMOTION_USES_FUNCTION_NAME", "PromotionUsesFunction")
    config.load.cache_clear()
    assert stocked.invoke("SetPromotionsFunction", {"promotions": [CODE]})["set"] == 1
    return stocked


class Crash(BaseException):
    """The process dies here; nothing in it catches that."""


def die(*_: Any) -> None:
    raise Crash


WISHES = {"promotion_code": "SPRING10", "expected_total_minor": 2645}


def release(shop: World) -> int:
    return int(shop.invoke("ReleaseUnpaidUsesFunction", {})["released"])


@pytest.mark.parametrize(("where", "step"), [(store, "keep"), (store, "authorize"), (store, "record")])
def test_the_use_of_a_code_goes_back_when_its_checkout_died(
    promoted: World, monkeypatch: pytest.MonkeyPatch, where: Any, step: str
) -> None:
    ada = Shopper(promoted)
    with monkeypatch.context() as patch:
        patch.setattr(where, step, die)
        # A process that dies runs no handler of errors either.
        patch.setattr(placing, "_give_back", lambda *_: None)
        with pytest.raises(Crash):
            ada.buy(**WISHES)
    assert (used(promoted), release(promoted)) == (1, 0)  # it might still live
    promoted.pass_time(minutes=6)
    assert (release(promoted), used(promoted), release(promoted)) == (1, 0, 0)
    assert ada.buy(**WISHES).status == 202  # the same checkout, tried again
    promoted.pass_time(minutes=6)
    assert (release(promoted), used(promoted)) == (0, 1)


def test_a_use_that_was_paid_for_stays(promoted: World) -> None:
    assert Shopper(promoted).buy(**WISHES).status == 202
    assert Shopper(promoted, "eve@example.com").buy("K2", "tok_declined", **WISHES).status == 402
    promoted.pass_time(minutes=6)
    assert (release(promoted), used(promoted)) == (0, 1)
    assert not [item for item in promoted.table("CheckoutTable") if item["id"].startswith("USE#")]
