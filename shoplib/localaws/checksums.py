"""The checksums that S3 knows, as bytes and as AWS writes them."""

import hashlib
import zlib
from base64 import b64encode
from collections.abc import Callable
from functools import cache

_POLYNOMIAL = 0x9A6C9329AC4BC9B5  # of CRC-64/NVME, reflected
LARGE = 64 * 1024


def _crc32c(body: bytes) -> bytes:
    from crc32c import crc32c

    return crc32c(body).to_bytes(4, "big")


def _crc64nvme(body: bytes) -> bytes:
    # AWS's own library for it (awscrt) would cost everything that imports boto3 a third of a second.
    if len(body) >= LARGE:
        from shoplib.localaws.wide_checksums import crc64

        return crc64(body, _crc64_table()).to_bytes(8, "big")
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


def compute(algorithm: str, body: bytes) -> str:
    """The checksum in base64, as AWS writes it."""
    return b64encode(ALGORITHMS[algorithm][1](body)).decode()
