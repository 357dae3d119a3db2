"""What a presigned address or form says of itself, where no key is known: it holds all the same.

Whose signature it is nobody can tell; until when it is valid, what the form's policy allows and which headers belong
to it, everybody can. A key that IAM or STS gave out is known, and so is one whose secret is the usual one, as a request
of its own has proved: what it presigned is verified.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from shoplib.localaws.client_settings import ANY_KEY
from shoplib.localaws.guard import expiry, s3_forms, sigv2
from shoplib.localaws.guard.claims import Malformed, claim_of, has_signed_headers
from shoplib.localaws.guard.keys import Keys
from shoplib.localaws.guard.open_calls import is_open, is_open_path
from shoplib.localaws.guard.refusals import BAD_SIGNATURE, UNSIGNED, Refusal
from shoplib.localaws.guard.s3_forms import is_form
from shoplib.localaws.guard.s3_pages import bucket_of
from shoplib.localaws.guard.signatures import OWED, Signatures, refusal_of
from shoplib.localaws.request_scope import signature

Environ = dict[str, Any]
# Secrets that go with made-up keys, beside the key itself.
USUAL = (ANY_KEY, "secret")
MOST_KEYS = 1000


class Statements:
    """In the place of `Signatures` in an engine that takes any key."""

    def __init__(self, compose: Callable[[], Any]) -> None:
        self._keys = Keys("", "", compose)
        self._signatures = Signatures(self._keys, compose)
        self._compose = compose
        self._seen: set[str] = set()

    def refusal(self, environ: Environ) -> Refusal | None:
        if "HTTP_AUTHORIZATION" in environ:
            if self._is_issued(environ):
                return self._signatures.refusal(environ)
            self._learn(environ)
            return None
        try:
            claim = claim_of(environ)
        except Malformed as error:
            return refusal_of(error)
        if claim is not None:
            return self._signatures.refusal(environ) if self._knows(claim.key_id) else self._of_claim(claim, environ)
        if key_id := sigv2.key_id_of(environ):
            return self._signatures.refusal(environ) if self._knows(key_id) else self._of_old(environ)
        return self._of_nobody(environ)

    def _learn(self, environ: Environ) -> None:
        """S3's clients state the hash of their payload, so that the first request of a key can be verified at once."""
        signed = signature(environ)
        if signed is None or signed.service != "s3" or signed.access_key in self._seen or len(self._seen) > MOST_KEYS:
            return
        with suppress(Malformed):
            claim = claim_of(environ)
            if claim is not None and claim.payload is not None:
                self._seen.add(signed.access_key)
                usual = dict.fromkeys((signed.access_key, *USUAL))
                if secret := next((each for each in usual if claim.is_by(each, claim.payload)), ""):
                    self._keys.add(signed.access_key, secret)

    def mark(self, environ: Environ) -> None:
        """Of a request to a deployed API: a key that IAM or STS gave out must have signed it."""
        if self._is_issued(environ):
            self._signatures.mark(environ)

    def _is_issued(self, environ: Environ) -> bool:
        """Whoever signs with a key that IAM or STS gave out acts as its user or role, so the signature must hold."""
        signed = signature(environ)
        return signed is not None and self._keys.is_issued(signed.access_key)

    def _knows(self, key_id: str) -> bool:
        return bool(key_id) and self._keys.secret_of(key_id) is not None

    def _of_claim(self, claim: Any, environ: Environ) -> Refusal | None:
        if untimely := expiry.refusal_of(claim, environ, time.time()):
            return untimely
        return None if has_signed_headers(environ) else BAD_SIGNATURE

    def _of_old(self, environ: Environ) -> Refusal | None:
        if untimely := expiry.refusal_of_old(environ, time.time()):
            return untimely
        return None if sigv2.has_stated_headers(environ) else BAD_SIGNATURE

    def _of_nobody(self, environ: Environ) -> Refusal | None:
        """Buckets are open to everybody only as far as they say so; other services take whoever comes."""
        if is_open_path(environ):
            return None
        self._compose()
        bucket = bucket_of(environ)
        if bucket is not None and is_form(environ):
            environ[OWED] = lambda body: s3_forms.refusal_of(environ, body, bucket.name, None)
            return None
        return UNSIGNED if bucket is not None and not is_open(environ) else None
