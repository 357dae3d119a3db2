"""Identifiers and secrets, in one place so that a test can foresee them."""

import hashlib
import secrets
import uuid

_SHOP = uuid.uuid5(uuid.NAMESPACE_DNS, "shop.example")


def new_id() -> str:
    """A random UUID."""
    return str(uuid.uuid4())


def derived_id(*parts: object) -> str:
    """The same UUID for the same parts, always: what makes a retry recognisable."""
    return str(uuid.uuid5(_SHOP, "\x1f".join(str(part) for part in parts)))


def new_secret() -> str:
    """256 random bits, safe in a header or URL."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What is stored in place of a random secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
