"""Template text -> dict: YAML with short intrinsic functions, or JSON, with CloudFormation's format errors."""

import re
from typing import Any

import yaml

from shoplib import documents
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.language_extensions import LOOP
from shoplib.yaml_text import TextLoader

Template = dict[str, Any]
MOST_RESOURCES = 500
TRANSFORM = "Fn::Transform"
FORMAT_VERSION = "2010-09-09"
KEPT_OR_NOT = ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
ATTRIBUTE = "Every Mappings attribute must be a String or a List."
TOO_MANY = "Number of resources, {}, is greater than maximum allowed, 500"
# Of a resource; the last two are SAM's.
ATTRIBUTES = {
    "Type",
    "Properties",
    "DependsOn",
    "Metadata",
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "CreationPolicy",
    TRANSFORM,
    "Connectors",
    "IgnoreGlobals",
}
SECTIONS = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
    "Globals",
}


class _Loader(TextLoader):
    """`!Sub` reads as `Fn::Sub`."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


def parse(text: str) -> Template:
    """ValidationError "Template format error" when the text is not a template."""
    try:
        template = parse_value(text)
    except documents.Unbounded as error:
        raise ValidationError(f"Template format error: {error}.") from None
    except ValueError as error:
        raise ValidationError(f"Template format error: {_ill_formed(text, str(error))}") from None
    _require(isinstance(template, dict), "unsupported structure.")
    _refuse_nulls(template, "")
    unknown = sorted(set(template) - SECTIONS)
    _require(not unknown, f"Invalid template property or properties {unknown}".replace("'", ""), "Invalid template: ")
    _check_sections(template)
    check_resources(template["Resources"])
    return template


def _ill_formed(text: str, place: str) -> str:
    """AWS counts the columns of JSON from behind what it cannot read."""
    if not text.lstrip().startswith("{"):
        return f"YAML not well-formed. ({place})"
    return f"JSON not well-formed. ({re.sub(r'(?<=column )[0-9]+', lambda at: str(int(at[0]) + 1), place)})"


def _refuse_nulls(value: Any, path: str) -> None:
    if value is None:
        raise ValidationError(f"[{path}] 'null' values are not allowed in templates")
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in members:
        _refuse_nulls(item, f"{path}/{key}")


def _check_sections(template: Template) -> None:
    resources, outputs = template.get("Resources", {}), template.get("Outputs", {})
    version = str(template.get("AWSTemplateFormatVersion", FORMAT_VERSION))
    _require(version == FORMAT_VERSION, f"{version} is not a supported value for AWSTemplateFormatVersion.")
    _require(isinstance(resources, dict), "Any Resources member must be an object.")
    _require(bool(resources), "At least one Resources member must be defined.")
    _require(isinstance(outputs, dict), "Any Outputs member must be an object.")
    for name, output in outputs.items():
        if not name.startswith((LOOP, TRANSFORM)):
            _require(isinstance(output, dict) and "Value" in output, "Every Outputs member must contain a Value object")
    _check_mappings(template.get("Mappings", {}))


def _check_mappings(mappings: Any) -> None:
    _require(isinstance(mappings, dict), "Any Mappings member must be an object.")
    tables = [table for name, table in mappings.items() if not name.startswith((LOOP, TRANSFORM))]
    rows = [row for table in tables if isinstance(table, dict) for row in table.items()]
    for name, row in rows:
        if name.startswith((LOOP, TRANSFORM)):
            continue
        _require(isinstance(row, dict), f"Every Mappings member {name} must be a map")
        of_map = [value for key, value in row.items() if not key.startswith((LOOP, TRANSFORM))]
        _require(not any(isinstance(value, dict) for value in of_map), ATTRIBUTE)


def parse_value(text: str) -> Any:
    """Any YAML or JSON with short intrinsic functions; ValueError when it is neither, or beyond its limits."""
    return documents.load(text, _Loader, documents.LARGEST_TEMPLATE)


def check_resources(resources: dict[str, Any]) -> None:
    """Before and after transforms."""
    _require(len(resources) <= MOST_RESOURCES, TOO_MANY.format(len(resources)))
    for logical_id, resource in resources.items():
        if str(logical_id).startswith(LOOP):
            continue  # unrolled by its transform, or refused there
        _require(str(logical_id).isalnum(), f"Resource name {logical_id} is non alphanumeric.")
        _require(isinstance(resource, dict), f"[/Resources/{logical_id}] must be an object.")
        _require(
            isinstance(resource.get("Type"), str),
            f"[/Resources/{logical_id}] Every Resources object must contain a Type member.",
        )
        for name in ("DeletionPolicy", "UpdateReplacePolicy"):
            _check_policy(logical_id, name, resource.get(name, "Delete"))
        for name in resource:
            _require(name in ATTRIBUTES, f"Invalid template resource property '{name}'")
        resource.setdefault("Properties", {})
        resource["Properties"] = resource["Properties"] or {}


def _check_policy(logical_id: str, name: str, value: Any) -> None:
    if not isinstance(value, dict):  # a function, which a transform replaces
        _require(isinstance(value, str), f"Every {name} member must be a string.")
        _require(value in KEPT_OR_NOT, f"Unrecognized {name} {value} for resource {logical_id}")


def _require(holds: bool, message: str, prefix: str = "Template format error: ") -> None:
    if not holds:
        raise ValidationError(message if message.startswith("Invalid template") else prefix + message)
