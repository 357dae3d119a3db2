"""What a request says of its body is held against the body: Content-MD5, x-amz-checksum-* and x-amz-content-sha256."""

import hashlib
import re
import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from functools import cache
from typing import Any

from shoplib.localaws.ingress.refusals import Refusal

_SHA256 = re.compile(r"[0-9a-f]{64}")
_POLYNOMIAL = 0x9A6C9329AC4BC9B5  # of CRC-64/NVME, reflected
UNSIGNED, STREAMING = "UNSIGNED-PAYLOAD", "STREAMING-"
PREFIX = "HTTP_X_AMZ_CHECKSUM_"


def _crc32c(body: bytes) -> bytes:
    from crc32c import crc32c

    return crc32c(body).to_bytes(4, "big")


def _crc64nvme(body: bytes) -> bytes:
    # AWS's own library for it (awscrt) would cost everything that imports boto3 a third of a second.
    table, value = _crc64_table(), 0xFFFFFFFFFFFFFFFF
    for byte in body:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return (value ^ 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")


@cache
def _crc64_table() -> list[int]:
    table = list(range(256))
    for _ in range(8):
        table = [(value >> 1) ^ (_POLYNOMIAL if value & 1 else 0) for value in table]
    return table


ALGORITHMS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "CRC32": (4, lambda body: zlib.crc32(body).to_bytes(4, "big")),
    "CRC32C": (4, _crc32c),
    "CRC64NVME": (8, _crc64nvme),
    "SHA1": (20, lambda body: hashlib.sha1(body, usedforsecurity=False).digest()),
    "SHA256": (32, lambda body: hashlib.sha256(body).digest()),
}
HEADERS = {PREFIX + name: name for name in ALGORITHMS}


def compute(algorithm: str, body: bytes) -> str:
    """The checksum in base64, as AWS writes it."""
    return b64encode(ALGORITHMS[algorithm][1](body)).decode()


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
        raise Refusal("InvalidDigest", "The Content-MD5 you specified was invalid.")
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
