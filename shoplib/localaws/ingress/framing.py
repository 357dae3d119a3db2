"""A request's body, received whole: by its stated length, or in HTTP's chunks."""

import re

from shoplib.localaws.ingress.patience import Patience
from shoplib.localaws.ingress.reader import SILENCE_S, Ended, Reader

BODY_S = 300.0
SLOW_S = 5.0  # of silence between chunks, or within a body: a client that shares a busy machine pauses for seconds
LONGEST_LINE = 8 * 1024
MOST_TRAILERS = 100
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")


class BadChunk(ValueError):
    """The framing of the chunks is malformed."""


class TooLarge(ValueError):
    """More than the service takes."""


class Body:
    """`complete` says that nothing of it is left on the connection."""

    def __init__(self, reader: Reader, length: int | None) -> None:
        self._reader = reader
        self.length = length
        self.complete = length == 0

    def receive(self, largest: int) -> bytes:
        """All of it. Raises Ended, TimeoutError, BadChunk or TooLarge (before anything more than that is read)."""
        patience = Patience(BODY_S)
        if self.length is None:
            body = self._chunks(largest, patience)
        elif self.length > largest:
            raise TooLarge
        else:
            body = self._reader.take(self.length, SLOW_S, patience)
        self.complete = True
        return body

    def _chunks(self, largest: int, patience: Patience) -> bytes:
        body = bytearray()
        while size := self._size(patience):
            if len(body) + size > largest:
                raise TooLarge
            chunk = self._reader.take(size + 2, SILENCE_S, patience)
            if not chunk.endswith(b"\r\n"):
                raise BadChunk
            body += memoryview(chunk)[:-2]
        self._skip_trailers(patience)
        return bytes(body)

    def _size(self, patience: Patience) -> int:
        line = self._reader.take_line(LONGEST_LINE, SLOW_S, patience)
        match = line and _SIZE.fullmatch(line)
        if not match:
            raise BadChunk
        return int(match[1], 16)

    def _skip_trailers(self, patience: Patience) -> None:
        """HTTP's own trailers; AWS's are within the body."""
        for _ in range(MOST_TRAILERS):
            line = self._reader.take_line(LONGEST_LINE, SILENCE_S, patience)
            if line == b"\r\n":
                return
            if not line or not line.endswith(b"\r\n"):
                break
        raise BadChunk


__all__ = ["BadChunk", "Body", "Ended", "TooLarge"]
