"""Template text -> dict: YAML with short intrinsic functions, or JSON, with CloudFormation's format errors."""

from typing import Any

import yaml

from shoplib import documents
from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.language_extensions import LOOP

Template = dict[str, Any]
MOST_RESOURCES = 500
TOO_MANY = "Number of resources, {}, is greater than maximum allowed, 500"
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


class _Loader(yaml.SafeLoader):
    """Dates stay text (policy versions are dates), keys are text whatever they look like, `!Sub` reads as `Fn::Sub`."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        self.flatten_mapping(node)
        return {str(key.value): self.construct_object(value, deep=deep) for key, value in node.value}


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


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
        raise ValidationError(f"Template format error: not well-formed. ({error})") from None
    _require(isinstance(template, dict), "unsupported structure.")
    unknown = sorted(set(template) - SECTIONS)
    _require(not unknown, f"Invalid template property or properties {unknown}".replace("'", ""), "Invalid template: ")
    resources = template.get("Resources")
    _require(isinstance(resources, dict) and bool(resources), "At least one Resources member must be defined.")
    check_resources(template["Resources"])
    return template


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
        resource.setdefault("Properties", {})
        resource["Properties"] = resource["Properties"] or {}


def _require(holds: bool, message: str, prefix: str = "Template format error: ") -> None:
    if not holds:
        raise ValidationError(message if message.startswith("Invalid template") else prefix + message)
