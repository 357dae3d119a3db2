"""Signatures of S3's older kind, which boto3 still makes for presigned addresses; botocore computes them again."""

from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shoplib.localaws.guard.claims import SKEW, is_number, same
from shoplib.localaws.guard.keys import Secret
from shoplib.localaws.request_scope import path_of

Environ = dict[str, Any]
SENT_BESIDE = {"CONTENT_TYPE": "Content-Type", "HTTP_CONTENT_MD5": "Content-MD5"}


def key_id_of(environ: Environ) -> str:
    """Empty when the request has no such signature."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    if header:
        return header.removeprefix("AWS ").partition(":")[0] if header.startswith("AWS ") else ""
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    return query.get("AWSAccessKeyId", "") if "Signature" in query else ""


def is_timely(environ: Environ, now: float) -> bool:
    """Within the presigned address's Expires, or with a date that is right."""
    if "HTTP_AUTHORIZATION" not in environ:
        expires = query_of(environ).get("Expires", "")
        return is_number(expires) and now < int(expires)
    try:
        sent = parsedate_to_datetime(date_of(environ))
    except ValueError:
        return False
    return abs(sent.timestamp() - now) <= SKEW


def date_of(environ: Environ) -> str:
    date: str = environ.get("HTTP_X_AMZ_DATE") or environ.get("HTTP_DATE", "")
    return date


def is_by(environ: Environ, secret: Secret) -> bool:
    from botocore.credentials import Credentials

    query = query_of(environ)
    stated = query.get("Signature") or environ.get("HTTP_AUTHORIZATION", "").rpartition(":")[2]
    signer = _signer(Credentials("", secret.value), query.get("Expires") or environ.get("HTTP_DATE", ""))
    address = urlsplit(environ["REQUEST_URI"])
    resource = path_of({**environ, "PATH_INFO": address.path}, "s3")
    # botocore signs a bucket's own address with a slash behind it, and sends it without.
    resources = (resource, f"{resource}/") if resource.count("/") == 1 else (resource,)
    method, headers = environ["REQUEST_METHOD"], _headers(environ)
    return any(same(signer.get_signature(method, address, headers, auth_path=each), stated) for each in resources)


def has_stated_headers(environ: Environ) -> bool:
    """Whether the request came with the headers whose values stand in a presigned address."""
    stated = {name.lower(): value for name, value in query_of(environ).items()}
    sent = {name.lower(): environ.get(key) for key, name in SENT_BESIDE.items()}
    return all(name not in stated or stated[name] == value for name, value in sent.items())


def _signer(credentials: Any, date: str) -> Any:
    from botocore.auth import HmacV1Auth

    class Dated(HmacV1Auth):
        def _get_date(self) -> str:
            return date

    return Dated(credentials)


def _headers(environ: Environ) -> Any:
    """Those that are signed: of a presigned address some stand in its query."""
    from botocore.compat import HTTPHeaders

    headers = HTTPHeaders()
    for name, value in query_of(environ).items():
        if name.lower().startswith("x-amz-"):
            headers[name] = value
    for key, value in environ.items():
        if key.startswith("HTTP_X_AMZ_"):
            headers[key.removeprefix("HTTP_").replace("_", "-").lower()] = value
        elif key in SENT_BESIDE and value:
            headers[SENT_BESIDE[key]] = value
    return headers


def query_of(environ: Environ) -> dict[str, str]:
    return dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
