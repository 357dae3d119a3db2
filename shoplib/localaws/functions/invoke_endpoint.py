"""The Invoke call straight from the engine's door, past moto's request machinery, which takes longer than the call.

While moto enforces IAM policies, requests go through moto, which checks them.
"""

import json
import math
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from moto import settings
from moto.core.exceptions import JsonRESTError

from shoplib.localaws.accounts import account_of
from shoplib.localaws.functions.errors import TooManyRequestsException
from shoplib.localaws.functions.invoke_api import Answer, InvokeCall, Service, answer
from shoplib.localaws.request_scope import signature

PATH = re.compile(r"/\d{4}-\d\d-\d\d/functions/([^/]+)/invocations/?$")
Environ = dict[str, Any]


class InvokeEndpoint:
    """A WSGI application for `POST .../functions/{name}/invocations`."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def matches(self, environ: Environ) -> bool:
        return (
            environ["REQUEST_METHOD"] == "POST"
            and PATH.match(environ["PATH_INFO"]) is not None
            and (signed := signature(environ)) is not None
            and signed.service == "lambda"
            and environ.get("CONTENT_LENGTH", "").isdigit()
            and math.isinf(settings.INITIAL_NO_AUTH_ACTION_COUNT)
        )

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        try:
            status, headers, content = answer(self._service, _call(environ, body))
        except JsonRESTError as refusal:
            status, headers, content = _refused(refusal, self._service.new_request_id())
        fields = [*headers.items(), ("Content-Length", str(len(content)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", fields)
        return [content]


def _call(environ: Environ, body: bytes) -> InvokeCall:
    path, signed = PATH.match(environ["PATH_INFO"]), signature(environ)
    assert path is not None and signed is not None
    return InvokeCall(
        function=unquote(path[1]),
        qualifier=parse_qs(environ.get("QUERY_STRING", "")).get("Qualifier", [None])[0],
        region=signed.region,
        account_id=environ.get("HTTP_X_MOTO_ACCOUNT_ID") or account_of(signed.access_key),
        headers={name[5:].replace("_", "-").lower(): environ[name] for name in environ if name.startswith("HTTP_X_")},
        body=body,
    )


def _refused(refusal: JsonRESTError, request_id: str) -> Answer:
    """As Lambda words it, which differs from moto: `Type` beside `Message`, and no `__type`."""
    headers = {
        "Content-Type": "application/json",
        "x-amzn-ErrorType": refusal.error_type,
        "x-amzn-RequestId": request_id,
    }
    if isinstance(refusal, TooManyRequestsException):
        return int(refusal.code), headers, refusal.description.encode()
    return int(refusal.code or 400), headers, json.dumps({"Type": "User", "Message": refusal.message}).encode()
