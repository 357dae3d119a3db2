"""Users and their passwords."""

import base64
import hashlib
import hmac
import math
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import checks, languages
from shoplib.core.errors import InvalidRequest
from shoplib.services.accounts import profiles
from shoplib.services.accounts.profiles import Address, PaymentMethod

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_MIN_PASSWORD, _MAX_PASSWORD = 8, 200
_N, _R = 2**14, 8
MAX_NAME = 100
# A person mistypes a few times; behind one network address there may be a few persons.
FREE_GUESSES = {"account": 5, "address": 30}
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Registration:
    email: str
    password: str
    name: str
    language: str | None


@dataclass(frozen=True)
class User:
    """`email` is case-folded: it is what the shopper signs in with. Who signs in elsewhere has no password here.
    `role` is what the shop's operator made of the account: `staff`, or None for a shopper."""

    user_id: str
    email: str
    name: str
    created_at: str
    email_verified: bool = False
    language: str = languages.DEFAULT
    addresses: Mapping[str, Address] = field(default_factory=dict)
    payment_methods: Mapping[str, PaymentMethod] = field(default_factory=dict)
    role: str | None = None


@dataclass(frozen=True)
class Credentials:
    """What is kept to recognise a user: never the password itself."""

    user_id: str
    password_hash: str


@dataclass(frozen=True)
class Guesses:
    """Sign-ins under one email address or from one network address that failed or are under way, and the last one."""

    count: int
    last: datetime


def registration(body: Mapping[str, Any]) -> Registration:
    """The registration in a request body."""
    return Registration(email(body), password(body), name(body), languages.optional(body))


def sign_in(body: Mapping[str, Any]) -> tuple[str, str]:
    """Email and password of a sign-in."""
    return _fold_case(body), attempted_password(body)


def email(body: Mapping[str, Any]) -> str:
    """A plausible, case-folded email address."""
    address = _fold_case(body)
    if not _EMAIL.fullmatch(address):
        raise InvalidRequest("email must look like name@example.com.")
    return address


def name(body: Mapping[str, Any]) -> str:
    """What a person wants to be called."""
    return checks.text(body, "name", maximum=MAX_NAME)


def password(body: Mapping[str, Any], field: str = "password") -> str:
    """A password of a sensible length."""
    value = body.get(field)
    if not isinstance(value, str) or not _MIN_PASSWORD <= len(value) <= _MAX_PASSWORD:
        raise InvalidRequest(f"{field} must be a string of {_MIN_PASSWORD} to {_MAX_PASSWORD} characters.")
    return value


def attempted_password(body: Mapping[str, Any], field: str = "password") -> str:
    """A password to try. One that could never have been chosen is wrong, not malformed."""
    if not isinstance(body.get(field), str):
        raise InvalidRequest(f"{field} must be a string.")
    return str(body[field])[: _MAX_PASSWORD + 1]


def pause(guesses: Guesses, kind: str, now: datetime) -> int:
    """Seconds until the next guess may be made: none for the first few, then 1, 2, 4 ... up to 15 minutes."""
    more = guesses.count - FREE_GUESSES[kind]
    if more < 0 or now - guesses.last >= FORGOTTEN_AFTER:
        return 0
    whole = min(timedelta(seconds=2 ** min(more, 20)), LONGEST_PAUSE)
    return max(0, math.ceil((guesses.last + whole - now).total_seconds()))


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


def to_response(user: User) -> dict[str, Any]:
    """A profile as its owner sees it; tokens of ways to pay stay here."""
    return {
        "user_id": user.user_id,
        "email": user.email,
        "email_verified": user.email_verified,
        "name": user.name,
        "language": user.language,
        "created_at": user.created_at,
        "role": user.role,
        "addresses": [profiles.address_to_response(key, address) for key, address in user.addresses.items()],
        "payment_methods": [profiles.way_to_response(key, way) for key, way in user.payment_methods.items()],
    }


def nobody(passes: int) -> Credentials:
    """Credentials that no password opens: checking them takes as long as checking real ones."""
    zeros = _text(bytes(32))
    return Credentials("", f"scrypt${_N}${_R}${passes}${zeros}${zeros}")


def _fold_case(body: Mapping[str, Any]) -> str:
    """An email address as it is compared."""
    return unicodedata.normalize("NFC", checks.identifier(body, "email", maximum=254).casefold())


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # maxmem: OpenSSL's default refuses what 128 * n * r bytes and a little need.
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
