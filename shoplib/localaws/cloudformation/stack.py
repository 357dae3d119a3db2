"""A stack as it stands: its resources, events, outputs and status."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shoplib.localaws.cloudformation.errors import ResourceFailed, ValidationError
from shoplib.localaws.cloudformation.resource_providers import PhysicalResource, Properties
from shoplib.localaws.cloudformation.template import Template


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class Resource:
    """One resource of a stack. `physical` is None until it exists and after it was deleted; its last id stays known.

    `public_properties` are its properties as JSON for everybody who may read events: without what NoEcho hides.
    `metadata` is its metadata as JSON, with the values of what it refers to.
    """

    logical_id: str
    type: str
    definition: dict[str, Any]
    properties: Properties = field(default_factory=dict)
    physical: PhysicalResource | None = None
    last_id: str = ""
    public_properties: str = ""
    metadata: str = "{}"
    status: str = "CREATE_IN_PROGRESS"
    reason: str = ""
    changed: datetime = field(default_factory=now)

    @property
    def physical_id(self) -> str:
        return self.physical.physical_id if self.physical else self.last_id

    def attribute(self, name: str) -> Any:
        """AWS answers the properties that were given as well, not only the attributes that its pages list."""
        assert self.physical is not None
        try:
            return self.physical.attribute(name)
        except (ValidationError, ResourceFailed):
            if name not in self.properties:
                raise
        return self.properties[name]

    def keeps(self, policy: str = "DeletionPolicy") -> bool:
        return self.definition.get(policy) in ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True)
class Event:
    resource_id: str
    type: str
    physical_id: str
    status: str
    reason: str
    at: datetime
    event_id: str
    properties: str = ""


@dataclass(frozen=True)
class Output:
    key: str
    value: str
    description: str | None
    export: str | None


@dataclass
class Options:
    """What the caller of CreateStack or UpdateStack asked for besides template and parameters."""

    tags: dict[str, str] = field(default_factory=dict)
    notification_arns: list[str] = field(default_factory=list)
    role_arn: str | None = None
    on_failure: str = "ROLLBACK"
    termination_protection: bool = False
    timeout_minutes: int | None = None
    capabilities: list[str] = field(default_factory=list)
    rollback: dict[str, Any] = field(default_factory=dict)


@dataclass
class Stack:
    stack_id: str
    name: str
    account_id: str
    region: str
    options: Options
    template_text: str = ""
    template: Template = field(default_factory=dict)
    parameter_values: dict[str, str] = field(default_factory=dict)
    parameters: list[dict[str, str]] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    status: str = "REVIEW_IN_PROGRESS"
    cancelled: bool = False
    reason: str = ""
    policy: str = ""
    policy_during_update: str = ""
    parent_id: str | None = None
    change_set_id: str | None = None
    created: datetime = field(default_factory=now)
    updated: datetime | None = None
    deleted: datetime | None = None

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def tags(self) -> dict[str, str]:
        """Also read by moto's resource groups tagging API."""
        return self.options.tags

    def became(self, status: str, reason: str = "") -> None:
        """The stack itself changed its status: recorded as an event of the stack."""
        self.status, self.reason = status, reason
        event_id, kind = str(uuid.uuid4()), "AWS::CloudFormation::Stack"
        self.events.append(Event(self.name, kind, self.stack_id, status, reason, self._next_moment(), event_id))

    def resource_became(self, resource: Resource, status: str, reason: str = "") -> None:
        at = self._next_moment()
        resource.status, resource.reason, resource.changed = status, reason, at
        event_id = f"{resource.logical_id}-{status}-{at.isoformat(timespec='milliseconds')}Z"
        name, kind, physical_id = resource.logical_id, resource.type, resource.physical_id
        self.events.append(Event(name, kind, physical_id, status, reason, at, event_id, resource.public_properties))

    def predecessor_became(self, resource: Resource, physical_id: str, status: str, reason: str = "") -> None:
        """What a resource took the place of: the resource itself stays as it is."""
        event_id, at = f"{resource.logical_id}-{uuid.uuid4()}", self._next_moment()
        self.events.append(Event(resource.logical_id, resource.type, physical_id, status, reason, at, event_id))

    def _next_moment(self) -> datetime:
        """No two events have the same millisecond: clients sort events by it, and ids contain it."""
        last = self.events[-1].at if self.events else datetime.min
        return max(now(), last + timedelta(milliseconds=1))
