"""Stack policies: which resources of a stack an update may modify, replace or delete."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.cloudformation import template_urls
from shoplib.localaws.cloudformation.errors import ResourceFailed, ValidationError
from shoplib.localaws.cloudformation.stack import Resource, Stack
from shoplib.localaws.policies import fits, listed

MODIFY, REPLACE, DELETE = "Update:Modify", "Update:Replace", "Update:Delete"
ACTIONS = (MODIFY, REPLACE, DELETE, "Update:*")
OPERATORS = ("StringEquals", "StringLike")
ELEMENTS = ("Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition")
INVALID = "Error validating stack policy: Invalid stack policy"
Statement = Mapping[str, Any]


def of_request(request: Any, name: str) -> str | None:
    """The policy of a request, by its body or its URL; None when there is neither."""
    body, url = request._get_param(f"{name}Body"), request._get_param(f"{name}URL")
    if body and url:
        raise ValidationError(f"You cannot specify both {name}URL and {name}Body")
    if url:
        body = template_urls.of_request(url, request.current_account, request.region)
    return _valid(body) if body else None


def require_allowed(stack: Stack, resource: Resource, action: str) -> None:
    """ResourceFailed, with UPDATE_FAILED recorded, for what the stack's policy does not let an update do."""
    reason = _refusal(_statements(stack.policy_during_update or stack.policy), resource, action)
    if reason:
        stack.resource_became(resource, "UPDATE_FAILED", reason)
        raise ResourceFailed(resource.logical_id)


def _valid(text: str) -> str:
    try:
        policy = json.loads(text)
    except ValueError:
        raise ValidationError(INVALID) from None
    if not isinstance(policy, dict) or not all(map(_is_statement, listed(policy.get("Statement")))):
        raise ValidationError(INVALID)
    return text


def _is_statement(value: Any) -> bool:
    """Its principal is everybody: AWS has no other in these policies."""
    if not isinstance(value, dict) or not set(value) <= set(ELEMENTS) or value.get("Principal") != "*":
        return False
    return (
        value.get("Effect") in ("Allow", "Deny")
        and ("Action" in value) != ("NotAction" in value)
        and ("Resource" in value) != ("NotResource" in value)
        and all(each in ACTIONS for each in _both(value, "Action"))
        and set(value.get("Condition", {})) <= set(OPERATORS)
    )


def _both(statement: Statement, element: str) -> list[Any]:
    return [*listed(statement.get(element)), *listed(statement.get(f"Not{element}"))]


def _statements(text: str) -> list[Statement]:
    return listed(json.loads(text).get("Statement")) if text else []


def _refusal(statements: list[Statement], resource: Resource, action: str) -> str:
    """An empty policy protects nothing; any other one protects what it does not allow."""
    counting = [(at, each) for at, each in _unrepeated(statements) if _concerns(each, resource, action)]
    for at, each in counting:
        if each["Effect"] == "Deny":
            names = ", ".join(_both(each, "Resource"))
            actions = ", ".join(_both(each, "Action"))
            return f"Action denied by stack policy: Statement [#{at}] does not allow [{actions}] for resource [{names}]"
    if counting or not statements:
        return ""
    name = f"LogicalResourceId/{resource.logical_id}"
    return f"Action not allowed by stack policy: No statement allows [{action}] for resource [{name}]"


def _unrepeated(statements: list[Statement]) -> Iterator[tuple[int, Statement]]:
    """With their numbers; of two that say the same but for their effect, AWS follows the later one."""
    subjects = [{key: each[key] for key in each if key not in ("Effect", "Sid")} for each in statements]
    for at, (subject, statement) in enumerate(zip(subjects, statements, strict=True), start=1):
        if subject not in subjects[at:]:
            yield at, statement


def _concerns(statement: Statement, resource: Resource, action: str) -> bool:
    name = f"LogicalResourceId/{resource.logical_id}"
    return (
        _names(statement, "Action", action)
        and _names(statement, "Resource", name)
        and all(_holds(operator, keys, resource) for operator, keys in statement.get("Condition", {}).items())
    )


def _names(statement: Statement, element: str, value: str) -> bool:
    if element in statement:
        return any(fits(each, value) for each in listed(statement[element]))
    return not any(fits(each, value) for each in listed(statement[f"Not{element}"]))


def _holds(operator: str, keys: Mapping[str, Any], resource: Resource) -> bool:
    kinds = listed(keys.get("ResourceType"))
    return any(fits(each, resource.type) if operator == "StringLike" else each == resource.type for each in kinds)
