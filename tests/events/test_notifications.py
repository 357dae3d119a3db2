"""Shoppers are told of each change once per channel, and nothing personal is kept."""

from typing import Any

import pytest
from moto.sns.models import sns_backends

from shoplib.services.notifications import domain, store
from tests.inprocess import ACCOUNT, REGION, World
from tests.order_changes import batch, change

ADA, PHONE = "ada@example.com", "+4915112345678"


def texts(shop: World) -> list[str]:
    return [mail.subject for mail in shop.mailbox(ADA)]


def messages() -> list[tuple[str, str]]:
    return list(sns_backends[ACCOUNT][REGION].sms_messages.values())


@pytest.mark.parametrize("status", domain.STATUSES)
def test_a_mail_says_what_became_of_the_order(shop: World, status: str) -> None:
    shop.invoke("MailFunction", batch(change(status=status)))
    [mail] = shop.mailbox(ADA)
    assert "order 0000abcd" in mail.subject
    assert "2 x Mug" in mail.body and "Total: 28.99 GBP" in mail.body


def test_a_change_that_comes_twice_is_told_once_per_channel(shop: World) -> None:
    confirmed, shipped = change(phone=PHONE), change(change_id="change-2", status="shipped", phone=PHONE)
    for function in ("MailFunction", "SmsFunction"):
        shop.invoke(function, batch(shipped, confirmed, confirmed))
        shop.invoke(function, batch(confirmed))
    assert len(texts(shop)) == len(messages()) == 2
    assert all(len(text) <= domain.MAX_SMS for _, text in messages())


def test_who_gave_no_address_or_number_is_told_nothing(shop: World) -> None:
    nobody = change(email=None)
    assert [shop.invoke(each, batch(nobody)) for each in ("MailFunction", "SmsFunction")] == [
        {"batchItemFailures": []}
    ] * 2
    assert shop.table("MessagesTable") == []


def test_what_cannot_be_sent_comes_again_and_holds_up_no_other(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    send, failures = store.send_mail, [ConnectionError("SES")]

    def fail_once(message: domain.Message) -> None:
        if failures:
            raise failures.pop()
        send(message)

    monkeypatch.setattr(store, "send_mail", fail_once)
    changes = batch(change(), change(change_id="change-2", status="shipped"))
    failed = shop.invoke("MailFunction", changes)
    assert [each["itemIdentifier"] for each in failed["batchItemFailures"]] == ["m-0"]
    assert shop.invoke("MailFunction", changes) == {"batchItemFailures": []}
    assert len(texts(shop)) == 2


def test_nothing_personal_is_kept_or_logged(shop: World, capsys: pytest.CaptureFixture[str]) -> None:
    shop.invoke("MailFunction", batch(change()))
    shop.invoke("SmsFunction", batch(change(phone=PHONE)))
    written = str(shop.table("MessagesTable")) + capsys.readouterr().out
    assert not [text for text in (ADA, PHONE, "Mug") if text in written]


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "GBP", "0.00 GBP"),
        (123456789, "EUR", "1,234,567.89 EUR"),
        (1500, "JPY", "1,500 JPY"),
        (1, "KWD", "0.001 KWD"),
    ],
)
def test_amounts_are_for_people(amount: Any, currency: str, text: str) -> None:
    assert domain.price(amount, currency) == text
