"""A service that moto does not have: its operations are functions of where they are called, and of their parameters."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from shoplib.localaws.ingress.aws_call import AwsCall, call_of
from shoplib.localaws.request_scope import signature

Environ = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """The account and the region of a call."""

    account_id: str
    region: str


Operation = Callable[[Place, dict[str, Any]], Mapping[str, Any]]


class JsonService:
    """A WSGI application; an operation that is not among `operations` is refused by its name."""

    def __init__(self, signer: str, operations: Mapping[str, Operation]) -> None:
        self._signer = signer
        self._operations = operations

    def matches(self, environ: Environ) -> bool:
        signed = signature(environ)
        return signed is not None and signed.service == self._signer

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = call_of(environ)
        operation = self._operations.get(call.operation)
        if operation is None:
            raise NotImplementedError(call.name)
        if objection := call.objection(ValueError()):
            raise objection
        return _respond(call, operation(place_of(environ), call.parameters()), start_response)


def place_of(environ: Environ) -> Place:
    """Of a signed request: the account of its key, and its region."""
    from shoplib.localaws.accounts import account_of

    signed = signature(environ)
    assert signed is not None
    return Place(account_of(signed.access_key), signed.region)


def _respond(call: AwsCall, result: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    body = json.dumps(result, default=_text).encode() if result else b""
    version = call.model.service_model.metadata.get("jsonVersion", "1.0")
    kind = "application/json" if "rest" in call.model.service_model.protocol else f"application/x-amz-json-{version}"
    status = HTTPStatus(call.model.http.get("responseCode", 200))
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("x-amzn-RequestId", str(uuid.uuid4()))]
    start_response(f"{int(status)} {status.phrase}", headers)
    return [body]


def _text(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
