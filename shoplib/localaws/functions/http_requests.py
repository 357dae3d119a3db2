"""HTTP/1.1 requests out of a byte stream; no IO here."""

from collections.abc import Iterator
from dataclasses import dataclass

HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class HttpRequest:
    """One complete request; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class RequestParser:
    """Feed it what was read; it yields each request as soon as its last byte is there."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._head: HttpRequest | None = None

    def feed(self, data: bytes) -> Iterator[HttpRequest]:
        self._buffer += data
        while (request := self._take()) is not None:
            yield request

    def expects_continue(self) -> bool:
        """True once when the client waits for `100 Continue` before it sends the body."""
        if self._head is None or self._buffer:
            return False
        return self._head.headers.pop("expect", "").lower() == "100-continue"

    def _take(self) -> HttpRequest | None:
        if self._head is None:
            self._head = self._take_head()
        if self._head is None:
            return None
        body = self._take_chunked() if self._is_chunked() else self._take_sized()
        if body is None:
            return None
        head, self._head = self._head, None
        return HttpRequest(head.method, head.path, head.headers, body)

    def _take_head(self) -> HttpRequest | None:
        end = self._buffer.find(HEAD_END)
        if end < 0:
            return None
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + len(HEAD_END)]
        method, path, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        return HttpRequest(method, path, {name.lower(): value.strip() for name, _, value in pairs}, b"")

    def _is_chunked(self) -> bool:
        return self._head is not None and self._head.headers.get("transfer-encoding", "").lower() == "chunked"

    def _take_sized(self) -> bytes | None:
        size = int(self._head.headers.get("content-length", 0)) if self._head else 0
        if len(self._buffer) < size:
            return None
        body = bytes(self._buffer[:size])
        del self._buffer[:size]
        return body

    def _take_chunked(self) -> bytes | None:
        """The whole body, or None while its last chunk is missing."""
        body, at = bytearray(), 0
        while True:
            line_end = self._buffer.find(b"\r\n", at)
            if line_end < 0:
                return None
            size = int(self._buffer[at:line_end].split(b";")[0], 16)
            start, at = line_end + 2, line_end + 2 + size + 2
            if len(self._buffer) < at:
                return None
            if size == 0:
                del self._buffer[:at]
                return bytes(body)
            body += self._buffer[start : start + size]
