"""The user's side of a lease: a connection to the engine that this process keeps open (protocol: `leases`)."""

import json
import os
import socket
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.state import Record

ANSWER_SECONDS = 10.0


@dataclass(frozen=True)
class Lease:
    """A held connection, and the process that opened it: a fork inherits the object but must hold one of its own."""

    record: Record
    connection: socket.socket
    owner: int

    def alive(self) -> bool:
        """True while the engine keeps its end open."""
        if self.owner != os.getpid():
            return False
        try:
            self.connection.setblocking(False)
            return self.connection.recv(1, socket.MSG_PEEK) != b""
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False

    def give_up(self) -> bool:
        """True when nobody needs the engine any more, so that it ends now and not after its grace."""
        if not self.alive():
            return False
        self.connection.settimeout(ANSWER_SECONDS)
        answer = _exchange("leave", self.connection, self.record)
        self.connection.close()
        return answer is not None and not answer["needed"]


def hold(record: Record) -> Lease | None:
    """Hold a lease until this process ends; None when the engine of this record is gone or going."""
    connection = _connect(record)
    if connection and _exchange("hold", connection, record):
        return Lease(record, connection, os.getpid())
    return None


def say(word: str, record: Record) -> dict[str, Any] | None:
    """One `look`, `pin` or `stop` without a lease; None when the engine of this record is gone or going."""
    connection = _connect(record)
    if not connection:
        return None
    with connection:
        return _exchange(word, connection, record)


def _connect(record: Record) -> socket.socket | None:
    host, colon, port = record.lease_address.rpartition(":")
    try:
        if colon and port.isdigit():
            return socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS)
        return _connect_locally(record.lease_address)
    except OSError:
        return None


def _connect_locally(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _exchange(word: str, connection: socket.socket, record: Record) -> dict[str, Any] | None:
    """The answer; None also when somebody else has the port by now: the engine proves itself by its instance."""
    try:
        connection.sendall(f"{record.engine.secret} {word}\n".encode())
        with connection.makefile("rb") as lines:
            answer: dict[str, Any] = json.loads(lines.readline())
    except (OSError, ValueError):
        connection.close()
        return None
    if answer.get("instance") == record.instance:
        return answer
    connection.close()
    return None
