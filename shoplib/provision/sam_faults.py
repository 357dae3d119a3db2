"""Explain SAM's errors in a template, with the resource's line and the name that was probably meant."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from shoplib.errors import LabError, nearest

_RESOURCE = re.compile(r"Resource with id \[(\w+)\]")
_EVENT_TYPE = re.compile(r"Event Type is: (\w+)\.")
_EVENT = re.compile(r"Event with id \[(\w+)\]")
_POLICIES = "'Policies' property is not valid"


class Template(Protocol):
    """What is asked of it here."""

    @property
    def path(self) -> Path: ...

    @property
    def resources(self) -> dict[str, dict[str, Any]]: ...

    def line(self, *keys: str) -> int | None: ...


class InvalidSam(Exception):
    """A text for each cause."""

    def __init__(self, causes: list[str]) -> None:
        super().__init__("; ".join(causes))
        self.causes = causes


def refusal(template: Template, causes: list[str]) -> LabError:
    text = "; ".join(f"{cause}{_suggestion(template, cause)}" for cause in causes)
    lines = [str(line) for cause in causes if (line := _line(template, cause))]
    fix = f"fix line {', line '.join(lines)}" if lines else "correct it"
    return LabError(f"{template.path} is not a valid SAM template: {text}", fix)


def _line(template: Template, cause: str) -> int | None:
    resource = _RESOURCE.search(cause)
    if event := _event(template, cause):
        return template.line("Resources", event[0], "Properties", "Events", event[1])
    return template.line("Resources", resource[1]) if resource and resource[1] in template.resources else None


def _event(template: Template, cause: str) -> tuple[str, str] | None:
    """The function and its event of which SAM speaks: it gives both names, or joins them to one."""
    resource, own = _RESOURCE.search(cause), _EVENT.search(cause)
    for function in template.resources if resource else ():
        for event in _events(template, function):
            if resource and resource[1] == (function if own and own[1] == event else f"{function}{event}"):
                return function, event
    return None


def _events(template: Template, function: str) -> dict[str, Any]:
    events = (template.resources[function].get("Properties") or {}).get("Events")
    return events if isinstance(events, dict) else {}


def _suggestion(template: Template, cause: str) -> str:
    meant = [f"{name} is unknown, did you mean {near}?" for name, near in _meant(template, cause)]
    return f" ({'; '.join(meant)})" if meant else ""


def _meant(template: Template, cause: str) -> Iterator[tuple[str, str]]:
    if kind := _EVENT_TYPE.search(cause):
        yield from _near([kind[1]], _event_types())
    elif event := _event(template, cause):
        each = _events(template, event[0])[event[1]]
        yield from _near(list(each.get("Properties") or {}), _event_types().get(each.get("Type"), []))
    elif _POLICIES in cause and (resource := _RESOURCE.search(cause)):
        yield from _near(_policy_names(template.resources[resource[1]]), _policy_templates())


def _near(names: list[str], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name that is not known, and the known one that was probably meant."""
    for name in names:
        near = nearest(name, known)
        if name not in known and near:
            yield name, near[0]


def _policy_names(resource: dict[str, Any]) -> list[str]:
    policies = resource.get("Properties", {}).get("Policies", [])
    listed = policies if isinstance(policies, list) else [policies]
    return [str(name) for each in listed if isinstance(each, dict) and len(each) == 1 for name in each]


def _policy_templates() -> list[str]:
    from samtranslator.policy_template_processor.processor import PolicyTemplatesProcessor

    return list(PolicyTemplatesProcessor.get_default_policy_templates_json()["Templates"])


def _event_types() -> dict[str, list[str]]:
    """Type of event -> the names of its properties."""
    from samtranslator.model.sam_resources import SamFunction

    return {name: list(each.property_types) for name, each in SamFunction.event_resolver.resource_types.items() if name}
