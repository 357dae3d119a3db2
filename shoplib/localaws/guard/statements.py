"""What a presigned address or form says of itself, where no key is known: it holds all the same.

Whose signature it is nobody can tell; until when it is valid, what the form's policy allows and which headers belong
to it, everybody can. A key that IAM or STS gave out is known, and what it presigned is verified.
"""

import time
from collections.abc import Callable
from typing import Any

from shoplib.localaws.guard import s3_forms, sigv2
from shoplib.localaws.guard.claims import Malformed, claim_of, has_signed_headers
from shoplib.localaws.guard.keys import Keys
from shoplib.localaws.guard.refusals import BAD_SIGNATURE, LINK_EXPIRED, Refusal
from shoplib.localaws.guard.s3_forms import is_form
from shoplib.localaws.guard.s3_pages import bucket_of
from shoplib.localaws.guard.signatures import OWED, Signatures

Environ = dict[str, Any]


class Statements:
    """In the place of `Signatures` in an engine that takes any key."""

    def __init__(self, compose: Callable[[], Any]) -> None:
        self._keys = Keys("", "", compose)
        self._signatures = Signatures(self._keys, compose)
        self._compose = compose

    def refusal(self, environ: Environ) -> Refusal | None:
        if "HTTP_AUTHORIZATION" in environ:
            return None
        try:
            claim = claim_of(environ)
        except Malformed:
            return BAD_SIGNATURE
        if claim is not None:
            return self._signatures.refusal(environ) if self._knows(claim.key_id) else self._of_claim(claim, environ)
        if key_id := sigv2.key_id_of(environ):
            return self._signatures.refusal(environ) if self._knows(key_id) else self._of_old(environ)
        return self._of_form(environ)

    def _knows(self, key_id: str) -> bool:
        return bool(key_id) and self._keys.secret_of(key_id) is not None

    def _of_claim(self, claim: Any, environ: Environ) -> Refusal | None:
        if not claim.is_timely(time.time()):
            return LINK_EXPIRED
        return None if has_signed_headers(environ) else BAD_SIGNATURE

    def _of_old(self, environ: Environ) -> Refusal | None:
        if not sigv2.is_timely(environ, time.time()):
            return LINK_EXPIRED
        return None if sigv2.has_stated_headers(environ) else BAD_SIGNATURE

    def _of_form(self, environ: Environ) -> Refusal | None:
        if is_form(environ):
            self._compose()
            if bucket := bucket_of(environ):
                environ[OWED] = lambda body: s3_forms.refusal_of(environ, body, bucket.name, None)
        return None
