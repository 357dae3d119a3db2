"""What a change set says of each resource: which properties change, what causes it, and whether it is replaced."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shoplib.localaws.cloudformation import schemas
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.graph import attributes, references
from shoplib.localaws.cloudformation.intrinsics import FUNCTIONS, NO_VALUE, Scope, resolve, text
from shoplib.localaws.cloudformation.plan import Plan
from shoplib.localaws.cloudformation.stack import Resource, Stack

KNOWN_AFTER = "{{changeSet:KNOWN_AFTER_APPLY}}"
OTHER_ATTRIBUTES = ("Metadata", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy")
REPLACEMENT = {"Always": "True", "Conditionally": "Conditional", "Never": "False"}
ON_DELETION = {"Retain": "Retain", "RetainExceptOnCreate": "Retain", "Snapshot": "Snapshot"}
# What AWS says only when it is asked for the values of properties.
OF_VALUES = ("Path", "BeforeValue", "AfterValue", "AttributeChangeType")
CONTEXTS = ("BeforeContext", "AfterContext")
Change = dict[str, Any]
Detail = dict[str, Any]


@dataclass
class Changes:
    """Collects them in the order in which resources would be touched: each after those that it refers to."""

    stack: Stack
    planned: Plan
    replaced: set[str] = field(default_factory=set)
    modified: set[str] = field(default_factory=set)

    def all(self) -> list[Change]:
        entries = [self._of(logical_id) for logical_id in self.planned.order]
        resources = self.stack.resources
        leaving = [
            each for name, each in reversed(resources.items()) if each.physical and name not in self.planned.order
        ]
        return [each for each in entries if each] + [_removal(each) for each in leaving]

    def _of(self, logical_id: str) -> Change | None:
        definition, existing = self.planned.definition(logical_id), self.stack.resources.get(logical_id)
        if existing is None or existing.physical is None:
            self.replaced.add(logical_id)
            after = _context(self._after(definition["Properties"], self._public_scope()))
            return _entry("Add", logical_id, definition["Type"], Scope=[], Details=[], AfterContext=after)
        if existing.type != definition["Type"]:
            self.replaced.add(logical_id)
            more = {"PhysicalResourceId": existing.physical_id, "Replacement": "True", "Scope": [], "Details": []}
            return _entry("Modify", logical_id, definition["Type"], **more, PolicyAction=_on_replacement(definition))
        details = [*self._details(existing, definition), *self._of_other_attributes(existing, definition)]
        return self._modification(existing, definition, details) if details else None

    def _modification(self, existing: Resource, definition: dict[str, Any], details: list[Detail]) -> Change:
        recreation = {each["Target"]["RequiresRecreation"] for each in details}
        worst = next(each for each in REPLACEMENT if each in recreation)
        (self.replaced if worst == "Always" else self.modified).add(existing.logical_id)
        change = {
            "PhysicalResourceId": existing.physical_id,
            "PolicyAction": _on_replacement(definition) if worst != "Never" else None,
            "Replacement": REPLACEMENT[worst],
            "Scope": sorted({each["Target"]["Attribute"] for each in details}),
            "Details": details,
            "BeforeContext": existing.public_properties
            and json.dumps({"Properties": json.loads(existing.public_properties)}),
            "AfterContext": _context(self._after(definition["Properties"], self._public_scope())),
        }
        return _entry("Modify", existing.logical_id, existing.type, **change)

    def _details(self, existing: Resource, definition: dict[str, Any]) -> Iterator[Detail]:
        before, raw_before = existing.properties, existing.definition.get("Properties", {})
        after = schemas.fit(existing.type, self._after(definition["Properties"], self._settled(self.planned.scope)))
        before_seen = json.loads(existing.public_properties or "{}")
        after_seen = self._after(definition["Properties"], self._public_scope())
        for name in {**before, **after}:
            raw, target = definition["Properties"].get(name), _target(existing.type, name, before_seen, after_seen)
            if before.get(name) != after.get(name):
                yield from self._causes(raw, raw != raw_before.get(name), target)
            else:
                yield from self._dynamic_causes(raw, target)

    def _causes(self, raw: Any, rewritten: bool, target: Detail) -> Iterator[Detail]:
        parameters = [name for name in references(raw, self.planned.scope) if self._is_other_parameter(name)]
        of_attributes = [pair for pair in attributes(raw, self.planned.scope) if pair[0] in self.replaced]
        owners = {name for name, _ in of_attributes}
        others = [name for name in references(raw, self.planned.scope) if name in self.replaced - owners]
        yield from (_detail("ParameterReference", "Static", target, name) for name in parameters)
        yield from (_detail("ResourceAttribute", "Static", target, ".".join(pair)) for pair in of_attributes)
        yield from (_detail("ResourceReference", "Static", target, name) for name in others)
        caused = bool(parameters or of_attributes or others)
        if rewritten or not caused:
            yield _detail("DirectModification", "Static", target)
        else:
            yield _detail("DirectModification", "Dynamic", target, visibility="always" if parameters else "with values")

    def _of_other_attributes(self, existing: Resource, definition: dict[str, Any]) -> Iterator[Detail]:
        for name in OTHER_ATTRIBUTES:
            raw, target = definition.get(name), {"Attribute": name, "RequiresRecreation": "Never"}
            parameters = [each for each in references(raw, self.planned.scope) if self._is_other_parameter(each)]
            if parameters or existing.definition.get(name) != raw:
                yield from self._causes(raw, existing.definition.get(name) != raw, target)

    def _dynamic_causes(self, raw: Any, target: Detail) -> Iterator[Detail]:
        """Attributes of what changes in place may change with it."""
        for name, attribute in attributes(raw, self.planned.scope):
            if name in self.modified:
                cause = f"{name}.{attribute}"
                yield _detail("ResourceAttribute", "Dynamic", target, cause, visibility="without values")

    def _is_other_parameter(self, name: str) -> bool:
        stack, planned = self.stack, self.planned
        now = _parameter(name, planned.template, planned.parameter_values, planned.described_parameters)
        return now is not None and now != _parameter(name, stack.template, stack.parameter_values, stack.parameters)

    def _public_scope(self) -> Scope:
        return self._settled(self.planned.public_scope())

    def _settled(self, scope: Scope) -> Scope:
        """Without the resources of which nobody knows yet what they will be."""
        known = {name: each for name, each in self.stack.resources.items() if each.physical}
        return replace(scope, resources={name: each for name, each in known.items() if name not in self.replaced})

    def _after(self, value: Any, scope: Scope) -> Any:
        if isinstance(value, list):
            return [each for each in (self._after(item, scope) for item in value) if each is not NO_VALUE]
        if isinstance(value, dict) and not set(value) & set(FUNCTIONS):
            after = {key: self._after(item, scope) for key, item in value.items()}
            return {key: item for key, item in after.items() if item is not NO_VALUE}
        try:
            return resolve(value, scope)
        except ValidationError:
            return KNOWN_AFTER


def _parameter(
    name: str, template: dict[str, Any], own: Mapping[str, str], described: list[dict[str, str]]
) -> tuple[str, str] | None:
    """Its value, and what that stands for in the parameter store."""
    slot = (template.get("Parameters") or {}).get(name)
    stands_for = next((each.get("ResolvedValue", "") for each in described if each["ParameterKey"] == name), "")
    return None if slot is None else (text(own.get(name, slot.get("Default", ""))), stands_for)


def without_values(changes: list[Change]) -> list[Change]:
    return _seen(changes, "with values", CONTEXTS, OF_VALUES)


def with_values(changes: list[Change]) -> list[Change]:
    return _seen(changes, "without values", (), ())


def _seen(changes: list[Change], hidden: str, contexts: tuple[str, ...], values: tuple[str, ...]) -> list[Change]:
    seen = []
    for change in changes:
        entry = {key: value for key, value in change["ResourceChange"].items() if key not in contexts}
        details = [_without(each, values) for each in _in_order(entry["Details"]) if each["visibility"] != hidden]
        if details or not entry["Details"]:
            seen.append({"Type": "Resource", "ResourceChange": {**entry, "Details": details}})
    return seen


def _in_order(details: list[Detail]) -> list[Detail]:
    """What is changed through something else comes before what is changed itself."""
    by_attribute = sorted(details, key=lambda each: str(each["Target"]["Attribute"]))
    return sorted(by_attribute, key=lambda each: each["ChangeSource"] == "DirectModification")


def _without(detail: Detail, values: tuple[str, ...]) -> Detail:
    target = {key: value for key, value in detail["Target"].items() if key not in values}
    return {key: value for key, value in detail.items() if key != "visibility"} | {"Target": target}


def _entry(action: str, logical_id: str, kind: str, **more: Any) -> Change:
    change = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": kind, **more}
    return {"Type": "Resource", "ResourceChange": {key: each for key, each in change.items() if each is not None}}


def _removal(each: Resource) -> Change:
    policy = ON_DELETION.get(str(each.definition.get("DeletionPolicy")), "Delete")
    before = each.public_properties and json.dumps({"Properties": json.loads(each.public_properties)})
    more = {"PhysicalResourceId": each.physical_id, "PolicyAction": policy, "Scope": [], "Details": []}
    return _entry("Remove", each.logical_id, each.type, **more, BeforeContext=before)


def _on_replacement(definition: dict[str, Any]) -> str:
    return "ReplaceAnd" + ON_DELETION.get(str(definition.get("UpdateReplacePolicy")), "Delete")


def _detail(
    source: str, evaluation: str, target: Detail, cause: str | None = None, visibility: str = "always"
) -> Detail:
    detail = {"Target": target, "Evaluation": evaluation, "ChangeSource": source, "visibility": visibility}
    return detail | ({"CausingEntity": cause} if cause else {})


def _target(type_name: str, name: str, before: dict[str, Any], after: dict[str, Any]) -> Detail:
    kind = "Add" if name not in before else "Remove" if name not in after else "Modify"
    values = {"BeforeValue": before.get(name), "AfterValue": after.get(name)}
    return {
        "Attribute": "Properties",
        "Name": name,
        "RequiresRecreation": schemas.recreation(type_name, name),
        "Path": f"/Properties/{name}",
        "AttributeChangeType": kind,
        **{key: _written(value) for key, value in values.items() if value is not None},
    }


def _context(properties: Any) -> str:
    return json.dumps({"Properties": properties})


def _written(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else text(value)
