"""Whose a key is, for all of the engine: one memory, which ends when IAM changes."""

from functools import cache

from shoplib.localaws.iam_switch import is_enforced
from shoplib.localaws.permissions.identities import Changes
from shoplib.localaws.permissions.principals import Principal, Principals


@cache
def changes() -> Changes:
    return Changes()


@cache
def principals() -> Principals:
    return Principals(changes())


def caller_of(key_id: str) -> Principal | None:
    """None for the account's administrator, and where IAM is off."""
    return principals().of(key_id) if is_enforced() else None
