"""The engine's ingress: health and the landing page here, the rest to the application that `route` names.

Faults leave as AWS errors.
"""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from shoplib.localaws.ingress.landing_page import is_visit, page
from shoplib.localaws.ingress.server import WSGI

HEALTH = "/_aws/health"
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
log = logging.getLogger("shoplib.engine")


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
        try:
            return self._route(environ)(environ, start_response)
        except Exception as error:
            log.exception("%s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _fault(environ, start_response, error)


def _fault(environ: Environ, start_response: StartResponse, error: Exception) -> list[bytes]:
    """What moto cannot do is named; its own crash is an InternalFailure. Both in a shape that AWS clients parse."""
    if isinstance(error, NotImplementedError):
        status, code, message = "501 Not Implemented", "NotImplemented", f"the laptop's AWS cannot do this: {error}"
    else:
        status, code = "500 Internal Server Error", "InternalFailure"
        message = f"{type(error).__name__}: {error}"
    if _speaks_xml(environ):
        return _xml(start_response, status, code, message)
    return _json(start_response, status, {"__type": code, "message": message}, ("x-amzn-errortype", code))


def _speaks_xml(environ: Environ) -> bool:
    query_protocol = "urlencoded" in environ.get("CONTENT_TYPE", "")
    return query_protocol or "/s3/aws4_request" in environ.get("HTTP_AUTHORIZATION", "")


def _json(start_response: StartResponse, status: str, body: dict[str, Any], *headers: tuple[str, str]) -> list[bytes]:
    raw = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(raw))), *headers])
    return [raw]


def _html(start_response: StartResponse, raw: bytes) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(raw)))])
    return [raw]


def _xml(start_response: StartResponse, status: str, code: str, message: str) -> list[bytes]:
    error = f"<Error><Type>Receiver</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    raw = f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>".encode()
    start_response(status, [("Content-Type", "text/xml"), ("Content-Length", str(len(raw)))])
    return [raw]
