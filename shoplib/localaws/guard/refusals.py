"""The guard's answers, as WSGI applications, in the shape that the SDK of each protocol parses."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

Environ = dict[str, Any]
SIGNED_FOR_S3 = ("/s3/aws4_request", "%2Fs3%2Faws4_request")


@dataclass(frozen=True)
class Refusal:
    """`json`, `query` and `s3` are AWS's words for it in each protocol."""

    json: str
    query: str
    s3: str
    message: str
    status: str = "403 Forbidden"

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        kind, body, headers = self._in_protocol(environ)
        fields = [("Content-Type", kind), ("Content-Length", str(len(body))), *headers]
        # The body of the request was not read, so nothing else can follow on this connection.
        start_response(self.status, [*fields, ("Connection", "close")])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def _in_protocol(self, environ: Environ) -> tuple[str, bytes, list[tuple[str, str]]]:
        if _is_for_s3(environ):
            return "application/xml", _s3(self.s3, self.message), []
        if "urlencoded" in environ.get("CONTENT_TYPE", ""):
            return "text/xml", _query(self.query, self.message), []
        body = json.dumps({"__type": self.json, "message": self.message}).encode()
        return "application/json", body, [("x-amzn-ErrorType", self.json)]


FOREIGN_HOST = Refusal(
    *("AccessDeniedException", "AccessDenied", "AccessDenied"),
    "This engine is not called by this Host; call it 127.0.0.1, localhost or by AWS's own names of its services.",
)
FOREIGN_PAGE = Refusal(
    *("AccessDeniedException", "AccessDenied", "AccessDenied"),
    "A web page asked for this. Pages reach deployed APIs, function URLs and, as the bucket's CORS rules say, S3.",
)

NOT_SERVED = Refusal(
    *("ResourceNotFoundException", "ResourceNotFound", "NoSuchBucket"), "There is nothing here.", "404 Not Found"
)


def _is_for_s3(environ: Environ) -> bool:
    """Signed for S3, or not signed and in none of the other protocols."""
    if signed := environ.get("HTTP_AUTHORIZATION"):
        return SIGNED_FOR_S3[0] in signed or signed.startswith("AWS ")
    path: str = environ["PATH_INFO"]
    other = "HTTP_X_AMZ_TARGET" in environ or "urlencoded" in environ.get("CONTENT_TYPE", "")
    return not other and not path.startswith("/_aws/")


def _s3(code: str, message: str) -> bytes:
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message><RequestId>0</RequestId></Error>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'.encode()


def _query(code: str, message: str) -> bytes:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>".encode()
