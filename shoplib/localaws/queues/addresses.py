"""A queue's address says its account and name, and its region unless that is the engine's own.

AWS has a host per region; a loopback address has one host, so that the region stands in the path. Calls of the query
protocol may be made to the address itself: those that are about one queue.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import ParseResult

from moto.core.utils import get_service_model

from shoplib.localaws.ingress.form_fields import FORM, form_fields, is_form
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.request_scope import signature
from shoplib.localaws.state import DEFAULT_REGION

ADDRESS = re.compile(r"(?:/queue/[a-z0-9-]+)?(/\d{12}/[\w.-]+)/?")
OF_NO_QUEUE = {"CreateQueue", "ListQueues"}
JSON = "application/json"
UNKNOWN = b"<UnknownOperationException/>\n"
Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def address_of(queue: Any, request: ParseResult) -> str:
    """`request` is the address to which somebody asks for it."""
    place = "" if queue.region == DEFAULT_REGION else f"/queue/{queue.region}"
    return f"{request.scheme}://{request.netloc}{place}/{queue.account_id}/{queue.name}"


def with_older_names(original: Callable[[Any, Any, str], str]) -> Callable[[Any, Any, str], str]:
    """The older protocol's names of a map's parts, which moto writes in XML alone."""

    def get_serialized_name(serializer: Any, shape: Any, default_name: str) -> str:
        older = shape.serialization.get("locationNameForQueryCompatibility")
        return older if older and default_name in ("key", "value") else original(serializer, shape, default_name)

    return get_serialized_name


def at_queue_addresses(application: WSGI) -> WSGI:
    """`application`, which knows of no regions in addresses, and answers XML unless a parameter says otherwise."""

    def routed(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        signed = signature(environ)
        if signed is None or signed.service != "sqs":
            return application(environ, start_response)
        seen = _with_preferences(environ)
        place = ADDRESS.fullmatch(environ["PATH_INFO"])
        if place is None:
            return application(seen, start_response)
        try:
            if "HTTP_X_AMZ_TARGET" not in environ and _checked_action(environ) is None:
                return _sent(start_response, "404 Not Found", "text/xml", UNKNOWN)
        except Refusal as refusal:
            if not _wants_json(environ):
                raise
            return _sent(start_response, f"{refusal.status} Bad Request", JSON, _in_json(refusal))
        return application({**seen, "PATH_INFO": place[1]}, start_response)

    return routed


def _with_preferences(environ: Environ) -> Environ:
    """What moto reads elsewhere: the protocol from a content type, which a GET has none of, and the answer's."""
    query = environ.get("QUERY_STRING", "")
    if "HTTP_X_AMZ_TARGET" in environ or "Action=" not in query:
        return environ
    preferences = f"{query}&ContentType=JSON" if _wants_json(environ) else query
    body = {} if is_form(environ) else {"wsgi.input": BytesIO(b""), "CONTENT_LENGTH": "0"}  # which is none of a form
    return {**environ, **body, "QUERY_STRING": preferences, "CONTENT_TYPE": FORM}


def _checked_action(environ: Environ) -> str | None:
    """The action that a call to a queue's address names; None when it names none."""
    action = form_fields(environ).get("Action")
    if action is None:
        return None
    if action in OF_NO_QUEUE or action not in get_service_model("sqs").operation_names:
        raise Refusal("InvalidAction", f"The action {action} is not valid for this endpoint.")
    return action


def _wants_json(environ: Environ) -> bool:
    return JSON in environ.get("HTTP_ACCEPT", "")


def _in_json(refusal: Refusal) -> bytes:
    error = {"Type": "Sender", "Code": refusal.code, "Message": refusal.message}
    return json.dumps({"Error": error, "RequestId": str(uuid.uuid4())}).encode()


def _sent(start_response: Callable[..., Any], status: str, kind: str, body: bytes) -> Iterable[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
