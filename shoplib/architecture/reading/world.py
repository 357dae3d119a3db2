"""The resources of one template or account, and which of them a value refers to."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from shoplib.architecture.reading import naming
from shoplib.architecture.resource_types import NEVER_DRAWN, OWNER_PROPERTY

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


class References(Protocol):
    """How names are found in a value: intrinsic functions in a template, ARNs and names in an account."""

    def __call__(self, value: Any) -> Iterator[str]: ...


@dataclass(frozen=True)
class Resource:
    id: str
    type: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """Resources by logical id. `parameters` gives the values that are known; `names` reads references; `elsewhere` has
    the types of resources that are known but made by others."""

    resources: Mapping[str, Resource]
    parameters: Mapping[str, Any]
    names: References
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    unresolved: dict[str, str] = field(default_factory=dict, repr=False)  # place -> why it is not drawn
    groups: dict[str, list[str]] = field(default_factory=dict, repr=False)  # what a pattern means -> ids here
    _owners: dict[str, str | None] = field(default_factory=dict, repr=False)

    def of_type(self, *types: str) -> Iterator[Resource]:
        return (resource for resource in self.resources.values() if resource.type in types)

    def targets(self, value: Any, key: str = "") -> list[str]:
        """Ids of the drawn resources, and names of the parameters, that `value` refers to or calls by name; each once.
        `key` says what stands there, where the template does."""
        return list(dict.fromkeys(id for word, leaf in naming.leaves(value, key) for id in self._leaf(word, leaf)))

    def target(self, value: Any) -> str | None:
        return next(iter(self.targets(value)), None)

    def _leaf(self, key: str, leaf: Any) -> list[str]:
        """A resource that is referred to comes before one that is named, and both before a parameter."""
        names = list(self.names(leaf))
        own = [owner for name in names if name in self.resources and (owner := self.owner(name))]
        if own:
            return own
        text = naming.spell(leaf, self.parameters)
        by_name = [owner for id in self._by_name(text, key) if (owner := self.owner(id))]
        by_name = by_name or [owner for id in self._by_parameter(leaf, key) if (owner := self.owner(id))]
        return by_name or [name for name in names if name not in self.resources and self._parameter(name)]

    def _by_name(self, text: str, key: str) -> list[str]:
        return self.own_names.names_in(text, key) if text else []

    def _by_parameter(self, leaf: Any, key: str) -> list[str]:
        """What is given the same parameter as its name, whatever the parameter's value."""
        text = naming.spell(leaf)
        return self._own_parameters.names_in(text, key) if "${" in text else []

    @cached_property
    def own_names(self) -> naming.OwnNames:
        return self._names(self.parameters)

    @cached_property
    def _own_parameters(self) -> naming.OwnNames:
        return self._names({})

    def _names(self, parameters: Mapping[str, Any]) -> naming.OwnNames:
        pairs = ((it, naming.NAME_PROPERTY.get(it.type)) for it in self.resources.values())
        spelled = {it.id: (it.type, it.properties.get(name)) for it, name in pairs if name}
        return naming.OwnNames({id: (kind, naming.spell(name, parameters)) for id, (kind, name) in spelled.items()})

    def ends(self, value: Any, place: str, key: str = "") -> list[str]:
        """The same for what must lead somewhere: what is made elsewhere is known by its ARN or export, and of what
        only deploying tells `unresolved` says where it stands."""
        ids = self.targets(value, key) or self.others(value)
        is_known = any(name in self.resources for name in self.names(value))
        if not ids and not is_known and as_list(value) and value not in ("", {}):
            self.unresolved[place] = f"only deploying tells {_literal(value)}"
        return ids

    def others(self, value: Any) -> list[str]:
        """Ids for what others make, by the ARNs, addresses and exports in `value`."""
        names = [
            naming.external_ids(leaf, self.parameters) or _export(leaf, self.parameters)
            for _, leaf in naming.leaves(value)
        ]
        return list(dict.fromkeys(id for ids in names for id in ids))

    def _parameter(self, name: str) -> str | None:
        return name if name in self.parameters or name in self.elsewhere else None

    def owner(self, id: str) -> str | None:
        """The drawn resource that stands for `id`: itself, or whom it is plumbing of. None: nobody."""
        if id not in self._owners:
            self._owners[id] = None  # a circle of plumbing belongs to nobody
            self._owners[id] = self._find_owner(self.resources[id])
        return self._owners[id]

    def _find_owner(self, resource: Resource) -> str | None:
        if resource.type in NEVER_DRAWN:
            return None
        if resource.type not in OWNER_PROPERTY:
            return resource.id
        names = OWNER_PROPERTY[resource.type].split()
        owners = [each for name in names for each in self.targets(resource.properties.get(name), name)]
        return next((name for name in owners if name in self.resources), None) or self._owner_by_habit(resource)

    def _owner_by_habit(self, resource: Resource) -> str | None:
        """A log group of the one function that names it; an alarm on `AWS/ApiGateway` by name, where there is one API;
        plumbing of something elsewhere is drawn. A deployed table's id does not say in which catalog it is."""
        writers = self.of_type("AWS::Lambda::Function") if resource.type == "AWS::Logs::LogGroup" else ()
        loggers = [it.id for it in writers if resource.id in self.names(it.properties.get("LoggingConfig"))]
        namespace = resource.type if not resource.properties else str(resource.properties.get("Namespace"))
        alike = _HABITS.get(namespace, ())
        owners = loggers or [other.id for other in self.of_type(*alike)]
        elsewhere = resource.type not in _DRAWN_WHEN_ALONE
        return owners[0] if len(owners) == 1 else None if elsewhere else resource.id

    @cached_property
    def drawn_resources(self) -> list[Resource]:
        return [resource for id, resource in self.resources.items() if self.owner(id) == id]

    def text(self, value: Any) -> str:
        """A setting as a reader would say it: the parameter's value where one is given, else its name."""
        if isinstance(value, dict):
            name = next(self.names(value), "")
            return str(self.parameters.get(name) or name)
        return str(value)


_HABITS = {
    "AWS::Glue::Table": ("AWS::Glue::Database",),
    "AWS/ApiGateway": ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"),
    "AWS/DynamoDB": ("AWS::DynamoDB::Table",),
    "AWS/Kinesis": ("AWS::Kinesis::Stream",),
    "AWS/Lambda": ("AWS::Lambda::Function",),
    "AWS/SQS": ("AWS::SQS::Queue",),
    "AWS/States": ("AWS::StepFunctions::StateMachine",),
}
_DRAWN_WHEN_ALONE = {"AWS::CloudWatch::Alarm", "AWS::Glue::Table", "AWS::Logs::LogGroup"}


def intrinsic_names(value: Any) -> Iterator[str]:
    """Names in Ref, Fn::GetAtt and Fn::Sub, in the order of the text; of an Fn::If, both branches."""
    if isinstance(value, list):
        for item in value:
            yield from intrinsic_names(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _INTRINSICS.get(key, intrinsic_names)(inner)


def _ref(value: Any) -> Iterator[str]:
    yield str(value)


def _attribute(value: Any) -> Iterator[str]:
    yield str(value[0]) if isinstance(value, list) else str(value).partition(".")[0]


def _substitution(value: Any) -> Iterator[str]:
    text, variables = value if isinstance(value, list) else (value, {})
    for name in _VARIABLE.findall(str(text)):
        if name in variables:
            yield from intrinsic_names(variables[name])
        else:
            yield name.partition(".")[0]


def _branches(value: Any) -> Iterator[str]:
    yield from intrinsic_names(value[1:] if isinstance(value, list) else value)


_INTRINSICS = {"Ref": _ref, "Fn::GetAtt": _attribute, "Fn::Sub": _substitution, "Fn::If": _branches}


def as_list(value: Any) -> list[Any]:
    """`value` as a list: itself, a single item, or nothing; both branches of an Fn::If, AWS::NoValue left out."""
    if isinstance(value, dict) and "Fn::If" in value:
        return [item for branch in value["Fn::If"][1:] for item in as_list(branch)]
    if value is None or value == {"Ref": "AWS::NoValue"}:
        return []
    if isinstance(value, list):
        return [item for entry in value for item in (as_list(entry) if _is_choice(entry) else [entry])]
    return [value]


def _is_choice(value: Any) -> bool:
    return isinstance(value, dict) and ("Fn::If" in value or value == {"Ref": "AWS::NoValue"})


def _export(leaf: Any, parameters: Mapping[str, Any]) -> list[str]:
    imported = isinstance(leaf, dict) and "Fn::ImportValue" in leaf
    name = naming.spell(leaf, parameters) if imported else ""
    return [re.sub(r"\$\{([^}]*)\}", r"\1", name)] if name else []


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, str) else json.dumps(value, default=str)
