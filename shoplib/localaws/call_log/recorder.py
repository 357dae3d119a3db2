"""Sees every call: at the engine's door with the credentials of its sender, and what services do by themselves.

Callers do not wait for it: a thread of its own takes requests apart. It begins a moment later, with several at once:
woken by each call, it would compete with the next one for the interpreter (0.3 ms of a request's 2).
"""

import logging
import queue
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Protocol

from shoplib.localaws import request_context, request_scope
from shoplib.localaws.call_log import requests
from shoplib.localaws.call_log.calls import Calls
from shoplib.localaws.call_record import CLIENTS, GATEWAY_KEY, MACHINE_KEY, CallRecord, excerpt
from shoplib.localaws.ingress.server import WSGI

LOG = logging.getLogger(__name__)
WAITING = 10_000  # requests that wait to be taken apart; more are counted as unseen
GATHER_S = 0.02  # of calls that follow each other
LARGEST = 32 * 1024 * 1024  # longer bodies are not taken apart
CODE = re.compile(rb'"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"|<Code>([^<]+)</Code>')
REFUSED = re.compile(rb'"Failed(?:Record|Entry|Put)Count"\s*:\s*(\d+)')  # PutRecords answers 200 when shards are full
CRASHED = "500 Internal Server Error"
BODILESS = ("s3", "lambda", "execute-api")  # their path says what they act upon
ACCOUNT = "Account"  # whoever signs with keys that are no function's: people, and their tools
Environ = dict[str, Any]
Headers = Sequence[tuple[str, str]]


class Callers(Protocol):
    """Knows functions by the keys of their role's session, and by the trace of their invocation. Answers ARNs, or
    nothing for anybody else."""

    def function_of(self, access_key: str) -> str: ...

    def function_on(self, trace: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Completion:
    sent: requests.Sent
    caller: str
    at: float
    ms: float
    error: str
    trace: str
    answer: bytes
    environ: Environ = field(repr=False)


class CallRecorder:
    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self.calls = Calls()
        self.observers: list[Callable[[Completion, Sequence[requests.ResourceUse]], None]] = []
        self.unseen = 0
        self._waiting: queue.SimpleQueue[Completion | threading.Event | None] = queue.SimpleQueue()
        self._hurry = threading.Event()  # somebody waits for what is not taken apart yet
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def around(self, application: WSGI) -> WSGI:
        """`application`, watched: signed requests are noted, and their trace travels with what they cause."""

        def watched(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            trace = environ.get("HTTP_X_AMZN_TRACE_ID")
            signed = request_scope.signature(environ)
            if signed is None:
                with request_context.activate(request_context.CallContext(CLIENTS, trace)):
                    return application(environ, start_response)
            key, region, service = signed
            acting = request_context.CallContext(self._signer(key), trace)
            with request_context.activate(acting):
                return self._note(application, environ, start_response, acting, (service, region))

        return watched

    def _signer(self, access_key: str) -> str:
        if access_key.startswith(GATEWAY_KEY):
            return access_key.removeprefix(GATEWAY_KEY)
        if access_key.startswith(MACHINE_KEY):
            return access_key.removeprefix(MACHINE_KEY)
        return self._callers.function_of(access_key) or ACCOUNT

    def record(self, seen: CallRecord) -> None:
        """A call that came over no door of AWS's: an API's request, an event source, a push, an invocation."""
        if seen.service == "execute-api" and (function := self._callers.function_on(seen.trace)):
            seen = replace(seen, caller=function)
        self.calls.add(seen)

    def observe(self, invocation: Any) -> None:
        """An invocation as Lambda reports it, with its call if that came over no door."""
        if invocation.call is not None:
            self.record(invocation.call)

    def settle(self, limit: float = 5.0) -> None:
        """Wait until all that was answered so far is taken apart."""
        done = threading.Event()
        self._waiting.put(done)
        self._hurry.set()
        done.wait(limit)

    def state(self) -> Calls:
        self.settle()
        return self.calls

    def restore(self, state: Calls) -> None:
        self.settle()
        self.calls = state

    def close(self) -> None:
        self._waiting.put(None)
        self._hurry.set()
        self._thread.join(5)

    def _note(
        self,
        application: WSGI,
        environ: Environ,
        start_response: Callable[..., Any],
        acting: request_context.CallContext,
        where: tuple[str, str],
    ) -> Iterable[bytes]:
        sent = self._sent(environ, *where)
        status = CRASHED
        headers: Headers = ()

        def start(status_line: str, fields: Headers, *rest: Any, **kwargs: Any) -> Any:
            nonlocal status, headers
            status, headers = status_line, fields
            return start_response(status_line, fields, *rest, **kwargs)

        at, start_time, answer = time.time(), time.perf_counter(), b""
        try:
            body = application(environ, start)
            whole = status >= "4" or _is_short(sent, headers)
            body, answer = _read(body) if whole else (body, _first(body))
            return body
        finally:
            ms = (time.perf_counter() - start_time) * 1000
            if sent and (request_scope.INJECTED in environ or not _is_recorded_by_lambda(sent, status)):
                error = _code(status, headers, answer) if status >= "4" else ""
                self._put(Completion(sent, acting.caller, at, ms, error, acting.trace or "", answer, environ))

    def _sent(self, environ: Environ, service: str, region: str) -> requests.Sent | None:
        """What is to be taken apart, the body put back to be read again; None when that cannot be."""
        body = b"" if service in BODILESS else _body(environ)
        if body is None:
            self.unseen += 1
            return None
        path, query = request_scope.path_of(environ, service), environ.get("QUERY_STRING", "")
        target, copied = environ.get("HTTP_X_AMZ_TARGET", ""), environ.get("HTTP_X_AMZ_COPY_SOURCE", "")
        return requests.Sent(service, environ["REQUEST_METHOD"], path, query, target, body, region, copied)

    def _put(self, completion: Completion) -> None:
        if self._waiting.qsize() < WAITING:
            self._waiting.put(completion)
        else:
            self.unseen += 1

    def _work(self) -> None:
        while (item := self._next()) is not None:
            if isinstance(item, threading.Event):
                item.set()
                continue
            try:
                self._take_apart(item)
            except Exception:  # whatever a client may send, the next call is seen
                self.unseen += 1
                LOG.exception("A call of %s could not be taken apart", item.sent.service)

    def _next(self) -> Completion | threading.Event | None:
        """Waits for one; where none is there yet, for those that follow it closely, too."""
        if self._waiting.empty():
            self._hurry.clear()
            item = self._waiting.get()
            self._hurry.wait(GATHER_S)
            return item
        return self._waiting.get()

    def _take_apart(self, item: Completion) -> None:
        refused = REFUSED.search(item.answer[:200]) or REFUSED.search(item.answer[-200:])
        failed = int(refused[1]) if refused else 0
        error = item.error or ("PartialFailure" if failed else "")
        uses = requests.uses(item.sent)
        for observe in self.observers:
            observe(item, uses)
        for use in uses:
            place = (item.caller, item.sent.service, use.action, requests.resource_name(use.resource))
            seen = CallRecord(
                *(item.at, *place, item.ms, error, item.trace),
                times=use.times,
                failed=failed if failed else use.times if error else 0,
                region="" if item.sent.service == "s3" else item.sent.region,
                payload=_payload(item.sent),
                answer=excerpt(item.answer),
            )
            self.calls.add(seen)


def _payload(sent: requests.Sent) -> bytes:
    """Objects are not kept; their key says which."""
    return excerpt(sent.path.encode("latin-1") if sent.service == "s3" else sent.body)


def _code(status: str, headers: Headers, answer: bytes) -> str:
    """AWS's word for the failure; of an answer without one its status (Forbidden, NotFound)."""
    if match := CODE.search(answer[:2000]):
        return (match[1] or match[2]).decode("utf-8", "replace")
    error_type = next((value for name, value in headers if name.lower() == "x-amzn-errortype"), "")
    return error_type.partition(":")[0] or status.partition(" ")[2].title().replace(" ", "") or status


def _is_recorded_by_lambda(sent: requests.Sent, status: str) -> bool:
    """An invocation is recorded by Lambda itself, with its duration, unless it refused to begin one."""
    return sent.service == "lambda" and (status < "4" or status.startswith("429"))


def _is_short(sent: requests.Sent | None, headers: Headers) -> bool:
    """Of a call that is no object, no invocation and no stream of events."""
    if sent is None or sent.service in ("s3", "execute-api") or sent.path.endswith(("invocations", "invoke-async")):
        return False
    return not any("eventstream" in value for name, value in headers if name.lower() == "content-type")


def _first(body: Iterable[bytes]) -> bytes:
    return body[0] if isinstance(body, list) and body else b""


def _read(body: Iterable[bytes]) -> tuple[Iterable[bytes], bytes]:
    """All of an answer that is short, to be read again."""
    parts = list(body)
    if close := getattr(body, "close", None):
        close()
    return parts, b"".join(parts)


def _body(environ: Environ) -> bytes | None:
    """The request's body, put back to be read again. None when it is too long, packed, or comes without a length."""
    length = environ.get("CONTENT_LENGTH") or "0"
    packed = "HTTP_CONTENT_ENCODING" in environ or "HTTP_TRANSFER_ENCODING" in environ
    if packed or not length.isdigit() or int(length) > LARGEST:
        return None
    body: bytes = environ["wsgi.input"].read(int(length)) if int(length) else b""
    environ["wsgi.input"] = BytesIO(body)
    return body
