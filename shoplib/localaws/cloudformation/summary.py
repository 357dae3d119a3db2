"""The summary of a template: parameters, resource types, capabilities it needs."""

from typing import Any

from shoplib.localaws.cloudformation import schemas
from shoplib.localaws.cloudformation.permitted import capability, types_of_iam
from shoplib.localaws.cloudformation.template import Template, parse


def of_template(text: str) -> dict[str, Any]:
    template = parse(text)
    resources = template["Resources"]
    needed = capability(resources)
    return {
        "Description": template.get("Description"),
        "Version": template.get("AWSTemplateFormatVersion"),
        "Metadata": _metadata(template),
        "Parameters": [_parameter(name, slot) for name, slot in (template.get("Parameters") or {}).items()],
        "ResourceTypes": list(dict.fromkeys(resource["Type"] for resource in resources.values())),
        "ResourceIdentifierSummaries": _identifiers(resources) or None,
        "Capabilities": [needed] if needed else None,
        "CapabilitiesReason": _reason(resources) if needed else None,
        "DeclaredTransforms": _transforms(template) or None,
    }


def _metadata(template: Template) -> str | None:
    """As AWS writes it: as Python would."""
    return repr(template["Metadata"]) if template.get("Metadata") else None


def _reason(resources: dict[str, Any]) -> str:
    return f"The following resource(s) require capabilities: [{', '.join(types_of_iam(resources))}]"


def _identifiers(resources: dict[str, Any]) -> list[dict[str, Any]]:
    """How resources would be imported; of a type without properties for it there are only the names."""
    names: dict[str, list[str]] = {}
    for logical_id, resource in resources.items():
        names.setdefault(resource["Type"], []).append(logical_id)
    return [
        {"ResourceType": kind, "LogicalResourceIds": ids, "ResourceIdentifiers": schemas.identifiers(kind) or None}
        for kind, ids in names.items()
    ]


def validated(text: str) -> dict[str, Any]:
    """As ValidateTemplate answers; ValidationError when the text is not a template."""
    summary = of_template(text)
    names = ("ParameterKey", "DefaultValue", "NoEcho", "Description")
    parameters = [{name: each[name] for name in names} for each in summary["Parameters"]]
    return {
        "Description": summary["Description"],
        "Parameters": parameters,
        "Capabilities": summary["Capabilities"],
        "CapabilitiesReason": summary["CapabilitiesReason"],
        "DeclaredTransforms": summary["DeclaredTransforms"],
    }


def _parameter(name: str, slot: dict[str, Any]) -> dict[str, Any]:
    default, allowed = slot.get("Default"), slot.get("AllowedValues")
    return {
        "ParameterKey": name,
        "ParameterType": slot.get("Type", "String"),
        "DefaultValue": None if default is None else str(default),
        "Description": slot.get("Description"),
        "NoEcho": str(slot.get("NoEcho", "")).lower() == "true",
        "ParameterConstraints": {"AllowedValues": [str(each) for each in allowed]} if allowed else {},
    }


def _transforms(template: Template) -> list[str]:
    declared = template.get("Transform") or []
    return declared if isinstance(declared, list) else [declared]
