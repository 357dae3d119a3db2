"""Signing in by what another provider says of a person (OpenID Connect). Its token was verified by API Gateway.

A person is known by issuer and subject, which never change. An email address joins a new identity to an account that
exists only when both the provider and this shop have proof of it: else whoever registered somebody's address first
would share that person's account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.core import checks, clock, config, ids
from shoplib.core.errors import Conflict, Unauthenticated
from shoplib.services.accounts import domain, store
from shoplib.services.accounts.config import PasswordConfig


@dataclass(frozen=True)
class Identity:
    """Who a provider says somebody is."""

    issuer: str
    subject: str
    email: str
    name: str

    @property
    def key(self) -> str:
        return ids.fingerprint(f"{self.issuer} {self.subject}")


def identity(claims: Mapping[str, Any]) -> Identity:
    """The identity in verified claims. Unauthenticated when the provider has no proof of the address."""
    if str(claims.get("email_verified", "")).lower() != "true":
        raise Unauthenticated("email_not_verified", "The provider has not verified your email address.")
    email = domain.email(claims)
    name = checks.optional_text(claims, "name", maximum=domain.MAX_NAME) or email.partition("@")[0]
    return Identity(checks.identifier(claims, "iss", maximum=500), checks.identifier(claims, "sub"), email, name)


def user_of(identity: Identity) -> tuple[str, bool]:
    """Whose identity it is, and whether the account was made just now. Conflict when the address is another's."""
    if known := store.user_of_identity(identity.key):
        return known, False
    if owner := store.user_of_email(identity.email):
        if not owner.email_verified:
            message = (
                "An account has this address and has not proved it; sign in with its password and verify it first."
            )
            raise Conflict("email_taken", message)
        store.join(owner, identity.key)
        return owner.user_id, False
    user = domain.User(ids.new_id(), identity.email, identity.name, clock.timestamp(clock.now()), email_verified=True)
    nobody = domain.nobody(config.load(PasswordConfig).password_hash_passes)
    if not store.add_federated_user(user, identity.key, nobody):
        raise Conflict("signing_in", "Somebody is signing in with this identity right now; try again.")
    return user.user_id, True
