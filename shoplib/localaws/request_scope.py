"""What a request says of itself, unverified: who signed it for which service, and which bucket its host names."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
OLD_CREDENTIAL = re.compile(r"(?:^AWS |AWSAccessKeyId=)([^:&]+)")  # of S3 alone
BUCKET_HOST = re.compile(r"(.+)\.(?:s3[.-].+|localhost(?::\d+)?)")


def signature(environ: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Access key, region and service, from the header or a presigned address; None when nobody signed."""
    text = environ.get("HTTP_AUTHORIZATION", "")
    query = environ.get("QUERY_STRING", "")
    if not text and ("X-Amz-Credential=" in query or "AWSAccessKeyId=" in query):
        text = unquote(query)
    found = CREDENTIAL.search(text)
    if found:
        return found[1], found[2], found[3]
    old = OLD_CREDENTIAL.search(text)
    return (old[1], "", "s3") if old else None


def path_of(environ: Mapping[str, Any], service: str) -> str:
    """The path, for S3 with the bucket that may stand in the host's name."""
    path: str = environ["PATH_INFO"]
    host = BUCKET_HOST.fullmatch(environ.get("HTTP_HOST", "")) if service == "s3" else None
    return f"/{host[1]}{path}" if host else path
