"""The deployed architecture: what exists now, read back from any target, told by the same rules as a template."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shoplib.architecture.identity import name_of
from shoplib.architecture.linking.console import page
from shoplib.architecture.linking.links import Page
from shoplib.architecture.model import Group, Model
from shoplib.architecture.reading.assembly import model_of, titles
from shoplib.architecture.reading.joining import Part
from shoplib.architecture.reading.naming import NAME_PROPERTY, arns
from shoplib.architecture.reading.nesting import STACK
from shoplib.architecture.reading.readback import NAMED_TYPES, properties
from shoplib.architecture.reading.world import Resource, World
from shoplib.architecture.resource_types import SERVICE_OF_TYPE, TYPE_OF_SERVICE, type_by_name
from shoplib.provision import Resource as Deployed
from shoplib.provision import Stack, Target
from shoplib.provision.stack import deployed_body
from shoplib.provision.stack import resources as stack_resources

RULE = "AWS::Events::Rule"
CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


def read(stacks: Sequence[Stack], described: Mapping[str, Mapping[str, Any]], target: Target) -> list[Part]:
    """One part per stack. What another of the stacks makes is known by its logical id there; what none of them makes,
    by the parameter that names it, as in the template."""
    return [_part(stack, stacks, described[stack.name], target) for stack in stacks]


def with_nested(stack: Stack, target: Target) -> Stack:
    """The stack with the resources of those nested in it, as `Inner/Queue`."""
    return replace(stack, resources=tuple(each for r in stack.resources for each in _flat(r, target)))


def _flat(resource: Deployed, target: Target) -> list[Deployed]:
    if resource.type != STACK or not resource.physical_id.startswith("arn:"):
        return [resource]
    inner = stack_resources(resource.physical_id, target)
    return [replace(it, logical_id=f"{resource.logical_id}/{it.logical_id}") for r in inner for it in _flat(r, target)]


def pages(model: Model, stacks: Sequence[Stack], target: Target) -> dict[str, Page]:
    """The page of AWS's console of each node. What is not in a real account has none."""
    if not target.is_real:
        return {}
    known = {f"{_group(stack)}/{r.logical_id}": r for stack in stacks for r in stack.resources}
    places = {node.id: f"{node.group}/{node.name}" for node in model.nodes}
    resources = {id: known[place] for id, place in places.items() if place in known}
    urls = {id: page(r.type, r.physical_id, target.region) for id, r in resources.items()}
    return {id: Page(url) for id, url in urls.items() if url}


def _group(stack: Stack) -> str:
    return stack.name.removeprefix("shop-")


def _part(stack: Stack, stacks: Sequence[Stack], described: Mapping[str, Any], target: Target) -> Part:
    names_of_parameters = exports(stacks, target) | parameters(described, stacks)
    names = _Names(stack, stacks, names_of_parameters)
    described_now = {r.logical_id: (r, properties(target, r.type, r.physical_id)) for r in stack.resources}
    custom = _custom_properties(stack, target)
    resources = {
        id: Resource(id, r.type, _name(r) | custom.get(id, {}) | is_now)
        for id, (r, is_now) in described_now.items()
        if is_now is not None
    }
    others = {
        _id(stack, other, r.logical_id): r.type for other in stacks if other is not stack for r in other.resources
    }
    others |= {name: type_by_name(name) or "External" for name in names_of_parameters.values()}
    elsewhere = {id: kind for id, kind in others.items() if id not in resources}
    title, summary = titles(described.get("Description", ""), stack.name)
    group = Group(_group(stack), title)
    model = model_of(World(resources, {}, names, elsewhere), group, summary, f"stack {stack.name}, {target.name}")
    return model, {key: id for id in resources for key in (id, f"{group.id}/{id}")}


def _custom_properties(stack: Stack, target: Target) -> dict[str, dict[str, Any]]:
    """Of custom resources, which no service knows: who makes each and what it is told of, as the stack's template names
    it."""
    if not any(r.type.startswith(CUSTOM) for r in stack.resources):
        return {}
    physical_ids = {r.logical_id: r.physical_id for r in stack.resources}
    custom = {
        id: spec.get("Properties", {})
        for id, spec in deployed_body(stack.name, target).get("Resources", {}).items()
        if spec["Type"].startswith(CUSTOM)
    }
    return {id: {"Names": [physical_ids.get(name, name) for name in _names_in(each)]} for id, each in custom.items()}


def _names_in(value: Any) -> Iterator[str]:
    """What `Ref`, `Fn::GetAtt` and `Fn::Sub` name in it; a text that is none of them as it is."""
    for text in _texts(value):
        yield from re.findall(r"\$\{(\w+)", text) or [text.split(".")[0]]


def _name(resource: Deployed) -> dict[str, str]:
    """As a template would give it."""
    name = NAME_PROPERTY.get(resource.type)
    return {name: name_of(resource.physical_id)} if name and resource.type in NAMED_TYPES else {}


def _id(stack: Stack, other: Stack, logical_id: str) -> str:
    """What `stack` calls a resource of `other`: with its group where it has one of the same id itself."""
    own = stack is not other and any(r.logical_id == logical_id for r in stack.resources)
    return f"{_group(other)}/{logical_id}" if own else logical_id


def parameters(described: Mapping[str, Any], stacks: Sequence[Stack]) -> dict[str, str]:
    """Name of a resource that none of the stacks makes -> the parameter by which the stack got it."""
    own = {name_of(r.physical_id) for stack in stacks for r in stack.resources if r.physical_id}
    pairs = (
        (_own_name(entry.get("ParameterValue", "")), entry["ParameterKey"]) for entry in described.get("Parameters", [])
    )
    return {name: key for name, key in pairs if name and name not in own and type_by_name(key)}


def exports(stacks: Sequence[Stack], target: Target) -> dict[str, str]:
    """Name of a resource that none of the stacks makes -> the export by which a stack may have got it."""
    own = {name_of(r.physical_id) for stack in stacks for r in stack.resources if r.physical_id}
    pages = target.client("cloudformation").get_paginator("list_exports").paginate()
    pairs = ((entry["Name"], entry["Value"]) for page in pages for entry in page["Exports"])
    return {name_of(value): name for name, value in pairs if any(arns(value)) and name_of(value) not in own}


def _own_name(value: str) -> str:
    """The id of an API in its address, else the name in an ARN or a queue's URL."""
    api = re.search(r"(?<=//)[a-z0-9]+(?=\.execute-api\.)|(?<=/execute-api/)[a-z0-9]+", value)
    return api[0] if api else name_of(value)


_ARN = re.compile(r"^arn:[\w-]+:([\w-]+):[^:\s\"']*:[^:\s\"']*:([^\s\"']*)$")


class _Names:
    """Finds resources in any text that has their name in it: an ARN, an address, a variable."""

    def __init__(self, stack: Stack, stacks: Sequence[Stack], names_of_parameters: Mapping[str, str]) -> None:
        resources = [(other, r) for other in stacks for r in other.resources if r.type in NAMED_TYPES and r.physical_id]
        names = [(name_of(r.physical_id), r.type, _id(stack, other, r.logical_id)) for other, r in resources]
        names += [(name, type_by_name(id) or "", id) for name, id in names_of_parameters.items()]
        services = [(name, SERVICE_OF_TYPE.get(kind), id) for name, kind, id in names]
        self._patterns = [(name, _word(name, service), service, id) for name, service, id in services]

    def __call__(self, value: Any) -> Iterator[str]:
        for text in _texts(value):
            near = (each for each in self._patterns if each[0] in text)  # a pattern takes thirty times as long
            yield from (id for _, pattern, service, id in near if _mentions(text, pattern, service))


def _mentions(text: str, pattern: re.Pattern[str], service: str | None) -> bool:
    """Whether `text` has the name, and not in the ARN of another service's resource."""
    services = (_service_before(text, match.start()) for match in pattern.finditer(text))
    return any(service is None or other is None or other == service for other in services)


def _service_before(text: str, place: int) -> str | None:
    """The service of the ARN in which a name begins at `place`: of a rule's, which has its bus in it, too, the rule's
    own. None where there is no ARN."""
    match = _ARN.search(text[max(0, text.rfind("arn:", 0, place)) : place])
    if match and match[2].startswith("rule/"):
        return SERVICE_OF_TYPE[RULE]
    return match[1] if match and match[1] in TYPE_OF_SERVICE else None


def _word(name: str, service: str | None) -> re.Pattern[str]:
    """`name` where it does not merely begin or end a longer name or a pattern; `*` after a function is any alias."""
    more = r"\w-" if service == "lambda" else r"\w*?-"
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![{more}])")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
