"""S3's presigned POST: a form whose policy says what may be uploaded, and who signed that."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from shoplib.localaws.guard.claims import same, signing_key
from shoplib.localaws.guard.keys import Keys
from shoplib.localaws.guard.refusals import (
    BAD_SIGNATURE,
    FORM_EXPIRED,
    FORM_OUTSIDE_POLICY,
    UNKNOWN_KEY,
    UNSIGNED,
    Refusal,
)

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Fields = dict[str, str]
# Fields that no condition needs to name.
UNCONDITIONED = {"policy", "signature", "x-amz-signature", "awsaccesskeyid", "file"}


def is_form(environ: Environ) -> bool:
    """True for a POST of a page's kind to a bucket, not signed in header or address."""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE", "").startswith("multipart/form-data")
        and "HTTP_AUTHORIZATION" not in environ
        and "HTTP_X_AMZ_TARGET" not in environ
        and not environ["PATH_INFO"].startswith("/_aws/")
    )


def refusal_of(environ: Environ, body: bytes, bucket: str, keys: Keys | None) -> Refusal | None:
    """Why the form is refused. Without `keys` any signature is taken, but the policy counts all the same."""
    fields, size = _parsed(environ, body)
    if "policy" not in fields:
        return UNSIGNED if keys else None
    if keys and (refusal := _unsigned(fields, keys)):
        return refusal
    return _outside(fields, size, bucket)


def _parsed(environ: Environ, body: bytes) -> tuple[Fields, int]:
    """The fields by lower-case name, and the size of the file."""
    from werkzeug.formparser import parse_form_data

    _, form, files = parse_form_data({**environ, "wsgi.input": BytesIO(body)})
    file = files.get("file")
    data = file.read() if file else form.get("file", "").encode()
    return {name.lower(): value for name, value in form.items()}, len(data)


def _unsigned(fields: Fields, keys: Keys) -> Refusal | None:
    key_id, *scope = (fields.get("x-amz-credential") or fields.get("awsaccesskeyid", "")).split("/")
    secret = keys.secret_of(key_id)
    if secret is None or secret.token != fields.get("x-amz-security-token", ""):
        return UNKNOWN_KEY
    policy = fields["policy"].encode()
    if len(scope) == 4:
        signature = hmac.digest(signing_key(secret.value, *scope[:3]), policy, "sha256").hex()
        return None if same(signature, fields.get("x-amz-signature", "")) else BAD_SIGNATURE
    old = base64.b64encode(hmac.digest(secret.value.encode(), policy, "sha1")).decode()
    return None if same(old, fields.get("signature", "")) else BAD_SIGNATURE


def _outside(fields: Fields, size: int, bucket: str) -> Refusal | None:
    try:
        policy = json.loads(base64.b64decode(fields["policy"]))
        if datetime.fromisoformat(policy["expiration"]).timestamp() < time.time():
            return FORM_EXPIRED
        conditions = [_condition(each) for each in policy["conditions"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return FORM_OUTSIDE_POLICY
    values = {**fields, "bucket": bucket}
    with_condition = {name for _, name, _ in conditions}
    stray = {name for name in fields if name not in with_condition | UNCONDITIONED and not name.startswith("x-ignore-")}
    holds = all(_holds(kind, values.get(name, ""), value, size) for kind, name, value in conditions)
    return None if holds and not stray else FORM_OUTSIDE_POLICY


def _condition(stated: Any) -> tuple[str, str, Any]:
    if isinstance(stated, dict):
        [(name, value)] = stated.items()
        return "eq", name.lower(), value
    kind, first, second = stated
    return (kind, "", (first, second)) if kind == "content-length-range" else (kind, first.lstrip("$").lower(), second)


def _holds(kind: str, actual: str, value: Any, size: int) -> bool:
    if kind == "content-length-range":
        return int(value[0]) <= size <= int(value[1])
    return actual.startswith(value) if kind == "starts-with" else kind == "eq" and actual == str(value)
