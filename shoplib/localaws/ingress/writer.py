"""The bytes of answers: sent from where they are, and to a client that takes none waited for within limits.

cheroot's own writer keeps each answer three times while it is sent, and waits two minutes for every further byte: 200
clients that do not read an object of 50 MB made the engine grow to 14 GB.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SILENCE_S = 120.0
CROWDED_S = 3.0  # of waiting for a client that takes nothing, while much is unsent
MOST_ANSWERS, MOST_BYTES = 500, 512 * 1024 * 1024
STEP_S = 0.5


class Backlog:
    """The answers that are being sent and did not fit into their sockets at once."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._answers = self._bytes = 0

    @contextmanager
    def holds(self, size: int) -> Iterator[None]:
        self._add(1, size)
        try:
            yield
        finally:
            self._add(-1, -size)

    def patience(self) -> float:
        """For how many seconds to wait for a client that takes nothing."""
        is_crowded = self._answers > MOST_ANSWERS or self._bytes > MOST_BYTES
        return CROWDED_S if is_crowded else SILENCE_S

    def _add(self, answers: int, size: int) -> None:
        with self._counting:
            self._answers += answers
            self._bytes += size


BACKLOG = Backlog()


class Writer:
    """What cheroot calls the connection's wfile."""

    closed = False

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.bytes_written = 0

    def write(self, content: bytes) -> int:
        """Raises TimeoutError when the client does not take it."""
        sent = self._socket.send(content)
        if sent < len(content):
            with BACKLOG.holds(len(content)), memoryview(content)[sent:] as rest:
                self._write_slowly(rest)
        self.bytes_written += len(content)
        return len(content)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        self.closed = True

    def _write_slowly(self, rest: memoryview) -> None:
        usual, sent, progress_at = self._socket.gettimeout(), 0, time.monotonic()
        self._socket.settimeout(STEP_S)
        try:
            while sent < len(rest):
                sent, progress_at = self._send(rest, sent, progress_at)
        finally:
            self._socket.settimeout(usual)

    def _send(self, rest: memoryview, sent: int, progress_at: float) -> tuple[int, float]:
        """How much is sent by now, and when the client last took something."""
        try:
            return sent + self._socket.send(rest[sent:]), time.monotonic()
        except TimeoutError:
            if time.monotonic() - progress_at > BACKLOG.patience():
                raise
            return sent, progress_at
