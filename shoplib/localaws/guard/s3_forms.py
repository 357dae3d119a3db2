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
    FORM_TOO_LARGE,
    FORM_TOO_SMALL,
    FORM_UNREADABLE,
    UNKNOWN_KEY,
    UNSIGNED,
    Refusal,
    outside_policy,
)

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Fields = dict[str, str]
Condition = tuple[str, str, Any]
SIZE = "content-length-range"
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
    fields, size = _parse(environ, body)
    if "policy" not in fields:
        return UNSIGNED if keys else None
    if keys and (refusal := _check_open_form(fields, keys)):
        return refusal
    return _outside(fields, size, bucket)


def _parse(environ: Environ, body: bytes) -> tuple[Fields, int]:
    """The fields by lower-case name, and the size of the file."""
    from werkzeug.formparser import parse_form_data

    # In memory, where the body is already: werkzeug's own is a file on disk above 500 kB, and nobody would close it.
    _, form, files = parse_form_data(
        {**environ, "wsgi.input": BytesIO(body)}, stream_factory=lambda *_, **__: BytesIO()
    )
    file = files.get("file")
    data = file.read() if file else form.get("file", "").encode()
    return {name.lower(): value for name, value in form.items()}, len(data)


def _check_open_form(fields: Fields, keys: Keys) -> Refusal | None:
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
        expired = datetime.fromisoformat(policy["expiration"]).timestamp() < time.time()
        conditions = [_condition(each) for each in policy["conditions"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return FORM_UNREADABLE
    return (
        FORM_EXPIRED
        if expired
        else _broken({**fields, "bucket": bucket}, size, conditions) or _stray(fields, conditions)
    )


def _broken(fields: Fields, size: int, conditions: list[Condition]) -> Refusal | None:
    for kind, name, value in conditions:
        if kind == SIZE:
            if not int(value[0]) <= size <= int(value[1]):
                return FORM_TOO_LARGE if size > int(value[1]) else FORM_TOO_SMALL
        elif not _holds(kind, name, fields.get(name, ""), value):
            return outside_policy(f"Policy Condition failed: {json.dumps([kind, f'${name}', value])}")
    return None


def _stray(fields: Fields, conditions: list[Condition]) -> Refusal | None:
    with_condition = {name for _, name, _ in conditions} | UNCONDITIONED
    stray = [name for name in fields if name not in with_condition and not name.startswith("x-ignore-")]
    return outside_policy(f"Extra input fields: {', '.join(stray)}") if stray else None


def _condition(stated: Any) -> Condition:
    if isinstance(stated, dict):
        [(name, value)] = stated.items()
        return "eq", name.lower(), value
    kind, first, second = stated
    if kind.lower() == SIZE:
        return SIZE, "", (int(first), int(second))
    return kind.lower(), first.lstrip("$").lower(), second


def _holds(kind: str, name: str, actual: str, value: Any) -> bool:
    """Of several content types, separated by commas, each must start so."""
    if kind == "starts-with":
        parts = actual.split(",") if name == "content-type" else [actual]
        return all(each.strip().startswith(str(value)) for each in parts)
    return kind == "eq" and actual == str(value)
