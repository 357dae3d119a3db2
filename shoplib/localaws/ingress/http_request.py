"""One HTTP request as it comes in: read strictly, so that nobody else on its way can read it in another way.

RFC 9112 leaves it to a server to repair or to refuse what is malformed; refusing leaves nothing to be smuggled.
"""

import json
import re
import time
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from cheroot.server import HTTPRequest

from shoplib.localaws.ingress.framing import Body
from shoplib.localaws.ingress.reader import LARGEST_HEAD, REQUEST_LINE, TOKEN, Reader

METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS")
LONGEST_TARGET = 32 * 1024
LONGEST_LENGTH = 15  # digits
_FIELDS = re.compile(rb"(?:" + TOKEN + rb"+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(rb"[\w.~%!$&'()*+,;=:\[\]-]*", re.ASCII)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
ONCE = (b"Content-Length", b"Host", b"Transfer-Encoding", b"Content-Type", b"Authorization")
# Under WSGI an underscore is a dash: names that would stand in for one that means something are left out.
_SPOOFED = re.compile(rb"(?:content|transfer|host|authorization|expect|x[-_]amz(?![-_]meta[-_]))", re.IGNORECASE)


class Malformed(Exception):
    def __init__(self, message: str, status: str = "400 Bad Request") -> None:
        super().__init__(message)
        self.status = status


class StrictRequest(HTTPRequest):
    """cheroot's request with a parser of its own. `conn.rfile` is a Reader whose head has arrived."""

    conn: Any
    rfile: Any

    def parse_request(self) -> None:
        reader: Reader = self.conn.rfile
        if not reader.has_data():
            return
        self.started_request = True
        try:
            self._parse(reader.take_head())
        except Malformed as error:
            self._refuse(error)
        else:
            self.ready = True

    def respond(self) -> None:
        self.rfile = Body(self.conn.rfile, None if self.chunked_read else self._length)
        self.server.gateway(self).respond()
        if self.ready:
            self.ensure_headers_sent()
        if self.chunked_write:
            self.conn.wfile.write(b"0\r\n\r\n")

    def send_headers(self) -> None:
        if not self.rfile.complete:
            self.close_connection = self.conn.unread = True
        if not any(name.lower() == b"date" for name, _ in self.outheaders):
            self.outheaders.append((b"Date", _date(int(time.time()))))
        super().send_headers()

    def simple_response(self, status: Any, msg: Any = "") -> None:
        """cheroot's own word for a request that it cannot serve."""
        self._refuse(Malformed(str(status).partition(" ")[2], str(status)))

    def _parse(self, head: bytes) -> None:
        line = REQUEST_LINE.match(head)
        if line is None or _FIELDS.fullmatch(head, line.end()) is None:
            raise _reason(head, line)
        self.method, self.uri, minor = line[1], line[2], line[3]
        self.request_protocol = b"HTTP/1." + minor
        self.response_protocol = f"HTTP/1.{minor.decode()}"
        self._set_target(self.uri)
        self._set_headers(head[line.end() :])
        self._set_framing()

    def _set_target(self, target: bytes) -> None:
        if self.method not in METHODS:
            raise Malformed("The method is not known", "405 Method Not Allowed")
        if len(target) > LONGEST_TARGET:
            raise Malformed("The request's target is too long", "414 URI Too Long")
        if not target.startswith(b"/") or b"#" in target or _BAD_ESCAPE.search(target):
            raise Malformed("Couldn't parse the specified URI.")
        path, _, self.qs = target.partition(b"?")
        self.path = unquote_to_bytes(path) if b"%" in path else path
        self.authority = b""
        _require_utf8(self.path)
        _require_utf8(self.qs)
        if b"\x00" in self.path:
            raise Malformed("Couldn't parse the specified URI.")

    def _set_headers(self, fields: bytes) -> None:
        _require_utf8(fields)
        headers: dict[bytes, bytes] = {}
        self.fields: list[tuple[bytes, bytes]] = []
        for field in fields.split(b"\r\n")[:-1]:
            name, _, value = field.partition(b":")
            if b"_" in name and _SPOOFED.match(name):
                continue
            value = value.strip(b" \t")
            self.fields.append((name, value))
            name = _titled(name)
            if name in headers:
                value = _join(name, headers[name], value)
            headers[name] = value
        self.inheaders = headers

    def _set_framing(self) -> None:
        headers = self.inheaders
        modern = self.response_protocol == "HTTP/1.1"
        if (modern and b"Host" not in headers) or not _HOST.fullmatch(headers.get(b"Host", b"")):
            raise Malformed("The Host header is missing or malformed")
        self._set_length(headers.get(b"Content-Length"), headers.get(b"Transfer-Encoding"), modern)
        connection = headers.get(b"Connection", b"").lower()
        self.close_connection = b"close" in connection if modern else b"keep-alive" not in connection
        if expected := headers.get(b"Expect"):
            self._go_on(expected)

    def _set_length(self, length: bytes | None, encoding: bytes | None, modern: bool) -> None:
        if length is not None and (not length.isdigit() or len(length) > LONGEST_LENGTH):
            raise Malformed("The Content-Length header is not a number")
        if encoding is not None and (length is not None or not modern):
            raise Malformed("Transfer-Encoding contradicts the request's other headers")
        if encoding is not None and encoding.lower() != b"chunked":
            raise Malformed("The only Transfer-Encoding that is known is chunked")
        self.chunked_read = encoding is not None
        self._length = int(length or 0)

    def _go_on(self, expected: bytes) -> None:
        if expected.lower() != b"100-continue":
            raise Malformed("The only expectation that is known is 100-continue", "417 Expectation Failed")
        self.conn.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _refuse(self, error: Malformed) -> None:
        self.close_connection = self.conn.unread = True
        self.sent_headers = True
        self.conn.wfile.write(refusal(error.status, str(error)))


@lru_cache(1024)
def _titled(name: bytes) -> bytes:
    return name.title()


@lru_cache(1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


def refusal(status: str, message: str) -> bytes:
    """The whole answer to what is no request: nobody knows yet which service was meant."""
    body = json.dumps({"__type": status.partition(" ")[2].title().replace(" ", ""), "message": message}).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def _reason(head: bytes, line: re.Match[bytes] | None) -> Malformed:
    if len(head) > LARGEST_HEAD:
        return Malformed("The request's headers are too large", "431 Request Header Fields Too Large")
    if line is None:
        return Malformed("The request line is not HTTP/1.1: method, target and version")
    return Malformed("A header line is malformed")


def _join(name: bytes, before: bytes, value: bytes) -> bytes:
    if name in ONCE:
        raise Malformed(f"The header {name.decode()} is given more than once")
    return (b"; " if name == b"Cookie" else b", ").join((before, value))


def _require_utf8(raw: bytes) -> None:
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError:
            raise Malformed("The request is not UTF-8") from None
