"""What the door of the call log answers, and that it redacts each call once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from shoplib.localaws.call_log import endpoint
from shoplib.localaws.call_log.recorder import CallRecorder
from shoplib.localaws.call_record import CallRecord


class Nobody:
    def function_of(self, _access_key: str) -> str:
        return ""

    def function_on(self, _trace: str) -> str:
        return ""


@pytest.fixture
def recorder() -> Iterator[CallRecorder]:
    recorder = CallRecorder(Nobody())
    yield recorder
    recorder.close()


@pytest.fixture
def redacted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that were redacted so far."""
    bodies = list[bytes]()
    original = endpoint.redact_body
    monkeypatch.setattr(endpoint, "redact_body", lambda body: bodies.append(body) or original(body))
    return bodies


def call(at: float, payload: bytes) -> CallRecord:
    return CallRecord(at, "Clients", "sqs", "SendMessage", "orders", 1.0, payload=payload)


def ask(door: endpoint.CallLogEndpoint, method: str = "GET") -> list[dict[str, Any]]:
    environ = {"REQUEST_METHOD": method, "QUERY_STRING": "calls=1", "PATH_INFO": endpoint.PATH}
    rows: list[dict[str, Any]] = json.loads(b"".join(door(environ, lambda *_: None)))["calls"]
    return rows


def test_a_call_is_redacted_once_however_often_it_is_shown(recorder: CallRecorder, redacted: list[bytes]) -> None:
    door = endpoint.CallLogEndpoint(recorder)
    recorder.record(call(1.0, b'{"password": "hunter2"}'))
    assert [row["payload"] for row in ask(door)] == ['{"password": "***"}']
    recorder.record(call(2.0, b'{"sku": "85123A"}'))
    assert [row["payload"] for row in ask(door)] == ['{"password": "***"}', '{"sku": "85123A"}']
    assert [body for body in redacted if body] == [b'{"password": "hunter2"}', b'{"sku": "85123A"}']


def test_what_was_forgotten_is_shown_no_more(recorder: CallRecorder) -> None:
    door = endpoint.CallLogEndpoint(recorder)
    recorder.record(call(1.0, b"{}"))
    assert len(ask(door)) == 1
    assert ask(door, "DELETE") == [] == ask(door)
