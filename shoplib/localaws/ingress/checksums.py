"""What a request says of its body is held against the body: Content-MD5, x-amz-checksum-* and x-amz-content-sha256."""

import hashlib
import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any

from shoplib.localaws.checksums import ALGORITHMS
from shoplib.localaws.ingress.refusals import Refusal

_SHA256 = re.compile(r"[0-9a-f]{64}")
UNSIGNED, STREAMING = "UNSIGNED-PAYLOAD", "STREAMING-"
PREFIX = "HTTP_X_AMZ_CHECKSUM_"
HEADERS = {PREFIX + name: name for name in ALGORITHMS}
ABOUT = {"ALGORITHM", "MODE", "TYPE"}  # what headers with this prefix say of checksums, beside the checksums
# In S3's model, and not computed here.
NOT_COMPUTED = {"MD5", "SHA512", "XXHASH3", "XXHASH64", "XXHASH128"}


def require_known(environ: dict[str, Any]) -> None:
    """Of S3: a checksum that is not compared with the body is not taken for one that is."""
    trailers = (each.strip().upper().replace("-", "_") for each in environ.get("HTTP_X_AMZ_TRAILER", "").split(","))
    for header in (*environ, *(f"HTTP_{each}" for each in trailers)):
        if header.startswith(PREFIX) and header not in HEADERS:
            _refuse_unless_about(header.removeprefix(PREFIX))


def _refuse_unless_about(name: str) -> None:
    require_computed(name)
    if name not in ABOUT:
        raise Refusal("InvalidRequest", "The algorithm type you specified in x-amz-checksum- header is invalid.")


def require_computed(algorithm: str) -> None:
    if algorithm in NOT_COMPUTED:
        raise Refusal("NotImplemented", f"The local AWS does not compute the checksum {algorithm}.", 501)


def require_agreement(environ: dict[str, Any], body: bytes) -> None:
    """Raises Refusal with S3's words; `environ` has the request's headers, the trailing ones too."""
    if (value := environ.get("HTTP_CONTENT_MD5")) is not None:
        _require_md5(value, body)
    if (value := environ.get("HTTP_X_AMZ_CONTENT_SHA256")) is not None:
        _require_sha256(value, body)
    stated = [header for header in HEADERS if header in environ]
    if len(stated) > 1:
        raise Refusal(
            "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    for header in stated:
        _require_checksum(HEADERS[header], environ[header], body)


def _require_md5(header: str, body: bytes) -> None:
    if len(_decode(header)) != 16:
        raise Refusal("InvalidDigest", "The Content-MD5 you specified was invalid.", **{"Content-MD5": header})
    if _decode(header) != hashlib.md5(body, usedforsecurity=False).digest():
        raise Refusal("BadDigest", "The Content-MD5 you specified did not match what we received.")


def _require_sha256(header: str, body: bytes) -> None:
    if header == UNSIGNED or header.startswith(STREAMING):
        return
    if not _SHA256.fullmatch(header.lower()):
        raise Refusal(
            "InvalidArgument",
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.",
        )
    if header.lower() != hashlib.sha256(body).hexdigest():
        raise Refusal(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )


def _require_checksum(algorithm: str, header: str, body: bytes) -> None:
    size, digest = ALGORITHMS[algorithm]
    if len(_decode(header)) != size:
        raise Refusal("InvalidRequest", f"Value for x-amz-checksum-{algorithm.lower()} header is invalid.")
    if _decode(header) != digest(body):
        raise Refusal("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")


def _decode(header: str) -> bytes:
    try:
        return b64decode(header, validate=True)
    except (NotBase64, ValueError):
        return b""
