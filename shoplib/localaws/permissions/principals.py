"""Who a key belongs to: a user, a session of a role, or nobody in particular, who is the account's administrator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, sts_backends

from shoplib.localaws import own_keys
from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.permissions.identities import Changes, identity_of, managed_policy
from shoplib.localaws.permissions.requests.accesses import partition_of
from shoplib.localaws.policies import Identity, Policy, statements_of

NOTHING = Identity(Policy([]))
MOST = 10_000  # keys that are remembered


@dataclass(frozen=True)
class Principal:
    """`role` is the ARN of a session's role; `facts` are the condition keys that are about the principal."""

    arn: str
    account_id: str
    identity: Identity
    role: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Principals:
    """Thread-safe: what is looked up twice is the same."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._known: dict[str, tuple[int, Principal | None]] = {}

    def of(self, key_id: str) -> Principal | None:
        """None for keys that neither IAM nor STS gave out."""
        return self._current(key_id, lambda: _of_session(key_id) or _of_user(key_id))

    def acting_as(self, role_and_session: str) -> Principal | None:
        """A service that acts as a role: its ARN and the name of the session, with a space between them. In place of
        the ARN there may be the access key of the caller in whose name the service acts."""
        role, _, session = role_and_session.partition(" ")
        if role.startswith(own_keys.OF_KEY):
            return self.of(role.removeprefix(own_keys.OF_KEY))
        return self._current(role_and_session, lambda: role_principal(role, session))

    def _current(self, name: str, look_up: Callable[[], Principal | None]) -> Principal | None:
        known = self._known.get(name)
        if known is None or known[0] != self._changes.count:
            if len(self._known) > MOST:
                self._known.clear()
            known = self._known[name] = (self._changes.count, look_up())
        return known[1]


def role_principal(role_arn: str, session: str) -> Principal:
    """A service that acts as a role; as one that is not there it may do nothing."""
    return _as_session(find_role(role_arn), role_arn, session, [], {})


@cache
def administrator(account_id: str) -> Principal:
    """Who may do all that the account's own policies decide."""
    everything = Policy(statements_of({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}))
    arn = f"arn:aws:iam::{account_id}:root"
    return Principal(arn, account_id, Identity(everything), "", _common(arn, account_id, {}))


def is_administrator(principal: Principal) -> bool:
    return Arn.parse(principal.arn).resource == "root"


def find_role(arn: str) -> Any:
    """moto's role, or None."""
    if not is_arn(arn):
        return None
    parsed = Arn.parse(arn)
    roles = iam_backends[parsed.account_id][parsed.partition].roles.values() if parsed.account_id else ()
    return next((role for role in list(roles) if role.arn == arn), None)


def find_session(key_id: str) -> AssumedRole | None:
    backends = [each for account in list(sts_backends.values()) for each in list(account.values())]
    sessions = (backend.get_assumed_role_from_access_key(key_id) for backend in backends)
    return next((each for each in sessions if each is not None), None)


def _of_session(key_id: str) -> Principal | None:
    session = find_session(key_id)
    if session is None:
        return None
    role = find_role(session.role_arn)
    tags = getattr(session, "tags", {})
    return _as_session(role, session.role_arn, session.session_name, _session_policies(session), tags)


def _session_policies(session: AssumedRole) -> list[str]:
    own = [session.policy] if session.policy else []
    partition = partition_of(session.region_name)
    arns: list[str] = getattr(session, "policy_arns", [])
    managed = [managed_policy(arn, session.account_id, partition) for arn in arns]
    return own + [text or '{"Statement": []}' for text in managed]


def _as_session(role: Any, role_arn: str, name: str, policies: list[str], tags: Mapping[str, str]) -> Principal:
    """A role that is gone leaves sessions that may do nothing."""
    parsed = Arn.parse(role_arn)
    arn = f"arn:{parsed.partition}:sts::{parsed.account_id}:assumed-role/{role_arn.rpartition('/')[2]}/{name}"
    role_tags = {tag["Key"]: tag["Value"] for tag in (getattr(role, "tags", None) or [])}
    facts = {
        **_common(role_arn, parsed.account_id, {**role_tags, **tags}),
        "aws:userid": f"{getattr(role, 'id', '')}:{name}",
        "aws:principaltype": "AssumedRole",
        "aws:rolesessionname": name,
    }
    identity = identity_of(role, policies) if role is not None else NOTHING
    return Principal(arn, parsed.account_id, identity, role_arn, facts)


def _of_user(key_id: str) -> Principal | None:
    for account in list(iam_backends.values()):
        for backend in list(account.values()):
            key = backend.access_keys.get(key_id)
            if key is not None and key.user_name:
                user = backend.users.get(key.user_name)
                return _as_user(user) if user is not None else _as_nobody(key.user_name, backend)
    return None


def _as_nobody(name: str, backend: Any) -> Principal:
    """A session whose user is gone."""
    arn = f"arn:{backend.partition}:iam::{backend.account_id}:user/{name}"
    return Principal(arn, backend.account_id, NOTHING, "", _common(arn, backend.account_id, {}))


def _as_user(user: Any) -> Principal:
    tags = {tag["Key"]: tag["Value"] for tag in user.tags or []}
    facts = {
        **_common(user.arn, user.account_id, tags),
        "aws:username": user.name,
        "aws:userid": user.id,
        "aws:principaltype": "User",
    }
    return Principal(user.arn, user.account_id, identity_of(user), "", facts)


def _common(arn: str, account_id: str, tags: Mapping[str, str]) -> dict[str, Any]:
    tagged = {f"aws:principaltag/{key.lower()}": value for key, value in tags.items()}
    return {"aws:principalarn": arn, "aws:principalaccount": account_id, **tagged}
