"""The connections that wait for a request: bounded in number and in time, however many knock.

A connection costs a thread only once the whole head of a request is there.
"""

import logging
import selectors
import socket
import time
from contextlib import suppress
from typing import Any

from cheroot.connections import ConnectionManager

from shoplib.localaws.ingress.http_request import refusal
from shoplib.localaws.ingress.reader import HEAD_S, SILENCE_S

MOST = 8_000
PAUSE_S = 0.25  # of accepting, when there is no room for another connection
TICK_S = 0.1
SILENT_S = 10.0  # from connecting to the first byte
CROWDED_S = 1.0  # of keeping who says nothing, while others wait for room
LOG = logging.getLogger("shoplib.engine")


def raise_file_limit() -> int:
    """Raise this process's limit of open files to what it may have; the number of connections that leaves room for the
    engine's own files and workers."""
    limit = _raise_limit()
    return max(16, min(MOST, limit - max(256, limit // 4)))


def _raise_limit() -> int:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MOST * 2
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # macOS says unlimited and means less
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    now = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST * 2 if now == resource.RLIM_INFINITY else int(now)


class Connections(ConnectionManager):
    """In place of cheroot's manager: `most` connections at once, and none is waited for without end."""

    server: Any
    _selector: Any
    _stop_requested: bool
    _from_server_socket: Any
    _remove_invalid_sockets: Any

    def __init__(self, server: Any, most: int) -> None:
        super().__init__(server)
        self._most = most
        self._accepting = True
        self._resume_at = 0.0

    def put(self, conn: Any) -> None:
        """Take back a connection that was answered."""
        conn.last_used = conn.head_start = time.monotonic()
        if conn.rfile.has_head():
            self.server.process_conn(conn)
        else:
            self._selector.register(conn.socket.fileno(), selectors.EVENT_READ, data=conn)

    def _run(self, expiration_interval: float) -> None:
        tended = time.monotonic()
        while not self._stop_requested:
            for descriptor, conn in list(self._ready()):
                if conn is self.server:
                    self._accept()
                else:
                    self._receive(descriptor, conn)
            if (now := time.monotonic()) - tended > TICK_S:
                self._tend(now)
                tended = now

    def _ready(self) -> Any:
        try:
            return self._selector.select(timeout=TICK_S)
        except OSError:
            self._remove_invalid_sockets()
            return ()

    def _accept(self) -> None:
        if len(self.server.open_connections) >= self._most:
            self._pause("%s connections are open, which is the most: others wait", self._most)
            return
        try:
            conn = self._from_server_socket(self.server.socket)
        except OSError as error:
            self._pause("no connection can be accepted: %s", error)
            return
        if conn is not None:
            conn.last_used = conn.head_start = time.monotonic()
            self._selector.register(conn.socket.fileno(), selectors.EVENT_READ, data=conn)

    def _pause(self, message: str, about: object) -> None:
        LOG.warning(message, about)
        self._selector.unregister(self.server.socket.fileno())
        self._accepting = False
        self._resume_at = time.monotonic() + PAUSE_S

    def _receive(self, descriptor: int, conn: Any) -> None:
        first = not conn.rfile.has_data()
        try:
            conn.rfile.gather()
        except OSError:
            conn.rfile.ended = True
        conn.last_used = time.monotonic()
        if first:
            conn.head_start = conn.last_used
        if conn.rfile.has_head():
            self._selector.unregister(descriptor)
            self._hand_on(conn)

    def _hand_on(self, conn: Any) -> None:
        """To a thread, unless the client went away in silence."""
        if conn.rfile.has_data():
            self.server.process_conn(conn)
        else:
            conn.close()

    def _tend(self, now: float) -> None:
        for descriptor, conn in list(self._selector.connections):
            if conn is not self.server and self._is_overdue(conn, now):
                self._selector.unregister(descriptor)
                _dismiss(conn)
        if not self._accepting and now >= self._resume_at and len(self.server.open_connections) < self._most:
            self._selector.register(self.server.socket.fileno(), selectors.EVENT_READ, data=self.server)
            self._accepting = True

    def _is_overdue(self, conn: Any, now: float) -> bool:
        silent = now - conn.last_used
        if conn.rfile.has_data():
            return bool(silent > SILENCE_S or now - conn.head_start > HEAD_S)
        patience = SILENT_S if conn.request_count == 0 else self.server.timeout
        return bool(silent > (patience if self._accepting else CROWDED_S))


def _dismiss(conn: Any) -> None:
    """Half a request is answered, as far as that goes without waiting; who said nothing gets nothing."""
    if conn.rfile.has_data():
        with suppress(OSError):
            conn.socket.setblocking(False)
            conn.socket.send(refusal("408 Request Timeout", "The request did not arrive within the time allowed"))
            conn.socket.shutdown(socket.SHUT_WR)
    conn.close()
