"""Clients that send a body byte by byte do not keep others from being answered."""

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import pytest

from shoplib import localaws
from shoplib.localaws.ingress.patience import MOST_SLOW
from tests.cloud.raw_http import ask, status

MORE = 100
ENDS_S = 60.0  # a machine that many use is slow itself
# Nobody signs up with a signature, so that the engine waits for the body of whoever asks.
HEAD = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.1\r\n"
    b"X-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\n"
)
BODIES = {
    "length": (b"Content-Length: 5000\r\n\r\n", b" "),
    "chunks": (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}
HEALTH = b"GET /_aws/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize("framing", BODIES)
def test_slow_bodies_end_while_they_are_many(engine: localaws.Engine, framing: str) -> None:
    start, drip = BODIES[framing]
    with ExitStack() as opened:
        slow = [opened.enter_context(_connected(engine)) for _ in range(MOST_SLOW + MORE)]
        for connection in slow:
            connection.sendall(HEAD + start)
        answers = _answers(slow, drip)
        assert {status(next(answers)) for _ in range(MORE)} == {400}
        assert status(ask(engine.url, HEALTH)) == 200


def test_one_slow_body_is_waited_for(engine: localaws.Engine) -> None:
    with _connected(engine) as slow:
        slow.sendall(HEAD + b"Content-Length: 12\r\n\r\n")
        answer = next(_answers([slow], b" "))
    assert b"RequestTimeout" not in answer


def _connected(engine: localaws.Engine) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(engine.url).port or 0), timeout=20)


def _answers(connections: list[socket.socket], drip: bytes) -> Iterator[bytes]:
    """Of those that get one, while all send `drip` twice a second."""
    until = time.monotonic() + ENDS_S
    with selectors.DefaultSelector() as reading:
        for each in connections:
            reading.register(each, selectors.EVENT_READ)
        while time.monotonic() < until:
            for key, _ in reading.select(0.5):
                reading.unregister(key.fileobj)
                with suppress(ConnectionError):
                    yield key.fileobj.recv(65536)  # type: ignore[union-attr]
            for key in list(reading.get_map().values()):
                with suppress(ConnectionError):
                    key.fileobj.sendall(drip)  # type: ignore[union-attr]
    raise TimeoutError
