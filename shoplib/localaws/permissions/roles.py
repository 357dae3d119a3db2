"""What services ask that act for somebody: as a role that they were given, or by themselves."""

from collections.abc import Iterable

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.iam_switch import is_enforced
from shoplib.localaws.permissions import resource_policies
from shoplib.localaws.permissions.callers import principals
from shoplib.localaws.permissions.decisions import ASSUMING, Denial, decide, decide_for_service
from shoplib.localaws.permissions.key_states import first_unusable
from shoplib.localaws.permissions.requests import Access, with_keys
from shoplib.localaws.permissions.requests.customer_keys import is_aws_owned
from shoplib.localaws.policies import Decision, Request, Verdict
from shoplib.localaws.policies.authorization import RESOURCE

LAMBDA = "lambda.amazonaws.com"


def trusts(role_arn: str, service: str, source_arn: str = "") -> bool:
    """Whether the role is there and its trust policy lets the service (lambda.amazonaws.com) assume it on behalf of
    `source_arn`."""
    policy = resource_policies.trust_of(role_arn) if is_arn(role_arn) else None
    if policy is None:
        return False
    facts = {
        "aws:sourceaccount": Arn.parse(role_arn).account_id,
        **({"aws:sourcearn": source_arn} if source_arn else {}),
    }
    return policy.verdict(Request(ASSUMING, role_arn, service, facts)) is Verdict.ALLOW


def is_assumable(role_arn: str, service: str, source_arn: str = "") -> bool:
    """As `trusts`; always, where IAM is off."""
    return not is_enforced() or trusts(role_arn, service, source_arn)


def first_denied(role_arn: str, session: str, accesses: Iterable[Access]) -> Access | None:
    """The first of what a service would do as this role, or as who has this access key, that it may not, or that needs
    a key which is not usable; None when it may all, or IAM is off."""
    accesses = list(accesses)
    if unusable := first_unusable(accesses):
        return unusable
    if not is_enforced():
        return None
    principal = principals().acting_as(f"{role_arn} {session}")
    for access in accesses:
        if principal is not None and not decide(principal, access, dict).allowed:
            return access
    return None


def service_denial(service: str, source_arn: str, access: Access) -> Denial | None:
    """Why the service may not act for `source_arn`; None when the policies of what it acts upon, and of the key that
    encrypts it, let it, and that key is usable. AWS's own keys have a policy that lets no other service."""
    uses = with_keys([access], {})
    if unusable := first_unusable(uses):
        return Denial(service, unusable, Decision(RESOURCE))
    if not is_enforced():
        return None
    account = Arn.parse(source_arn).account_id or Arn.parse(access.resource).account_id
    facts = {"aws:sourcearn": source_arn, "aws:sourceaccount": account}
    if is_aws_owned(access.resource):
        return Denial(service, access, Decision(RESOURCE))
    for each in uses:
        decision = decide_for_service(service, each, facts)
        if not decision.allowed:
            return Denial(service, each, decision)
    return None
