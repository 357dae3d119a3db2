"""Members of staff: accounts to which the shop's operator has given the role. No route of a shopper writes it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from shoplib.core import checks, members, telemetry
from shoplib.core.errors import Conflict, InvalidRequest, NotFound, Unauthenticated
from shoplib.services.accounts import domain, sessions, store
from shoplib.services.accounts.domain import User


def member(command: Mapping[str, Any]) -> dict[str, Any]:
    """Whose session it is, by the fingerprint of its token."""
    known = sessions.member_of(checks.identifier(command, "session"))
    if not known:
        raise Unauthenticated("session_ended", "The session has ended; sign in again.")
    return asdict(known)


def give(command: Mapping[str, Any]) -> dict[str, Any]:
    """Gives an account a role, or takes it away; twice is fine. Both are effective at once, for all its sessions."""
    role = command.get("role")
    if role is not None and role not in members.ROLES:
        raise InvalidRequest(f"role must be {' or '.join(members.ROLES)}, or null for none.")
    user = _account(command, is_given=role is not None)
    if not store.set_role(user.user_id, role):
        raise _no_such_account()
    telemetry.logger().info("role set", extra={"user_id": user.user_id, "role": role})
    return {"user_id": user.user_id, "email": user.email, "role": role}


def _account(command: Mapping[str, Any], *, is_given: bool) -> User:
    if "user_id" in command:
        user = store.find_user(checks.identifier(command, "user_id", maximum=64))
        return user or _refuse_unknown()
    user = store.user_of_email(domain.email(command)) or _refuse_unknown()
    # Whoever registers somebody's address first has an account under it, and no proof.
    if is_given and not user.email_verified:
        message = (
            "This account has not proved its address; confirm it by the code that was mailed, or name the user_id."
        )
        raise Conflict("not_verified", message)
    return user


def _refuse_unknown() -> User:
    raise _no_such_account()


def _no_such_account() -> NotFound:
    return NotFound("no_such_account", "There is no such account.")
