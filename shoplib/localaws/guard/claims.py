"""What SigV4 requests state: who signed them, when, and what. `Claim.is_by` recomputes the signature.

botocore can sign but not verify, and signing again what came in takes it far longer than this (docs/decisions/0026).
"""

import hmac
from calendar import timegm
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from time import strptime
from typing import Any
from urllib.parse import quote, unquote

Environ = dict[str, Any]
ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
LONGEST_EXPIRY = 7 * 24 * 3600
MOST_DIGITS = 19
SKEW = 15 * 60  # seconds that a client's clock may be wrong


class Malformed(Exception):
    """The request states a signature that cannot be understood."""


class TooLong(Malformed):
    """A presigned address states that it holds for more than a week, or for no time."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`head` is the canonical request up to its last line, the hash of the payload; `payload` is that hash where the
    request states it. `moment` is an X-Amz-Date, `lifetime` how long after it the request is valid, in seconds."""

    key_id: str
    scope: tuple[str, str, str]  # date, region, service
    moment: str
    lifetime: int
    token: str
    signature: str
    head: str
    payload: str | None

    @property
    def signed_at(self) -> int:
        return _seconds(self.moment)

    def is_by(self, secret: str, payload: str) -> bool:
        """Whether the holder of `secret` signed this request with a payload of this hash."""
        request = sha256(f"{self.head}{payload}".encode("latin-1")).hexdigest()
        text = f"{ALGORITHM}\n{self.moment}\n{'/'.join(self.scope)}/aws4_request\n{request}"
        return same(hmac.digest(signing_key(secret, *self.scope), text.encode(), "sha256").hex(), self.signature)


def is_number(stated: str) -> bool:
    """Of seconds."""
    return stated.isascii() and stated.isdecimal() and len(stated) <= MOST_DIGITS


def same(expected: str, stated: str) -> bool:
    return hmac.compare_digest(expected.encode(), stated.encode())


@lru_cache(maxsize=1024)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def claim_of(environ: Environ) -> Claim | None:
    """From the header or else the presigned address; None when neither is there. Raises Malformed."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    if header.startswith(ALGORITHM):
        return _from_header(environ, header)
    query = environ.get("QUERY_STRING", "")
    return _from_query(environ, query) if not header and "X-Amz-Signature=" in query else None


def _from_header(environ: Environ, header: str) -> Claim:
    fields = dict(part.strip().partition("=")[::2] for part in header[len(ALGORITHM) :].split(","))
    moment = environ.get("HTTP_X_AMZ_DATE", "")
    payload = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    return _claim(environ, fields, moment, SKEW, environ.get("HTTP_X_AMZ_SECURITY_TOKEN", ""), payload)


def _from_query(environ: Environ, query: str) -> Claim:
    stated = {name.removeprefix("X-Amz-"): value for name, value in _pairs(query) if name.startswith("X-Amz-")}
    lifetime = stated.get("Expires", "")
    if stated.get("Algorithm") != ALGORITHM:
        raise Malformed
    if not is_number(lifetime) or not 1 <= int(lifetime) <= LONGEST_EXPIRY:
        raise TooLong
    for_s3 = stated.get("Credential", "").endswith("/s3/aws4_request")
    payload = stated.get("Content-Sha256") or (UNSIGNED_PAYLOAD if for_s3 else None)
    token = stated.get("Security-Token", "")
    return _claim(environ, stated, stated.get("Date", ""), int(lifetime), token, payload)


def _claim(
    environ: Environ, fields: dict[str, str], moment: str, lifetime: int, token: str, payload: str | None
) -> Claim:
    key_id, *scope = fields.get("Credential", "").split("/")
    signed = fields.get("SignedHeaders", "")
    if len(scope) != 4 or scope[3] != "aws4_request" or not _covers(signed, environ) or _seconds(moment) == 0:
        raise Malformed
    date, region, service = scope[:3]
    if not date or not moment.startswith(date):
        raise Malformed
    head = _head(environ, signed, for_s3=service == "s3")
    return Claim(key_id, (date, region, service), moment, lifetime, token, fields.get("Signature", ""), head, payload)


def has_signed_headers(environ: Environ) -> bool:
    """Whether a presigned request came with all the headers that its address names."""
    signed = dict(_pairs(environ.get("QUERY_STRING", ""))).get("X-Amz-SignedHeaders", "")
    return all(environ.get(name) is not None for name in _environ_names(signed).values())


def _covers(signed: str, environ: Environ) -> bool:
    """The host and whatever AWS reads from a header must be signed, or somebody could add to a presigned address."""
    names = _environ_names(signed)
    return "HTTP_HOST" in names.values() and not any(
        name.startswith("HTTP_X_AMZ_") and name not in names.values() for name in environ
    )


@lru_cache(maxsize=4096)
def _environ_names(signed: str) -> dict[str, str]:
    return {name: UNPREFIXED.get(name) or f"HTTP_{name.upper().replace('-', '_')}" for name in signed.split(";")}


def _head(environ: Environ, signed: str, *, for_s3: bool) -> str:
    names = _environ_names(signed).items()
    headers = "\n".join(f"{name}:{' '.join(environ.get(key, '').split())}" for name, key in names)
    path = _path(environ["REQUEST_URI"].partition("?")[0], for_s3)
    query = _query(environ["QUERY_STRING"])
    return f"{environ['REQUEST_METHOD']}\n{path}\n{query}\n{headers}\n\n{signed}\n"


@lru_cache(maxsize=4096)
def _path(sent: str, for_s3: bool) -> str:
    """S3 signs the path as it is sent, all others what is left without `.`, `..` and `//`, encoded once more."""
    if for_s3:
        return quote(sent, safe="/~%")
    if "//" in sent or "/." in sent:
        from botocore.utils import normalize_url_path

        sent = normalize_url_path(sent)
    return quote(sent, safe="/~")


def _query(sent: str) -> str:
    if not sent:
        return ""
    pairs = ((quote(name, safe="~"), quote(value, safe="~")) for name, value in _pairs(sent))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs) if name != "X-Amz-Signature")


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            yield unquote(name), unquote(value)


@lru_cache(maxsize=1024)
def _seconds(moment: str) -> int:
    """Since 1970; 0 for what is no X-Amz-Date."""
    try:
        return timegm(strptime(moment, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return 0
