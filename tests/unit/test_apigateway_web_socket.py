"""A WebSocket's session by itself: when it is over, and how the other side hears of it."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Ping, Pong, TextMessage

from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Request
from shoplib.localaws.apigateway.websocket.endings import End, Limits
from shoplib.localaws.apigateway.websocket.selection import evaluate
from shoplib.localaws.apigateway.websocket.session import Session
from shoplib.localaws.ingress.reader import Reader
from shoplib.localaws.ingress.upgrades import Stream


class Pair:
    """A session and its client, on two ends of one connection."""

    def __init__(self, limits: Limits) -> None:
        ours, self.theirs = socket.socketpair()
        self.theirs.settimeout(5)
        self.heard: list[str] = []
        self.session = Session(Stream(ours, Reader(ours)), self.heard.append, limits)
        self.client = Connection(ConnectionType.CLIENT)
        self.ends: list[End] = []
        self._thread = threading.Thread(target=lambda: self.ends.append(self.session.run()))
        self._ours = ours
        self._thread.start()

    def send(self, *events: object) -> None:
        for event in events:
            self.theirs.sendall(self.client.send(event))  # type: ignore[arg-type]

    def receive(self) -> object:
        while True:
            for event in self.client.events():
                return event
            data = self.theirs.recv(65_536)
            if not data:
                return None
            self.client.receive_data(data)

    def end(self) -> End:
        self._thread.join(5)
        return self.ends[0]

    def close(self) -> None:
        self.theirs.close()
        self._thread.join(5)
        self._ours.close()


@pytest.fixture
def make() -> Iterator[object]:
    pairs: list[Pair] = []

    def pair(**limits: float) -> Pair:
        pairs.append(Pair(Limits(**limits)))
        return pairs[-1]

    yield pair
    for each in pairs:
        each.close()


@pytest.mark.parametrize("limits", [{"idle": 0.1}, {"lifetime": 0.1}])
def test_a_connection_ends_when_it_is_silent_or_old(make, limits):
    pair = make(**limits)
    event = pair.receive()
    assert isinstance(event, CloseConnection) and event.code == 1001
    pair.send(event.response())
    assert pair.end() == End(1001, "Going away")


def test_pings_are_answered_and_keep_it(make):
    pair = make(idle=0.4)
    started = time.monotonic()
    while time.monotonic() - started < 0.8:
        pair.send(Ping(b"1"))
        event = pair.receive()
        assert isinstance(event, Pong) and event.payload == b"1"
        time.sleep(0.1)  # what is tested is time itself
    assert not pair.ends


def test_who_goes_without_a_word_is_gone(make):
    pair = make()
    pair.send(TextMessage("last"))
    pair.theirs.close()
    assert pair.end() == End(1006, "Connection closed abnormally")
    assert pair.heard == ["last"]


def test_a_client_that_does_not_answer_the_end_is_left(make):
    pair = make()
    pair.session.close()
    assert isinstance(pair.receive(), CloseConnection)
    pair.theirs.sendall(Connection(ConnectionType.CLIENT).send(TextMessage("too late")))
    assert pair.end().code == 1000
    assert pair.heard == []
    with pytest.raises(ConnectionError):
        pair.session.send("hello")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$request.body.action", "say"),
        ("${request.body.action}", "say"),
        ("${request.body.about.kind}/${request.body.action}", "letter/say"),
        ("$request.body.nothing", ""),
        ("$request.body.number", "3"),
        ("$request.header.x-kind", "h"),
        ("$stageVariables.colour", "red"),
        ("$context.connectionId", "abc"),
        ("\\$default", "$default"),
        ("200", "200"),
    ],
)
def test_selection_expressions(expression, value):
    body = b'{"action": "say", "about": {"kind": "letter"}, "number": 3}'
    request = Request("MESSAGE", "/", "", [("X-Kind", "h")], body, "127.0.0.1", "api.example")
    exchange = Exchange(request, "1", "us-east-1", "api", "live", {"colour": "red"})
    exchange.connection = {"connectionId": "abc"}
    assert evaluate(expression, exchange) == value
