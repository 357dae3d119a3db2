"""The summary of a template: parameters, resource types, capabilities it needs."""

from typing import Any

from shoplib.localaws.cloudformation.template import Template, parse


def of_template(text: str) -> dict[str, Any]:
    template = parse(text)
    types = sorted({resource["Type"] for resource in template["Resources"].values()})
    return {
        "Description": template.get("Description"),
        "Version": template.get("AWSTemplateFormatVersion"),
        "Parameters": [_parameter(name, slot) for name, slot in (template.get("Parameters") or {}).items()],
        "ResourceTypes": types,
        "Capabilities": _capabilities(types),
        "DeclaredTransforms": _transforms(template),
    }


def validated(text: str) -> dict[str, Any]:
    """As ValidateTemplate answers; ValidationError when the text is not a template."""
    summary = of_template(text)
    names = ("ParameterKey", "DefaultValue", "NoEcho", "Description")
    parameters = [{name: each[name] for name in names} for each in summary["Parameters"]]
    return {
        "Description": summary["Description"],
        "Parameters": parameters,
        "Capabilities": summary["Capabilities"],
        "DeclaredTransforms": summary["DeclaredTransforms"],
    }


def _parameter(name: str, slot: dict[str, Any]) -> dict[str, Any]:
    default = slot.get("Default")
    return {
        "ParameterKey": name,
        "ParameterType": slot.get("Type", "String"),
        "DefaultValue": None if default is None else str(default),
        "Description": slot.get("Description"),
        "NoEcho": str(slot.get("NoEcho", "")).lower() == "true",
        "ParameterConstraints": {"AllowedValues": [str(each) for each in slot.get("AllowedValues", [])]},
    }


def _capabilities(types: list[str]) -> list[str]:
    return ["CAPABILITY_IAM"] if any(each.startswith(("AWS::IAM::", "AWS::Serverless::")) for each in types) else []


def _transforms(template: Template) -> list[str]:
    declared = template.get("Transform") or []
    return declared if isinstance(declared, list) else [declared]
