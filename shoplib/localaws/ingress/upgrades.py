"""A connection that has left HTTP: whoever answered 101 reads and writes its bytes from then on."""

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from shoplib.localaws.ingress.reader import Reader

UPGRADE = "shoplib.upgrade"  # where a request has the function that takes an Upgraded
SEND_S = 10.0  # a client that takes nothing for so long is gone
# Windows has no poll, and elsewhere select knows no more than 1,024 files.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class Stream:
    """Bytes both ways. One thread receives; whoever sends takes turns by itself."""

    def __init__(self, connection: socket.socket, reader: Reader) -> None:
        self._socket = connection
        self._reader = reader
        connection.settimeout(SEND_S)

    def receive(self, seconds: float) -> bytes | None:
        """What has come, nothing at the end; None when nothing comes in time."""
        if data := self._reader.take_all():
            return data
        try:
            if not self._is_readable(seconds):
                return None
            self._reader.gather()
        except (OSError, ValueError):  # closed by the other side, or by this one in the meantime
            return b""
        return self._reader.take_all()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def end(self) -> None:
        """From any thread: whoever receives gets nothing more."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _is_readable(self, seconds: float) -> bool:
        with _Selector() as reading:
            reading.register(self._socket, selectors.EVENT_READ)
            return bool(reading.select(seconds))


Upgraded = Callable[[Stream], Any]
