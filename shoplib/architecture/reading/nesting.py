"""Stacks within stacks: what a nested template makes, as if the outer one made it, with ids such as `Inner/Queue`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STACK = "AWS::CloudFormation::Stack"
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True)
class Expansion:
    """CloudFormation of a template with those nested in it. `titles` are of nested templates, by the ids' prefix."""

    resources: Mapping[str, Any]
    outputs: Mapping[str, Any]
    titles: Mapping[str, str] = field(default_factory=dict)


def join(outer: Expansion, inner: Mapping[str, Expansion]) -> Expansion:
    """`outer` with the resources of `inner`, by the id of the stack: what is handed in by parameters and out by outputs
    refers to them."""
    values = {f"{id}.Outputs.{name}": value for id, each in inner.items() for name, value in each.outputs.items()}
    resources = {id: body for id, body in outer.resources.items() if id not in inner}
    titles = dict(outer.titles)
    for each in inner.values():
        resources |= each.resources
        titles |= each.titles
    # What one nested stack hands out, another may take.
    for _ in inner:
        resources = _rewritten(resources, {}, values)
    return Expansion(resources, _rewritten(outer.outputs, {}, values), titles)


def nest(expansion: Expansion, id: str, title: str, parameters: Mapping[str, Any]) -> Expansion:
    """An expansion as the nested stack `id`, its parameters replaced by what the outer one says."""
    ids = {name: f"{id}/{name}" for name in expansion.resources}
    resources = {ids[name]: _rewritten(body, ids, parameters) for name, body in expansion.resources.items()}
    titles = {f"{id}/{prefix}": text for prefix, text in expansion.titles.items()}
    return Expansion(resources, _rewritten(expansion.outputs, ids, parameters), {id: title, **titles})


def _rewritten(value: Any, ids: Mapping[str, str], values: Mapping[str, Any]) -> Any:
    """`value` with references to `ids` renamed, and those to `values` replaced."""
    if isinstance(value, list):
        return [_rewritten(item, ids, values) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return _reference(str(value["Ref"]), ids, values) or value
    if set(value) == {"Fn::GetAtt"}:
        return _attribute(value["Fn::GetAtt"], ids, values) or value
    if set(value) == {"Fn::Sub"}:
        return {"Fn::Sub": _substitution(value["Fn::Sub"], ids, values)}
    return {key: _rewritten(inner, ids, values) for key, inner in value.items()}


def _reference(name: str, ids: Mapping[str, str], values: Mapping[str, Any]) -> Any:
    return values[name] if name in values else {"Ref": ids[name]} if name in ids else None


def _attribute(value: Any, ids: Mapping[str, str], values: Mapping[str, Any]) -> Any:
    path = value if isinstance(value, str) else ".".join(map(str, value))
    name, _, attribute = path.partition(".")
    return values[path] if path in values else {"Fn::GetAtt": [ids[name], attribute]} if name in ids else None


def _substitution(value: Any, ids: Mapping[str, str], values: Mapping[str, Any]) -> list[Any]:
    text, variables = value if isinstance(value, list) else (value, {})
    own = {name: _rewritten(inner, ids, values) for name, inner in variables.items()}
    news: dict[str, Any] = {}

    def replace_name(match: re.Match[str]) -> str:
        name = match[1]
        if name in own:
            return match[0]
        if name in values:
            news[name.replace(".", "-")] = values[name]
            return f"${{{name.replace('.', '-')}}}"
        root, dot, attribute = name.partition(".")
        return f"${{{ids.get(root, root)}{dot}{attribute}}}"

    return [_VARIABLE.sub(replace_name, str(text)), own | news]
