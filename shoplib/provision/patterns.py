"""The shop's patterns: their names, deployment order, and how one uses the outputs of another."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any

from shoplib.errors import LabError, suggest
from shoplib.provision.deploy import apply
from shoplib.provision.planning import Plan, plan
from shoplib.provision.refusals import explain_errors
from shoplib.provision.stack import PREFIX, Stack, describe
from shoplib.provision.stack_waiter import Progress, silent
from shoplib.provision.target import Target
from shoplib.provision.template import Template, load

FOLDER = Path(str(files("shoplib") / "patterns"))
SUFFIXES = (".yaml", ".yml", ".json", ".template")
SHOP = "shop"  # what commands call all patterns together


@cache
def pattern_names() -> tuple[str, ...]:
    """Return the names of the patterns, each after those whose outputs it takes as parameters."""
    return tuple(TopologicalSorter(_needs()).static_order())


def patterns_as_data_flows() -> tuple[str, ...]:
    """The same as one reads a picture: what takes nothing of other patterns, and so only receives, comes last."""
    return tuple(sorted(pattern_names(), key=lambda name: not _needs()[name]))


@cache
def _needs() -> dict[str, list[str]]:
    """Pattern -> those whose outputs it takes as parameters."""
    sections = {path.parent.name: _sections(path) for path in sorted(FOLDER.glob("*/template.yaml"))}
    makers = {output: name for name, (_, outputs) in sections.items() for output in outputs}
    return {
        name: sorted({makers[each] for each in parameters if each in makers})
        for name, (parameters, _) in sections.items()
    }


def _sections(path: Path) -> tuple[set[str], set[str]]:
    """Names of a template's parameters and outputs, without reading what they hold: that is slow."""
    import yaml

    root: Any = yaml.compose(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    sections = {
        key.value: {name.value for name, _ in value.value} for key, value in root.value if value.id == "mapping"
    }
    return sections.get("Parameters", set()), sections.get("Outputs", set())


def stack_name(pattern: str) -> str:
    """The name of a pattern's stack on every target, for example shop-rest."""
    return PREFIX + pattern


def exists(pattern: str, target: Target) -> bool:
    """Whether the pattern has a stack on the target, even a failed one."""
    with explain_errors(target.banner):
        return describe(stack_name(pattern), target) is not None


def template_path(name: str) -> Path:
    """Return the template of a pattern, a path itself, or the template in a folder. LabError lists the patterns."""
    if name in pattern_names():
        return FOLDER / name / "template.yaml"
    path = Path(name)
    if path.is_dir():
        return _template_in(path)
    if path.exists() or path.suffix in SUFFIXES:
        return path
    every = f"patterns: {', '.join(pattern_names())}; or give the path of a template"
    raise LabError(f"pattern not found: {name}", f"{suggest(name, pattern_names())} {every}".strip())


def _template_in(folder: Path) -> Path:
    for suffix in SUFFIXES:
        if (folder / f"template{suffix}").is_file():
            return folder / f"template{suffix}"
    raise LabError(f"the folder {folder} has no template.yaml", "give the path of a SAM or CloudFormation template")


def default_stack_name(name: str) -> str:
    """`shop-rest` for a pattern; for a template file its folder's name, or its own where it is not template.yaml."""
    if name in pattern_names():
        return stack_name(name)
    path = template_path(name).resolve()
    word = path.parent.name if path.stem == "template" else path.stem
    return "".join(letter if letter.isalnum() else "-" for letter in word).strip("-") or "stack"


def patterns_using(name: str, target: Target) -> dict[str, list[str]]:
    """Return deployed patterns that use outputs of this one -> the parameters that hold them."""
    return _users(name, target, lambda offered, value: bool(value) and value == offered)


def _users(
    name: str, target: Target, is_meant: Callable[[str, str], bool], but: Collection[str] = ()
) -> dict[str, list[str]]:
    """Deployed patterns, but for some -> their parameters named as outputs of this one, where
    `is_meant(output, parameter)`."""
    wired: dict[str, list[str]] = {}
    others = [other for other in pattern_names() if name in _needs()[other] and other not in but]
    with explain_errors(target.banner):
        there = describe(stack_name(name), target) if others else None
        offered = {
            each["OutputKey"]: target.reachable(each["OutputValue"]) for each in (there or {}).get("Outputs", [])
        }
        for other in others:
            stack = describe(stack_name(other), target) if offered else None
            values = {
                each["ParameterKey"]: each.get("ParameterValue", "") for each in (stack or {}).get("Parameters", [])
            }
            if names := [key for key, value in offered.items() if key in values and is_meant(value, values[key])]:
                wired[other] = names
    return wired


def outdated_patterns(deployed: Iterable[str], target: Target) -> dict[str, list[str]]:
    """Return patterns deployed earlier that hold what these no longer offer -> the parameters that hold it."""
    fresh, outdated = list(deployed), dict[str, list[str]]()
    for name in fresh:
        users = _users(name, target, lambda offered, value: bool(value) and value != offered, fresh)
        for other, names in users.items():
            outdated.setdefault(other, []).extend(names)
    return outdated


def loose_ends(doomed: Sequence[str], target: Target) -> list[tuple[str, str]]:
    """Return what is left without its source when these patterns go, in words, and the pattern that it belongs to."""
    used = ((name, patterns_using(name, target)) for name in doomed)
    return [
        (f"{other} still uses {', '.join(parameters)} of {name}", other)
        for name, users in used
        for other, parameters in users.items()
        if other not in doomed
    ]


def in_order(names: Iterable[str]) -> list[str]:
    """Return patterns first, in dependency order, then other templates in the order passed."""
    unique = list(dict.fromkeys(names))
    return [name for name in pattern_names() if name in unique] + [
        name for name in unique if name not in pattern_names()
    ]


def plan_one(
    name: str,
    target: Target,
    overrides: Mapping[str, str] | None = None,
    stack: str | None = None,
    before: Iterable[str] = (),
    template: Template | None = None,
) -> Plan:
    """Plan a pattern or template; parameters that match outputs of other patterns are filled in.

    `overrides` are parameter values, `before` patterns that will be deployed before this one: what they do not offer
    yet is planned as "(<output> of <pattern>)". `template` is the template where it was read already.
    """
    template = template or load(template_path(name))
    with explain_errors(target.banner):
        wires = _wires(name, template, target, before) if name in pattern_names() else {}
    return plan(template, stack or default_stack_name(name), target, wires | dict(overrides or {}))


def _wires(name: str, template: Template, target: Target, before: Iterable[str]) -> dict[str, str]:
    offers: dict[str, str] = {}
    for other in _needs()[name]:
        if stack := describe(stack_name(other), target):
            offers |= {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
        elif other in before:
            promised = load(template_path(other)).body.get("Outputs", {})
            offers |= {output: f"({output} of {other})" for output in promised}
    return {key: target.reachable(value) for key, value in offers.items() if key in template.parameters}


def deploy_patterns(
    names: Iterable[str],
    target: Target,
    progress: Progress = silent,
    overrides: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Stack]:
    """Deploy patterns or templates in dependency order.

    `overrides` is name -> parameter values. An unknown or broken one is refused before anything is deployed.
    """
    values = overrides or {}
    templates = {name: load(template_path(name)) for name in in_order(names)}
    return {
        name: apply(plan_one(name, target, values.get(name), template=template), progress)
        for name, template in templates.items()
    }
