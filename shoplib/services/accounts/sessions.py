"""Signing in: a sign-in lasts until it is ended; its access tokens live for an hour, its refresh tokens serve once.

The user's own item lists the sign-ins that stand. So one write ends them all, and a token of an ended one is nothing
from that moment on.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shoplib.core import checks, clock, events, ids
from shoplib.core.errors import Unauthenticated
from shoplib.core.members import Member
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


def member_of(token_hash: str) -> Member | None:
    """Whose access token it is, by its fingerprint, while it lives and its sign-in stands."""
    owner = sign_ins.sign_in_of(token_hash, clock.now())
    return sign_ins.member_of(owner) if owner else None


def end(token_hash: str) -> None:
    """Signs out: the sign-in of an access token, by its fingerprint, with all its tokens. Twice is fine."""
    if owner := sign_ins.sign_in_of(token_hash, clock.now()):
        sign_ins.end_sign_in(owner)


def to_response(session: tokens.Session) -> dict[str, Any]:
    """A session as the shopper's client gets it."""
    return {
        "user_id": session.user_id,
        "token": session.token,
        "expires_at": clock.timestamp(session.expires_at),
        "refresh_token": session.refresh_token,
        "refresh_until": clock.timestamp(session.refresh_until),
    }


def authorization(event: dict[str, Any]) -> str | None:
    """The Authorization header as API Gateway shows it to an authorizer."""
    if event["type"] == "TOKEN":
        return str(event.get("authorizationToken") or "")
    sent = event.get("headers") or {}
    return next((value for name, value in sent.items() if name.lower() == "authorization"), None)


def policy(member: Member | None, method_arn: str) -> dict[str, Any]:
    """API Gateway's answer of an authorizer: this member, or a guest, may call every route that has this authorizer.

    Its context says who it is, `user_id`, and of a member of staff `role`.
    """
    api_stage = "/".join(method_arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api_stage}/*"}
    return {
        "principalId": member.user_id if member else "guest",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": _context(member) if member else {},
    }


def _context(member: Member) -> dict[str, str]:
    return {"user_id": member.user_id, **({"role": member.role} if member.role else {})}


def _ended() -> Unauthenticated:
    return Unauthenticated("session_ended", "The session has ended; sign in again.")
