"""Tickets and chats: each is its owner's and the staff's, nothing comes twice, and nobody floods the shop."""

from typing import Any

import pytest

from shoplib.services.support import chats, connections, domain
from tests.inprocess import World
from tests.order_changes import change

FORM = {"name": "Ada", "email": "ada@example.com", "topic": "order", "text": "Where is it?\n<script>alert(1)</script>"}


def member(shop: World, email: str = "eve@example.com", role: str | None = None) -> dict[str, Any]:
    """A member's session, of the staff if `role` says so."""
    body = {"email": email, "password": "correct horse", "name": email.partition("@")[0].title()}
    session: dict[str, Any] = shop.rest("AccountsFunction", "POST", "/accounts", body).body
    if role:
        shop.invoke("SetRoleFunction", {"user_id": session["user_id"], "role": role})
    return {**session, "bearer": {"Authorization": f"Bearer {session['token']}"}}


def tickets(shop: World, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return shop.http("TicketsFunction", method, path, body, **headers)


def chat(shop: World, connection: str = "shopper", **more: Any) -> Any:
    """A guest's new chat on a new connection."""
    shop.connect(connection)
    return shop.frame(connection, action="open", name="Ada", **more)


def say(shop: World, connection: str, chat_id: str, text: str, message_id: str) -> Any:
    return shop.frame(connection, action="say", chat_id=chat_id, text=text, message_id=message_id)


def texts(shop: World, connection: str) -> list[str]:
    """The texts of messages that a connection got, without repetitions."""
    shop.relay()
    frames = {each["number"]: each["text"] for each in shop.sockets.frames[connection] if each["type"] == "message"}
    return [frames[number] for number in sorted(frames)]


def test_a_ticket_is_confirmed_by_mail_and_answered_by_the_staff(shop: World) -> None:
    agent = member(shop, role="staff")
    opened = tickets(shop, "POST", "/tickets", FORM).body
    path, key = f"/tickets/{opened['ticket_id']}", {"x_ticket_key": opened["ticket_key"]}
    assert [each.subject[:20] for each in shop.mailbox("ada@example.com")] == ["We have your message"]
    assert tickets(shop, "GET", "/tickets", **agent["bearer"]).body["tickets"][0]["status"] == "open"
    answered = tickets(shop, "POST", f"{path}/messages", {"text": "On its way."}, **agent["bearer"])
    assert (answered.status, answered.body["status"]) == (201, "answered")
    shop.relay()
    assert [each.subject[:20] for each in shop.mailbox("ada@example.com")][1:] == ["Re: your message to "]
    assert "On its way." in shop.mailbox("ada@example.com")[1].body
    assert tickets(shop, "GET", "/tickets", **agent["bearer"]).body == {"tickets": []}
    assert tickets(shop, "POST", f"{path}/messages", {"text": "Thanks"}, **key).body["status"] == "open"
    rows = tickets(shop, "GET", path, **key).body["messages"]
    assert [(row["author"], row["text"]) for row in rows] == [
        ("shopper", FORM["text"]),
        ("staff", "On its way."),
        ("shopper", "Thanks"),
    ]
    assert len(shop.mailbox("ada@example.com")) == 2


def test_mails_of_a_ticket_go_out_once_though_the_batch_comes_again(shop: World) -> None:
    tickets(shop, "POST", "/tickets", FORM)
    shop.relay()
    shop.relayed.clear()
    assert len(shop.mailbox("ada@example.com")) == 1


def test_a_ticket_opens_for_its_owner_and_the_staff_alone(shop: World) -> None:
    owner, other = member(shop, "ada@example.com"), member(shop)
    opened = tickets(shop, "POST", "/tickets", FORM, **owner["bearer"]).body
    path = f"/tickets/{opened['ticket_id']}"
    statuses = {
        "owner": tickets(shop, "GET", path, **owner["bearer"]).status,
        "other": tickets(shop, "GET", path, **other["bearer"]).status,
        "wrong key": tickets(shop, "GET", path, x_ticket_key="guess").status,
        "nobody": tickets(shop, "GET", path).status,
        "forged": tickets(shop, "GET", path, Authorization="Bearer forged").status,
        "list": tickets(shop, "GET", "/tickets", **other["bearer"]).status,
        "nobody's list": tickets(shop, "GET", "/tickets").status,
        "closing": tickets(shop, "POST", f"{path}/messages", {"text": "x", "closes": True}, **owner["bearer"]).status,
    }
    assert statuses == {"owner": 200, "other": 404, "wrong key": 404, "nobody": 400} | {
        "forged": 401,
        "list": 403,
        "nobody's list": 401,
        "closing": 400,
    }


@pytest.mark.parametrize(
    "wrong",
    [{"website": "http://spam.example"}, {"email": "ada"}, {"topic": "spam"}, {"text": "x" * 5_001}, {"text": " "}]
    + [{"name": ""}, {"language": "xx"}, {"name": "a\nb"}, {"order_id": "x" * 65}],
    ids=str,
)
def test_a_form_that_is_filled_in_wrongly_opens_no_ticket(shop: World, wrong: dict[str, Any]) -> None:
    answer = tickets(shop, "POST", "/tickets", FORM | wrong)
    assert (answer.status, shop.table("SupportTable")) == (400, [])


def test_one_address_opens_a_few_tickets_an_hour(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETS_PER_HOUR", "2")
    statuses = [tickets(shop, "POST", "/tickets", FORM).status for _ in range(3)]
    shop.pass_time(hours=1)
    assert [*statuses, tickets(shop, "POST", "/tickets", FORM).status] == [201, 201, 429, 201]


def test_a_shopper_and_the_desk_chat(shop: World) -> None:
    agent = member(shop, "grace@example.com", "staff")
    shop.connect("desk")
    assert shop.frame("desk", action="desk", token=agent["token"])["waiting"] == []
    opened = chat(shop, topic="sizes")
    chat_id = opened["chat"]["chat_id"]
    assert say(shop, "shopper", chat_id, "Hello?", "m1")["number"] == 1
    shop.relay()
    (news,) = shop.sockets.frames["desk"]
    assert (news["chat"]["status"], news["chat"]["topic"], news["chat"]["name"]) == ("waiting", "sizes", "Ada")
    taken = shop.frame("desk", action="take", chat_id=chat_id)
    assert [each["text"] for each in taken["messages"]] == ["Hello?"]
    assert say(shop, "desk", chat_id, "<b>Hi</b>", "m1")["number"] == 2
    assert say(shop, "shopper", chat_id, "Is M wide?", "m2")["number"] == 3
    assert texts(shop, "shopper") == ["Hello?", "<b>Hi</b>", "Is M wide?"]
    assert texts(shop, "desk") == ["<b>Hi</b>", "Is M wide?"]
    assert shop.frame("desk", action="end", chat_id=chat_id)["chat"]["status"] == "ended"
    assert say(shop, "shopper", chat_id, "Thanks", "m3")["error"] == "chat_ended"
    shop.relay()
    states = [each["chat"]["status"] for each in shop.sockets.frames["shopper"] if each["type"] == "chat"]
    assert states == ["waiting", "taken", "ended"] or states == ["taken", "ended"]
    assert [each["name"] for each in taken["messages"]] == ["Ada"] and taken["chat"]["agent_name"] == "Grace"


def test_a_message_that_comes_twice_is_one_and_a_reconnect_reads_what_was_missed(shop: World) -> None:
    opened = chat(shop)
    chat_id = opened["chat"]["chat_id"]
    assert [say(shop, "shopper", chat_id, "one", "m1")["number"] for _ in range(2)] == [1, 1]
    assert say(shop, "shopper", chat_id, "other", "m1")["error"] == "message_id_used"
    say(shop, "shopper", chat_id, "two", "m2")
    shop.disconnect("shopper")
    shop.connect("again")
    wish = {"action": "join", "chat_id": chat_id, "chat_key": opened["chat_key"]}
    joined = shop.frame("again", **wish, after=1)
    assert ([each["text"] for each in joined["messages"]], joined["more"]) == (["two"], False)
    assert len(shop.frame("again", **wish)["messages"]) == 2
    assert say(shop, "again", chat_id, "three", "m3")["number"] == 3


def test_a_long_chat_is_read_in_pages(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chats, "PAGE", 2)
    opened = chat(shop)
    wish = {"action": "join", "chat_id": opened["chat"]["chat_id"], "chat_key": opened["chat_key"]}
    for number in range(3):
        say(shop, "shopper", wish["chat_id"], f"{number}", f"m{number}")
    first, rest = shop.frame("shopper", **wish), shop.frame("shopper", **wish, after=2)
    assert [(len(page["messages"]), page["more"]) for page in (first, rest)] == [(2, True), (1, False)]


def test_nobody_reads_or_writes_anothers_chat(shop: World) -> None:
    agent, other = member(shop, "grace@example.com", "staff"), member(shop, "alan@example.com", "staff")
    shopper = member(shop)
    chat_id = chat(shop)["chat"]["chat_id"]
    mine = chat(shop, "eve", token=shopper["token"])
    for desk, session in (("desk", agent), ("desk 2", other)):
        shop.connect(desk)
        shop.frame(desk, action="desk", token=session["token"])
    assert shop.frame("desk", action="take", chat_id=chat_id)["type"] == "taken"
    refusals = {
        "key of another": shop.frame("eve", action="join", chat_id=chat_id, chat_key=mine["chat_key"]),
        "member": shop.frame("eve", action="join", chat_id=chat_id, token=shopper["token"]),
        "nothing": shop.frame("eve", action="join", chat_id=chat_id),
        "say": say(shop, "eve", chat_id, "hi", "m1"),
        "end": shop.frame("eve", action="end", chat_id=chat_id),
        "taken": shop.frame("desk 2", action="take", chat_id=chat_id),
        "of another agent": shop.frame("desk 2", action="join", chat_id=chat_id),
        "no desk": shop.frame("eve", action="take", chat_id=chat_id),
        "a shopper's desk": shop.frame("eve", action="desk", token=shopper["token"]),
        "forged": shop.frame("eve", action="desk", token="forged"),
    }
    assert {name: each["error"] for name, each in refusals.items()} == {
        "key of another": "no_such_chat",
        "member": "no_such_chat",
        "nothing": "no_such_chat",
        "say": "no_such_chat",
        "end": "no_such_chat",
        "taken": "taken",
        "of another agent": "no_such_chat",
        "no desk": "not_at_the_desk",
        "a shopper's desk": "not_staff",
        "forged": "session_ended",
    }
    say(shop, "shopper", chat_id, "secret", "m1")
    assert texts(shop, "eve") == texts(shop, "desk 2") == [] and texts(shop, "desk") == ["secret"]


def test_who_is_no_longer_staff_or_signed_in_hears_and_says_nothing_more(shop: World) -> None:
    agent = member(shop, role="staff")
    chat_id = chat(shop)["chat"]["chat_id"]
    shop.connect("desk")
    shop.frame("desk", action="desk", token=agent["token"])
    shop.frame("desk", action="take", chat_id=chat_id)
    shop.relay()
    shop.invoke("SetRoleFunction", {"user_id": agent["user_id"], "role": None})
    assert say(shop, "desk", chat_id, "psst", "m1")["error"] == "not_staff"
    say(shop, "shopper", chat_id, "secret", "m1")
    assert texts(shop, "desk") == []
    shop.invoke("SetRoleFunction", {"user_id": agent["user_id"], "role": "staff"})
    shop.rest("AccountsFunction", "DELETE", "/sessions", **agent["bearer"])
    assert shop.frame("desk", action="take", chat_id=chat_id)["error"] == "session_ended"


def test_a_connection_that_is_gone_is_forgotten(shop: World) -> None:
    opened = chat(shop)
    chat_id = opened["chat"]["chat_id"]
    shop.connect("other tab")
    shop.frame("other tab", action="join", chat_id=chat_id, chat_key=opened["chat_key"])
    del shop.sockets.frames["other tab"]  # it broke, and nobody said so
    say(shop, "shopper", chat_id, "hello", "m1")
    assert texts(shop, "shopper") == ["hello"]
    assert "other tab" not in str(shop.table("SupportTable"))
    shop.disconnect("shopper")
    shop.disconnect("shopper")
    assert "LISTENER" not in str(shop.table("SupportTable"))
    assert shop.frame("shopper", action="ping")["error"] == "no_such_connection"


def test_a_chat_ends_when_it_was_silent_for_half_an_hour(shop: World) -> None:
    agent = member(shop, role="staff")
    chat_id = chat(shop)["chat"]["chat_id"]
    shop.pass_time(minutes=31)
    assert say(shop, "shopper", chat_id, "still there?", "m1")["error"] == "chat_ended"
    shop.connect("desk")
    assert shop.frame("desk", action="desk", token=agent["token"])["waiting"] == []
    assert shop.frame("desk", action="take", chat_id=chat_id)["error"] == "chat_ended"


def test_a_flood_is_slowed_down(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FRAMES_PER_WINDOW", 3)
    shop.connect()
    answers = [shop.frame(action="ping", request=f"r{number}") for number in range(5)]
    assert [each["type"] for each in answers] == ["pong"] * 3 + ["error"] * 2
    assert (answers[4]["error"], answers[4]["retry_after"], answers[4]["request"]) == ("slow_down", 10, "r4")
    shop.pass_time(seconds=10)
    assert shop.frame(action="ping")["type"] == "pong"
    monkeypatch.setenv("CHATS_PER_HOUR", "1")
    assert [chat(shop, f"c{number}").get("error") for number in range(2)] == [None, "too_many_chats"]
    monkeypatch.setattr(connections, "CONNECTIONS_PER_HOUR", 1)
    assert shop.connect("one more") == {"statusCode": 429}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no JSON", "malformed_json"),
        ("[1]", "malformed_json"),
        ("{}", "invalid_request"),
        ('{"action": "$connect"}', "invalid_request"),
        ('{"action": ["say"]}', "invalid_request"),
        ('{"action": "say"}', "invalid_request"),
        ('{"action": "join", "chat_id": "x", "after": 1e400}', "malformed_json"),
        ('{"action": "join", "chat_id": "x", "after": -1}', "invalid_request"),
        ('{"action": "open", "name": "Ada", "language": "xx"}', "invalid_request"),
        ('{"action": "open", "name": 5}', "invalid_request"),
        ('{"action": "follow", "order_id": "x"}', "invalid_request"),
        ('{"action": "follow", "order_id": "x", "order_key": "y"}', "no_such_order"),
        ('{"action": "ping", "more": "' + "x" * 17_000 + '"}', "frame_too_large"),
        ("", "malformed_json"),
    ],
)
def test_a_frame_that_is_wrong_is_answered_by_what_to_change(shop: World, text: str, code: str) -> None:
    shop.connect()
    assert shop.frame_text(text)["error"] == code


def test_an_order_is_followed_by_its_key_alone(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from shoplib.services.support import store

    order = {"order_id": "0000abcd", "status": "confirmed", "changed_at": "2026-03-01T12:00:00Z"}
    monkeypatch.setattr(store, "order", lambda order_id, key, token: order if key == "right" else None)
    shop.connect("page")
    shop.connect("spy")
    following = shop.frame("page", action="follow", order_id="0000abcd", order_key="right")
    assert following["order"]["status"] == "confirmed"
    assert shop.frame("spy", action="follow", order_id="0000abcd", order_key="wrong")["error"] == "no_such_order"
    record = change(order_id="0000abcd", status="shipped").to_message()
    for _ in range(2):
        shop.invoke("PushOrdersFunction", {"Records": [{"Sns": {"Message": record}}]})
    assert [(each["type"], each["status"]) for each in shop.sockets.frames["page"]] == [("order", "shipped")] * 2
    assert shop.sockets.frames["spy"] == []
    assert "ada@example.com" not in str(shop.sockets.frames["page"])


def test_a_ticket_and_a_chat_are_bounded(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chats, "MAX_MESSAGES", 1)
    chat_id = chat(shop)["chat"]["chat_id"]
    assert say(shop, "shopper", chat_id, "one", "m1")["number"] == 1
    assert say(shop, "shopper", chat_id, "two", "m2")["error"] == "chat_full"
    assert say(shop, "shopper", chat_id, "x" * 2_001, "m3")["error"] == "invalid_request"
    monkeypatch.setattr("shoplib.services.support.store.MAX_MESSAGES", 1)
    opened = tickets(shop, "POST", "/tickets", FORM).body
    path, key = f"/tickets/{opened['ticket_id']}/messages", {"x_ticket_key": opened["ticket_key"]}
    assert tickets(shop, "POST", path, {"text": "more"}, **key).body["error"] == "ticket_full"
    assert len(domain.TOPICS) == 7
