"""One place tells clients of failures: in their protocol, by AWS's words, never by an exception's."""

from typing import Any

import pytest

from shoplib.localaws.ingress.faults import answering_faults

SIGNED = "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/%s/aws4_request, SignedHeaders=host, Signature=0"
REQUESTS: dict[str, dict[str, str]] = {
    "json": {"HTTP_AUTHORIZATION": SIGNED % "sqs", "HTTP_X_AMZ_TARGET": "AmazonSQS.ListQueues"},
    "query": {"HTTP_AUTHORIZATION": SIGNED % "sns", "QUERY_STRING": "Action=ListTopics"},
    "s3": {"HTTP_AUTHORIZATION": SIGNED % "s3", "REQUEST_METHOD": "GET", "PATH_INFO": "/"},
}


def answered(name: str, error: Exception) -> tuple[str, bytes]:
    begun: list[Any] = []

    def failing(environ: Any, start_response: Any) -> Any:
        raise error

    plain = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "QUERY_STRING": "", "SERVER_NAME": "h", "SERVER_PORT": "80"}
    environ = (
        plain
        | {"wsgi.url_scheme": "http", "HTTP_HOST": "h", "shoplib.body": b"" if name == "s3" else b"{}"}
        | REQUESTS[name]
    )
    body = b"".join(answering_faults(failing)(environ, lambda *said: begun.extend(said)))
    return str(begun[0]), body


@pytest.mark.parametrize("name", sorted(REQUESTS))
@pytest.mark.parametrize("error", [KeyError("within"), RuntimeError("within"), AttributeError("'None' has no within")])
def test_the_engines_own_fault(name: str, error: Exception) -> None:
    status, body = answered(name, error)
    assert status == "500 Internal Server Error"
    assert b"InternalFailure" in body
    assert b"within" not in body
    assert type(error).__name__.encode() not in body


@pytest.mark.parametrize(
    ("name", "call"), [("json", b"sqs:ListQueues"), ("query", b"sns:ListTopics"), ("s3", b"s3:ListBuckets")]
)
def test_what_nobody_can_do_is_named(name: str, call: bytes) -> None:
    status, body = answered(name, NotImplementedError("within"))
    assert status == "501 Not Implemented"
    assert call in body
    assert b"within" not in body


def test_depth_is_the_clients_fault() -> None:
    assert answered("json", RecursionError("within"))[0] == "400 Bad Request"
