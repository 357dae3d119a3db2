"""What CreateStack, UpdateStack and DeleteStack do: check, plan, and let a thread do the work."""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.cloudformation.exceptions import CloudFormationError

from shoplib.localaws.cloudformation import deployment, registry
from shoplib.localaws.cloudformation.at_work import AT_WORK
from shoplib.localaws.cloudformation.errors import AlreadyExists, ValidationError
from shoplib.localaws.cloudformation.permitted import EVERYTHING, Permitted
from shoplib.localaws.cloudformation.plan import Plan, plan
from shoplib.localaws.cloudformation.stack import Options, Stack
from shoplib.localaws.cloudformation.steps import reason_of

# AWS's waiters ask every 30 s. Most stacks here are ready in less than a second, so the answer waits a little for the
# work to be done: the first question then finds it done. Slow stacks (custom resources) go on in the background.
ANSWER_WITHIN_SECONDS = 15.0
LOG = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Policies:
    """The stack policies that come with an update: one for its duration, and one for later updates."""

    during_update: str | None = None
    afterwards: str | None = None


NO_POLICIES = Policies()


def create_stack(
    account_id: str,
    region: str,
    name: str,
    template: str,
    parameter_values: Mapping[str, str],
    options: Options,
    permitted: Permitted = EVERYTHING,
) -> Stack:
    """ValidationError or AlreadyExists, with nothing created, when the stack cannot be deployed as asked.

    A stack that a change set has announced is created without it.
    """
    with _one_at_a_time:
        existing = registry.find(account_id, region, name)
        announced = existing if existing is not None and existing.status == "REVIEW_IN_PROGRESS" else None
        if existing is not None and existing.deleted is None and not announced:
            raise AlreadyExists(f"Stack [{name}] already exists")
        stack = announced or new_stack(account_id, region, name, options)
        planned = plan(stack, template, parameter_values, permitted)
        stack.options = options
        registry.stacks(account_id, region)[stack.stack_id] = stack
        stack.became("CREATE_IN_PROGRESS", "User Initiated")
    work(stack, lambda: deployment.create(stack, planned))
    return stack


def new_stack(account_id: str, region: str, name: str, options: Options) -> Stack:
    stack_id = f"arn:aws:cloudformation:{region}:{account_id}:stack/{name}/{uuid.uuid4()}"
    return Stack(stack_id, name, account_id, region, options)


def update_stack(
    stack: Stack,
    template: str,
    parameter_values: Mapping[str, str],
    options: Options,
    permitted: Permitted = EVERYTHING,
    policies: Policies = NO_POLICIES,
) -> None:
    """ValidationError, with nothing changed, when there is nothing to change or it cannot be done."""
    require_updatable(stack)
    previous, stack.options = stack.options, options
    try:
        planned = plan(stack, template, parameter_values, permitted)
        same = (
            planned.template == stack.template
            and planned.parameter_values == stack.parameter_values
            and options.tags == previous.tags
        )
        if same:
            raise ValidationError("No updates are to be performed.")
    except CloudFormationError:
        stack.options = previous
        raise
    stack.change_set_id = None
    stack.policy_during_update = policies.during_update or ""
    start_update(stack, lambda: _update(stack, planned, policies))


def _update(stack: Stack, planned: Plan, policies: Policies) -> None:
    """A policy that comes with an update protects from later ones."""
    try:
        deployment.update(stack, planned)
    finally:
        stack.policy_during_update = ""
    if policies.afterwards is not None:
        stack.policy = policies.afterwards


def start_update(stack: Stack, action: Callable[[], None]) -> None:
    stack.updated = registry.now()
    stack.became("UPDATE_IN_PROGRESS", "User Initiated")
    work(stack, action)


def require_updatable(stack: Stack) -> None:
    settled = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
    if stack.status not in settled:
        raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")


def delete_stack(stack: Stack, retain: frozenset[str] = frozenset()) -> None:
    """Deleting what is deleted, or being deleted, is no error."""
    if stack.deleted or stack.status == "DELETE_IN_PROGRESS":
        return
    if stack.options.termination_protection:
        raise ValidationError(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    if stack.status == "CREATE_IN_PROGRESS":
        stack.options.on_failure, stack.cancelled = "DELETE", True
        return
    if stack.busy:
        raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be deleted.")
    _require_unused_exports(stack)
    stack.became("DELETE_IN_PROGRESS", "User Initiated")
    work(stack, lambda: deployment.delete(stack, retain))


def _require_unused_exports(stack: Stack) -> None:
    for output in stack.outputs:
        users = registry.importers(stack, output.export) if output.export else []
        if users:
            raise ValidationError(
                f"Export {output.export} cannot be deleted as it is in use by {', '.join(user.name for user in users)}"
            )


def work(stack: Stack, action: Callable[[], None]) -> None:
    AT_WORK.add(1)

    def run() -> None:
        try:
            action()
        except Exception as error:
            LOG.exception("an operation on the stack %s failed", stack.name)
            stack.became(stack.status.replace("_IN_PROGRESS", "_FAILED"), reason_of(error))
        finally:
            AT_WORK.add(-1)

    thread = threading.Thread(target=run, name=f"stack-{stack.name}", daemon=True)
    thread.start()
    thread.join(ANSWER_WITHIN_SECONDS)


def parameter_values(listed: list[dict[str, Any]], previous: Mapping[str, str]) -> dict[str, str]:
    """ParameterKey/ParameterValue pairs; with UsePreviousValue the value of the last deployment."""
    values = {}
    for each in listed:
        key = each["ParameterKey"]
        if str(each.get("UsePreviousValue", "")).lower() == "true":
            if each.get("ParameterValue"):
                both = "Cannot specify usePreviousValue as true and non empty value for a parameter"
                raise ValidationError(f"Invalid input for parameter key {key}. {both}")
            if key in previous:
                values[key] = previous[key]
        else:
            values[key] = str(each.get("ParameterValue", ""))
    return values
