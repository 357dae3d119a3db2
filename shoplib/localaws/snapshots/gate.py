"""Requests of clients, held at the door while the state is read or replaced."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
LONG_POLLS = (
    "AmazonSQS.ReceiveMessage",
    "AWSStepFunctions.GetActivityTask",
)  # they wait for what cannot come meanwhile
OWN_PATHS = "/_aws/"


class Gate:
    """`is_internal` says of a request that it belongs to work that has begun: such requests always go through."""

    def __init__(self, is_internal: Callable[[Environ], bool]) -> None:
        self._is_internal = is_internal
        self._changed = threading.Condition()
        self._closed = False
        self._within = 0

    def around(self, application: WSGI, *, is_deployed: bool = False) -> WSGI:
        """`application`, held while the gate is closed. The engine's own endpoints are not, but for what is deployed
        there: APIs and functions' addresses."""

        def gated(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            is_own = environ["PATH_INFO"].startswith(OWN_PATHS) and not is_deployed
            if is_own or self._is_internal(environ):
                return application(environ, start_response)
            weight = 0 if environ.get("HTTP_X_AMZ_TARGET") in LONG_POLLS else 1
            self._enter(weight)
            try:
                return application(environ, start_response)
            finally:
                self._leave(weight)

        return gated

    def pause(self, limit_s: float) -> bool:
        end = time.monotonic() + limit_s
        with self._changed:
            self._closed = True
            return self._changed.wait_for(lambda: not self._within, max(0.0, end - time.monotonic()))

    def resume(self) -> None:
        with self._changed:
            self._closed = False
            self._changed.notify_all()

    def _enter(self, weight: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._closed)
            self._within += weight

    def _leave(self, weight: int) -> None:
        with self._changed:
            self._within -= weight
            if self._closed:
                self._changed.notify_all()
