"""A deployed stack as CloudFormation lists it."""

from dataclasses import dataclass
from html import escape

from shoplib.errors import LabError
from shoplib.provision.plan import describe
from shoplib.provision.target import Target


@dataclass(frozen=True)
class Resource:
    """One resource of a stack. `physical_id` is the name that its service knows."""

    logical_id: str
    physical_id: str
    type: str
    status: str


@dataclass(frozen=True)
class Stack:
    """A stack: its outputs (as the template states them) and its resources."""

    name: str
    outputs: dict[str, str]
    resources: tuple[Resource, ...]

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


def read(stack_name: str, target: Target) -> Stack:
    """The stack as it is now. LabError when there is none."""
    found = describe(stack_name, target)
    if not found:
        raise LabError(f"there is no stack {stack_name} on {target.banner}", "deploy it first: `shoplib deploy`")
    pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
    entries = [entry for page in pages for entry in page["StackResourceSummaries"]]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return Stack(stack_name, outputs, tuple(_resource(entry) for entry in entries if _exists(entry)))


def _exists(entry: dict) -> bool:
    return entry["ResourceStatus"] != "DELETE_COMPLETE"


def _resource(entry: dict) -> Resource:
    physical = entry.get("PhysicalResourceId", "")
    return Resource(entry["LogicalResourceId"], physical, entry["ResourceType"], entry["ResourceStatus"])
