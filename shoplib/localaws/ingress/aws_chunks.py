"""Content-Encoding aws-chunked: S3's own framing within a body, with signatures by chunk and checksums at the end."""

import re

from shoplib.localaws.ingress.refusals import Refusal

MOST_TRAILERS = 20
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;chunk-signature=[0-9A-Za-z]+)?\r\n")
_TRAILER = re.compile(rb"([\w-]+):[ \t]*([!-~]*)[ \t]*(?:\r?\n|$)")


def decode(framed: bytes, length: int) -> tuple[bytes, dict[str, str]]:
    """The content, `length` bytes of it as the request says, and its trailers by lower-case name. Raises Refusal."""
    content, at = bytearray(), 0
    while True:
        match = _SIZE.match(framed, at)
        if match is None:
            raise _incomplete()
        at, size = match.end(), int(match[1], 16)
        if size == 0:
            break
        content += _chunk(framed, at, size)
        at += size + 2
    if len(content) != length:
        raise _incomplete()
    return bytes(content), _trailers(framed, at)


def _chunk(framed: bytes, at: int, size: int) -> memoryview:
    if framed[at + size : at + size + 2] != b"\r\n":
        raise _incomplete()
    return memoryview(framed)[at : at + size]


def _trailers(framed: bytes, at: int) -> dict[str, str]:
    trailers: dict[str, str] = {}
    while framed[at:] not in (b"", b"\r\n"):
        match = _TRAILER.match(framed, at)
        if match is None or len(trailers) >= MOST_TRAILERS:
            raise Refusal(
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published "
                "schema.",
            )
        trailers[match[1].decode().lower()] = match[2].decode()
        at = match.end()
    return trailers


def _incomplete() -> Refusal:
    return Refusal(
        "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header"
    )
