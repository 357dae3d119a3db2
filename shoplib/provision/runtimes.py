"""Find functions whose runtime AWS has retired, with their lines: it would refuse them in the midst of a deployment."""

from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.errors import LabError
from shoplib.localaws import retired_runtimes
from shoplib.provision.template import Template

FUNCTION = "AWS::Lambda::Function"


def check(template: Template, expanded: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Raise LabError with the line of each."""
    faults = sorted(_faults(template, expanded, values))
    if faults:
        listing = "\n".join(f"{template.path}:{line}: {name}: {text}" for line, name, text in faults)
        raise LabError(listing, f"fix line {faults[0][0]}")


def _faults(
    template: Template, expanded: Mapping[str, Any], values: Mapping[str, str]
) -> Iterator[tuple[int, str, str]]:
    for name, resource in expanded.get("Resources", {}).items():
        if resource.get("Type") != FUNCTION or "Condition" in resource:  # which may leave it out
            continue
        runtime = (resource.get("Properties") or {}).get("Runtime")
        if isinstance(runtime, dict):
            runtime = values.get(str(runtime.get("Ref")))
        if objection := retired_runtimes.objection(str(runtime)):
            yield _line(template, name), name, objection


def _line(template: Template, name: str) -> int:
    """Of the runtime itself, of the one that all functions share, or of the function."""
    places = (
        ("Resources", name, "Properties", "Runtime"),
        ("Globals", "Function", "Runtime"),
        ("Resources", name),
    )
    return next((line for place in places if (line := _line_of(template, place))), 1)


def _line_of(template: Template, place: tuple[str, ...]) -> int | None:
    value: Any = template.body
    for key in place:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return template.line(*place)
