"""The engine's ingress: health and the landing page here, the rest to the application that `route` names."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from shoplib.localaws.ingress.landing_page import is_visit, page
from shoplib.localaws.ingress.server import WSGI

HEALTH = "/_aws/health"
Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Ingress:
    """A WSGI application."""

    def __init__(self, health: Callable[[], dict[str, Any]], route: Callable[[Environ], WSGI]) -> None:
        self._health = health
        self._route = route

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == HEALTH:
            return _json(start_response, "200 OK", self._health())
        if is_visit(environ):
            return _html(start_response, page(self._health()))
        return self._route(environ)(environ, start_response)


def _json(start_response: StartResponse, status: str, body: dict[str, Any]) -> list[bytes]:
    raw = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(raw)))])
    return [raw]


def _html(start_response: StartResponse, raw: bytes) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(raw)))])
    return [raw]
