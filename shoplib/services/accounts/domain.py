"""Users, their passwords and their sessions."""

import base64
import hashlib
import hmac
import math
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import checks, ids
from shoplib.core.errors import InvalidRequest, Unauthenticated

SESSION_LIFETIME = timedelta(hours=12)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_MIN_PASSWORD, _MAX_PASSWORD = 8, 200
_N, _R = 2**14, 8
MAX_NAME, MAX_ADDRESS = 100, 500
# A person mistypes a few times; behind one network address there may be a few persons.
FREE_GUESSES = {"account": 5, "address": 30}
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Registration:
    email: str
    password: str
    name: str


@dataclass(frozen=True)
class User:
    """`email` is case-folded: it is what the shopper signs in with."""

    user_id: str
    email: str
    name: str
    created_at: str
    address: str | None = None


@dataclass(frozen=True)
class Credentials:
    """What is kept to recognise a user: never the password itself."""

    user_id: str
    password_hash: str


@dataclass(frozen=True)
class Session:
    """`token` goes to the shopper; only its fingerprint is stored."""

    token: str
    user_id: str
    expires_at: datetime

    @property
    def token_hash(self) -> str:
        return ids.fingerprint(self.token)


@dataclass(frozen=True)
class Guesses:
    """Sign-ins under one email address or from one network address that failed or are under way, and the last one."""

    count: int
    last: datetime


@dataclass(frozen=True)
class Changes:
    """What a shopper may change of the profile; None stays as it is."""

    name: str | None
    address: str | None


def registration(body: Mapping[str, Any]) -> Registration:
    """The registration in a request body."""
    return Registration(email(body), _password(body), checks.text(body, "name", maximum=MAX_NAME))


def sign_in(body: Mapping[str, Any]) -> tuple[str, str]:
    """Email and password of a sign-in. A password that could never have been registered is wrong, not malformed."""
    if not isinstance(body.get("password"), str):
        raise InvalidRequest("password must be a string.")
    return _fold_case(body), body["password"][: _MAX_PASSWORD + 1]


def email(body: Mapping[str, Any]) -> str:
    """A plausible, case-folded email address."""
    address = _fold_case(body)
    if not _EMAIL.fullmatch(address):
        raise InvalidRequest("email must look like name@example.com.")
    return address


def changes(body: Mapping[str, Any]) -> Changes:
    """The wanted changes of a profile."""
    requested = Changes(
        checks.optional_text(body, "name", maximum=MAX_NAME),
        checks.optional_text(body, "address", maximum=MAX_ADDRESS, lines=True),
    )
    if requested == Changes(None, None):
        raise InvalidRequest("Nothing to change: send name or address.")
    return requested


def pause(guesses: Guesses, kind: str, now: datetime) -> int:
    """Seconds until the next guess may be made: none for the first few, then 1, 2, 4 ... up to 15 minutes."""
    more = guesses.count - FREE_GUESSES[kind]
    if more < 0 or now - guesses.last >= FORGOTTEN_AFTER:
        return 0
    whole = min(timedelta(seconds=2 ** min(more, 20)), LONGEST_PAUSE)
    return max(0, math.ceil((guesses.last + whole - now).total_seconds()))


def new_session(user_id: str, now: datetime) -> Session:
    """A session that ends by itself."""
    return Session(ids.new_secret(), user_id, now + SESSION_LIFETIME)


def bearer_token(header: str | None) -> str:
    """The token of `Authorization: Bearer <token>`."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("unauthenticated", "Send Authorization: Bearer <token>.")
    return token.strip()


def hash_password(password: str, passes: int) -> str:
    """`scrypt$N$r$p$salt$hash`: each hash carries its parameters, so they can be raised without losing users."""
    salt = secrets.token_bytes(16)
    return "$".join(
        ["scrypt", str(_N), str(_R), str(passes), _text(salt), _text(_scrypt(password, salt, _N, _R, passes))]
    )


def verify_password(password: str, password_hash: str) -> bool:
    """Whether `password` is the one that was hashed, in a time that does not reveal how far it was right."""
    _, n, r, p, salt, expected = password_hash.split("$")
    actual = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(actual, base64.b64decode(expected))


def nobody(passes: int) -> Credentials:
    """Credentials that no password opens: checking them takes as long as checking real ones."""
    zeros = _text(bytes(32))
    return Credentials("", f"scrypt${_N}${_R}${passes}${zeros}${zeros}")


def policy(user_id: str | None, method_arn: str) -> dict[str, Any]:
    """API Gateway's answer of an authorizer: this user, or a guest, may call every route that has this authorizer."""
    api_stage = "/".join(method_arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api_stage}/*"}
    return {
        "principalId": user_id or "guest",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"user_id": user_id} if user_id else {},
    }


def _fold_case(body: Mapping[str, Any]) -> str:
    """An email address as it is compared."""
    return unicodedata.normalize("NFC", checks.identifier(body, "email", maximum=254).casefold())


def _password(body: Mapping[str, Any]) -> str:
    password = body.get("password")
    if not isinstance(password, str) or not _MIN_PASSWORD <= len(password) <= _MAX_PASSWORD:
        raise InvalidRequest(f"password must be a string of {_MIN_PASSWORD} to {_MAX_PASSWORD} characters.")
    return password


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # maxmem: OpenSSL's default refuses what 128 * n * r bytes and a little need.
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
