"""A template's parameters: the values that a deployment uses, and which of them may be displayed."""

from collections.abc import Mapping
from typing import Any

from shoplib.errors import LabError
from shoplib.provision.template import Template

MASK = "****"


def values(template: Template, overrides: Mapping[str, str]) -> dict[str, str]:
    """Return the value of every parameter. LabError for a parameter that is unknown or has no value."""
    unknown = sorted(set(overrides) - set(template.parameters))
    if unknown:
        known = ", ".join(template.parameters) or "none"
        raise LabError(f"{template.path} has no parameter {', '.join(unknown)}", f"its parameters: {known}")
    missing = [name for name, spec in template.parameters.items() if name not in overrides and "Default" not in spec]
    if missing:
        raise LabError(f"{template.path} needs a value for {', '.join(missing)}", f"pass --parameters {missing[0]}=...")
    return {name: overrides.get(name, _text(spec.get("Default", ""))) for name, spec in template.parameters.items()}


def mask(specs: Mapping[str, Mapping[str, Any]], values: Mapping[str, str]) -> dict[str, str]:
    """Return the values with those of NoEcho parameters masked, as AWS returns them."""
    return {name: MASK if is_secret(specs.get(name, {})) else value for name, value in values.items()}


def is_secret(spec: Mapping[str, Any]) -> bool:
    return str(spec.get("NoEcho", "")).lower() == "true"


def _text(default: Any) -> str:
    """YAML's `true` and 1 as CloudFormation reads them."""
    return str(default).lower() if isinstance(default, bool) else str(default)
