"""Run cfn-lint before deployment, to report with line numbers what CloudFormation would refuse minutes later."""

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import platformdirs

from shoplib.errors import LabError, with_suggestion
from shoplib.provision import parameters
from shoplib.provision.template import LINT, Template, expand

Fault = tuple[int, str, str]  # its line, what is to be said, and the name of which it is said

# References, types, properties and their values: what fails a deployment everywhere. Rules of taste, of quotas and of
# what AWS has retired (runtimes) are left to `cfn-lint` itself. Where several speak of one line, the first here does.
RULES = (
    *("E3006", "E1010", "E6101", "E1020", "E1019", "E3005", "E3004", "E3002", "E3003", "E3034", "E3012", "E3030"),
    *("E3014", "E3017", "E3018", "E3020", "E3021", "E3032", "E3033", "E8002", "E8003", "E3001", "E1001"),
)
MOST_FAULTS = 5
NO_ALTERNATIVE = "E3017"
# Of a resource itself, whatever its type.
ATTRIBUTES = (
    *("Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata"),
    *("UpdatePolicy", "UpdateReplacePolicy"),
)
# How it says that a name is unknown: shortly, or with all that are known.
UNKNOWN_NAME = ("is not valid under any of the given schemas", "'AWS::NoValue'")


def check(template: Template, region: str, overrides: Mapping[str, str] = MappingProxyType({})) -> None:
    """Raise LabError with the line of each problem (at most five). A template that passed is not checked again.

    What is wrong with a parameter's default is none where `overrides` has a value in its place. A template that passes
    as it is written is not checked with the values: they have addresses of this engine, so that no note would be found.
    """
    passed = _verdict(template, region)
    if passed.exists():
        return
    faults = _faults(template.body, region)
    if faults and overrides:
        faults = _faults(_with_values(template.body, overrides), region)
    elif not faults:
        _note(passed)
    if faults := _without_names_of_sam(faults, template, region, overrides):
        raise _refusal(template, [(line, text) for line, text, _ in faults])


def _note(passed: Path) -> None:
    with suppress(OSError):  # without the note the next check takes a second or two
        passed.parent.mkdir(parents=True, exist_ok=True)
        passed.touch()


def _with_values(body: dict[str, Any], overrides: Mapping[str, str]) -> dict[str, Any]:
    body = copy.deepcopy(body)
    for name, spec in (body.get("Parameters") or {}).items():
        if name in overrides and isinstance(spec, dict) and "Default" in spec:
            spec["Default"] = overrides[name]
    return body


def _verdict(template: Template, region: str) -> Path:
    """The note that says that this content passed these rules."""
    content = json.dumps([version("cfn-lint"), RULES, region, template.body], default=str)
    return Path(platformdirs.user_cache_dir("shoplib")) / "lint" / hashlib.sha256(content.encode()).hexdigest()


def _refusal(template: Template, faults: list[tuple[int, str]]) -> LabError:
    listing = "\n".join(f"{template.path}:{line}: {what}" for line, what in faults[:MOST_FAULTS])
    more = f"\n... and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
    return LabError(f"{listing}{more}", f"fix line {faults[0][0]}; `{LINT} {template.path}` explains each rule")


def _without_names_of_sam(
    faults: list[Fault], template: Template, region: str, overrides: Mapping[str, str]
) -> list[Fault]:
    """All but references to what only SAM's expansion names: an API key that several APIs share."""
    if not template.is_sam or not faults:
        return faults
    try:
        names = expand(template, template.body, parameters.values(template, overrides), region).get("Resources", {})
    except LabError:  # the plan expands it next, and says so
        return faults
    return [fault for fault in faults if fault[2].partition(".")[0] not in {*names} - {*template.resources}]


def _faults(body: dict[str, Any], region: str) -> list[Fault]:
    """Where several rules speak of one name in a line, the most specific one."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner.template.runner import run_template_by_data

    by_subject: dict[tuple[int, str], Any] = {}
    # cfn-lint expands SAM in place.
    matches = run_template_by_data(_with_single_pools(copy.deepcopy(body)), ConfigMixIn(regions=[region]), _rules())
    for match in _without_events([each for each in matches if each.rule.id in RULES]):
        subject = (match.linenumber, match.message.split("'")[1] if "'" in match.message else "")
        by_subject[subject] = min(by_subject.get(subject, match), match, key=lambda each: RULES.index(each.rule.id))
    return sorted({(line, _text(match, body), subject) for (line, subject), match in by_subject.items()})


def _with_single_pools(body: dict[str, Any]) -> dict[str, Any]:
    """SAM takes several user pools for one authorizer; cfn-lint's description of it knows only one."""
    for resource in body.get("Resources", {}).values():
        for authorizer in _authorizers(resource):
            pools = authorizer.get("UserPoolArn")
            if isinstance(pools, list) and pools:
                authorizer["UserPoolArn"] = pools[0]
    return body


def _authorizers(resource: Any) -> Iterator[Any]:
    value: Any = resource if isinstance(resource, dict) and resource.get("Type") == "AWS::Serverless::Api" else {}
    for key in ("Properties", "Auth", "Authorizers"):
        value = value.get(key) if isinstance(value, dict) else None
    yield from (each for each in value.values() if isinstance(each, dict)) if isinstance(value, dict) else ()


def _without_events(matches: list[Any]) -> Iterator[Any]:
    """All but what is said of a function's event that is like none of the known: SAM names what is wrong with it."""
    events = {each.id for each in matches if each.rule.id == NO_ALTERNATIVE and "Events" in list(each.path)[3:4]}
    return (each for each in matches if each.id not in events and each.parent_id not in events)


@cache
def _rules() -> Any:
    from cfnlint.core import get_rules
    from cfnlint.rules import Rules

    chosen = Rules()
    for rule in get_rules([], [], [], {}, False):
        if rule.id.startswith("E"):  # rules ask one another: a chosen one alone would answer nothing
            chosen.register(rule)
    return chosen


def _text(match: Any, body: Mapping[str, Any]) -> str:
    """The rule's message, for a name that is not known with the nearest that is."""
    name, _, known = match.message.partition(" is not one of [")
    name = name.strip("'")
    if any(sign in match.message for sign in UNKNOWN_NAME) and (unknown := _unknown(match.message.split("'")[1], body)):
        return f"{'Ref' if match.rule.id == 'E1020' else 'reference'} to {unknown}"
    if _belongs_beside_type(match):
        return f"{match.message}; it stands beside Type, not within Properties"
    names = [each.strip(" '\"") for each in known.partition("]")[0].split(",")]
    return with_suggestion(match.message, name, names)


def _belongs_beside_type(match: Any) -> bool:
    """Whether it is about an attribute of the resource among the properties of its type."""
    name = match.message.partition("('")[2].removesuffix("' was unexpected)")
    return name in ATTRIBUTES and list(match.path)[2:3] == ["Properties"]


def _unknown(name: str, body: Mapping[str, Any]) -> str:
    """What is to be said of a name, where it is one that nothing here has."""
    known = [*body["Resources"], *body.get("Parameters", {})]
    if not name.isidentifier() or name in known:
        return ""
    return with_suggestion(f"{name}, which is neither a resource nor a parameter", name, known)
