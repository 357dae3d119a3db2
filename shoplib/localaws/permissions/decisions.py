"""Whether somebody may do what a request needs: the one place that puts principals, policies and requests together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.arns import Arn
from shoplib.localaws.permissions import resource_policies
from shoplib.localaws.permissions.principals import Principal
from shoplib.localaws.permissions.requests import Access
from shoplib.localaws.permissions.requests.accesses import ANY
from shoplib.localaws.permissions.tags import tags_of
from shoplib.localaws.policies import ALLOWED, Decision, Policy, Request, authorize

# Answered whatever a policy says.
FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
OWNER_KEYS = ("aws:resourceaccount", "s3:resourceaccount")
ASSUMING = "sts:AssumeRole"
NOBODYS = ("", "aws")  # accounts in ARNs of what belongs to no account, or is not there
Ambient = Callable[[], Mapping[str, Any]]


class Facts(Mapping[str, Any]):
    """Condition keys, worked out when the first policy asks for one."""

    def __init__(self, *sources: Ambient) -> None:
        self._sources = sources
        self._known: dict[str, Any] | None = None

    def _all(self) -> dict[str, Any]:
        if self._known is None:
            self._known = {name: value for source in self._sources for name, value in source().items()}
        return self._known

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


@dataclass(frozen=True, slots=True)
class Denial:
    """`who` may not do `access`, and why."""

    who: str
    access: Access
    decision: Decision


def decide(principal: Principal, access: Access, ambient: Ambient) -> Decision:
    """`ambient` are the condition keys of the request itself."""
    return ALLOWED if access.action in FREE else decide_with(principal, access, ambient, _policy_for(access))


def decide_with(principal: Principal, access: Access, ambient: Ambient, policy: Policy | None) -> Decision:
    """The same with the resource's own policy at hand."""
    rules_alone = access.action == ASSUMING or _is_of_key(access)
    owner = _account_of(access.resource)
    facts = Facts(
        lambda: dict.fromkeys(OWNER_KEYS, owner if owner not in NOBODYS else principal.account_id),
        lambda: principal.facts,
        ambient,
        lambda: tags_of(access.resource),
        access.facts,
    )
    request = Request(access.action, access.resource, principal.arn, facts, principal.role)
    return authorize(
        request,
        principal.identity,
        policy,
        is_foreign=access.resource != ANY and owner not in (*NOBODYS, principal.account_id),
        rules_alone=rules_alone,
    )


def decide_for_service(service: str, access: Access, facts: Mapping[str, Any]) -> Decision:
    """A service that acts for a resource (aws:SourceArn), not as a role: the policy of what it acts upon decides."""
    keys = {"aws:principalservicename": service, "aws:principalisawsservice": "true", **facts}
    request = Request(access.action, access.resource, service, Facts(lambda: keys, access.facts))
    return authorize(request, None, _policy_for(access))


def _policy_for(access: Access) -> Policy | None:
    if access.action == ASSUMING:
        return resource_policies.trust_of(access.resource) if access.resource.startswith("arn:") else None
    return resource_policies.policy_of(access.resource)


def _is_of_key(access: Access) -> bool:
    return access.resource.startswith("arn:") and ":kms:" in access.resource and ":key/" in access.resource


def _account_of(resource: str) -> str:
    if not resource.startswith("arn:"):
        return ""
    arn = Arn.parse(resource)
    return resource_policies.bucket_owner(arn) if arn.service == "s3" else arn.account_id
