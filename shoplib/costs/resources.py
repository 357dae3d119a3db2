"""The resources of a template: those that its conditions create, with their properties as far as parameters decide
them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.architecture.reading import declared
from shoplib.localaws.cloudformation import intrinsics
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.provision import Template


@dataclass(frozen=True)
class Resource:
    """`id` is the ID of its node in the picture, if it has one."""

    id: str
    type: str
    properties: Mapping[str, Any]


Resources = Mapping[str, Resource]


def of_templates(templates: Mapping[str, Template], parameters: Mapping[str, Mapping[str, str]]) -> dict[str, Resource]:
    """Resources by ID. `templates` and their `parameters` are by group; an ID in two groups is prefixed with the
    group's name.
    """
    parts = {group: _of_template(template, parameters.get(group, {})) for group, template in templates.items()}
    ids = [id for part in parts.values() for id in part]
    return {
        name: Resource(name, kind, properties)
        for group, part in parts.items()
        for id, (kind, properties) in part.items()
        for name in [f"{group}/{id}" if ids.count(id) > 1 else id]
    }


def outputs_as_parameters(templates: Mapping[str, Template]) -> dict[str, dict[str, str]]:
    """For each template, the parameters that outputs of other templates fill in, with names as placeholder values."""
    outputs = {group: set(template.body.get("Outputs") or {}) for group, template in templates.items()}
    return {
        group: {name: name for name in template.parameters if any(name in names for names in outputs.values())}
        for group, template in templates.items()
    }


def _of_template(template: Template, parameters: Mapping[str, str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Type and properties by logical ID; resources of nested templates as `Inner/Queue`."""
    return {
        f"{group}/{id}".strip("/"): entry
        for group, each in declared.templates_of(template, "").items()
        for id, entry in _of_one(each, parameters if each is template else {}).items()
    }


def _of_one(template: Template, parameters: Mapping[str, str]) -> dict[str, tuple[str, dict[str, Any]]]:
    values = {**declared.defaults(template), **parameters}
    body = declared.expand_alone(template, values)
    scope = intrinsics.Scope(values, body.get("Mappings", {}), body.get("Conditions", {}), _unknown, _unknown)
    return {id: (each["Type"], _known(each, scope)) for id, each in _of_true_conditions(body["Resources"], scope)}


def _of_true_conditions(resources: Mapping[str, Any], scope: intrinsics.Scope) -> Iterator[tuple[str, Any]]:
    for id, each in resources.items():
        if "Condition" not in each or intrinsics.holds(each["Condition"], scope):
            yield id, each


def _known(resource: Mapping[str, Any], scope: intrinsics.Scope) -> dict[str, Any]:
    properties = intrinsics.chosen(resource.get("Properties") or {}, scope)
    return {name: _value(value, scope) for name, value in properties.items()}


def _value(value: Any, scope: intrinsics.Scope) -> Any:
    """Evaluates the intrinsic functions that parameters and mappings decide; others stay until deployment."""
    if isinstance(value, list):
        return [_value(each, scope) for each in value]
    if not isinstance(value, dict):
        return value
    try:
        return intrinsics.resolve(value, scope)
    except ValidationError:
        return {name: _value(each, scope) for name, each in value.items()}


def _unknown(*names: str) -> str:
    return ".".join(names)
