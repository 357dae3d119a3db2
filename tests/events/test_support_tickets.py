"""A form that is sent again is one ticket, and its mails speak the shopper's language."""

from typing import Any

import pytest

from shoplib.services.support import store
from tests.inprocess import Answer, World
from tests.members import deletion, hire, join

FORM = {"name": "Ada", "email": "ada@example.com", "topic": "order", "text": "Where is it?"}


def send(shop: World, key: str, form: Any = FORM, **headers: str) -> Answer:
    return shop.http("TicketsFunction", "POST", "/tickets", form, idempotency_key=key, **headers)


def count_tickets(shop: World) -> int:
    return len([item for item in shop.table("SupportTable") if item["sk"] == "TICKET"])


def test_a_form_that_is_sent_again_is_one_ticket_and_one_mail(shop: World) -> None:
    first, again = send(shop, "k1"), send(shop, "k1")
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert count_tickets(shop) == len(shop.mailbox("ada@example.com")) == 1
    read = {"x_ticket_key": again.body["ticket_key"]}
    assert shop.http("TicketsFunction", "GET", f"/tickets/{again.body['ticket_id']}", **read).status == 200


def test_another_form_under_the_same_key_is_refused_and_another_key_is_another_ticket(shop: World) -> None:
    first = send(shop, "k1").body
    for changed in ({"text": "Other"}, {"email": "eve@example.com"}, {"language": "de"}, {"order_id": "o"}):
        refused = send(shop, "k1", FORM | changed)
        assert (refused.status, refused.body["error"]) == (422, "idempotency_key_reused")
        assert first["ticket_id"] not in str(refused.body) and first["ticket_key"] not in str(refused.body)
    assert send(shop, "k2").body["ticket_id"] != first["ticket_id"]
    assert count_tickets(shop) == 2


def test_a_key_is_its_owners(shop: World) -> None:
    ada, bob = join(shop), join(shop, "bob")
    answers = [send(shop, "k1"), send(shop, "k1", **ada.headers), send(shop, "k1", **bob.headers)]
    assert [each.status for each in answers] == [201] * 3
    assert len({each.body["ticket_id"] for each in answers}) == len({each.body["ticket_key"] for each in answers}) == 3


def test_a_repetition_answers_with_the_ticket_as_it_is_and_is_not_counted(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKETS_PER_HOUR", "1")
    opened, grace = send(shop, "k1").body, hire(shop)
    answer = {"text": "On its way."}
    grace.http("TicketsFunction", "POST", f"/tickets/{opened['ticket_id']}/messages", answer)
    again = send(shop, "k1")
    assert (again.status, again.body["status"], len(again.body["messages"])) == (201, "answered", 2)
    assert send(shop, "k2").status == 429


def test_of_two_at_the_same_moment_one_opens_the_ticket(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read = store.read
    first: list[Any] = []

    def late(pk: str, sk: str) -> Any:
        found = read(pk, sk)
        if sk == "REQUEST" and not first:
            first.append(1)
            first.append(send(shop, "k1").body)
        return found

    monkeypatch.setattr(store, "read", late)
    assert send(shop, "k1").body == first[1]
    assert count_tickets(shop) == 1


@pytest.mark.parametrize("key", ["x" * 129, " ", "a\nb"], ids=repr)
def test_what_is_no_key_is_refused(shop: World, key: str) -> None:
    answer = send(shop, key)
    assert (answer.status, answer.body["error"], count_tickets(shop)) == (400, "invalid_request", 0)


def test_what_a_deleted_account_opened_is_answered_to_nobody(shop: World) -> None:
    ada = join(shop)
    send(shop, "k1", **ada.headers)
    shop.invoke("ForgetTicketsFunction", deletion(ada.user_id))
    again = send(shop, "k1", **ada.headers)
    assert (again.status, again.body["error"]) == (404, "no_such_ticket")


MAILS = {
    "en": ("We have your message (ticket ", "Hello Ada,", "Re: your message to the shop (ticket "),
    "de": ("Ihre Nachricht ist angekommen (Ticket ", "Hallo Ada,", "Re: Ihre Nachricht an den Shop (Ticket "),
    "es": ("Hemos recibido tu mensaje (consulta ", "Hola, Ada:", "Re: tu mensaje a la tienda (consulta "),
    "ar": ("\u200fوصلتنا رسالتك (التذكرة ", "\u200fمرحبًا Ada،", "\u200fرد: رسالتك إلى المتجر (التذكرة "),
}


@pytest.mark.parametrize("language", MAILS)
def test_mails_speak_the_shoppers_language(shop: World, language: str) -> None:
    grace, text = hire(shop), "100 % <b>sure</b> %(name)s\nsecond line"
    opened = send(shop, "k1", {**FORM, "language": language, "text": text}).body
    grace.http("TicketsFunction", "POST", f"/tickets/{opened['ticket_id']}/messages", {"text": "50 % off"})
    confirmation, answer = shop.mailbox("ada@example.com")
    subject, hello, reply = MAILS[language]
    assert (confirmation.subject.startswith(subject), answer.subject.startswith(reply)) == (True, True)
    assert all(mail.body.startswith(f"{hello}\n\n") for mail in (confirmation, answer))
    assert text in confirmation.body and "50 % off" in answer.body
    assert opened["ticket_id"][:8] in confirmation.subject


def test_a_form_that_names_no_language_is_answered_in_what_the_browser_prefers(shop: World) -> None:
    assert send(shop, "k1", accept_language="fr, de;q=0.8, en;q=0.5").body["language"] == "de"
    assert send(shop, "k2", accept_language="fr").body["language"] == "en"
    assert send(shop, "k3", FORM | {"language": "es"}, accept_language="de").body["language"] == "es"
