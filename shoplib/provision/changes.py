"""The effect of an update on each resource, by comparing two templates; AWS's schemas tell what is replaced."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from shoplib.provision.references import mentions

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """`action` is add, change, replace, remove or keep; `why` names the properties (or what they refer to)."""

    action: str
    logical_id: str
    type: str
    why: tuple[str, ...] = ()


def compare(old: Spec, new: Spec, changed_parameters: set[str]) -> tuple[Change, ...]:
    """Return the changes from one expanded template to another, with these changed parameter values."""
    before, after = old.get("Resources", {}), new["Resources"]
    affected = _affected(old, new, changed_parameters) if before else set()
    remaining = [_change(name, before.get(name), spec, affected) for name, spec in after.items()]
    removed = [Change("remove", name, spec["Type"]) for name, spec in before.items() if name not in after]
    replaced = {change.logical_id for change in remaining if change.action == "replace"}
    return (*(_follow(change, after[change.logical_id], replaced) for change in remaining), *removed)


def sections(old: Spec, new: Spec) -> tuple[str, ...]:
    """Return the other top-level sections that differ; they need an update too."""
    if not old:
        return ()
    return tuple(sorted(name for name in {*old, *new} - {"Resources"} if old.get(name) != new.get(name)))


def _affected(old: Spec, new: Spec, parameters: set[str]) -> set[str]:
    """Names whose meaning changes: these parameters, changed mappings, and conditions that hang on any of them."""
    names = set(parameters)
    for section in ("Mappings", "Conditions"):
        now, before = new.get(section, {}), old.get(section, {})
        names |= {name for name in now if now[name] != before.get(name)}
    conditions = new.get("Conditions", {})
    while hanging := {name for name, test in conditions.items() if name not in names and mentions(test) & names}:
        names |= hanging
    return names


def _change(name: str, before: Spec | None, after: Spec, affected: set[str]) -> Change:
    kind = after["Type"]
    if before is None:
        return Change("add", name, kind)
    if before["Type"] != kind:
        return Change("replace", name, kind, ("Type",))
    properties = _differing(before.get("Properties") or {}, after.get("Properties") or {}, affected)
    others = [key for key in _differing(before, after, set()) if key != "Properties"]
    if after.get("Condition") in affected:
        others.append("Condition")
    if not properties and not others:
        return Change("keep", name, kind)
    fixed = [each for each in properties if each in _fixed_at_creation(kind)]
    return Change("replace" if fixed else "change", name, kind, (*properties, *dict.fromkeys(others)))


def _differing(before: Spec, after: Spec, affected: set[str]) -> list[str]:
    same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
    return sorted(key for key in {*before, *after} if key not in same or mentions(after[key]) & affected)


def _follow(change: Change, spec: Spec, replaced: set[str]) -> Change:
    """A resource that refers to a replaced one gets its new name."""
    names = (mentions(spec.get("Properties")) & replaced) - {change.logical_id}
    if change.action != "keep" or not names:
        return change
    return replace(change, action="change", why=tuple(f"refers to {name}" for name in sorted(names)))


@cache
def _fixed_at_creation(kind: str) -> frozenset[str]:
    """Top-level properties that cannot be changed in place; none known for a type that AWS does not publish."""
    from cfnlint.schema import ResourceNotFoundError
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    except ResourceNotFoundError:
        return frozenset()
    paths = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    return frozenset(path.split("/")[2] for path in paths if path.count("/") == 2)
