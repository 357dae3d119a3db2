"""The HTTP request that came in and the HTTP response that goes out, free of WSGI."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

from shoplib.localaws.request_context import new_trace
from shoplib.localaws.request_scope import INJECTED, signature

WRONG_SIGNATURE = "shoplib.wrong_signature"
REFUSAL = "shoplib.api_refusal"  # where a request keeps whom to ask what its signer may
Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Request:
    """One client request. `path` is percent-encoded as sent, starts with "/" and holds no stage or API id."""

    method: str
    path: str
    query_string: str
    headers: Headers
    body: bytes
    source_ip: str
    domain_name: str
    protocol: str = "HTTP/1.1"
    access_key: str = ""  # of the SigV4 signature, in the header or the query
    wrong_signature: str = ""  # what is wrong with the SigV4 signature that the request states
    refusal: Callable[..., str] = lambda *_: ""  # of an action on a resource, for whoever signed
    injected: str = ""  # the kind of fault to answer with
    received_at: float = field(default_factory=time.time)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.perf_counter)

    def header(self, name: str) -> str | None:
        """Last value sent under `name` (any case), or None."""
        lower_name = name.lower()
        last = None
        for key, value in self.headers:
            if key.lower() == lower_name:
                last = value
        return last

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string, keep_blank_values=True)

    @property
    def content_type(self) -> str:
        """Media type without parameters, lower-case; "" when absent."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Response:
    """What goes back to the client; `headers` keep order and may repeat a name."""

    status: int
    headers: Headers
    body: bytes = b""

    def set_default(self, name: str, value: str) -> None:
        if not any(key.lower() == name.lower() for key, _ in self.headers):
            self.headers.append((name, value))

    def replace(self, name: str, value: str) -> None:
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        self.headers.append((name, value))

    @property
    def status_line(self) -> str:
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return f"{self.status} Unknown"


def encoded_path(environ: dict[str, Any]) -> str:
    """The request path still percent-encoded: servers put it in REQUEST_URI or RAW_URI, WSGI itself decodes it."""
    uri = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if not uri:
        return quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), safe="/:@!$&'()*+,;=~-._")
    path = uri.partition("?")[0]
    if not path.startswith("/"):
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path


def read_headers(environ: dict[str, Any]) -> Headers:
    """Headers as the client sent them (bytes) when the ingress passes them on, else from WSGI's variables."""
    sent = environ.get("shoplib.headers")
    if sent is not None:
        return [(name.decode("latin-1"), value.decode("utf-8")) for name, value in sent]
    headers = [(key[5:].replace("_", "-").title(), value) for key, value in environ.items() if key.startswith("HTTP_")]
    for key, name in (("CONTENT_TYPE", "Content-Type"), ("CONTENT_LENGTH", "Content-Length")):
        if environ.get(key):
            headers.append((name, environ[key]))
    return headers


def read_body(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    if length:
        return environ["wsgi.input"].read(int(length))
    if environ.get("wsgi.input_terminated") or environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
        return environ["wsgi.input"].read()
    return b""


def _access_key(environ: dict[str, Any]) -> str:
    signed = signature(environ)
    return signed.access_key if signed and signed.region else ""  # S3's old signatures have no region


def read_request(environ: dict[str, Any], path: str, api_id: str, region: str) -> Request:
    domain = f"{api_id}.execute-api.{region}.amazonaws.com"
    source_ip = environ.get("REMOTE_ADDR") or "127.0.0.1"
    headers = [
        pair for pair in read_headers(environ) if pair[0].lower() not in ("host", "connection", "x-amzn-trace-id")
    ]
    forwarded = next((value for name, value in headers if name.lower() == "x-forwarded-for"), "")
    headers = [pair for pair in headers if not pair[0].lower().startswith("x-forwarded-")]
    trace_id = environ.get("HTTP_X_AMZN_TRACE_ID") or new_trace()
    headers += [
        ("Host", domain),
        ("X-Amzn-Trace-Id", trace_id),
        ("X-Forwarded-For", f"{forwarded}, {source_ip}" if forwarded else source_ip),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]
    return Request(
        method=environ["REQUEST_METHOD"].upper(),
        path=path,
        query_string=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=read_body(environ),
        source_ip=source_ip,
        domain_name=domain,
        protocol=environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
        access_key=_access_key(environ),
        wrong_signature=str(environ.get(WRONG_SIGNATURE) or ""),
        refusal=environ.get(REFUSAL, lambda *_: ""),
        injected=str(environ.get(INJECTED) or ""),
    )
