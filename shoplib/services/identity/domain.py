"""OpenID Connect as far as signing in needs it: authorization code with PKCE, and an ID token.

RFC 6749 (codes), RFC 7636 (PKCE), OpenID Connect Core 1.0 (ID tokens).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import checks, clock, ids
from shoplib.core.errors import InvalidRequest
from shoplib.services.identity import redirects

CODE_LIFETIME = timedelta(minutes=1)
TOKEN_LIFETIME = timedelta(minutes=10)
_SUPPORTED = {"response_type": "code", "code_challenge_method": "S256"}


@dataclass(frozen=True)
class Wish:
    """What a client asks for when it sends a person here."""

    client_id: str
    redirect_uri: str
    challenge: str
    state: str | None = None
    nonce: str | None = None


@dataclass(frozen=True)
class Person:
    """Who signs in. The stand-in believes what it is told."""

    email: str
    name: str

    @property
    def subject(self) -> str:
        return ids.derived_id("person", self.email)


@dataclass(frozen=True)
class Code:
    """`secret` goes to the client by way of the browser; only its fingerprint is stored."""

    secret: str
    wish: Wish
    person: Person
    expires_at: datetime


def wish(query: Mapping[str, Any], client_id: str) -> Wish:
    """The wish in a request. InvalidRequest when it is not this client's, goes elsewhere or has no PKCE."""
    if query.get("client_id") != client_id:
        raise InvalidRequest("client_id is not known here.", "unauthorized_client")
    for name, value in _SUPPORTED.items():
        if query.get(name) != value:
            raise InvalidRequest(f"{name} must be {value}.", "unsupported_response_type")
    if "openid" not in str(query.get("scope", "")).split():
        raise InvalidRequest("scope must contain openid.", "invalid_scope")
    return Wish(
        client_id,
        redirects.loopback(checks.identifier(query, "redirect_uri", maximum=500)),
        checks.identifier(query, "code_challenge", maximum=128),
        checks.optional_text(query, "state", maximum=500),
        checks.optional_text(query, "nonce", maximum=500),
    )


def person(form: Mapping[str, Any]) -> Person:
    """Who a form says it is."""
    email = checks.identifier(form, "email", maximum=254).casefold()
    if "@" not in email[1:-1]:
        raise InvalidRequest("email must look like name@example.com.")
    return Person(email, checks.text(form, "name", maximum=100))


def new_code(wish: Wish, person: Person, now: datetime) -> Code:
    """A code that serves once, for a minute."""
    return Code(ids.new_secret(), wish, person, now + CODE_LIFETIME)


def redeem(code: Code, form: Mapping[str, Any], now: datetime) -> Person:
    """Whom a code stands for. InvalidRequest unless whoever asked for it comes with it in time."""
    verifier = checks.identifier(form, "code_verifier", maximum=128)
    challenge = encode(hashlib.sha256(verifier.encode()).digest())
    same = form.get("client_id") == code.wish.client_id and form.get("redirect_uri") == code.wish.redirect_uri
    if not (same and hmac.compare_digest(challenge, code.wish.challenge) and now < code.expires_at):
        raise no_such_code()
    return code.person


def no_such_code() -> InvalidRequest:
    """One answer for every code that does not serve."""
    return InvalidRequest("The code is not valid, or not for this client.", "invalid_grant")


def claims(issuer: str, code: Code, now: datetime) -> dict[str, Any]:
    """What the ID token says."""
    person = code.person
    return {
        "iss": issuer,
        "aud": code.wish.client_id,
        "sub": person.subject,
        "iat": clock.epoch_seconds(now),
        "exp": clock.epoch_seconds(now + TOKEN_LIFETIME),
        "email": person.email,
        "email_verified": True,
        "name": person.name,
        **({"nonce": code.wish.nonce} if code.wish.nonce else {}),
    }


def signing_input(claims: Mapping[str, Any], key_id: str) -> str:
    """Header and claims of a token, which the signature is of."""
    header = {"alg": "RS256", "typ": "JWT", "kid": key_id}
    return ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))


def discovery(issuer: str) -> dict[str, Any]:
    """The document by which clients and API Gateway find the rest."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/keys",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "email", "profile"],
    }


def key_set(public_key: bytes, key_id: str) -> dict[str, Any]:
    """The JSON web key of an RSA key in DER (SubjectPublicKeyInfo)."""
    modulus, exponent = _rsa_numbers(public_key)
    key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id, "n": encode(modulus), "e": encode(exponent)}
    return {"keys": [key]}


def encode(content: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _rsa_numbers(public_key: bytes) -> tuple[bytes, bytes]:
    """SEQUENCE { algorithm, BIT STRING { SEQUENCE { INTEGER modulus, INTEGER exponent } } }."""
    outer, _ = _element(public_key)
    _, rest = _element(outer)
    bits, _ = _element(rest)
    numbers, _ = _element(bits[1:])  # the first byte of a BIT STRING counts unused bits
    modulus, rest = _element(numbers)
    exponent, _ = _element(rest)
    return modulus.lstrip(b"\0"), exponent.lstrip(b"\0")


def _element(der: bytes) -> tuple[bytes, bytes]:
    """Content of the first element, and what follows it."""
    length, start = der[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(der[2:start])
    return der[start : start + length], der[start + length :]
