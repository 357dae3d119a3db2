"""Change sets: what an update or a first deployment would do, kept until it is executed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shoplib.localaws.cloudformation import deployment, operations, registry
from shoplib.localaws.cloudformation.errors import (
    AlreadyExists,
    ChangeSetNotFound,
    InvalidChangeSetStatus,
    ValidationError,
)
from shoplib.localaws.cloudformation.intrinsics import NO_VALUE, resolve
from shoplib.localaws.cloudformation.plan import Plan, plan
from shoplib.localaws.cloudformation.stack import Options, Stack, now

NO_CHANGE = "The submitted information didn't contain changes. Submit different information to create a change set."


@dataclass
class ChangeSet:
    change_set_id: str
    name: str
    kind: str
    stack: Stack
    planned: Plan
    options: Options
    description: str | None
    changes: list[dict[str, Any]]
    status: str = "CREATE_COMPLETE"
    execution_status: str = "AVAILABLE"
    reason: str | None = None
    created: datetime = field(default_factory=now)


def create(
    stack: Stack,
    name: str,
    kind: str,
    template: str,
    parameter_values: Mapping[str, str],
    options: Options,
    description: str | None,
) -> ChangeSet:
    """A change set of the stack; FAILED when there is nothing to change. Refusals as in CreateStack."""
    if find(stack.account_id, stack.region, name, stack.stack_id):
        raise AlreadyExists(f"ChangeSet {name} already exists")
    previous, stack.options = stack.options, options
    try:
        planned = plan(stack, template, parameter_values)
    finally:
        stack.options = previous
    change_set_id = f"arn:aws:cloudformation:{stack.region}:{stack.account_id}:changeSet/{name}/{uuid.uuid4()}"
    change_set = ChangeSet(change_set_id, name, kind, stack, planned, options, description, changes(stack, planned))
    if (
        kind == "UPDATE"
        and not change_set.changes
        and planned.template == stack.template
        and planned.parameter_values == stack.parameter_values
    ):
        change_set.status, change_set.execution_status, change_set.reason = "FAILED", "UNAVAILABLE", NO_CHANGE
    _all(stack.account_id, stack.region)[change_set_id] = change_set
    return change_set


def execute(change_set: ChangeSet) -> None:
    """Deploy it; its stack then has no other change sets."""
    if change_set.execution_status != "AVAILABLE":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status of [{change_set.status}]"
        )
    stack = change_set.stack
    _require_ready(change_set)
    change_set.execution_status = "EXECUTE_COMPLETE"
    stack.options = change_set.options
    planned = plan(stack, change_set.planned.text, change_set.planned.parameter_values)
    for other in of_stack(stack):
        if other is not change_set:
            delete(other)
    if stack.status == "REVIEW_IN_PROGRESS":
        stack.became("CREATE_IN_PROGRESS", "User Initiated")
        operations.work(stack, lambda: deployment.create(stack, planned))
    else:
        operations.start_update(stack, lambda: deployment.update(stack, planned))


def _require_ready(change_set: ChangeSet) -> None:
    if change_set.stack.status != "REVIEW_IN_PROGRESS":
        operations.require_updatable(change_set.stack)


def delete(change_set: ChangeSet) -> None:
    _all(change_set.stack.account_id, change_set.stack.region).pop(change_set.change_set_id, None)


def of_stack(stack: Stack) -> list[ChangeSet]:
    return [each for each in list(_all(stack.account_id, stack.region).values()) if each.stack is stack]


def find(account_id: str, region: str, name_or_id: str, stack: str | None) -> ChangeSet | None:
    for each in list(_all(account_id, region).values()):
        of_it = stack is None or stack in (each.stack.name, each.stack.stack_id)
        if each.change_set_id == name_or_id or (each.name == name_or_id and of_it):
            return each
    return None


def existing(account_id: str, region: str, name_or_id: str, stack: str | None) -> ChangeSet:
    change_set = find(account_id, region, name_or_id, stack)
    if change_set is None:
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")
    return change_set


def changes(stack: Stack, planned: Plan) -> list[dict[str, Any]]:
    """ResourceChange entries, resources in the order in which they would be touched."""
    planned.scope.resources.update({name: each for name, each in stack.resources.items() if each.physical})
    entries = [_change(stack, planned, logical_id) for logical_id in planned.order]
    removed = [name for name, each in reversed(stack.resources.items()) if each.physical and name not in planned.order]
    entries += [_entry("Remove", name, stack.resources[name].type, stack) for name in removed]
    return [each for each in entries if each]


def _change(stack: Stack, planned: Plan, logical_id: str) -> dict[str, Any] | None:
    definition = planned.definition(logical_id)
    existing_one = stack.resources.get(logical_id)
    if existing_one is None or existing_one.physical is None:
        return _entry("Add", logical_id, definition["Type"], stack)
    try:
        properties = resolve(definition["Properties"], planned.scope)
    except ValidationError:
        properties = NO_VALUE  # refers to a resource that is yet to be created: it will change
    if properties == existing_one.properties and definition["Type"] == existing_one.type:
        return None
    return _entry("Modify", logical_id, definition["Type"], stack)


def _entry(action: str, logical_id: str, kind: str, stack: Stack) -> dict[str, Any]:
    change: dict[str, Any] = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": kind, "Scope": []}
    if action != "Add":
        change["PhysicalResourceId"] = stack.resources[logical_id].physical_id
    if action == "Modify":
        change |= {"Replacement": "Conditional", "Scope": ["Properties"], "Details": []}
    return {"Type": "Resource", "ResourceChange": change}


def _all(account_id: str, region: str) -> dict[str, ChangeSet]:
    by_id: dict[str, ChangeSet] = registry.backend(account_id, region).change_sets
    return by_id
