"""Sees every call: at the engine's door with the credentials of its sender, and what services do by themselves.

Callers do not wait for it: a thread of its own takes requests apart.
"""

import queue
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Protocol

from shoplib.localaws import passing
from shoplib.localaws.observing import requests
from shoplib.localaws.observing.calls import Calls
from shoplib.localaws.seen import CLIENTS, GATEWAY_KEY, Seen, excerpt
from shoplib.localaws.server import WSGI

WAITING = 10_000  # requests that wait to be taken apart; more are counted as unseen
LARGEST = 8 * 1024 * 1024  # longer bodies are not taken apart, but for S3, whose resource is in the path
CODE = re.compile(rb'"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"|<Code>([^<]+)</Code>')
REFUSED = re.compile(rb'"FailedRecordCount"\s*:\s*(\d+)')  # PutRecords answers 200 when shards are full
INVOCATION = re.compile(r"/\d{4}-\d\d-\d\d/functions/[^/]+/invo")
ACCOUNT = "Account"  # whoever signs with keys that are no function's: people, and their tools
Environ = dict[str, Any]


class Callers(Protocol):
    """Knows functions by the keys of their role's session, and by the trace of their invocation. Answers ARNs, or
    nothing for anybody else."""

    def function_of(self, access_key: str) -> str: ...

    def function_on(self, trace: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Answered:
    sent: requests.Sent
    caller: str
    at: float
    ms: float
    status: str
    trace: str
    answer: bytes


class Observatory:
    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self.calls = Calls()
        self.unseen = 0
        self._waiting: queue.Queue[Answered | threading.Event | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._work, name="observatory", daemon=True)
        self._thread.start()

    def around(self, application: WSGI) -> WSGI:
        """`application`, watched: signed requests are noted, and their trace travels with what they cause."""

        def watched(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            trace = environ.get("HTTP_X_AMZN_TRACE_ID")
            found = requests.CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
            if found is None:
                with passing.entered(passing.Acting(CLIENTS, trace)):
                    return application(environ, start_response)
            acting = passing.Acting(self._signer(found[1]), trace)
            with passing.entered(acting):
                return self._note(application, environ, start_response, found[3], acting)

        return watched

    def _signer(self, access_key: str) -> str:
        if access_key.startswith(GATEWAY_KEY):
            return access_key.removeprefix(GATEWAY_KEY)
        return self._callers.function_of(access_key) or ACCOUNT

    def tell(self, seen: Seen) -> None:
        """A call that came over no door of AWS's: an API's request, an event source, a push, an invocation."""
        if seen.service == "execute-api" and (function := self._callers.function_on(seen.trace)):
            seen = replace(seen, caller=function)
        self.calls.add(seen)

    def settle(self, limit: float = 5.0) -> None:
        """Wait until all that was answered so far is taken apart."""
        done = threading.Event()
        self._waiting.put(done, timeout=limit)
        done.wait(limit)

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join(5)

    def _note(
        self,
        application: WSGI,
        environ: Environ,
        start_response: Callable[..., Any],
        service: str,
        acting: passing.Acting,
    ) -> Iterable[bytes]:
        body = _body(environ, service)
        said: list[str] = []

        def start(status: str, *rest: Any, **named: Any) -> Any:
            said[:] = [status]
            return start_response(status, *rest, **named)

        at, began = time.time(), time.perf_counter()
        answer = application(environ, start)
        ms = (time.perf_counter() - began) * 1000
        # An invocation is told by Lambda itself, with its duration.
        if body is not None and not INVOCATION.match(environ["PATH_INFO"]):
            target, query = environ.get("HTTP_X_AMZ_TARGET", ""), environ.get("QUERY_STRING", "")
            sent = requests.Sent(service, environ["REQUEST_METHOD"], environ["PATH_INFO"], query, target, body)
            first = answer[0] if isinstance(answer, list) and answer else b""
            self._put(Answered(sent, acting.caller, at, ms, said[0] if said else "500", acting.trace or "", first))
        return answer

    def _put(self, answered: Answered) -> None:
        try:
            self._waiting.put_nowait(answered)
        except queue.Full:
            self.unseen += 1

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            if isinstance(item, threading.Event):
                item.set()
            else:
                self._take_apart(item)

    def _take_apart(self, item: Answered) -> None:
        refused = REFUSED.search(item.answer[:200]) or REFUSED.search(item.answer[-200:])
        failed = int(refused[1]) if refused else 0
        error = _code(item) if item.status >= "4" else "PartialFailure" if failed else ""
        for found in requests.named(item.sent):
            place = (item.caller, item.sent.service, found.action, requests.resource_name(found.resource))
            seen = Seen(
                *(item.at, *place, item.ms, error, item.trace),
                times=found.times,
                failed=failed if failed else found.times if error else 0,
                payload=_told(item.sent),
                answer=excerpt(item.answer),
            )
            self.calls.add(seen)


def _told(sent: requests.Sent) -> bytes:
    """Objects are not kept; their key says which."""
    return excerpt(sent.path.encode() if sent.service == "s3" else sent.body)


def _code(item: Answered) -> str:
    found = CODE.search(item.answer[:2000])
    return (found[1] or found[2]).decode() if found else item.status.partition(" ")[0]


def _body(environ: Environ, service: str) -> bytes | None:
    """The request's body, put back to be read again. b"" for S3; None when the call cannot be taken apart."""
    if service == "s3":
        return b""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST or "HTTP_CONTENT_ENCODING" in environ:
        return None
    body: bytes = environ["wsgi.input"].read(int(length)) if int(length) else b""
    environ["wsgi.input"] = BytesIO(body)
    return body
