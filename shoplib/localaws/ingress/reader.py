"""The bytes of one connection: gathered as they come, taken as heads, lines and bodies, waited for within limits."""

import re
import socket

from shoplib.localaws.ingress.patience import Patience

PIECE = 256 * 1024
LARGEST_HEAD = 64 * 1024
# A client that has begun to send goes on at once: on this machine a second of silence is a client that is gone.
SILENCE_S = 0.7
HEAD_S = 10.0
HEAD_END = b"\r\n\r\n"
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
REQUEST_LINE = re.compile(rb"(?:\r\n)?(" + TOKEN + rb"{1,32}) ([!-~\x80-\xff]+) HTTP/1\.([01])\r\n")
_BEGINNING = re.compile(rb"(?:\r|\r\n)?(?:" + TOKEN + rb"{1,32}(?: [!-~\x80-\xff]*(?: [HTP/1.0]*\r?)?)?)?")


class Ended(ConnectionError):
    """The client closed its side before all that it promised was there."""


class Reader:
    """What cheroot calls the connection's rfile."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray()
        self.ended = False
        self.closed = False
        self.bytes_read = 0

    def has_data(self) -> bool:
        return bool(self._buffer)

    def gather(self) -> None:
        """Take what has arrived; waits, as long as the socket's timeout says, only when that is nothing."""
        piece = self._socket.recv(PIECE)
        self._buffer += piece
        self.bytes_read += len(piece)
        self.ended = not piece

    def has_head(self) -> bool:
        """Whether a request can be answered: its head is here, or what is here can never become one."""
        if HEAD_END in self._buffer:
            return True
        if not self._buffer:
            return self.ended
        return self.ended or b"\n\n" in self._buffer or len(self._buffer) > LARGEST_HEAD or not self._begins_well()

    def _begins_well(self) -> bool:
        if b"\n" in self._buffer[2:]:
            return REQUEST_LINE.match(self._buffer) is not None
        return _BEGINNING.fullmatch(self._buffer) is not None

    def take_head(self) -> bytes:
        """All lines up to the empty one, which is left out; all that is here when no request can be made of it."""
        end = self._buffer.find(HEAD_END)
        head = bytes(self._buffer[: end + 2 if end >= 0 else None])
        del self._buffer[: end + 4 if end >= 0 else None]
        return head

    def take_all(self) -> bytes:
        """Whatever has arrived."""
        content = bytes(self._buffer)
        self._buffer.clear()
        return content

    def take(self, size: int, silence: float, patience: Patience) -> bytes:
        """Exactly `size` bytes. Ended, or TimeoutError after `silence` seconds without a byte or with `patience`."""
        while len(self._buffer) < size:
            self._wait(silence, patience)
        content = bytes(self._buffer[:size]) if len(self._buffer) > size else bytes(self._buffer)
        del self._buffer[:size]
        return content

    def take_line(self, longest: int, silence: float, patience: Patience) -> bytes | None:
        """A line with its end; None when it is longer than `longest`."""
        while (end := self._buffer.find(b"\n", 0, longest)) < 0:
            if len(self._buffer) >= longest:
                return None
            self._wait(silence, patience)
        return self.take(end + 1, silence, patience)

    def drain(self, seconds: float) -> None:
        """Throw away what still comes, so that closing does not make the client lose its answer."""
        self._buffer.clear()
        patience = Patience(seconds)
        while not self.ended:
            self._buffer.clear()
            self._wait(seconds, patience)

    def _wait(self, silence: float, patience: Patience) -> None:
        if self.ended:
            raise Ended
        before, read = self._socket.gettimeout(), self.bytes_read
        with patience.waits(silence) as seconds:
            self._socket.settimeout(max(seconds, 0.001))
            try:
                self.gather()
            finally:
                self._socket.settimeout(before)
        patience.note(self.bytes_read - read)

    def close(self) -> None:
        self.closed = True
