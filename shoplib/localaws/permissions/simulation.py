"""SimulatePrincipalPolicy, SimulateCustomPolicy, and which condition keys policies ask for; moto has none of them.

The evaluator is the one that decides at the door. Nothing of the account beside the policies named is looked at: as on
AWS a resource's policy counts only when it is given, and conditions see the context that is given.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import IAMException, NoSuchEntity
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.moto_patches import replace_methods
from shoplib.localaws.permissions.identities import documents_of, managed_policy
from shoplib.localaws.policies import (
    Decision,
    Identity,
    InvalidPolicy,
    Policy,
    Request,
    Statement,
    authorize,
    listed,
    statements_of,
    validate,
)
from shoplib.localaws.policies.conditions import VARIABLE

Documents = list[tuple[str, str]]
ANSWERS = {True: "explicitDeny", False: "implicitDeny"}


class InvalidInput(IAMException):
    code = "InvalidInput"


@dataclass(frozen=True)
class Simulation:
    """What is asked: by `caller` on each of `resources`, with `identity`'s policies and `context`."""

    identity: Identity
    caller: str
    resource_policy: Policy | None
    owner: str  # the account of the resources
    context: dict[str, Any]

    def result(self, action: str, resource: str) -> dict[str, Any]:
        request = Request(action, resource, self.caller, self.context)
        decision = authorize(request, self.identity, self.resource_policy, is_foreign=self._is_foreign())
        boundary = self.identity.boundary
        limit = {"AllowedByPermissionsBoundary": boundary.verdict(request).value == "allow"} if boundary else None
        return {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": "allowed" if decision.allowed else ANSWERS[decision.explicit],
            "MatchedStatements": [_match(each) for each in self._matches(request, decision)],
            "MissingContextValues": sorted(self._missing()),
            **({"PermissionsBoundaryDecisionDetail": limit} if limit else {}),
        }

    def _is_foreign(self) -> bool:
        own = Arn.parse(self.caller).account_id if is_arn(self.caller) else self.owner
        return bool(self.owner) and self.owner != own

    def _policies(self) -> list[Policy]:
        return [each for each in (self.identity.policy, self.identity.boundary, self.resource_policy) if each]

    def _matches(self, request: Request, decision: Decision) -> Iterator[Statement]:
        """Those that decided: what denies, or else what allows."""
        for policy in self._policies():
            if policy is not self.identity.boundary:
                yield from (each for each in policy.applying(request) if each.denies == decision.explicit)

    def _missing(self) -> set[str]:
        keys = {key for policy in self._policies() for each in policy.statements for key in keys_of(each)}
        return {key for key in keys if key.lower() not in self.context}


def install() -> None:
    replace_methods(
        IamResponse,
        simulate_principal_policy=_simulate_principal,
        simulate_custom_policy=_simulate_custom,
        get_context_keys_for_custom_policy=_keys_of_custom,
        get_context_keys_for_principal_policy=_keys_of_principal,
    )


def keys_of(statement: Statement) -> set[str]:
    """The condition keys that a statement asks for, in conditions and in variables."""
    blocks = (statement.body.get("Condition") or {}).values()
    variables = VARIABLE.findall(json.dumps(statement.body))
    names = {each.partition(",")[0].strip() for each in variables}
    return {key for block in blocks for key in block} | {name for name in names if name not in ("*", "?", "$")}


def _simulate_principal(self: Any) -> ActionResult:
    source = str(self._get_param("PolicySourceArn"))
    documents, boundary = _of_source(source)
    caller = self._get_param("CallerArn") or source
    return _answer(self, documents + _inputs(self, "PolicyInputList"), boundary, caller)


def _simulate_custom(self: Any) -> ActionResult:
    return _answer(self, _inputs(self, "PolicyInputList"), [], self._get_param("CallerArn") or "")


def _answer(response: Any, documents: Documents, boundary: Documents, caller: str) -> ActionResult:
    limits = _inputs(response, "PermissionsBoundaryPolicyInputList") or boundary
    text = response._get_param("ResourcePolicy")
    resource_policy = Policy(_statements([("ResourcePolicy", text)])) if text else None
    identity = Identity(Policy(_statements(documents)), Policy(_statements(limits)) if limits else None)
    simulation = Simulation(
        identity, caller, resource_policy, _account(response._get_param("ResourceOwner")), _context(response)
    )
    resources = response._get_param("ResourceArns") or ["*"]
    results = [simulation.result(action, each) for action in response._get_param("ActionNames") for each in resources]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _keys_of_custom(self: Any) -> ActionResult:
    return _keys(_inputs(self, "PolicyInputList"))


def _keys_of_principal(self: Any) -> ActionResult:
    documents, _ = _of_source(str(self._get_param("PolicySourceArn")))
    return _keys(documents + _inputs(self, "PolicyInputList"))


def _keys(documents: Documents) -> ActionResult:
    names = {key for each in _statements(documents) for key in keys_of(each)}
    return ActionResult({"ContextKeyNames": sorted(names)})


def _inputs(response: Any, name: str) -> Documents:
    texts = response._get_param(name) or []
    return [(f"{name}.{number}", text) for number, text in enumerate(texts, 1)]


def _statements(documents: Documents) -> list[Statement]:
    try:
        for _, text in documents:
            validate(json.loads(text))
        return [each for name, text in documents for each in statements_of(json.loads(text), name)]
    except (ValueError, InvalidPolicy) as error:
        raise InvalidInput(f"The policy cannot be evaluated: {error}") from None


def _of_source(arn: str) -> tuple[Documents, Documents]:
    """The policies of a user, role or group, and its boundary."""
    if not is_arn(arn):
        raise InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    parsed = Arn.parse(arn)
    backend = iam_backends[parsed.account_id][parsed.partition]
    entities: list[Any] = [*backend.users.values(), *backend.roles.values(), *backend.groups.values()]
    entity = next((each for each in entities if each.arn == arn), None)
    if entity is None:
        raise NoSuchEntity(f"The entity {arn} cannot be found.")
    boundary = getattr(entity, "permissions_boundary_arn", None)
    text = managed_policy(boundary, parsed.account_id, parsed.partition) if boundary else None
    return list(documents_of(entity)), [(boundary, text)] if boundary and text else []


def _context(response: Any) -> dict[str, Any]:
    entries: Iterable[dict[str, Any]] = response._get_param("ContextEntries") or []
    return {each["ContextKeyName"].lower(): listed(each.get("ContextKeyValues")) for each in entries}


def _account(owner: str | None) -> str:
    return Arn.parse(owner).account_id if owner and is_arn(owner) else owner or ""


def _match(statement: Statement) -> dict[str, Any]:
    return {"SourcePolicyId": statement.source.rpartition("/")[2], "SourcePolicyType": "IAM Policy"}
