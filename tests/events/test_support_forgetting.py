"""Who deletes an account leaves no ticket and no chat, however often and whenever that is heard of."""

import json
from typing import Any

import pytest

from shoplib.services.support import forgetting, store
from tests.inprocess import World
from tests.members import Person, deletion, hire, join

FORM = {"name": "Ada", "email": "ada@example.com", "topic": "order", "text": "My secret"}
FORGET = "ForgetTicketsFunction"


def write(person: Person) -> Any:
    return person.http("TicketsFunction", "POST", "/tickets", FORM)


def read(person: Person, ticket: Any) -> int:
    return person.http("TicketsFunction", "GET", f"/tickets/{ticket['ticket_id']}").status


def talk(person: Person, connection: str) -> Any:
    """A member's chat with a message."""
    person.shop.connect(connection)
    token = person.headers["Authorization"].removeprefix("Bearer ")
    opened = person.shop.frame(connection, action="open", token=token)
    say(person.shop, connection, opened, "m1")
    return opened


def say(shop: World, connection: str, opened: Any, message_id: str) -> Any:
    chat_id = opened["chat"]["chat_id"]
    return shop.frame(connection, action="say", chat_id=chat_id, message_id=message_id, text="My secret")


def kept(shop: World) -> list[str]:
    """Keys of what is of somebody: not connections, and no counts."""
    return sorted(item["pk"] for item in shop.table("SupportTable") if item["pk"].startswith(("TICKET#", "CHAT#")))


def test_a_deleted_account_leaves_no_ticket_and_no_chat(shop: World) -> None:
    ada, bob = join(shop), join(shop, "bob")
    ticket, opened = write(ada).body, talk(ada, "ada")
    mine = write(bob).body
    talk(bob, "bob")
    for _ in range(2):
        shop.invoke(FORGET, deletion(ada.user_id))
    shop.relay()
    assert (read(ada, ticket), read(bob, mine)) == (404, 200)
    assert opened["chat"]["chat_id"] not in json.dumps(kept(shop))
    assert ada.user_id not in json.dumps(shop.table("SupportTable"), default=str)
    assert say(shop, "bob", opened, "m2")["error"] == "no_such_chat"
    assert say(shop, "ada", opened, "m2")["error"] == "no_such_chat"


def test_what_comes_after_the_deletion_is_refused(shop: World) -> None:
    ada = join(shop)
    shop.invoke(FORGET, deletion(ada.user_id))
    shop.connect("ada")
    token = ada.headers["Authorization"].removeprefix("Bearer ")
    assert (write(ada).status, write(ada).body["error"]) == (401, "unauthenticated")
    assert shop.frame("ada", action="open", token=token)["error"] == "unauthenticated"
    assert [key for key in kept(shop) if key.startswith("TICKET#")] == []


def test_the_desk_hears_that_the_chat_is_over(shop: World) -> None:
    ada, grace = join(shop), hire(shop)
    shop.connect("desk")
    shop.frame("desk", action="desk", token=grace.headers["Authorization"].removeprefix("Bearer "))
    opened = talk(ada, "ada")
    shop.frame("desk", action="take", chat_id=opened["chat"]["chat_id"])
    shop.invoke(FORGET, deletion(ada.user_id))
    shop.relay()
    assert shop.sockets.frames["desk"][-1]["chat"]["status"] == "ended"
    assert say(shop, "desk", opened, "m2")["error"] == "no_such_chat"
    assert shop.frame("desk", action="end", chat_id=opened["chat"]["chat_id"])["error"] == "no_such_chat"


def test_what_is_written_meanwhile_goes_too(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace = join(shop), hire(shop)
    ticket = write(ada).body
    remove = forgetting._remove_content
    times: list[int] = []

    def interrupted(pk: str, sk: str) -> None:
        remove(pk, sk)
        if not times:
            times.append(1)
            answer = {"text": "On its way."}
            grace.http("TicketsFunction", "POST", f"/tickets/{ticket['ticket_id']}/messages", answer)

    monkeypatch.setattr(forgetting, "_remove_content", interrupted)
    shop.invoke(FORGET, deletion(ada.user_id))
    assert kept(shop) == []


def test_an_attempt_that_died_is_finished_by_the_next(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = join(shop)
    write(ada), talk(ada, "ada")
    with monkeypatch.context() as broken:
        broken.setattr(forgetting, "_remove_head", lambda head: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shop.invoke(FORGET, deletion(ada.user_id))
    assert len(kept(shop)) > 0
    shop.invoke(FORGET, deletion(ada.user_id))
    assert kept(shop) == []


def test_a_long_chat_goes_whole(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.rows, "__kwdefaults__", {"after": "", "limit": 2})
    ada = join(shop)
    opened = talk(ada, "ada")
    for number in range(2, 6):
        say(shop, "ada", opened, f"m{number}")
    shop.invoke(FORGET, deletion(ada.user_id))
    assert kept(shop) == []


def test_of_guests_and_others_nothing_goes(shop: World) -> None:
    guest = shop.http("TicketsFunction", "POST", "/tickets", FORM).body
    shop.invoke(FORGET, deletion(join(shop).user_id))
    assert kept(shop) == [f"TICKET#{guest['ticket_id']}"] * 2
