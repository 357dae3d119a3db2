"""The deployed support: two clients chat, a page follows its order, a ticket is answered by mail."""

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import requests
import websocket

from shoplib.provision.permissions import permissions_of
from shoplib.shoppers import contents
from tests.cloud.shop.conftest import Shop
from tests.commands import Command

PATIENCE = 30.0


class Client:
    """One connection: what it asks is answered, and what else comes in the meantime is kept in `pushed`."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(address, timeout=PATIENCE, suppress_origin=True)
        self.pushed: list[Any] = []

    def ask(self, **frame: Any) -> Any:
        self.socket.send(json.dumps({**frame, "request": "mine"}))
        while (answer := json.loads(self.socket.recv())).get("request") != "mine":
            self.pushed.append(answer)
        return answer

    def until(self, is_there: Callable[[list[Any]], bool]) -> list[Any]:
        """All that was pushed, as soon as that is enough."""
        until = time.monotonic() + PATIENCE
        while not is_there(self.pushed):
            assert time.monotonic() < until, self.pushed
            self.pushed.append(json.loads(self.socket.recv()))
        return self.pushed

    def close(self) -> None:
        self.socket.close()
        self.socket.shutdown()


@pytest.fixture(scope="module")
def address(shop: Shop) -> str:
    return shop.lab.url("support", "SupportSocketUrl")


@pytest.fixture
def page(address: str) -> Iterator[Client]:
    with closing(Client(address)) as opened:
        yield opened


@pytest.fixture
def desk(address: str) -> Iterator[Client]:
    with closing(Client(address)) as opened:
        yield opened


def agent(shop: Shop) -> dict[str, Any]:
    """The session of a new member of staff."""
    person = {"email": f"{uuid.uuid4()}@example.com", "password": "correct horse", "name": "Grace"}
    session = shop.request("POST", "/accounts", person).json()
    role = shop.lab.invoke("rest", "SetRoleFunction", {"user_id": session["user_id"], "role": "staff"})
    assert role["role"] == "staff"
    return dict(session)


def numbers(pushed: list[Any]) -> set[int]:
    return {each["number"] for each in pushed if each["type"] == "message"}


def test_two_clients_chat_and_one_comes_back(shop: Shop, page: Client, desk: Client, address: str) -> None:
    session = agent(shop)
    assert desk.ask(action="desk", token=session["token"])["name"] == "Grace"
    opened = page.ask(action="open", name="Ada", topic="sizes")
    chat_id = opened["chat"]["chat_id"]
    desk.until(lambda pushed: any(each["chat"]["chat_id"] == chat_id for each in pushed if each["type"] == "chat"))
    assert desk.ask(action="take", chat_id=chat_id)["type"] == "taken"
    assert page.ask(action="say", chat_id=chat_id, text="Is it wide?", message_id="m1")["number"] == 1
    desk.until(lambda pushed: numbers(pushed) == {1})
    assert desk.ask(action="say", chat_id=chat_id, text="Quite.", message_id="m1")["number"] == 2
    page.until(lambda pushed: numbers(pushed) == {1, 2})
    page.socket.shutdown()  # breaks, without a word
    assert desk.ask(action="say", chat_id=chat_id, text="Still there?", message_id="m2")["number"] == 3
    with closing(Client(address)) as again:
        joined = again.ask(action="join", chat_id=chat_id, chat_key=opened["chat_key"], after=2)
        assert [each["text"] for each in joined["messages"]] == ["Still there?"]
        assert again.ask(action="end", chat_id=chat_id)["chat"]["status"] == "ended"
        desk.until(lambda pushed: any(each["type"] == "chat" and each["chat"]["status"] == "ended" for each in pushed))


def test_a_page_hears_of_its_order_as_it_moves(shop: Shop, page: Client, address: str) -> None:
    order = shop.buy_patiently(shop.cart_with(shop.sell()), str(uuid.uuid4())).json()
    shop.drain()
    wish = {"action": "follow", "order_id": order["order_id"]}
    assert page.ask(**wish, order_key="guess")["error"] == "no_such_order"
    assert page.ask(**wish, order_key=order["order_key"])["order"]["status"] == "confirmed"
    change = {"changes": [{"order_id": order["order_id"], "operation": "pack"}]}
    shop.lab.invoke("fulfilment", "ChangeOrdersFunction", change)
    pushed = page.until(lambda pushed: any(each["status"] == "packed" for each in pushed if each["type"] == "order"))
    assert "ada@example.com" not in str(pushed)
    page.until(lambda pushed: any(each["type"] == "parcel" for each in pushed))


def test_frames_that_are_too_large_end_the_connection_alone(page: Client, desk: Client) -> None:
    page.socket.send("x" * 40_000)
    opcode, data = page.socket.recv_data()
    assert (opcode, int.from_bytes(data[:2], "big")) == (websocket.ABNF.OPCODE_CLOSE, 1009)
    assert desk.ask(action="ping")["type"] == "pong"


def test_each_frame_of_an_attacker_is_answered_by_name(shop: Shop, page: Client, desk: Client) -> None:
    session, order_id = agent(shop), str(uuid.uuid4())
    desk.ask(action="desk", token=session["token"])
    chat_id = desk.ask(action="open", name="Ada")["chat"]["chat_id"]
    tried = [
        *(
            {"action": action, "chat_id": chat_id}
            for action in ("join", "say", "end", "take", "kick", "$connect", None)
        ),
        *({"action": "desk", "token": token} for token in (None, "forged", "\u015f", session["token"][:-1], "x" * 500)),
        *(
            {"action": "follow", "order_id": order_id, "order_key": key}
            for key in ("x", "\u015f", "a\rb", 5, "\u202ex")
        ),
        *(
            {"action": "follow", "order_id": text, "token": "x"}
            for text in ("..", "a/b", "%00", "\u015f", "", "x" * 65)
        ),
    ]
    codes = Counter(page.ask(**frame)["error"] for frame in tried)
    names = {"no_such_chat", "no_such_order", "not_at_the_desk", "session_ended", "invalid_request"}
    assert set(codes) <= names, codes
    assert (page.ask(action="ping")["type"], page.pushed) == ("pong", [])
    print(f"\n{codes.total()} frames: {dict(sorted(codes.items()))}")


def test_a_deleted_account_leaves_no_ticket(shop: Shop) -> None:
    url, person = shop.lab.url("support", "SupportApiUrl"), agent(shop)
    bearer, form = {"Authorization": f"Bearer {person['token']}"}, {"name": "Grace", "email": "grace@example.com"}
    form |= {"topic": "account", "text": "Please delete my account."}
    headers = bearer | {"Idempotency-Key": "k1"}
    opened = [requests.post(f"{url}/tickets", json=form, headers=headers, timeout=30).json() for _ in range(2)]
    assert opened[0] == opened[1]
    path, key = f"{url}/tickets/{opened[0]['ticket_id']}", {"x-ticket-key": opened[0]["ticket_key"]}
    assert requests.get(path, headers=key, timeout=30).status_code == 200
    assert shop.request("DELETE", "/profile", {"password": "correct horse"}, **bearer).ok
    until = time.monotonic() + PATIENCE
    while requests.get(path, headers=key, timeout=30).status_code == 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert requests.get(path, headers=key, timeout=30).status_code == 404


def test_a_ticket_is_answered_by_mail(shop: Shop) -> None:
    url, email = shop.lab.url("support", "SupportApiUrl"), f"{uuid.uuid4()}@example.com"
    form = {"name": "Ada", "email": email, "topic": "order", "text": "Where is it?"}
    opened = requests.post(f"{url}/tickets", json=form, timeout=30).json()
    bearer = {"Authorization": f"Bearer {agent(shop)['token']}"}
    path = f"{url}/tickets/{opened['ticket_id']}"
    assert requests.get(path, timeout=30).status_code == 400
    answered = requests.post(f"{path}/messages", json={"text": "On its way."}, headers=bearer, timeout=30)
    assert answered.json()["status"] == "answered"
    until = time.monotonic() + PATIENCE
    while len(mails := shop.lab.mailbox(email)) < 2:
        assert time.monotonic() < until, mails
        time.sleep(0.1)
    assert [each["subject"][:10] for each in mails] == ["We have yo", "Re: your m"]
    read = requests.get(path, headers={"x-ticket-key": opened["ticket_key"]}, timeout=30).json()
    assert [each["author"] for each in read["messages"]] == ["shopper", "staff"]


def test_the_shops_content_is_published(shop: Shop) -> None:
    url = shop.lab.url("content", "ContentApiUrl")
    assert contents.load(shop.lab)["rejected"] == []
    assert contents.load(shop.lab)["imported"] == 0
    banners = requests.get(f"{url}/content/banners?place=home&language=ar", timeout=30).json()["banners"]
    assert [each["language"] for each in banners] == ["ar"]
    assert requests.get(f"{url}/faq?q=parcel", timeout=30).json()["faq"][0]["slug"] == "tracking"
    body = {"title": "Sale", "place": "cart", "blocks": [{"type": "paragraph", "text": "<b>x</b>"}]}
    slug = f"sale-{uuid.uuid4().hex[:8]}"
    assert requests.put(f"{url}/content/banners/{slug}", json=body, timeout=30).status_code == 401
    bearer = {"Authorization": f"Bearer {agent(shop)['token']}"}
    assert requests.put(f"{url}/content/banners/{slug}", json=body, headers=bearer, timeout=30).status_code == 200
    published = requests.post(f"{url}/content/banners/{slug}/publication", json={}, headers=bearer, timeout=30)
    assert published.json()["status"] == "published"
    assert requests.get(f"{url}/content/banners/{slug}", timeout=30).json()["blocks"] == body["blocks"]


def test_no_function_lacks_a_permission_or_has_one_too_many(shop: Shop, page: Client) -> None:
    assert page.ask(action="open", name="Ada")["type"] == "opened"
    rows = [each for name in ("shop-support", "shop-content") for each in permissions_of(name, shop.lab.target)]
    assert not [each for each in rows if each.comparison.add]
    (socket,) = [each for each in rows if each.function.logical_id == "SocketFunction"]
    assert socket.was_called and len(rows) == 10


def test_the_operators_commands(shop: Shop, command: Command) -> None:
    person = {"email": f"{uuid.uuid4()}@example.com", "password": "correct horse", "name": "Grace"}
    session = shop.request("POST", "/accounts", person).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    roles = []
    for verb in ("add", "add", "remove"):
        assert command("staff", verb, session["user_id"]).code == 0
        roles.append(shop.request("GET", "/profile", **bearer).json()["role"])
    assert roles == ["staff", "staff", None]
    refused = command("staff", "add", person["email"])
    assert refused.code == 1 and "has not proved its address" in refused.err
    published = command("content")
    assert published.code == 0 and "unchanged" in published.out
