"""`POST /v1/traces`: OTLP over HTTP, in protobuf or JSON, signed for X-Ray as AWS's own endpoint asks for it."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from shoplib.localaws.accounts import account_of
from shoplib.localaws.ingress.body import BODY
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.request_scope import signature
from shoplib.localaws.state import ACCOUNT_ID, DEFAULT_REGION
from shoplib.localaws.traces import segments
from shoplib.localaws.traces.otlp import protobuf, spans
from shoplib.localaws.traces.segments import Document, Unprocessed

PATH = "/v1/traces"
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
JSON, PROTOBUF = "application/json", "application/x-protobuf"
OTHER = f"OTLP comes as {PROTOBUF} or {JSON}."
Environ = dict[str, Any]
Answer = tuple[str, dict[str, Any]]


class OtlpEndpoint:
    """A WSGI application; `put` gets each segment with its place."""

    def __init__(self, put: Callable[[Place, Document], None]) -> None:
        self._put = put

    def matches(self, environ: Environ) -> bool:
        signed = signature(environ)
        is_ours = signed is None or signed.service == "xray"
        return environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] == "POST" and is_ours

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        status, answer = self._answer(environ, kind)
        body = protobuf.answer(answer) if kind == PROTOBUF else json.dumps(answer).encode()
        content = PROTOBUF if kind == PROTOBUF else JSON
        start_response(status, [("Content-Type", content), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: Environ, kind: str) -> Answer:
        if kind not in (JSON, PROTOBUF):
            return "415 Unsupported Media Type", {"message": OTHER}
        read = protobuf.request if kind == PROTOBUF else json.loads
        try:
            documents = list(spans.documents(read(environ.get(BODY, b""))))
        except UNREADABLE as error:
            return "400 Bad Request", {"message": f"The body is no ExportTraceServiceRequest: {type(error).__name__}."}
        refused = list(self._refused(_place(environ), documents))
        if not refused:
            return "200 OK", {}
        return "200 OK", {"partialSuccess": {"rejectedSpans": str(len(refused)), "errorMessage": refused[0]}}

    def _refused(self, place: Place, documents: list[Document]) -> Iterator[str]:
        for document in documents:
            try:
                self._put(place, segments.read(json.dumps(document)))
            except Unprocessed as error:
                yield str(error)


def _place(environ: Environ) -> Place:
    signed = signature(environ)
    return Place(account_of(signed.access_key), signed.region) if signed else Place(ACCOUNT_ID, DEFAULT_REGION)
