"""The engine's side of the leases: it lives while somebody holds a connection to this socket, or while it is pinned.

A lease is a connection that a user's process keeps open. The operating system closes it however the process
ends, SIGKILL included, so no engine outlives its users. The protocol is one line for each word, the engine's secret and
`hold`, `leave`, `look`, `pin` or `stop`, each answered by one line of JSON. Whoever does not know the secret is
dropped, and so is another user where the system says whose it is.
"""

import hmac
import json
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from shoplib.localaws import socket_peers

FIRST_LEASE_SECONDS = 30.0
GRACE_SECONDS = 8.0
WORDS = ("hold", "leave", "look", "pin", "stop")
LONGEST_PATH = 100  # of a Unix socket, in bytes, on every system
LINE = 512


class Leases:
    """Counts the open connections that said `hold`; calls `end` once when the engine is no longer needed."""

    def __init__(self, instance: str, secret: str, end: Callable[[], None], grace: float = GRACE_SECONDS) -> None:
        self._instance, self._secret, self._end, self._grace = instance, secret, end, grace
        self._holders: set[socket.socket] = set()
        self._unneeded_since = time.monotonic() + FIRST_LEASE_SECONDS - grace
        self._closing = threading.Event()
        self._selector = selectors.DefaultSelector()
        self.pinned = False
        self.address = ""

    @property
    def count(self) -> int:
        return len(self._holders)

    @property
    def needed(self) -> bool:
        return self.pinned or bool(self._holders)

    def start(self, folder: Path) -> None:
        """Listen at `address`: a socket in the folder, or a port where the system has no such sockets."""
        self._listener, self.address = _listener(folder)
        self._selector.register(self._listener, selectors.EVENT_READ)
        threading.Thread(target=self._watch, name="leases", daemon=True).start()

    def close(self) -> None:
        self._closing.set()

    def _watch(self) -> None:
        while not self._closing.is_set():
            for key, _ in self._selector.select(timeout=0.25):
                self._accept() if key.fileobj is self._listener else self._hear(key.fileobj)  # type: ignore[arg-type]
            if self._expired():
                self._end()
                return

    def _expired(self) -> bool:
        if self.needed:
            self._unneeded_since = time.monotonic()
        return time.monotonic() - self._unneeded_since > self._grace

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        if not socket_peers.is_ours(connection):
            connection.close()
            return
        connection.settimeout(1)
        self._selector.register(connection, selectors.EVENT_READ)

    def _hear(self, connection: socket.socket) -> None:
        try:
            lines = [line.split() for line in connection.recv(LINE).decode("ascii", "replace").splitlines()]
        except OSError:
            lines = []
        if not lines or not all(map(self._is_authentic, lines)):
            self._drop(connection)
            return
        for _, word in lines:
            self._obey(word, connection)

    def _is_authentic(self, line: list[str]) -> bool:
        return (
            len(line) == 2
            and line[1] in WORDS
            and hmac.compare_digest(line[0].encode("utf-8", "replace"), self._secret.encode())
        )

    def _obey(self, word: str, connection: socket.socket) -> None:
        if word == "hold":
            self._holders.add(connection)
        elif word == "leave":
            self._holders = {each for each in self._holders if each is not connection and not _has_closed(each)}
        elif word == "pin":
            self.pinned = True
        self._answer(connection)
        if word == "stop" or (word == "leave" and not self.needed):
            self._end()

    def _answer(self, connection: socket.socket) -> None:
        answer = {"instance": self._instance, "pinned": self.pinned, "needed": self.needed, "users": self.count}
        with suppress(OSError):  # the process may have gone in the meantime: its EOF follows
            connection.sendall(json.dumps(answer).encode() + b"\n")

    def _drop(self, connection: socket.socket) -> None:
        self._holders.discard(connection)
        self._selector.unregister(connection)
        connection.close()


def _has_closed(connection: socket.socket) -> bool:
    """True also when its end has come and was not heard yet."""
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(1)


def _listener(folder: Path) -> tuple[socket.socket, str]:
    path = folder / "lease.sock"
    if not hasattr(socket, "AF_UNIX") or len(os.fsencode(path)) > LONGEST_PATH:
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        return listener, "{}:{}".format(*listener.getsockname())
    path.unlink(missing_ok=True)  # of an engine that was killed
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(128)
    return listener, str(path)
