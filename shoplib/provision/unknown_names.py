"""Find references to undefined names, with their lines. cfn-lint does not check SAM's own resources."""

from collections.abc import Iterator
from typing import Any

from shoplib.errors import LabError, with_suggestion
from shoplib.provision.references import references
from shoplib.provision.template import Template


def check(template: Template, expanded: dict[str, Any]) -> None:
    """Raise LabError with the line of each. Names that SAM generates (`ServerlessRestApi`) are known."""
    known = {*template.resources, *expanded.get("Resources", {}), *template.parameters}
    faults = sorted(
        {(_line(user), name) for name, user in _written(template) if "::" not in name and name not in known}
    )
    if faults:
        listing = "\n".join(f"{template.path}:{line}: {_text(name, known)}" for line, name in faults)
        raise LabError(listing, f"fix line {faults[0][0]}")


def _written(template: Template) -> Iterator[tuple[str, Any]]:
    for section in ("Globals", "Resources", "Outputs"):
        yield from references(template.body.get(section))


def _line(user: Any) -> int:
    """cfn-lint's objects remember where they were read."""
    mark = getattr(user, "start_mark", None)
    return mark.line + 1 if mark else 1


def _text(name: str, known: set[str]) -> str:
    return with_suggestion(f"{name} is neither a resource nor a parameter", name, known)
