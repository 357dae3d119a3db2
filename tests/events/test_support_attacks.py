"""The WebSocket of support under attack: each frame is answered by name, none by an internal error, and nobody hears
what is another's."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.events.test_shop_attacks import cart_of, check_out
from tests.inprocess import World
from tests.members import Person, deletion, hire, join
from tests.nightly import sized

SECRET = "the gift is a blue mug"
ODD: list[Any] = [
    *(None, True, -1, 0, 1.5, 10**30, float("inf"), float("nan"), [], {}, [[]], ["x"] * 500, {"$ne": None}),
    *("", " ", "x" * 5_000, "\x00", "\ud800", "\u202e", "ş", "👩\u200d👧", "../../etc/passwd", ".", "..", "a#b"),
    *("' OR 1=1 --", "{{7*7}}", "<script>alert(1)</script>", "%00", "CONNECTION", "DESK", "LISTENER#", "1e400"),
]
# How many of them each field gets.
SOME = sized(len(ODD), 4)
NOT_JSON = [
    *("", " ", "\x00", "no JSON", "{", "[", '"x"', "null", "5", "[1]", "NaN", '{"action": NaN}', "\ufeff{}", "'{}'"),
    *(
        "[" * 5_000,
        '{"a":' * 3_000,
        '{"action": "ping"',
        '{"action": "ping"}}',
        '{"action": "ping"} {"action": "ping"}',
    ),
    *("<ping/>", "action=ping", '{"action": 1e9999999}', '{"\\ud800": 1}', "GET / HTTP/1.1\r\n\r\n"),
]
UNKNOWN: list[Any] = [
    "$connect",
    "$disconnect",
    "$default",
    "OPEN",
    "open ",
    "",
    "close",
    "__class__",
    "kick",
    None,
    5,
    ["say"],
    {},
]


def token(person: Person) -> str:
    return person.headers["Authorization"].removeprefix("Bearer ")


@dataclass
class Attacker:
    """A connection that sends what it should not, slowly enough to be answered; counts what it is told."""

    shop: World
    secrets: list[str]
    connection: str = "mallory"
    codes: Counter[str] = field(default_factory=Counter)

    def send(self, **frame: Any) -> str:
        return self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> str:
        """Sends a frame; the name of what it is answered."""
        self.shop.pass_time(seconds=0.3)
        answer = self.shop.frame_text(text, self.connection)
        code = answer["error"] if answer["type"] == "error" else answer["type"]
        self.codes[code] += 1
        shown = f"{text[:200]} was answered {json.dumps(answer)[:300]}"
        assert code != "internal_error" and (answer["type"] != "error" or answer["message"]), shown
        assert not [secret for secret in self.secrets if secret in json.dumps(answer)], shown
        return str(code)

    def report(self) -> None:
        """What was heard, and that nothing of another's was pushed."""
        self.shop.relay()
        heard = json.dumps(self.shop.sockets.frames.get(self.connection, []))
        assert not [secret for secret in self.secrets if secret in heard]
        print(f"\n{self.codes.total()} frames: {dict(sorted(self.codes.items()))}")


@dataclass
class Scene:
    """Ada chats with Grace of the staff, and has an order; Mallory is connected."""

    shop: World
    ada: Person
    grace: Person
    chat_id: str
    chat_key: str
    order_id: str
    mallory: Attacker

    def state(self) -> list[str]:
        """The chat and its messages, as they are stored."""
        rows = [item for item in self.shop.table("SupportTable") if item["pk"] == f"CHAT#{self.chat_id}"]
        return sorted(json.dumps(item, default=str) for item in rows)


@pytest.fixture
def scene(shop: World, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv("CHATS_PER_HOUR", "1000")
    ada, grace = join(shop), hire(shop)
    cart_id, opened = cart_of(shop)
    order = check_out(shop, cart_id, "K", **opened).body
    shop.drain()
    for connection in ("ada", "desk", "mallory"):
        shop.connect(connection)
    chat = shop.frame("ada", action="open", token=token(ada))
    chat_id = chat["chat"]["chat_id"]
    shop.frame("desk", action="desk", token=token(grace))
    shop.frame("desk", action="take", chat_id=chat_id)
    shop.frame("ada", action="say", chat_id=chat_id, message_id="m1", text=SECRET)
    secrets = [SECRET, chat["chat_key"], token(ada), token(grace), order["order_key"], ada.user_id, "ada@example.com"]
    attacker = Attacker(shop, secrets)
    return Scene(shop, ada, grace, chat_id, chat["chat_key"], order["order_id"], attacker)


def wishes(scene: Scene) -> list[dict[str, Any]]:
    """A frame of each action that asks for what is Ada's or the staff's."""
    chat = {"chat_id": scene.chat_id}
    return [
        {"action": "join", **chat},
        {"action": "say", **chat, "message_id": "m2", "text": "I am Ada"},
        {"action": "end", **chat},
        {"action": "take", **chat},
        {"action": "desk"},
        {"action": "follow", "order_id": scene.order_id},
    ]


REFUSALS = {"no_such_chat", "no_such_order", "session_ended", "unauthenticated", "not_staff", "not_at_the_desk"}
REFUSALS |= {"invalid_request", "malformed_json"}


def forgeries(scene: Scene) -> list[Any]:
    """What is no session: nothing, forged ones, one that was ended, one whose account is gone, and other secrets."""
    left, gone = join(scene.shop, "left"), join(scene.shop, "gone")
    scene.shop.rest("AccountsFunction", "DELETE", "/sessions", user=left.user_id, **left.headers)
    password = {"password": "correct horse"}
    scene.shop.rest("AccountsFunction", "DELETE", "/profile", password, user=gone.user_id, **gone.headers)
    scene.shop.invoke("ForgetTicketsFunction", deletion(gone.user_id))
    real = token(scene.ada)
    near = [real[:-1], real + "x", real.swapcase(), f"Bearer {real}", f"{real},{real}"]
    return [
        *random.Random(4).sample(ODD, SOME),
        *near,
        token(left),
        token(gone),
        scene.ada.user_id,
        scene.grace.user_id,
        "x" * 401,
        "forged",
    ]


def test_without_a_session_that_stands_nobody_gets_anything(scene: Scene) -> None:
    before, shown = scene.state(), forgeries(scene)
    for wish in wishes(scene):
        assert scene.mallory.send(**wish) in REFUSALS
        for forged in shown:
            assert scene.mallory.send(**wish, token=forged) in REFUSALS, (wish, forged)
    assert scene.state() == before
    scene.mallory.report()


def test_a_session_that_has_expired_opens_nothing(scene: Scene) -> None:
    scene.shop.pass_time(days=60)
    scene.shop.connect("mallory")
    for wish in wishes(scene):
        for person in (scene.ada, scene.grace):
            assert scene.mallory.send(**wish, token=token(person)) in REFUSALS
    assert scene.mallory.send(action="open", token=token(scene.ada)) in REFUSALS
    scene.mallory.report()


def test_a_member_reaches_nothing_of_another_and_nothing_of_the_staffs(scene: Scene) -> None:
    before, eve = scene.state(), join(scene.shop, "eve")
    mine = scene.shop.frame("mallory", action="open", token=token(eve))
    cart_id, opened = cart_of(scene.shop)
    order = check_out(scene.shop, cart_id, "K2", **opened).body
    for wish in wishes(scene):
        for more in (
            {"token": token(eve)},
            {"chat_key": mine["chat_key"], "order_key": order["order_key"]},
            {"chat_key": scene.order_id, "order_key": scene.chat_key},
            {"token": token(eve), "side": "staff", "role": "staff", "user_id": scene.ada.user_id, "author": "staff"},
        ):
            assert scene.mallory.send(**wish, **more) in REFUSALS, (wish, more)
    assert scene.state() == before
    scene.mallory.report()


def test_who_was_of_the_staff_and_who_has_not_taken_the_chat_reach_nothing(scene: Scene) -> None:
    before, former, other = scene.state(), hire(scene.shop, "former"), hire(scene.shop, "other")
    assert scene.mallory.send(action="desk", token=token(former)) == "desk"
    scene.shop.invoke("SetRoleFunction", {"user_id": former.user_id, "role": None})
    for wish in wishes(scene):
        for more in ({}, {"token": token(former)}):
            assert scene.mallory.send(**wish, **more) in REFUSALS, (wish, more)
    scene.shop.connect("mallory")
    assert scene.mallory.send(action="desk", token=token(other)) == "desk"
    refused = [scene.mallory.send(**wish) for wish in wishes(scene) if wish["action"] != "desk"]
    assert set(refused) <= REFUSALS | {"taken"}
    assert scene.state() == before
    scene.shop.frame("ada", action="say", chat_id=scene.chat_id, message_id="m3", text=SECRET)
    scene.mallory.report()


def test_nobody_writes_in_anothers_name(scene: Scene) -> None:
    opened = scene.shop.frame("mallory", action="open", name="Eve", user_id=scene.ada.user_id, member=True)
    assert opened["chat"]["member"] is False
    forged = {"author": "staff", "name": "Grace", "number": 99, "side": "staff", "at": "2000-01-01"}
    chat_id = opened["chat"]["chat_id"]
    assert scene.mallory.send(action="say", chat_id=chat_id, message_id="m1", text="Pay here", **forged) == "accepted"
    joined = scene.shop.frame("mallory", action="join", chat_id=chat_id, chat_key=opened["chat_key"])
    (row,) = joined["messages"]
    assert (row["author"], row["name"], row["number"]) == ("shopper", "Eve", 1)


def test_an_odd_frame_is_the_clients_mistake(scene: Scene) -> None:
    before, dice = scene.state(), random.Random(20)
    meant = [*wishes(scene), {"action": "open", "name": "Eve", "topic": "x", "language": "en"}, {"action": "ping"}]
    for frame in meant:
        for name in (*frame, "request", "chat_key", "order_key", "after", "token"):
            for value in dice.sample(ODD, SOME):
                scene.mallory.send(**frame | {name: value})
    assert set(scene.mallory.codes) <= REFUSALS | {"opened", "pong", "too_much"}
    assert scene.state() == before
    scene.mallory.report()


def test_what_is_no_frame_or_no_action_is_named(scene: Scene) -> None:
    for text in NOT_JSON:
        assert scene.mallory.send_text(text) in ("malformed_json", "invalid_request"), text[:80]
    for action in UNKNOWN:
        assert scene.mallory.send(action=action, chat_id=scene.chat_id) == "invalid_request", action
    most = 16_384 - len(json.dumps({"action": "ping", "more": ""}))
    sizes = {"x" * most: "pong", "x" * (most + 1): "frame_too_large", "x" * 120_000: "frame_too_large"}
    for content, code in sizes.items():
        assert scene.mallory.send(action="ping", more=content) == code
    wide = json.dumps({"action": "ping", "more": "ş" * 9_000}, ensure_ascii=False)
    assert scene.mallory.send_text(wide) == "frame_too_large"
    scene.mallory.report()


def test_a_connection_that_never_came_or_has_gone_is_told_so(scene: Scene) -> None:
    scene.shop.disconnect("mallory")
    for connection in ("mallory", "nobody", "DESK"):
        stranger = Attacker(scene.shop, scene.mallory.secrets, connection)
        for wish in [*wishes(scene), {"action": "ping"}, {"action": "open"}]:
            assert stranger.send(**wish, token=token(scene.ada)) == "no_such_connection"
    assert scene.shop.connect("mallory") == {"statusCode": 200}
