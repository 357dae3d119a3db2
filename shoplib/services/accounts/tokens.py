"""Secrets that shoppers hold: of a session, and from a mail. Only their fingerprints are stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shoplib.core import ids

ACCESS_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=30)


@dataclass(frozen=True)
class Session:
    """What a shopper gets on signing in: an access `token`, and a `refresh_token` that serves once."""

    user_id: str
    sign_in: str
    token: str
    refresh_token: str
    expires_at: datetime
    refresh_until: datetime


@dataclass(frozen=True)
class SignIn:
    """Whose sign-in it is, and which."""

    user_id: str
    sign_in: str


@dataclass(frozen=True)
class Grant:
    """What a refresh token stands for; `used_at` says when it has served."""

    owner: SignIn
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class Proof:
    """What comes back from a mail: whose it is, and the secret's fingerprint."""

    user_id: str
    fingerprint: str


def new_session(owner: SignIn, now: datetime) -> Session:
    """New tokens of a sign-in."""
    return Session(
        owner.user_id,
        owner.sign_in,
        token=ids.new_secret(),
        refresh_token=ids.new_secret(),
        expires_at=now + ACCESS_LIFETIME,
        refresh_until=now + REFRESH_LIFETIME,
    )
