"""Change sets: what an update or a first deployment would do, kept until it is executed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shoplib.localaws.cloudformation import deployment, operations, registry
from shoplib.localaws.cloudformation.change_details import Changes
from shoplib.localaws.cloudformation.errors import (
    AlreadyExists,
    ChangeSetNotFound,
    InvalidChangeSetStatus,
    ValidationError,
)
from shoplib.localaws.cloudformation.permitted import EVERYTHING, Permitted
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
    permitted: Permitted = EVERYTHING,
) -> ChangeSet:
    """A change set of the stack; FAILED when there is nothing to change. Refusals as in CreateStack."""
    if any(each.name == name for each in of_stack(stack)):
        raise AlreadyExists(f"ChangeSet {name} already exists")
    previous, stack.options = stack.options, options
    try:
        planned = plan(stack, template, parameter_values, permitted)
    finally:
        stack.options = previous
    change_set_id = f"arn:aws:cloudformation:{stack.region}:{stack.account_id}:changeSet/{name}/{uuid.uuid4()}"
    change_set = ChangeSet(
        change_set_id, name, kind, stack, planned, options, description, Changes(stack, planned).all()
    )
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
    stack.options, stack.change_set_id, stack.updated = change_set.options, change_set.change_set_id, now()
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
    """Those that can still be looked up by their names: an executed one has its id alone."""
    waiting = ("AVAILABLE", "UNAVAILABLE")
    all_of_it = [each for each in list(_all(stack.account_id, stack.region).values()) if each.stack is stack]
    return [each for each in all_of_it if each.execution_status in waiting]


def become_obsolete(stack: Stack) -> None:
    """The stack was deployed without them."""
    for each in of_stack(stack):
        each.execution_status = "OBSOLETE"


def find(account_id: str, region: str, name_or_id: str, stack: str | None) -> ChangeSet | None:
    """By its id, or the latest of its name in a stack."""
    of_region = _all(account_id, region)
    if name_or_id.startswith("arn:"):
        return of_region.get(name_or_id)
    for each in reversed(list(of_region.values())):
        if each.name == name_or_id and stack in (each.stack.name, each.stack.stack_id):
            return each
    return None


def existing(account_id: str, region: str, name_or_id: str, stack: str | None) -> ChangeSet:
    """ValidationError without a stack by which to look a name up."""
    if not name_or_id.startswith("arn:"):
        if not stack:
            raise ValidationError("StackName must be specified if ChangeSetName is not specified as an ARN.")
        registry.existing(account_id, region, stack, "Stack [{}] does not exist")
    change_set = find(account_id, region, name_or_id, stack)
    if change_set is None:
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")
    return change_set


def _all(account_id: str, region: str) -> dict[str, ChangeSet]:
    by_id: dict[str, ChangeSet] = registry.backend(account_id, region).change_sets
    return by_id
