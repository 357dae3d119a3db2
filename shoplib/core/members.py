"""Who a session's token belongs to, as services ask that have no authorizer: a command to the accounts service.

    {"session": "<fingerprint of the access token>"} -> {"user_id", "email", "email_verified", "name", "role"}

What is asked with is the token's fingerprint, which opens nothing; so it may be stored with a connection that lasts,
and asked with again: a session that has ended, or a role that was taken away, counts at once.
"""

from dataclasses import dataclass, fields

from shoplib.core import commands, ids
from shoplib.core.errors import Forbidden, Unauthenticated, Unavailable

STAFF = "staff"
ROLES = (STAFF,)


@dataclass(frozen=True)
class Member:
    """`role` is None for a shopper; `email` is theirs for sure when it is verified."""

    user_id: str
    email: str
    email_verified: bool
    name: str
    role: str | None = None

    @property
    def is_staff(self) -> bool:
        return self.role == STAFF


@dataclass(frozen=True)
class Directory:
    """Where to ask: the client's own `invoke`, of Lambda, and the function's name; empty, there is none."""

    invoke: commands.Invoke
    function_name: str

    def member_of(self, authorization: str | None) -> Member:
        """Whose `Bearer <token>` it is. Unauthenticated when it is nobody's."""
        return self.member_in(fingerprint(authorization))

    def staff_of(self, authorization: str | None) -> Member:
        """As `member_of`; Forbidden for whoever is no member of staff."""
        return self.staff_in(fingerprint(authorization))

    def staff_in(self, session: str) -> Member:
        """As `member_in`; Forbidden for whoever is no member of staff."""
        member = self.member_in(session)
        if not member.is_staff:
            raise not_staff()
        return member

    def member_in(self, session: str) -> Member:
        """Whose session it is, by its fingerprint. Unauthenticated when it has ended."""
        if not self.function_name:
            message = "The template `rest` has the members: deploy it, and this one with its MembersFunctionName."
            raise Unavailable("no_members", message)
        body = commands.send(self.invoke, self.function_name, {"session": session}, "members_unavailable")
        return Member(**{field.name: body[field.name] for field in fields(Member)})


def fingerprint(authorization: str | None) -> str:
    """Of the token in `Bearer <token>`. Unauthenticated when there is none."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("unauthenticated", "Sign in first: this route needs Authorization: Bearer <token>.")
    return ids.fingerprint(token.strip())


def not_staff() -> Forbidden:
    """Of a member who asks for what is the staff's."""
    return Forbidden("not_staff", "This is for members of staff; the shop's operator makes an account one.")
