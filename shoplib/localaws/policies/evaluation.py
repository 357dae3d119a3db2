"""A policy document's verdict on one request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.policies import conditions
from shoplib.localaws.policies.conditions import AbsentVariable, Facts, InvalidCondition
from shoplib.localaws.policies.wildcards import fits, listed

ANYBODY = "*"


class Verdict(Enum):
    ALLOW = "allow"
    IMPLICIT_DENY = "implicit"
    EXPLICIT_DENY = "explicit"


class InvalidPolicy(Exception):
    """The document is not a policy, or uses something that IAM does not know; the text names it."""


@dataclass(frozen=True, slots=True)
class Request:
    """`action` as IAM calls it, `resource` an ARN. `principal` is an ARN, a service's name (s3.amazonaws.com), or "*"
    for somebody who is not known; `facts` are condition keys in lower case."""

    action: str
    resource: str
    principal: str = ANYBODY
    facts: Facts = field(default_factory=dict)


def evaluate(document: Any, request: Request) -> Verdict:
    """An explicit deny wins over all that allows. Raises InvalidPolicy for a malformed document."""
    verdict = Verdict.IMPLICIT_DENY
    for statement in _statements(document):
        if not _applies(statement, request):
            continue
        if statement["Effect"] == "Deny":
            return Verdict.EXPLICIT_DENY
        verdict = Verdict.ALLOW
    return verdict


def validate(document: Any) -> None:
    """Raises InvalidPolicy for a document that `evaluate` would not understand, whatever the request."""
    for statement in _statements(document):
        for key in ("Action", "Resource"):
            _require_one(statement, key)
        try:
            conditions.validate(statement.get("Condition") or {})
        except InvalidCondition as error:
            raise InvalidPolicy(str(error)) from None


def _statements(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise InvalidPolicy(f"{document!r:.120} is not a policy document with a Statement")
    statements = listed(document["Statement"])
    for statement in statements:
        if not isinstance(statement, Mapping) or statement.get("Effect") not in ("Allow", "Deny"):
            raise InvalidPolicy(f"policy statement {statement!r:.120} needs an Effect of Allow or Deny")
    return statements


def _require_one(statement: Mapping[str, Any], key: str) -> None:
    if (key in statement) == (f"Not{key}" in statement):
        raise InvalidPolicy(f"policy statement {statement!r:.120} has no {key}, or Not{key} beside it")


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    try:
        return (
            _action_fits(statement, request.action.lower())
            and _resource_fits(statement, request)
            and _principal_fits(statement, request)
            and conditions.hold(statement.get("Condition") or {}, request.facts)
        )
    except AbsentVariable:
        return False
    except InvalidCondition as error:
        raise InvalidPolicy(str(error)) from None


def _action_fits(statement: Mapping[str, Any], action: str) -> bool:
    _require_one(statement, "Action")
    actions = listed(statement.get("Action", statement.get("NotAction")))
    return any(fits(str(pattern).lower(), action) for pattern in actions) == ("Action" in statement)


def _resource_fits(statement: Mapping[str, Any], request: Request) -> bool:
    _require_one(statement, "Resource")
    resources = listed(statement.get("Resource", statement.get("NotResource")))
    patterns = [conditions.substitute(str(pattern), request.facts) for pattern in resources]
    return any(fits(pattern, request.resource) for pattern in patterns) == ("Resource" in statement)


def _principal_fits(statement: Mapping[str, Any], request: Request) -> bool:
    """A statement without a principal is of an identity's policy, and about that identity."""
    if "NotPrincipal" in statement:
        return not _names(statement["NotPrincipal"], request)
    return "Principal" not in statement or _names(statement["Principal"], request)


def _names(principal: Any, request: Request) -> bool:
    if not isinstance(principal, Mapping):
        return _is_account_or_identity(str(principal), request.principal)
    if request.principal in listed(principal.get("Service")):
        return True
    return any(_is_account_or_identity(str(each), request.principal) for each in listed(principal.get("AWS")))


def _is_account_or_identity(declared: str, principal: str) -> bool:
    """An account, by its number or its root, stands for everybody in it."""
    if declared in (ANYBODY, principal):
        return True
    account = Arn.parse(declared).account_id if is_arn(declared) and declared.endswith(":root") else declared
    return is_arn(principal) and account == Arn.parse(principal).account_id
