"""The shop's patterns: which exist, in which order they are deployed, and how one finds the outputs of another."""

import difflib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from shoplib.errors import LabError
from shoplib.provision.deploy import Progress, apply, silent
from shoplib.provision.plan import Plan, describe, plan
from shoplib.provision.stack import Stack, read
from shoplib.provision.target import Target
from shoplib.provision.template import Template, load

# Producers of an output before those who take it as a parameter.
PATTERNS = ("clickstream", "rest", "fulfilment")
PREFIX = "shop-"


def stack_name(pattern: str) -> str:
    return PREFIX + pattern


def exists(pattern: str, target: Target) -> bool:
    """Whether the pattern is deployed on the target."""
    return describe(stack_name(pattern), target) is not None


def template_path(name: str) -> Path:
    """The template of a pattern, or `name` itself when it is a path. LabError names the patterns that exist."""
    if name in PATTERNS:
        return Path(str(files("shoplib") / "patterns" / name / "template.yaml"))
    path = Path(name)
    if path.exists() or path.suffix in (".yaml", ".yml", ".json", ".template"):
        return path
    close = difflib.get_close_matches(name, PATTERNS, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    raise LabError(
        f"there is no pattern {name}", f"{hint}patterns: {', '.join(PATTERNS)}; or give the path of a template"
    )


def default_stack_name(name: str) -> str:
    """`shop-rest` for a pattern; for a template file its folder's name, or its own where it is not template.yaml."""
    if name in PATTERNS:
        return stack_name(name)
    path = Path(name).resolve()
    word = path.parent.name if path.stem == "template" else path.stem
    return "".join(letter if letter.isalnum() else "-" for letter in word).strip("-") or "stack"


def in_order(names: Iterable[str]) -> list[str]:
    """Patterns first, in the order that wires them; then other templates as given."""
    wanted = list(dict.fromkeys(names))
    return [name for name in PATTERNS if name in wanted] + [name for name in wanted if name not in PATTERNS]


def plan_one(name: str, target: Target, parameters: dict[str, str] | None = None, stack: str | None = None) -> Plan:
    """The plan of a pattern or template; parameters that other patterns' outputs can fill are filled."""
    template = load(template_path(name))
    wires = _wires(name, template, target) if name in PATTERNS else {}
    return plan(template, stack or default_stack_name(name), target, wires | (parameters or {}))


def _wires(name: str, template: Template, target: Target) -> dict[str, str]:
    offers: dict[str, str] = {}
    for other in PATTERNS:
        if other != name and exists(other, target):
            offers |= read(stack_name(other), target).outputs
    return {key: target.reachable(value) for key, value in offers.items() if key in template.parameters}


def deploy_patterns(names: Iterable[str], target: Target, progress: Progress = silent) -> dict[str, Stack]:
    """Deploy patterns or templates in the order that lets later ones find earlier ones' outputs."""
    for name in (ordered := in_order(names)):
        template_path(name)  # an unknown name is refused before anything is deployed
    return {name: apply(plan_one(name, target), progress) for name in ordered}
