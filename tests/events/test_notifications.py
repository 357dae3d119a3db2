"""Shoppers are told of each change once per channel, and nothing personal is kept."""

import pytest
from moto.sns.models import sns_backends

from shoplib.services.notifications import domain, sms_text, store
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
    assert "2 x Mug" in mail.body and "Total: £28.99" in mail.body


def test_a_change_that_comes_twice_is_told_once_per_channel(shop: World) -> None:
    confirmed, shipped = change(phone=PHONE), change(change_id="change-2", status="shipped", phone=PHONE)
    for function in ("MailFunction", "SmsFunction"):
        shop.invoke(function, batch(shipped, confirmed, confirmed))
        shop.invoke(function, batch(confirmed))
    assert len(texts(shop)) == len(messages()) == 2
    assert all(sms_text.fits(text) for _, text in messages())


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


SUBJECTS = {
    "en": "Your order is confirmed (order 0000abcd)",
    "de": "Ihre Bestellung ist bestätigt (Bestellung 0000abcd)",
    "es": "Tu pedido está confirmado (pedido 0000abcd)",
    "ar": "\u200fتم تأكيد طلبك (الطلب 0000abcd)",
}
PARTS = {
    "en": ("Hello,", "It will be with you by March 4, 2026.", "Total: €1,234.50"),
    "de": ("Guten Tag,", "Sie ist spätestens am 4. März 2026 bei Ihnen.", "Gesamtbetrag: 1.234,50\u00a0€"),
    "es": ("Hola:", "Te llegará a más tardar el 4 de marzo de 2026.", "Total: 1.234,50\u00a0€"),
    "ar": ("\u200fمرحبًا،", "سيصلك في موعد أقصاه 4 مارس 2026.", "\u200fالإجمالي: \u200f1,234.50\u00a0€"),
}


@pytest.mark.parametrize("language", SUBJECTS)
def test_a_shopper_is_told_in_the_language_of_the_order(shop: World, language: str) -> None:
    confirmed = change(language=language, total_minor=123_450, currency="EUR", phone=PHONE)
    shop.invoke("MailFunction", batch(confirmed))
    shop.invoke("SmsFunction", batch(confirmed))
    [mail] = shop.mailbox(ADA)
    assert mail.subject == SUBJECTS[language]
    assert all(part in mail.body for part in PARTS[language])
    [(number, text)] = messages()
    assert number == PHONE and text.startswith(SUBJECTS[language]) and sms_text.fits(text)


@pytest.mark.parametrize("language", SUBJECTS)
@pytest.mark.parametrize("status", domain.STATUSES)
def test_every_sms_is_one_in_every_language(language: str, status: str) -> None:
    message = domain.sms(change(status=status, language=language, phone=PHONE))
    assert message and sms_text.fits(message.text) and message.text.rstrip().endswith(".")


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a" * 160, True), ("a" * 161, False), ("€" * 80, True), ("€" * 81, False), ("ك" * 70, True), ("ك" * 71, False)]
    + [("😀" * 35, True), ("😀" * 36, False), ("", True)],
)
def test_an_sms_holds_what_the_standard_says(text: str, fits: bool) -> None:
    assert sms_text.fits(text) is fits
    assert sms_text.first_that_fits(text).__len__() == (len(text) if fits else len(text) - 1)
