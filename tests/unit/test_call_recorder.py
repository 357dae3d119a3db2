"""The watching at the door: whatever a request or its service does, the call is seen, and its answer unchanged."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any

import pytest

from shoplib.localaws.call_log import CallRecorder

SIGNED = "AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-3/{}/aws4_request, SignedHeaders=host, Signature=x"
BODY = b'{"TableName": "carts"}'
Respond = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Nobody:
    def function_of(self, access_key: str) -> str:
        return ""

    def function_on(self, trace: str) -> str:
        return ""


@pytest.fixture
def recorder() -> Iterator[CallRecorder]:
    watching = CallRecorder(Nobody())
    yield watching
    watching.close()


def request(service: str = "dynamodb", target: str = "DynamoDB_20120810.GetItem", **more: Any) -> dict[str, Any]:
    fields = {
        "HTTP_AUTHORIZATION": SIGNED.format(service),
        "HTTP_X_AMZ_TARGET": target,
        "CONTENT_LENGTH": str(len(BODY)),
    }
    path = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": ""}
    return {**fields, **path, "wsgi.input": BytesIO(BODY), **more}


def answering(status: str, parts: Iterable[bytes], *headers: tuple[str, str]) -> Respond:
    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, list(headers))
        return parts

    return respond


def errors(recorder: CallRecorder) -> list[str]:
    recorder.settle()
    return [seen.error for seen in recorder.calls.last()]


def send(recorder: CallRecorder, respond: Respond, environ: dict[str, Any]) -> list[bytes]:
    return list(recorder.around(respond)(environ, lambda *_: None))


class Closing:
    """As moto's server answers: an iterator that wants to be closed."""

    def __init__(self, *parts: bytes) -> None:
        self._parts, self.closed = iter(parts), False

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        self.closed = True


def test_a_failure_is_read_and_handed_on(recorder: CallRecorder) -> None:
    answer = Closing(b'{"__type": "x#Access', b'DeniedException"}')
    assert b"".join(send(recorder, answering("400 Bad Request", answer), request())).endswith(b'DeniedException"}')
    assert answer.closed and errors(recorder) == ["AccessDeniedException"]


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        ("403 Forbidden", (), "Forbidden"),
        ("404 NOT FOUND", (), "NotFound"),
        ("404 Not Found", (("x-amzn-ErrorType", "ResourceNotFoundException:http://x"),), "ResourceNotFoundException"),
        ("500 Internal Server Error", (), "InternalServerError"),
    ],
)
def test_a_failure_without_a_body_has_a_word(
    recorder: CallRecorder, status: str, headers: tuple[tuple[str, str], ...], error: str
) -> None:
    send(recorder, answering(status, [b""], *headers), request())
    assert errors(recorder) == [error]


def test_a_service_that_breaks_was_called(recorder: CallRecorder) -> None:
    def breaking(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise NotImplementedError("as wished")

    with pytest.raises(NotImplementedError):
        send(recorder, breaking, request())
    assert errors(recorder) == ["InternalServerError"]


def test_a_refused_invocation_is_a_failure_and_one_that_runs_is_told_by_lambda(recorder: CallRecorder) -> None:
    environ = request("lambda", "", PATH_INFO="/2015-03-31/functions/prices/invocations")
    for status in ("200 OK", "202 Accepted", "429 Too Many Requests", "403 Forbidden"):
        send(recorder, answering(status, [b"{}"]), dict(environ))
    assert errors(recorder) == ["Forbidden"]


def test_a_body_without_a_length_is_left_alone_and_counted(recorder: CallRecorder) -> None:
    environ = request(HTTP_TRANSFER_ENCODING="chunked")
    del environ["CONTENT_LENGTH"]

    def reading(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    assert send(recorder, reading, environ) == [BODY]
    assert errors(recorder) == [] and recorder.unseen == 1


def test_no_request_ends_the_watching(recorder: CallRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = b'{"TransactItems": ' + b"[" * 100_000
    environ = request(target="DynamoDB_20120810.TransactWriteItems", CONTENT_LENGTH=str(len(deep)))
    send(recorder, answering("200 OK", [b"{}"]), {**environ, "wsgi.input": BytesIO(deep)})
    send(recorder, answering("400 Bad", [b'{"__type": "\xff"}']), request())
    send(recorder, answering("200 OK", [b"{}"]), request())
    assert len(errors(recorder)) == 2
