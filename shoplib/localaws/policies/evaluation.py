"""Evaluates policy documents for one request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from shoplib.localaws.policies import conditions
from shoplib.localaws.policies.conditions import AbsentVariable, Facts, InvalidCondition
from shoplib.localaws.policies.principals import ANYBODY, Naming, naming
from shoplib.localaws.policies.wildcards import fits, listed

MOST_ANSWERS = 4096  # that a compiled policy caches


class Verdict(Enum):
    ALLOW = "allow"
    IMPLICIT_DENY = "implicit"
    EXPLICIT_DENY = "explicit"


class InvalidPolicy(Exception):
    """The document is not a policy, or uses something that IAM does not support; the message names it."""


@dataclass(frozen=True, slots=True)
class Request:
    """`action` is IAM's name, `resource` an ARN. `principal` is an ARN, a service name (s3.amazonaws.com), or "*" for
    an unknown caller; `role` is the ARN of a session's role; `facts` are condition keys in lower case.
    """

    action: str
    resource: str
    principal: str = ANYBODY
    facts: Facts = field(default_factory=dict)
    role: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, with the name of its policy and its index there."""

    body: Mapping[str, Any]
    source: str = ""
    number: int = 0

    @property
    def denies(self) -> bool:
        return bool(self.body["Effect"] == "Deny")

    def may_concern(self, action: str, resource: str) -> bool:
        """Whether it can apply to this action on this resource, for some principal and condition keys."""
        return self._action_fits(action) and ("${" in str(self._resources()) or self._resource_fits(resource, {}))

    def applies(self, request: Request) -> bool:
        try:
            return (
                self._action_fits(request.action)
                and self._resource_fits(request.resource, request.facts)
                and self.naming(request) is not None
                and conditions.hold(self.body.get("Condition") or {}, request.facts)
            )
        except AbsentVariable:
            return False
        except InvalidCondition as error:
            raise InvalidPolicy(str(error)) from None

    def is_unconditional(self) -> bool:
        """Whether it applies to every principal, whatever the condition keys."""
        asks = self.body.keys() & {"Condition", "Principal", "NotPrincipal"}
        return not asks and "${" not in str(self._resources())

    def naming(self, request: Request) -> Naming | None:
        """How it names the principal; None if it does not. A statement without a principal applies to the identity that
        has it.
        """
        if "NotPrincipal" in self.body:
            other = naming(self.body["NotPrincipal"], request.principal, request.role)
            return Naming.EVERYBODY if other is None else None
        if "Principal" not in self.body:
            return Naming.ITSELF
        return naming(self.body["Principal"], request.principal, request.role)

    def _resources(self) -> Any:
        return self.body.get("Resource", self.body.get("NotResource", "*"))

    def _action_fits(self, action: str) -> bool:
        lower, actions = action.lower(), listed(self.body.get("Action", self.body.get("NotAction")))
        return any(fits(str(pattern).lower(), lower) for pattern in actions) == ("Action" in self.body)

    def _resource_fits(self, resource: str, facts: Facts) -> bool:
        patterns = [conditions.substitute(str(pattern), facts) for pattern in listed(self._resources())]
        return any(fits(pattern, resource) for pattern in patterns) == ("NotResource" not in self.body)


class Policy:
    """The statements of one or several documents, as one list: an explicit deny overrides every allow.

    Which statements match an action on a resource is computed once; only conditions, variables and principals are
    evaluated for each request.
    """

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = tuple(statements)
        self._answers: dict[tuple[str, str], Verdict | tuple[Statement, ...]] = {}

    def verdict(self, request: Request) -> Verdict:
        answer = self._answers.get((request.action, request.resource))
        if answer is None:
            answer = self._remember(request.action, request.resource)
        if isinstance(answer, Verdict):
            return answer
        return _combined(each for each in answer if each.applies(request))

    def applying(self, request: Request) -> list[Statement]:
        return [each for each in self.statements if each.applies(request)]

    def naming(self, request: Request) -> Naming | None:
        """The most specific way in which an allowing statement names the request's principal."""
        names = [each.naming(request) for each in self.applying(request) if not each.denies]
        return max((each for each in names if each is not None), default=None)

    def _remember(self, action: str, resource: str) -> Verdict | tuple[Statement, ...]:
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        concerned = tuple(each for each in self.statements if each.may_concern(action, resource))
        settled = all(each.is_unconditional() for each in concerned)
        answer = self._answers[action, resource] = _combined(concerned) if settled else concerned
        return answer


def _combined(statements: Iterable[Statement]) -> Verdict:
    verdict = Verdict.IMPLICIT_DENY
    for statement in statements:
        if statement.denies:
            return Verdict.EXPLICIT_DENY
        verdict = Verdict.ALLOW
    return verdict


def statements_of(document: Any, source: str = "", *, of_trust: bool = False) -> list[Statement]:
    """The statements of a document; those of a trust policy have no resource. Raises InvalidPolicy."""
    statements = []
    for number, body in enumerate(_bodies(document)):
        _require_one(body, "Action")
        if not of_trust:
            _require_one(body, "Resource")
        statements.append(Statement(body, source, number))
    return statements


def evaluate(document: Any, request: Request) -> Verdict:
    """The verdict on one request. Raises InvalidPolicy for a malformed document."""
    return Policy(statements_of(document)).verdict(request)


def validate(document: Any, *, of_trust: bool = False) -> None:
    """Raises InvalidPolicy for a document that `evaluate` cannot evaluate, whatever the request."""
    for statement in statements_of(document, of_trust=of_trust):
        try:
            conditions.validate(statement.body.get("Condition") or {})
        except InvalidCondition as error:
            raise InvalidPolicy(str(error)) from None


def _bodies(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise InvalidPolicy(f"{document!r:.120} is not a policy document with a Statement")
    statements = listed(document["Statement"])
    for statement in statements:
        if not isinstance(statement, Mapping) or statement.get("Effect") not in ("Allow", "Deny"):
            raise InvalidPolicy(f"policy statement {statement!r:.120} needs an Effect of Allow or Deny")
    return statements


def _require_one(statement: Mapping[str, Any], key: str) -> None:
    if (key in statement) == (f"Not{key}" in statement):
        raise InvalidPolicy(f"policy statement {statement!r:.120} needs exactly one of {key} and Not{key}")
