"""Where stacks are kept: in moto's CloudFormation backends, so that its reset and its tagging API see them."""

from typing import Any

from moto.cloudformation.models import cloudformation_backends

from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.stack import Output, Stack, now

NAMELESS = (
    "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null"
)
DELETED_STACKS = 100  # remembered per account and region


def backend(account_id: str, region: str) -> Any:
    return cloudformation_backends[account_id][region]


def stacks(account_id: str, region: str) -> dict[str, Stack]:
    """Live stacks by id."""
    by_id: dict[str, Stack] = backend(account_id, region).stacks
    return by_id


def deleted_stacks(account_id: str, region: str) -> dict[str, Stack]:
    by_id: dict[str, Stack] = backend(account_id, region).deleted_stacks
    return by_id


def exports(account_id: str, region: str) -> dict[str, Output]:
    """Exported outputs of all stacks by export name."""
    live = stacks(account_id, region).values()
    return {output.export: output for stack in list(live) for output in stack.outputs if output.export}


def exporter(account_id: str, region: str, name: str) -> Stack | None:
    for stack in list(stacks(account_id, region).values()):
        if any(output.export == name for output in stack.outputs):
            return stack
    return None


def find(account_id: str, region: str, name_or_id: str) -> Stack | None:
    """A live stack by name or id, or a deleted one by id."""
    live = stacks(account_id, region)
    if name_or_id in live:
        return live[name_or_id]
    by_name = [stack for stack in list(live.values()) if stack.name == name_or_id]
    return by_name[0] if by_name else deleted_stacks(account_id, region).get(name_or_id)


def existing(
    account_id: str, region: str, name_or_id: str, otherwise: str = "Stack with id {} does not exist"
) -> Stack:
    """ValidationError, in the words of the operation that looks for it, when there is none."""
    if name_or_id is None:
        raise ValidationError(NAMELESS)
    stack = find(account_id, region, name_or_id)
    if stack is None:
        raise ValidationError(otherwise.format(name_or_id))
    return stack


def archive_deleted(stack: Stack) -> None:
    """A deleted stack: found by its id only, until so many others were deleted (on AWS: for 90 days)."""
    stack.deleted = now()
    live, deleted = stacks(stack.account_id, stack.region), deleted_stacks(stack.account_id, stack.region)
    if live.pop(stack.stack_id, None):
        deleted[stack.stack_id] = stack
    for oldest in list(deleted)[:-DELETED_STACKS]:
        deleted.pop(oldest, None)


def importers(stack: Stack, export: str) -> list[Stack]:
    """Stacks whose template imports this export by its literal or resolved name."""
    live = stacks(stack.account_id, stack.region).values()
    return [other for other in list(live) if export in other.imported]
