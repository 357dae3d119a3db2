"""IAM's decision on a request from all policies that apply, in the order that AWS documents.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from dataclasses import dataclass

from shoplib.localaws.policies.evaluation import Policy, Request, Verdict
from shoplib.localaws.policies.principals import Naming

IDENTITY, RESOURCE, BOUNDARY, SESSION = (
    "identity-based policy",
    "resource-based policy",
    "permissions boundary",
    "session policy",
)
# A resource policy that names a principal this specifically needs no identity policy.
ENOUGH = (Naming.EVERYBODY, Naming.ROLE, Naming.ITSELF)


@dataclass(frozen=True)
class Identity:
    """The policies of a user or a role session. A missing boundary or session policy sets no limit."""

    policy: Policy
    boundary: Policy | None = None
    session: Policy | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`kind` is the kind of policy that denied the request; empty if it is allowed."""

    kind: str = ""
    explicit: bool = False

    @property
    def allowed(self) -> bool:
        return not self.kind

    def reason(self, action: str) -> str:
        """The end of AWS's error message."""
        if self.explicit:
            article = "an" if self.kind[0] in "aeiou" else "a"
            return f"with an explicit deny in {article} {self.kind}"
        return f"because no {self.kind} allows the {action} action"


ALLOWED = Decision()


def authorize(
    request: Request,
    identity: Identity | None,
    resource_policy: Policy | None,
    *,
    is_foreign: bool = False,
    rules_alone: bool = False,
) -> Decision:
    """`identity` is None for a service or an unknown caller: then only the resource policy decides.

    `is_foreign`: the resource is in another account than the principal, and both must allow. `rules_alone`: the
    resource policy must allow, whatever identity policies say, as for KMS key policies and trust policies.
    """
    if identity is None:
        return _of_resource(request, resource_policy)
    verdicts = _verdicts(request, identity, resource_policy)
    for kind, verdict in verdicts.items():
        if verdict is Verdict.EXPLICIT_DENY:
            return Decision(kind, explicit=True)
    naming = _naming(request, resource_policy, verdicts)
    if (is_foreign or rules_alone) and naming is None:
        return Decision(RESOURCE)
    if not is_foreign and naming is Naming.ITSELF:
        return ALLOWED
    skipped = {RESOURCE} if is_foreign or naming not in ENOUGH else {RESOURCE, IDENTITY}
    for kind, verdict in verdicts.items():
        if kind not in skipped and verdict is not Verdict.ALLOW:
            return Decision(kind)
    return ALLOWED


def _of_resource(request: Request, policy: Policy | None) -> Decision:
    verdict = policy.verdict(request) if policy else Verdict.IMPLICIT_DENY
    return ALLOWED if verdict is Verdict.ALLOW else Decision(RESOURCE, verdict is Verdict.EXPLICIT_DENY)


def _verdicts(request: Request, identity: Identity, resource_policy: Policy | None) -> dict[str, Verdict]:
    policies = {
        IDENTITY: identity.policy,
        BOUNDARY: identity.boundary,
        SESSION: identity.session,
        RESOURCE: resource_policy,
    }
    return {kind: policy.verdict(request) for kind, policy in policies.items() if policy is not None}


def _naming(request: Request, policy: Policy | None, verdicts: dict[str, Verdict]) -> Naming | None:
    allows = policy is not None and verdicts[RESOURCE] is Verdict.ALLOW
    return policy.naming(request) if policy is not None and allows else None
