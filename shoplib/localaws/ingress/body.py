"""Nothing is dispatched before the whole body is here and agrees with what the request says of it."""

import zlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any

from shoplib.documents import DEEPEST_JSON, is_too_deep
from shoplib.localaws.checksums import ALGORITHMS
from shoplib.localaws.ingress.aws_chunks import decode
from shoplib.localaws.ingress.checksums import (
    HEADERS,
    PREFIX,
    STREAMING,
    UNSIGNED,
    require_agreement,
    require_computed,
    require_known,
)
from shoplib.localaws.ingress.framing import BadChunk, Ended, TooLarge
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.ingress.server import WSGI
from shoplib.localaws.request_scope import signed_service

Environ = dict[str, Any]
LARGEST_OBJECT = 5 * 1024**3  # of one PUT to S3
LARGEST_CALL = 128 * 1024**2  # of any other service: a zip of 50 MB in base64 is the largest that one takes
BODY = "shoplib.body"  # where the environ keeps the body for whoever explains a failure
PACKED = "shoplib.packed_body"  # as it was sent and signed, where it is unpacked for the service


def whole_bodies(application: WSGI) -> WSGI:
    """`application`, which finds the whole body in `wsgi.input`, decoded from its framing."""

    def received(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        receive(environ)
        return application(environ, start_response)

    return received


def receive(environ: Environ) -> None:
    """Raises Refusal; then nothing of the request may be done."""
    service = signed_service(environ)
    if service == "s3" and environ["REQUEST_METHOD"] in ("PUT", "POST"):
        require_known(environ)
    body = _receive(environ, LARGEST_OBJECT if service in ("s3", "") else LARGEST_CALL)
    if environ.get("HTTP_X_AMZ_CONTENT_SHA256", "").startswith(STREAMING):
        body = _unframe(environ, body)
    if service not in ("s3", "", "execute-api") and "HTTP_CONTENT_ENCODING" in environ:
        environ[PACKED] = body
        body = _unpack(environ, body)
    if not _is_completion(environ):
        require_agreement(environ, body)
        _set_algorithm(environ, service)
    if body[:1] in (b"{", b"[") and service not in ("s3", "", "execute-api") and is_too_deep(body):
        raise Refusal("SerializationException", f"The body is nested more than {DEEPEST_JSON} levels deep")
    environ["wsgi.input"], environ["CONTENT_LENGTH"], environ[BODY] = BytesIO(body), str(len(body)), body
    environ["wsgi.input_terminated"] = True
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _receive(environ: Environ, largest: int) -> bytes:
    try:
        body: bytes = environ["wsgi.input"].receive(largest)
    except Ended:
        raise Refusal("IncompleteBody", "The request body terminated unexpectedly") from None
    except TimeoutError:
        raise Refusal(
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the timeout period. "
            "Idle connections will be closed.",
        ) from None
    except BadChunk:
        raise Refusal("InvalidRequest", "The chunks of the request body are malformed") from None
    except TooLarge:
        raise _too_large() from None
    return body


def _unframe(environ: Environ, framed: bytes) -> bytes:
    length = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdigit()):
        raise Refusal("MissingContentLength", "You must provide the Content-Length HTTP header.", 411)
    body, trailers = decode(framed, int(length))
    for name in environ.get("HTTP_X_AMZ_TRAILER", "").split(","):
        if (name := name.strip().lower()) and name not in trailers:
            raise Refusal("MalformedTrailerError", f"The trailer {name} that the request names is not in its body.")
    environ.update(
        {
            key: trailers[name]
            for key in HEADERS
            if (name := key.removeprefix("HTTP_").replace("_", "-").lower()) in trailers
        }
    )
    environ["HTTP_X_AMZ_CONTENT_SHA256"] = UNSIGNED  # so that nobody takes it apart again
    encodings = [each.strip() for each in environ.get("HTTP_CONTENT_ENCODING", "").split(",")]
    if remaining := [each for each in encodings if each and each != "aws-chunked"]:
        environ["HTTP_CONTENT_ENCODING"] = ", ".join(remaining)
    else:
        environ.pop("HTTP_CONTENT_ENCODING", None)
    return body


def _unpack(environ: Environ, body: bytes) -> bytes:
    """SDKs pack what is long (PutMetricData); how much it becomes is seen while it is unpacked."""
    if environ.pop("HTTP_CONTENT_ENCODING").strip().lower() != "gzip":
        raise Refusal("UnsupportedMediaType", "The only Content-Encoding of a call is gzip", 415)
    unpacking = zlib.decompressobj(wbits=31)
    try:
        plain = unpacking.decompress(body, LARGEST_CALL)
    except zlib.error:
        raise Refusal("SerializationException", "The body is not gzip") from None
    if unpacking.unconsumed_tail:
        raise _too_large()
    if not unpacking.eof:
        raise Refusal("SerializationException", "The body is not gzip")
    return plain


def _too_large() -> Refusal:
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return Refusal("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", status)


def _is_completion(environ: Environ) -> bool:
    """CompleteMultipartUpload states the checksum of the object, not of its own body."""
    return environ["REQUEST_METHOD"] == "POST" and "uploadId=" in environ["QUERY_STRING"]


def _set_algorithm(environ: Environ, service: str) -> None:
    """moto keeps the checksum of the algorithm that the SDK names; a value alone names it as well."""
    stated = next((HEADERS[header] for header in HEADERS if header in environ), None)
    algorithm = environ.get("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", "").upper()
    if service != "s3" or not (stated or algorithm) or environ["REQUEST_METHOD"] not in ("PUT", "POST"):
        return
    require_computed(algorithm)
    if algorithm and (algorithm not in ALGORITHMS or (stated and stated != algorithm)):
        raise Refusal("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")
    if not stated:
        raise Refusal(
            "InvalidRequest",
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers "
            "were found.",
        )
    environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = stated


__all__ = ["BODY", "PREFIX", "receive", "whole_bodies"]
