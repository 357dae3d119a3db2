"""Matches principals: `Principal` and `NotPrincipal`."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.policies.wildcards import listed

ANYBODY = "*"


class Naming(IntEnum):
    """How specifically a policy names a principal, which decides what else must allow the request."""

    ACCOUNT = 1  # its account, which leaves the decision to the account's own policies
    EVERYBODY = 2
    ROLE = 3  # the role of a session
    ITSELF = 4


def naming(declared: Any, principal: str, role: str = "") -> Naming | None:
    """The most specific way in which `declared` names the principal, whose role is `role`; None if it does not."""
    return max(_namings(declared, principal, role), default=None)


def _namings(declared: Any, principal: str, role: str) -> Iterator[Naming]:
    if not isinstance(declared, Mapping):
        declared = {"AWS": declared}
    if principal in [*listed(declared.get("Service")), *listed(declared.get("Federated"))]:
        yield Naming.ITSELF
    for each in listed(declared.get("AWS")):
        if (name := _naming(str(each), principal, role)) is not None:
            yield name


def _naming(declared: str, principal: str, role: str) -> Naming | None:
    if declared == ANYBODY:
        return Naming.EVERYBODY
    if declared == principal:
        return Naming.ITSELF
    if declared == role:
        return Naming.ROLE
    account = Arn.parse(declared).account_id if is_arn(declared) and declared.endswith(":root") else declared
    return Naming.ACCOUNT if is_arn(principal) and account == Arn.parse(principal).account_id else None
