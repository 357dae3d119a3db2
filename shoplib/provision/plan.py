"""What a deployment would change, found out before anything is changed."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision import artifacts
from shoplib.provision.target import Target
from shoplib.provision.template import Template, expand, with_defaults

GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")


@dataclass(frozen=True)
class Change:
    """`action` is add, change, remove or keep."""

    action: str
    logical_id: str
    type: str


@dataclass(frozen=True)
class Plan:
    """A stack to be, beside what is there. `is_update` when the stack exists."""

    stack_name: str
    target: Target
    template: Template
    body: dict[str, Any]
    parameters: dict[str, str]
    changes: tuple[Change, ...]
    changed_parameters: tuple[str, ...]
    is_update: bool

    @property
    def is_empty(self) -> bool:
        same = all(change.action == "keep" for change in self.changes)
        return self.is_update and same and not self.changed_parameters

    def count(self, action: str) -> int:
        return sum(change.action == action for change in self.changes)

    def __str__(self) -> str:
        counts = ", ".join(f"{self.count(action)} to {action}" for action in ("add", "change", "remove", "keep"))
        return f"{self.stack_name} on {self.target.banner}: {counts}"


def plan(template: Template, stack_name: str, target: Target, parameters: dict[str, str] | None = None) -> Plan:
    """Package the code, expand the template, compare it with the stack that is there. Uploads code, changes no stack.

    LabError for a broken template, a missing parameter, missing code, or a stack in a state that cannot be updated.
    """
    values = with_defaults(template, parameters or {})
    body = expand(template, artifacts.packaged(template, artifacts.uploader(target, template)), values, target.region)
    there = describe(stack_name, target)
    old = _deployed_body(stack_name, target) if there else {}
    old_values = {p["ParameterKey"]: p.get("ParameterValue", "") for p in (there or {}).get("Parameters", [])}
    return Plan(
        stack_name=stack_name,
        target=target,
        template=template,
        body=body,
        parameters={name: value for name, value in values.items() if name in body.get("Parameters", {})},
        changes=_changes(old, body),
        changed_parameters=tuple(name for name in values if there and old_values.get(name) != values[name]),
        is_update=there is not None,
    )


def describe(stack_name: str, target: Target) -> dict[str, Any] | None:
    """What CloudFormation says of a stack, or None when there is none."""
    try:
        stack = target.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise LabError(f"CloudFormation did not describe {stack_name}: {error}", "check your rights") from None
    return None if stack["StackStatus"] in GONE else stack


def _deployed_body(stack_name: str, target: Target) -> dict[str, Any]:
    body = target.client("cloudformation").get_template(StackName=stack_name)["TemplateBody"]
    return json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body))


def _changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    before, after = old.get("Resources", {}), new["Resources"]
    kept = [Change(_action(before.get(name), spec), name, spec["Type"]) for name, spec in after.items()]
    removed = [Change("remove", name, spec["Type"]) for name, spec in before.items() if name not in after]
    return (*kept, *removed)


def _action(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
    if before is None:
        return "add"
    return "keep" if before == after else "change"
