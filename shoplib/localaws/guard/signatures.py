"""Every request to an AWS API must be signed by a key that the engine knows.

What is stated about the payload is known before the body is read; what is not, is checked when it has come.
"""

import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from io import BytesIO
from typing import Any

from shoplib.localaws.apigateway.messages import WRONG_SIGNATURE
from shoplib.localaws.guard import expiry, s3_forms, sigv2
from shoplib.localaws.guard.claims import ALGORITHM, Claim, Malformed, TooLong, claim_of
from shoplib.localaws.guard.keys import Keys
from shoplib.localaws.guard.open_calls import is_open, is_open_path
from shoplib.localaws.guard.refusals import (
    BAD_SIGNATURE,
    LINK_TOO_LONG,
    UNKNOWN_KEY,
    UNSIGNED,
    Refusal,
)
from shoplib.localaws.guard.s3_forms import is_form
from shoplib.localaws.guard.s3_pages import bucket_of
from shoplib.localaws.ingress.body import BODY, PACKED

Environ = dict[str, Any]
WSGI = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
OWED = "shoplib.owed_signature"  # what is still to be checked when the body is there
Check = Callable[[bytes], Refusal | None]


def refusal_of(error: Malformed) -> Refusal:
    return LINK_TOO_LONG if isinstance(error, TooLong) else BAD_SIGNATURE


class Signatures:
    def __init__(self, keys: Keys, compose: Callable[[], Any]) -> None:
        self._keys = keys
        self._compose = compose

    def refusal(self, environ: Environ) -> Refusal | None:
        """Why the request is refused before its body is read; what the body decides is put into the environ."""
        try:
            claim = claim_of(environ)
        except Malformed as error:
            return refusal_of(error)
        if claim is not None:
            return self._of_claim(claim, environ)
        if key_id := sigv2.key_id_of(environ):
            return self._of_old(environ, key_id)
        return BAD_SIGNATURE if "HTTP_AUTHORIZATION" in environ else self._of_nobody(environ)

    def mark(self, environ: Environ) -> None:
        """For a deployed API, which itself decides what a wrong signature is worth: put it into the environ."""
        environ[WRONG_SIGNATURE] = self.refusal(environ) if _is_stated(environ) else None
        if owed := environ.pop(OWED, None):
            environ[OWED] = lambda body: environ.update({WRONG_SIGNATURE: owed(body)})

    def _of_nobody(self, environ: Environ) -> Refusal | None:
        if is_open_path(environ):
            return None
        self._compose()
        if is_form(environ) and (bucket := bucket_of(environ)):
            environ[OWED] = lambda body: s3_forms.refusal_of(environ, body, bucket.name, self._keys)
            return None
        return None if is_open(environ) else UNSIGNED

    def _of_claim(self, claim: Claim, environ: Environ) -> Refusal | None:
        secret = self._keys.secret_of(claim.key_id)
        if secret is None or claim.token != secret.token:
            return UNKNOWN_KEY
        if untimely := expiry.refusal_of(claim, environ, time.time()):
            return untimely
        if claim.payload is not None:
            return None if claim.is_by(secret.value, claim.payload) else BAD_SIGNATURE
        environ[OWED] = lambda body: None if claim.is_by(secret.value, sha256(body).hexdigest()) else BAD_SIGNATURE
        return None

    def _of_old(self, environ: Environ, key_id: str) -> Refusal | None:
        secret = self._keys.secret_of(key_id)
        if secret is None or secret.token != _old_token(environ):
            return UNKNOWN_KEY
        if untimely := expiry.refusal_of_old(environ, time.time()):
            return untimely
        return None if sigv2.is_by(environ, secret) else BAD_SIGNATURE


def signed_bodies(application: WSGI) -> WSGI:
    """`application`, which gets a body only when it is the one that was signed."""

    def checked(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        owed: Check | None = environ.pop(OWED, None)
        packed: bytes | None = environ.pop(PACKED, None)
        refusal = owed(body_of(environ) if packed is None else packed) if owed else None
        return (refusal or application)(environ, start_response)

    return checked


def body_of(environ: Environ) -> bytes:
    """The whole body, to be read again."""
    if BODY in environ:
        return bytes(environ[BODY])
    length = environ.get("CONTENT_LENGTH") or "0"
    body: bytes = environ["wsgi.input"].read(int(length)) if int(length) else b""
    environ["wsgi.input"] = BytesIO(body)
    return body


def _old_token(environ: Environ) -> str:
    token: str = environ.get("HTTP_X_AMZ_SECURITY_TOKEN") or sigv2.query_of(environ).get("x-amz-security-token", "")
    return token


def _is_stated(environ: Environ) -> bool:
    signed = environ.get("HTTP_AUTHORIZATION", "").startswith(ALGORITHM)
    return signed or "X-Amz-Signature=" in environ.get("QUERY_STRING", "")
