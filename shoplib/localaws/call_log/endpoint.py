"""`GET /_aws/observed`: the calls that were made; `?calls=1` also the last ones with payloads. DELETE forgets them.

AWS has no such call: CloudWatch has figures per resource, but does not say who called.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.call_log.recorder import CallRecorder
from shoplib.localaws.call_log.redaction import redact_body
from shoplib.localaws.call_record import CallRecord

PATH = "/_aws/observed"
PublicCall = tuple[CallRecord, str, str]  # a call, and what it carried as anybody may see it
PLAIN = ("at", "caller", "service", "operation", "resource", "ms", "error", "trace", "links", "times", "waited_ms")


class CallLogEndpoint:
    """A WSGI application. The answer: `connections`, `calls` where asked for, `since` when (seconds since 1970), and
    what was forgotten or not seen."""

    def __init__(self, recorder: CallRecorder) -> None:
        self._recorder = recorder
        self._public: dict[int, PublicCall] = {}  # of the last answer: redacting thousands of calls takes seconds

    def matches(self, environ: dict[str, Any]) -> bool:
        return environ["PATH_INFO"] == PATH

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self._recorder.settle()
        if environ["REQUEST_METHOD"] == "DELETE":
            self._recorder.calls.clear()
            self._public = {}
        body = json.dumps(self._answer("calls=1" in environ.get("QUERY_STRING", ""))).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, with_calls: bool) -> dict[str, Any]:
        calls = self._recorder.calls
        about = {
            "since": calls.since,
            "unseen": self._recorder.unseen,
            "forgotten_connections": calls.forgotten_connections,
            "forgotten_calls": calls.forgotten_calls,
        }
        rows = {"calls": self._rows(calls.last())} if with_calls else {}
        return {"connections": calls.connections(), **rows, **about}

    def _rows(self, calls: list[CallRecord]) -> list[dict[str, Any]]:
        known = self._public
        public = {id(call): known.get(id(call)) or (call, *_redacted(call)) for call in calls}
        self._public = public
        return [_row(*each) for each in public.values()]


def _redacted(seen: CallRecord) -> tuple[str, str]:
    return redact_body(seen.payload), redact_body(seen.answer)


def _row(seen: CallRecord, payload: str, answer: str) -> dict[str, Any]:
    return {name: getattr(seen, name) for name in PLAIN} | {"payload": payload, "answer": answer}
