"""Proving that an email address is one's own, and getting in again without the password. Both by a secret in a mail.

A request is stored at once and answered alike whether or not somebody has the address; who that is comes to light
behind the table's stream, where nobody waits. A secret exists in the mail alone: what is stored is its fingerprint, in
the user's own item, so the newest one counts and serves once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import checks, clock, config, ids
from shoplib.core.errors import InvalidRequest
from shoplib.services.accounts import domain, guessing, mail, store, tokens
from shoplib.services.accounts.config import PasswordConfig

LIFETIMES = {mail.VERIFICATION: timedelta(days=3), mail.RECOVERY: timedelta(minutes=30)}


def proof(body: Mapping[str, Any]) -> tokens.Proof:
    """The proof in a request's `token`."""
    user_id, _, secret = checks.identifier(body, "token").partition(".")
    return tokens.Proof(user_id, ids.fingerprint(secret))


def request(body: Mapping[str, Any], source_address: str) -> None:
    """Asks for a mail with a new secret to whoever has this address, if anybody has."""
    email = domain.email(body)
    guessing.attempt(f"recovery {email}", source_address)
    store.ask_for_mail(mail.RECOVERY, email=email)


def request_verification(user_id: str, source_address: str) -> None:
    """Asks for another mail that proves the user's address."""
    guessing.attempt(f"verification {user_id}", source_address)
    store.ask_for_mail(mail.VERIFICATION, user_id=user_id)


def verify(body: Mapping[str, Any]) -> None:
    """Marks an address as its user's own. InvalidRequest when the secret is not (any more) right."""
    if not store.verify_email(proof(body), clock.now()):
        raise _invalid()


def reset_password(body: Mapping[str, Any]) -> None:
    """Sets a new password by a secret from a mail, and ends all sign-ins."""
    password, evidence = domain.password(body), proof(body)
    user = store.find_user(evidence.user_id)
    if not user or not store.is_asked_for(evidence, clock.now()):
        raise _invalid()
    with guessing.one_of_few():
        password_hash = domain.hash_password(password, config.load(PasswordConfig).password_hash_passes)
    if not store.reset_password(user, evidence, password_hash, clock.now()):
        raise _invalid()
    guessing.forget(user.email)


def send(ask: mail.Ask) -> None:
    """Sends what was asked for. A secret is made here, right before its mail; another attempt makes another one."""
    user = store.user_of_email(ask.email) if ask.email else store.find_user(ask.user_id or "")
    if not user:
        return
    secret = ids.new_secret() if ask.kind in LIFETIMES else None
    if secret and not store.keep_secret(user.user_id, ask.kind, ids.fingerprint(secret), _until(ask.kind)):
        return
    store.send_mail(user.email, mail.letter(ask.kind, user.language, user.name, f"{user.user_id}.{secret}"))


def _until(kind: str) -> datetime:
    return clock.now() + LIFETIMES[kind]


def _invalid() -> InvalidRequest:
    return InvalidRequest("This link was used, is too old or is not the newest; ask for a new mail.", "invalid_token")
