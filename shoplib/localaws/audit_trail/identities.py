"""Who made a call: CloudTrail's `userIdentity`."""

from dataclasses import dataclass
from typing import Any

from shoplib.localaws import own_keys
from shoplib.localaws.accounts import account_of
from shoplib.localaws.arns import Arn
from shoplib.localaws.permissions.principals import Principals

Identity = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """`user` is the Username of LookupEvents."""

    account_id: str
    user: str
    identity: Identity


def caller_of(access_key: str, principals: Principals) -> Caller:
    """The caller of an access key. Keys that neither IAM nor STS issued belong to the account's root user."""
    account = account_of(access_key)
    if own_keys.is_internal(access_key):
        return Caller(account, "", {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"})
    principal = principals.of(access_key)
    if principal is None:
        root = {"type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account}
        return Caller(account, "root", root | {"accessKeyId": access_key})
    account, user = principal.account_id, Arn.parse(principal.arn).resource.rpartition("/")[2]
    common = {
        "principalId": principal.facts.get("aws:userid", ""),
        "arn": principal.arn,
        "accountId": account,
        "accessKeyId": access_key,
    }
    if not principal.role:
        return Caller(account, user, {"type": "IAMUser", **common, "userName": user})
    return Caller(account, user, {"type": "AssumedRole", **common, "sessionContext": _session(principal)})


def _session(principal: Any) -> Identity:
    role = principal.role
    issuer = {
        "type": "Role",
        "principalId": str(principal.facts.get("aws:userid", "")).partition(":")[0],
        "arn": role,
        "accountId": principal.account_id,
        "userName": role.rpartition("/")[2],
    }
    return {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}}
