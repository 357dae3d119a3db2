"""What a request says of itself, unverified: who signed it for which service, and which bucket its host names."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import unquote

CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/,\s]+)/([\w.-]+)/aws4_request")
SIGNATURE = "shoplib.signature"  # where a request keeps it
INJECTED = "shoplib.injected"  # where it keeps the kind of the fault that was injected into it
# Where a request to S3 keeps that its signer's permissions were decided: the ARNs of the objects that it may not touch.
DENIED_OBJECTS = "shoplib.denied_objects"
OLD_CREDENTIAL = re.compile(r"(?:^AWS |AWSAccessKeyId=)([^:&]+)")  # of S3 alone
BUCKET_HOST = re.compile(r"(.+?)\.(?:s3[.-].+|localhost(?::\d+)?)")


class Signature(NamedTuple):
    access_key: str
    region: str  # empty for S3's old signatures
    service: str


def signature(environ: MutableMapping[str, Any]) -> Signature | None:
    """From the header or a presigned address; None when nobody signed. Read once per request."""
    if SIGNATURE not in environ:
        environ[SIGNATURE] = _read(environ)
    signed: Signature | None = environ[SIGNATURE]
    return signed


def signed_service(environ: MutableMapping[str, Any]) -> str:
    """The service that a request is signed for; empty when nobody signed."""
    signed = signature(environ)
    return signed.service.lower() if signed else ""


def _read(environ: Mapping[str, Any]) -> Signature | None:
    query = environ.get("QUERY_STRING", "")
    is_presigned = "X-Amz-Credential=" in query or "AWSAccessKeyId=" in query
    return _signature_in(environ.get("HTTP_AUTHORIZATION", "")) or (
        _signature_in(unquote(query)) if is_presigned else None
    )


def _signature_in(text: str) -> Signature | None:
    match = CREDENTIAL.search(text)
    if match:
        return Signature(match[1], match[2], match[3])
    old = OLD_CREDENTIAL.search(text)
    return Signature(old[1], "", "s3") if old else None


def path_of(environ: Mapping[str, Any], service: str) -> str:
    """The path, for S3 with the bucket that may stand in the host's name."""
    path: str = environ["PATH_INFO"]
    host = BUCKET_HOST.fullmatch(environ.get("HTTP_HOST", "")) if service == "s3" else None
    return f"/{host[1]}{path}" if host else path
