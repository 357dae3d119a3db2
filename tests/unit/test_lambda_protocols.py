"""The two ends of a worker's pipes: requests to the Runtime API and log output, in any pieces."""

import pytest

from shoplib.localaws.functions.http_requests import RequestParser
from shoplib.localaws.functions.output import OutputDecoder

REQUESTS = (
    b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"
    b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    b"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x=y\r\nf\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("step", [1, 2, 7, len(REQUESTS)])
def test_requests_in_any_pieces(step: int) -> None:
    parser = RequestParser()
    pieces = [REQUESTS[at : at + step] for at in range(0, len(REQUESTS), step)]
    found = [request for piece in pieces for request in parser.feed(piece)]
    assert [(request.path, request.body) for request in found] == [("/next", b""), ("/a", b"abc"), ("/b", b"def")]


@pytest.mark.parametrize("step", [1, 5, 1000])
def test_output_in_any_pieces(step: int) -> None:
    text = "two\nlines ¥Z".encode()
    frame = b"\xa5\x5a\x00\x03" + len(text).to_bytes(4, "big") + (7_000).to_bytes(8, "big") + text
    output = b"one\npart" + frame + b"three\nrest"
    decoder = OutputDecoder()
    events = [event for at in range(0, len(output), step) for event in decoder.feed(output[at : at + step])]
    messages = [event.message for event in events + decoder.end()]
    assert messages == ["one\n", "part", "two\nlines ¥Z\n", "three\n", "rest"]
    assert events[2].timestamp == 7
