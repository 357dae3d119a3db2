"""Answers reach whoever reads them, however slowly; who reads nothing is given up, sooner where much is unsent."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from shoplib.localaws.ingress import writer
from shoplib.localaws.ingress.writer import Backlog, Writer

LARGE = bytes(range(256)) * 40_000
PAUSE_S = 0.4


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The engine's end of a connection and the client's, which holds little."""
    own, other = socket.socketpair()
    with own, other:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        own.settimeout(10)
        other.settimeout(10)
        yield own, other


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "BACKLOG", Backlog())
    monkeypatch.setattr(writer, "STEP_S", 0.05)
    monkeypatch.setattr(writer, "CROWDED_S", PAUSE_S / 2)


def receive(connection: socket.socket, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        content += connection.recv(8_192)
    return bytes(content)


def test_a_client_that_pauses_gets_the_whole_answer(ends: tuple[socket.socket, socket.socket]) -> None:
    own, other = ends
    answer = Writer(own)
    writing = threading.Thread(target=answer.write, args=(LARGE,))
    writing.start()
    began = receive(other, 1)
    writing.join(PAUSE_S)  # longer than it would be waited for in a crowd
    assert began + receive(other, len(LARGE) - len(began)) == LARGE
    writing.join()
    assert answer.bytes_written == len(LARGE)
    assert own.gettimeout() == 10


@pytest.mark.parametrize("limit", ["MOST_BYTES", "MOST_ANSWERS"])
def test_a_client_that_takes_nothing_is_given_up_in_a_crowd(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(writer, limit, 0)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        Writer(ends[0]).write(LARGE)
    assert writer.CROWDED_S < time.monotonic() - began < writer.SILENCE_S
    assert writer.BACKLOG.patience() == writer.SILENCE_S  # nothing is held any more


def test_whoever_reads_is_not_given_up_however_large_the_crowd(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_BYTES", 0)
    own, other = ends
    writing = threading.Thread(target=Writer(own).write, args=(LARGE,))
    writing.start()
    assert receive(other, len(LARGE)) == LARGE
    writing.join()
