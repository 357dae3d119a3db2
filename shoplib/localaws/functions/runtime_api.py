"""The Lambda Runtime API of one execution environment (the `next`, `response` and `error` calls of AWS's bootstrap).

The thread that uses the environment serves the socket itself, so an invocation needs no hand-over between threads:
that is what keeps a warm call well under a millisecond.
"""

import contextlib
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from shoplib.localaws import socket_peers
from shoplib.localaws.functions.http_requests import HttpRequest, RequestParser

PREFIX = "/2018-06-01/runtime/"
ANSWERS = ("response", "error")
BETWEEN_INVOCATIONS = ("next", "init/error")
JSON = {"Content-Type": "application/json"}
CHUNK = 256 * 1024
SEND_LIMIT_S = 30.0


@dataclass
class Connection:
    """One HTTP connection of the worker and what was read from it so far."""

    socket: socket.socket
    parser: RequestParser = field(default_factory=RequestParser)


@dataclass(frozen=True)
class RuntimeCall:
    """`kind` is next, response, error or init/error; `request_id` is empty for next and init/error."""

    kind: str
    request_id: str
    body: bytes
    headers: Mapping[str, str]
    connection: Connection


class RuntimeApi:
    """Listens on a free port of 127.0.0.1 for the one worker process that knows the address.

    `answering` is the request whose answer is awaited, empty between invocations. What does not fit (a handler's own
    calls, a second answer of a forked child) is refused to its sender and never taken for the bootstrap's call.
    """

    def __init__(self) -> None:
        self.answering = ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._calls: deque[RuntimeCall] = deque()
        self._lost_connection = False

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def watch(self, stream: Any, on_readable: Callable[[], None]) -> None:
        """Call `on_readable` in the serving thread whenever `stream` (a pipe or socket) has something to read."""
        self._selector.register(stream, selectors.EVENT_READ, on_readable)

    def unwatch(self, stream: Any) -> None:
        self._selector.unregister(stream)

    def wait(self, limit_s: float) -> RuntimeCall | None:
        """The worker's next call; None after `limit_s` seconds, or at once when the worker hung up."""
        end = time.monotonic() + limit_s
        self._lost_connection = False
        while (call := self._fitting_call()) is None and not self._lost_connection:
            ready = self._selector.select(max(0.0, end - time.monotonic()))
            if not ready:
                return None
            for key, _ in ready:
                key.data()
        return call

    def _fitting_call(self) -> RuntimeCall | None:
        """The first call that is due now. An early `next` is kept: AWS lets it wait for the next event."""
        kinds = ANSWERS if self.answering else BETWEEN_INVOCATIONS
        for call in self._calls:
            if call.kind in kinds:
                self._calls.remove(call)
                self.answering = ""
                return call
        return None

    def drain(self) -> None:
        """Read whatever is readable now, without waiting."""
        for key, _ in self._selector.select(0):
            key.data()

    def reply(self, call: RuntimeCall, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Answer `call`. A worker that is already gone is noticed by the next `wait`."""
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        try:
            call.connection.socket.sendall(head + body)
        except OSError:
            self._drop(call.connection)

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            with contextlib.suppress(OSError):
                key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def _accept(self) -> None:
        accepted, _ = self._listener.accept()
        if not socket_peers.is_ours(accepted):  # another user of this machine would be given the next event
            accepted.close()
            return
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        accepted.settimeout(SEND_LIMIT_S)
        connection = Connection(accepted)
        self._selector.register(accepted, selectors.EVENT_READ, lambda: self._read(connection))

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(CHUNK)
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return
        try:
            for request in connection.parser.feed(data):
                self._take(_runtime_call(request, connection))
        except ValueError:  # two processes wrote into one connection: nobody can tell what comes next
            self._drop(connection)
            return
        if connection.parser.expects_continue():
            connection.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _take(self, call: RuntimeCall) -> None:
        if call.kind in BETWEEN_INVOCATIONS or self._is_awaited(call):
            self._calls.append(call)
        elif call.kind in ANSWERS:
            self.reply(call, 400, JSON, b'{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}')
        else:
            self.reply(call, 404, JSON, b'{"errorType":"NotFound","errorMessage":"No such runtime call"}')

    def _is_awaited(self, call: RuntimeCall) -> bool:
        has_answer = any(earlier.kind in ANSWERS for earlier in self._calls)
        return call.kind in ANSWERS and call.request_id == self.answering and not has_answer

    def _drop(self, connection: Connection) -> None:
        self._lost_connection = True
        if connection.socket.fileno() < 0:
            return
        self._selector.unregister(connection.socket)
        connection.socket.close()
        self._calls = deque(call for call in self._calls if call.kind in ANSWERS or call.connection is not connection)


def _runtime_call(request: HttpRequest, connection: Connection) -> RuntimeCall:
    path = request.path.removeprefix(PREFIX)
    parts = path.split("/")
    if path == "invocation/next":
        return RuntimeCall("next", "", b"", request.headers, connection)
    if len(parts) == 3 and parts[0] == "invocation":
        return RuntimeCall(parts[2], parts[1], request.body, request.headers, connection)
    return RuntimeCall(path, "", request.body, request.headers, connection)
