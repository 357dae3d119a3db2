"""Signing in: a sign-in lasts until it is ended; its access tokens live for an hour, its refresh tokens serve once.

The user's own item lists the sign-ins that stand. So one write ends them all, and a token of an ended one is nothing
from that moment on.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shoplib.core import checks, clock, events, ids
from shoplib.core.errors import Unauthenticated
from shoplib.services.accounts import sign_ins, tokens

# An answer may get lost and the client ask again; whoever comes with a used token later than this has stolen it, or
# was stolen from.
LEEWAY = timedelta(seconds=10)


def begin(user_id: str, published: list[events.Event]) -> tokens.Session:
    """Signs a user in."""
    session = tokens.new_session(tokens.SignIn(user_id, ids.new_id()), clock.now())
    sign_ins.add_session(session, clock.now(), published)
    return session


def refresh(body: Mapping[str, Any]) -> tokens.Session:
    """New tokens for a refresh token. One that comes twice ends its sign-in: somebody has stolen it."""
    token_hash = ids.fingerprint(checks.identifier(body, "refresh_token"))
    now = clock.now()
    grant = sign_ins.refresh_grant(token_hash)
    if not grant or grant.expires_at <= now:
        raise _ended()
    if grant.used_at and now - grant.used_at > LEEWAY:
        sign_ins.end_sign_in(grant.owner)
        raise _ended()
    session = tokens.new_session(grant.owner, now)
    if not sign_ins.renew_session(token_hash, session, now):
        raise _ended()
    return session


def user_of(token: str) -> str | None:
    """Whose access token it is, while it lives and its sign-in stands."""
    owner = sign_ins.sign_in_of(ids.fingerprint(token), clock.now())
    return owner.user_id if owner and sign_ins.stands(owner) else None


def end(token: str) -> None:
    """Signs out: the token's sign-in, with all its tokens. Twice is fine."""
    if owner := sign_ins.sign_in_of(ids.fingerprint(token), clock.now()):
        sign_ins.end_sign_in(owner)


def bearer_token(header: str | None) -> str:
    """The token of `Authorization: Bearer <token>`."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("unauthenticated", "Send Authorization: Bearer <token>.")
    return token.strip()


def to_response(session: tokens.Session) -> dict[str, Any]:
    """A session as the shopper's client gets it."""
    return {
        "user_id": session.user_id,
        "token": session.token,
        "expires_at": clock.timestamp(session.expires_at),
        "refresh_token": session.refresh_token,
        "refresh_until": clock.timestamp(session.refresh_until),
    }


def policy(user_id: str | None, method_arn: str) -> dict[str, Any]:
    """API Gateway's answer of an authorizer: this user, or a guest, may call every route that has this authorizer."""
    api_stage = "/".join(method_arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api_stage}/*"}
    return {
        "principalId": user_id or "guest",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"user_id": user_id} if user_id else {},
    }


def _ended() -> Unauthenticated:
    return Unauthenticated("session_ended", "The session has ended; sign in again.")
