"""Intrinsic functions: a template value -> the value it stands for."""

import base64
import ipaddress
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shoplib.localaws.cloudformation.errors import ValidationError

MALFORMED = (AttributeError, IndexError, KeyError, TypeError, ValueError)  # of an argument of another kind
MOST_BLOCKS = 256  # of Fn::Cidr

NO_VALUE = object()
VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")
DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]*)\}\}")


class Deployed(Protocol):
    """A created resource as Ref and Fn::GetAtt see it."""

    @property
    def physical_id(self) -> str: ...

    def attribute(self, name: str) -> Any: ...


@dataclass
class Scope:
    """All that a template value may refer to. `resources` grows while a stack is being created."""

    values: dict[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    imports: Callable[[str], str]
    secrets: Callable[[str, str], str]
    resources: dict[str, Deployed] = field(default_factory=dict)
    decided: dict[str, bool] = field(default_factory=dict)
    deciding: set[tuple[int, str]] = field(default_factory=set)  # by which thread


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every intrinsic function replaced; properties that are AWS::NoValue disappear."""
    if isinstance(value, str):
        return DYNAMIC.sub(lambda match: scope.secrets(match[1], match[2]), value) if "{{resolve:" in value else value
    if isinstance(value, list):
        return [each for each in (resolve(item, scope) for item in value) if each is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    function = _function(value)
    if function:
        return _call(function, value[function], scope)
    resolved = {key: resolve(item, scope) for key, item in value.items()}
    return {key: item for key, item in resolved.items() if item is not NO_VALUE}


def _call(function: str, argument: Any, scope: Scope) -> Any:
    try:
        return FUNCTIONS[function](argument, scope)
    except MALFORMED:
        raise ValidationError(f"Template error: {function} cannot be resolved from {str(argument)[:100]}") from None


def _function(value: dict[str, Any]) -> str | None:
    if len(value) != 1:
        return None
    (name,) = value
    if name in FUNCTIONS:
        # An IAM policy statement or a Step Functions state has a key "Condition" of its own: there it holds no name.
        return str(name) if name != "Condition" or isinstance(value[name], str) else None
    if isinstance(name, str) and name.startswith("Fn::"):
        raise ValidationError(f"Template error: the function {name} is not supported")
    return None


def holds(name: str, scope: Scope) -> bool:
    """Is this condition of the template true? Decided once per scope."""
    if name not in scope.conditions:
        raise ValidationError(f"Template error: unresolved condition dependency {name} in the Conditions block")
    if name not in scope.decided:
        scope.decided[name] = _decide(name, scope)
    return scope.decided[name]


def _decide(name: str, scope: Scope) -> bool:
    question = (threading.get_ident(), name)
    if question in scope.deciding:
        raise ValidationError(f"Template error: Circular dependency between conditions: {name}")
    scope.deciding.add(question)
    try:
        return _truth(resolve(scope.conditions[name], scope))
    finally:
        scope.deciding.discard(question)


def chosen(value: Any, scope: Scope) -> Any:
    """The value with each Fn::If as the branch that counts, and without AWS::NoValue; other functions stay."""
    if isinstance(value, list):
        return [each for each in (chosen(item, scope) for item in value) if each is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if value == {"Ref": "AWS::NoValue"}:
        return NO_VALUE
    if set(value) == {"Fn::If"} and isinstance(value["Fn::If"], list) and len(value["Fn::If"]) == 3:
        name, yes, no = value["Fn::If"]
        return chosen(yes if holds(name, scope) else no, scope)
    counting = {key: chosen(item, scope) for key, item in value.items()}
    return {key: item for key, item in counting.items() if item is not NO_VALUE}


def check_lookups(value: Any, scope: Scope) -> None:
    """ValidationError for a lookup in a mapping, however deep, that finds nothing; AWS looks before it creates."""
    if isinstance(value, list):
        for item in value:
            check_lookups(item, scope)
    elif isinstance(value, dict):
        argument = value.get("Fn::FindInMap")
        if isinstance(argument, list) and len(argument) == 3:
            _find_in_map(argument, scope)
        for item in value.values():
            check_lookups(item, scope)


def text(value: Any) -> str:
    """A value as CloudFormation writes it into a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(text(each) for each in value)
    return str(value)


def _truth(value: Any) -> bool:
    return text(value).lower() == "true"


def _ref(name: Any, scope: Scope) -> Any:
    if name in scope.values:
        return scope.values[name]
    if name in scope.resources:
        return scope.resources[name].physical_id
    raise ValidationError(f"Template format error: Unresolved resource dependencies [{name}]")


def _get_att(argument: Any, scope: Scope) -> Any:
    name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    attribute = resolve(attribute, scope)
    if name not in scope.resources:
        raise ValidationError(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
    return scope.resources[name].attribute(attribute)


def _sub(argument: Any, scope: Scope) -> str:
    template, variables = argument if isinstance(argument, list) else (argument, {})

    def substitute(match: re.Match[str]) -> str:
        literal, name = match.groups()
        if literal:
            return "${" + name + "}"
        if name in variables:
            return text(resolve(variables[name], scope))
        known = name in scope.values or "." not in name
        return text(_ref(name.strip(), scope) if known else _get_att(name.strip(), scope))

    return str(resolve(VARIABLE.sub(substitute, template), scope))


def _join(argument: Any, scope: Scope) -> str:
    separator, parts = argument[0], resolve(argument[1], scope)
    return str(separator).join(text(part) for part in parts)


def _split(argument: Any, scope: Scope) -> list[str]:
    return text(resolve(argument[1], scope)).split(argument[0])


def _select(argument: Any, scope: Scope) -> Any:
    index, options = int(resolve(argument[0], scope)), resolve(argument[1], scope)
    options = options.split(",") if isinstance(options, str) else options
    if not 0 <= index < len(options):
        raise ValidationError(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return options[index]


def _if(argument: Any, scope: Scope) -> Any:
    name, yes, no = argument
    return resolve(yes if holds(name, scope) else no, scope)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    name, first, second = (text(resolve(part, scope)) for part in argument[:3])
    table = scope.mappings.get(name, {}).get(first, {})
    if second in table:
        return resolve(table[second], scope)
    if len(argument) > 3 and "DefaultValue" in argument[3]:
        return resolve(argument[3]["DefaultValue"], scope)
    raise ValidationError(f"Template error: Unable to get mapping for {name}::{first}::{second}")


def _zones(argument: Any, scope: Scope) -> list[str]:
    region = resolve(argument, scope) or scope.values["AWS::Region"]
    return [f"{region}{letter}" for letter in "abc"]


def _cidr(argument: Any, scope: Scope) -> list[str]:
    block, count, bits = resolve([*argument, 8][:3], scope)
    network = ipaddress.ip_network(block, strict=False)
    subnets = network.subnets(new_prefix=network.max_prefixlen - int(bits))
    blocks = [str(subnet) for subnet, _ in zip(subnets, range(min(int(count), MOST_BLOCKS)), strict=False)]
    if not blocks or len(blocks) < int(count):
        raise ValidationError(f"Template error: Fn::Cidr cannot make {count} blocks of {bits} bits of {block}")
    return blocks


def _length(argument: Any, scope: Scope) -> int:
    return len(resolve(argument, scope))


FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
    "Fn::Cidr": _cidr,
    "Fn::Length": _length,
    "Fn::ImportValue": lambda argument, scope: scope.imports(text(resolve(argument, scope))),
    "Fn::Base64": lambda argument, scope: base64.b64encode(text(resolve(argument, scope)).encode()).decode(),
    "Fn::ToJsonString": lambda argument, scope: json.dumps(resolve(argument, scope), separators=(",", ":")),
    "Fn::Equals": lambda argument, scope: len({text(resolve(each, scope)) for each in argument}) == 1,
    "Fn::Not": lambda argument, scope: not _truth(resolve(argument[0], scope)),
    "Fn::And": lambda argument, scope: all(_truth(resolve(each, scope)) for each in argument),
    "Fn::Or": lambda argument, scope: any(_truth(resolve(each, scope)) for each in argument),
    "Condition": lambda argument, scope: holds(argument, scope),
}
