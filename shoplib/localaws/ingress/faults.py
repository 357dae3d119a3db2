"""The one place that decides what a client learns of a failure: AWS's code and words, never an exception's text.

What the client did wrong is a 4xx; what nobody here can do is a 501 that names service and operation; whatever else
is the engine's own fault, reported with an id under which the log has the rest.
"""

import json
import logging
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from shoplib.localaws.available_services import is_available
from shoplib.localaws.ingress.protocol import Protocol, protocol_of
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.ingress.server import WSGI

LOG = logging.getLogger("shoplib.engine")
FAILED = "The request processing has failed because of an unknown error, exception or failure."
Environ = dict[str, Any]


def answering_faults(application: WSGI) -> WSGI:
    """`application`, of which no exception gets out."""

    def guarded(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return application(environ, start_response)
        except Exception as error:  # noqa: BLE001 - whatever fails, `answer` reports it to the client
            return answer(environ, start_response, error)

    return guarded


def answer(environ: Environ, start_response: Callable[..., Any], error: Exception) -> list[bytes]:
    """The whole answer to a request that failed with `error`."""
    request_id = str(uuid.uuid4())
    refusal = error if isinstance(error, Refusal) else _explain(environ, error, request_id)
    return _send(environ, start_response, refusal, request_id)


def _explain(environ: Environ, error: Exception, request_id: str) -> Refusal:
    from shoplib.localaws.ingress.aws_call import call_of  # brings the service models, only failures need them
    from shoplib.localaws.ingress.moto_failures import refusal_of

    call = call_of(environ)
    if isinstance(error, NotImplementedError):
        LOG.info("%s: %s", call.name, error)
        unknown = call.unknown() if is_available(call.signer) else None  # there may be no model by that name
        return unknown or Refusal("NotImplemented", f"The local AWS does not implement {call.name}.", 501)
    if isinstance(error, RecursionError):
        return Refusal("ValidationException", "The request is nested too deeply.")
    if objection := call.objection(error):
        LOG.info("%s is malformed", call.name, exc_info=error)
        return objection
    if call.model is not None and (refusal := refusal_of(call, error)):
        LOG.warning("moto failed in %s, request id %s", call.name, request_id, exc_info=error)
        return refusal
    LOG.error("%s failed, request id %s", call.name, request_id, exc_info=error)
    return Refusal("InternalFailure", FAILED, 500)


def _send(environ: Environ, start_response: Callable[..., Any], refusal: Refusal, request_id: str) -> list[bytes]:
    protocol = protocol_of(environ)
    kind, body = _WRITERS[protocol](refusal, request_id)
    fields = [("Content-Type", kind), ("Content-Length", str(len(body))), ("x-amzn-RequestId", request_id)]
    if protocol is Protocol.JSON:
        fields.append(("x-amzn-ErrorType", refusal.code))
    if protocol is Protocol.S3:
        fields.append(("x-amz-request-id", request_id))
    start_response(f"{int(refusal.status)} {HTTPStatus(refusal.status).phrase}", fields)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _json(refusal: Refusal, request_id: str) -> tuple[str, bytes]:
    body = {"__type": refusal.code, "message": refusal.message}
    return "application/json", json.dumps(body).encode()


def _s3(refusal: Refusal, request_id: str) -> tuple[str, bytes]:
    details = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in refusal.details.items())
    return _xml(f"<Error>{_code_and_message(refusal)}{details}<RequestId>{request_id}</RequestId></Error>")


def _query(refusal: Refusal, request_id: str) -> tuple[str, bytes]:
    fault = "Receiver" if refusal.status >= 500 else "Sender"
    error = f"<Error><Type>{fault}</Type>{_code_and_message(refusal)}</Error>"
    return _xml(f"<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>")


def _ec2(refusal: Refusal, request_id: str) -> tuple[str, bytes]:
    errors = f"<Errors><Error>{_code_and_message(refusal)}</Error></Errors>"
    return _xml(f"<Response>{errors}<RequestID>{request_id}</RequestID></Response>")


def _code_and_message(refusal: Refusal) -> str:
    return f"<Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"


def _xml(text: str) -> tuple[str, bytes]:
    printable = "".join(letter for letter in text if letter.isprintable() or letter == "\n")
    return "text/xml", b'<?xml version="1.0" encoding="UTF-8"?>\n' + printable.encode("utf-8", "replace")


_WRITERS = {Protocol.JSON: _json, Protocol.S3: _s3, Protocol.QUERY: _query, Protocol.EC2: _ec2}
