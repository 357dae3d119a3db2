"""A deployed stack as CloudFormation lists it."""

import json
from dataclasses import dataclass
from html import escape
from typing import Any

from botocore.exceptions import ClientError

from shoplib.errors import LabError
from shoplib.provision.refusals import explain_errors
from shoplib.provision.target import Target

PREFIX = "shop-"  # of the patterns' stacks


@dataclass(frozen=True)
class Resource:
    """One resource of a stack. `physical_id` is the name that its service knows."""

    logical_id: str
    physical_id: str
    type: str
    status: str


@dataclass(frozen=True)
class Stack:
    """A stack: its outputs (as the template states them) and its resources.

    `unverified` lists those that could not be checked; only CloudFormation reports that they exist.
    """

    name: str
    outputs: dict[str, str]
    resources: tuple[Resource, ...]
    unverified: tuple[Resource, ...] = ()

    def physical_id(self, logical_id: str) -> str:
        for resource in self.resources:
            if resource.logical_id == logical_id:
                return resource.physical_id
        names = ", ".join(resource.logical_id for resource in self.resources)
        raise LabError(f"{self.name} has no resource {logical_id}", f"it has: {names}")

    def __repr__(self) -> str:
        lines = [f"{r.logical_id}: {r.physical_id} ({r.type})" for r in self.resources]
        return "\n".join([f"Stack {self.name}: {len(self.resources)} resources", *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(r.logical_id)}</td><td>{escape(r.type)}</td><td>{escape(r.physical_id)}</td></tr>"
            for r in self.resources
        )
        head = "<tr><th>logical id</th><th>type</th><th>physical id</th></tr>"
        title = f"<summary>Stack <b>{escape(self.name)}</b>: {len(self.resources)} resources</summary>"
        return f"<details>{title}<table>{head}{rows}</table></details>"


class Stacks(dict[str, Stack]):
    """Stacks by pattern or template; shown in short, since each shows its resources by itself."""

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {line}" for name, line in self._lines().items())

    def _repr_html_(self) -> str:
        rows = (f"<tr><td>{escape(name)}</td><td>{escape(line)}</td></tr>" for name, line in self._lines().items())
        return f"<table>{''.join(rows)}</table>"

    def _lines(self) -> dict[str, str]:
        return {name: f"stack {stack.name}, {len(stack.resources)} resources" for name, stack in self.items()}


def describe(stack_name: str, target: Target) -> dict[str, Any] | None:
    """Return CloudFormation's description of a stack (by name, or by id if deleted), or None if there is none."""
    try:
        with_name = target.client("cloudformation").describe_stacks(StackName=stack_name)
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    stack: dict[str, Any] = with_name["Stacks"][0]
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def read(stack_name: str, target: Target) -> Stack:
    """Read the current stack. LabError if there is none."""
    with explain_errors(target.banner):
        description = describe(stack_name, target)
        if not description:
            raise LabError(f"stack not found: {stack_name} on {target.banner}", _how_to_get(stack_name, target))
        outputs = {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}
        return Stack(stack_name, outputs, tuple(resources(stack_name, target)))


def _how_to_get(stack_name: str, target: Target) -> str:
    there = ", ".join(stack_names(target)) or "none"
    pattern = stack_name.removeprefix(PREFIX) if stack_name.startswith(PREFIX) else ""
    return f"`shoplib deploy {pattern}` deploys it" if pattern else f"stacks there: {there}"


def stack_names(target: Target) -> list[str]:
    """Return the names of the target's stacks, the oldest first, without nested ones."""
    with explain_errors(target.banner):
        pages = target.client("cloudformation").get_paginator("describe_stacks").paginate()
        stacks = [stack for page in pages for stack in page["Stacks"]]
    alive = [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE" and not stack.get("ParentId")]
    return [stack["StackName"] for stack in sorted(alive, key=lambda stack: stack["CreationTime"])]


def resources(stack_name: str, target: Target) -> list[Resource]:
    """Return the stack's resources, in CloudFormation's order."""
    pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
    entries = [entry for page in pages for entry in page["StackResourceSummaries"]]
    return [_resource(entry) for entry in entries if entry["ResourceStatus"] != "DELETE_COMPLETE"]


def _resource(entry: dict[str, Any]) -> Resource:
    physical = entry.get("PhysicalResourceId", "")
    return Resource(entry["LogicalResourceId"], physical, entry["ResourceType"], entry["ResourceStatus"])


def deployed_body(stack_name: str, target: Target) -> dict[str, Any]:
    """Return the stack's template with transforms applied."""
    cloudformation = target.client("cloudformation")
    body = _decode(cloudformation.get_template(StackName=stack_name)["TemplateBody"])
    if body and "Transform" not in body:
        return body
    return _decode(cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")["TemplateBody"]) or {}


def _decode(body: Any) -> dict[str, Any] | None:
    """None for YAML, which nobody but CloudFormation itself should have to expand."""
    try:
        decoded = json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body))
    except ValueError:
        return None
    return decoded if isinstance(decoded, dict) else None
