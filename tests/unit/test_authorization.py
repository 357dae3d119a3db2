"""In which order policies decide, as AWS documents it: identity, resource, boundary, session, across accounts."""

import json
from typing import Any

import pytest

from shoplib.localaws.policies import Identity, Policy, Request, authorize, statements_of

ACCOUNT, OTHER = "123456789012", "999999999999"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/me"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
BUCKET = "arn:aws:s3:::reports/one"
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
DENY = ALLOW | {"Effect": "Deny"}
NOTHING: list[Any] = []


def policy(statements: Any, **principal: Any) -> Policy:
    listed = statements if isinstance(statements, list) else [statements]
    return Policy(statements_of({"Statement": [each | principal for each in listed]}))


def to(principal: str) -> Policy:
    """A resource's policy that allows `principal`."""
    return policy(ALLOW, Principal={"AWS": principal})


def decide(resource: Policy | None = None, *, caller: str = SESSION, **parts: Any) -> str:
    rules = {name: parts.pop(name) for name in ("is_foreign", "rules_alone") if name in parts}
    identity = Identity(policy(parts.pop("identity", NOTHING)), **{name: policy(part) for name, part in parts.items()})
    request = Request("s3:GetObject", BUCKET, caller, {}, ROLE if caller == SESSION else "")
    decision = authorize(request, identity, resource, **rules)
    return "allowed" if decision.allowed else decision.reason("s3:GetObject")


def because_of(kind: str) -> str:
    return f"because no {kind} allows the s3:GetObject action"


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ({}, because_of("identity-based policy")),
        ({"identity": ALLOW}, "allowed"),
        ({"identity": [ALLOW, DENY]}, "with an explicit deny in an identity-based policy"),
        ({"identity": ALLOW, "boundary": NOTHING}, because_of("permissions boundary")),
        ({"identity": ALLOW, "boundary": ALLOW}, "allowed"),
        ({"identity": ALLOW, "boundary": [ALLOW, DENY]}, "with an explicit deny in a permissions boundary"),
        ({"boundary": ALLOW}, because_of("identity-based policy")),
        ({"identity": ALLOW, "session": NOTHING}, because_of("session policy")),
        ({"identity": ALLOW, "session": DENY}, "with an explicit deny in a session policy"),
        ({"identity": ALLOW, "boundary": ALLOW, "session": ALLOW}, "allowed"),
    ],
)
def test_an_identitys_policies(parts: dict[str, Any], answer: str) -> None:
    assert decide(**parts) == answer


@pytest.mark.parametrize(
    ("principal", "parts", "answer"),
    [
        (ROLE, {}, "allowed"),  # one of the two is enough within an account
        (SESSION, {}, "allowed"),
        ("*", {}, "allowed"),
        (f"arn:aws:iam::{ACCOUNT}:root", {}, because_of("identity-based policy")),  # leaves it to the account
        (f"arn:aws:iam::{ACCOUNT}:root", {"identity": ALLOW}, "allowed"),
        (USER, {}, because_of("identity-based policy")),
        (ROLE, {"boundary": NOTHING}, because_of("permissions boundary")),  # a role is limited by its boundary
        (ROLE, {"session": NOTHING}, because_of("session policy")),
        (SESSION, {"boundary": NOTHING, "session": NOTHING}, "allowed"),  # a session that is named itself is not
        (USER, {"caller": USER, "boundary": NOTHING}, "allowed"),
        (ROLE, {"identity": DENY}, "with an explicit deny in an identity-based policy"),
    ],
)
def test_a_resources_policy_in_the_same_account(principal: str, parts: dict[str, Any], answer: str) -> None:
    assert decide(to(principal), **parts) == answer


def test_a_resources_explicit_deny_wins() -> None:
    denying = policy([ALLOW, DENY], Principal="*")
    assert decide(denying, identity=ALLOW) == "with an explicit deny in a resource-based policy"
    others = policy(DENY, NotPrincipal={"AWS": [ROLE, f"arn:aws:iam::{ACCOUNT}:root"]})
    assert decide(others, identity=ALLOW) == "allowed"


@pytest.mark.parametrize("rule", ["is_foreign", "rules_alone"])
def test_across_accounts_and_for_keys_the_resource_must_allow(rule: str) -> None:
    assert decide(None, identity=ALLOW, **{rule: True}) == because_of("resource-based policy")
    assert decide(to(f"arn:aws:iam::{OTHER}:root"), identity=ALLOW, **{rule: True}) == because_of(
        "resource-based policy"
    )
    assert decide(to(f"arn:aws:iam::{ACCOUNT}:root"), identity=ALLOW, **{rule: True}) == "allowed"
    assert decide(to(f"arn:aws:iam::{ACCOUNT}:root"), **{rule: True}) == because_of("identity-based policy")


def test_across_accounts_both_must_allow() -> None:
    assert decide(to(ROLE), is_foreign=True) == because_of("identity-based policy")
    assert decide(to(ROLE), is_foreign=True, identity=ALLOW) == "allowed"
    assert decide(to(ROLE), rules_alone=True) == "allowed"


def test_a_service_has_the_resources_policy_alone() -> None:
    request = Request("s3:GetObject", BUCKET, "sns.amazonaws.com")
    assert authorize(request, None, policy(ALLOW, Principal={"Service": "sns.amazonaws.com"})).allowed
    assert authorize(request, None, None).reason("s3:GetObject") == because_of("resource-based policy")


def test_what_was_worked_out_once_is_asked_again_with_its_conditions() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
    compiled = policy([ALLOW | {"Condition": condition}, DENY | {"Resource": "*/secret/${aws:username}"}])

    def verdict(resource: str = BUCKET, **facts: str) -> str:
        keys = {name.replace("__", ":").replace("_tag_", "tag/"): value for name, value in facts.items()}
        return compiled.verdict(Request("s3:GetObject", resource, USER, keys)).value

    for _ in range(2):
        assert verdict(aws__principal_tag_team="a", aws__resource_tag_team="a") == "allow"
        assert verdict(aws__principal_tag_team="a", aws__resource_tag_team="b") == "implicit"
        assert verdict() == "implicit"
        assert verdict("arn:aws:s3:::x/secret/ann", aws__username="ann") == "explicit"
        assert verdict("arn:aws:s3:::x/secret/ann", aws__username="bob") == "implicit"


def test_notaction_and_notresource() -> None:
    statement = {"Effect": "Allow", "NotAction": ["s3:Delete*", "iam:*"], "NotResource": "arn:aws:s3:::private/*"}
    compiled = Policy(statements_of(json.loads(json.dumps({"Statement": statement}))))
    asked = [("s3:GetObject", BUCKET), ("s3:DeleteObject", BUCKET), ("s3:getobject", "arn:aws:s3:::private/x")]
    assert [compiled.verdict(Request(*each)).value for each in asked] == ["allow", "implicit", "implicit"]
