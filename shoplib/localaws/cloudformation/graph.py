"""Which resource needs which, and therefore the order of creation."""

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from shoplib.localaws.cloudformation.errors import ValidationError
from shoplib.localaws.cloudformation.intrinsics import Scope, holds

NAMES = re.compile(r"\$\{([^!}][^}]*)\}")


def ordered(resources: Mapping[str, dict[str, Any]], active: list[str], scope: Scope) -> list[str]:
    """Active resources, each after all that it refers to or DependsOn; ValidationError for a circle or unknown name."""
    _require_known(resources, active, scope)
    needs = {name: _needs(resources[name], resources, scope) & set(active) for name in active}
    try:
        return _order(needs)
    except CycleError as error:
        circle = ", ".join(sorted(set(error.args[1])))
        raise ValidationError(f"Circular dependency between resources: [{circle}]") from None


def _order(needs: Mapping[str, set[str]]) -> list[str]:
    """In waves, as AWS starts each resource once what it needs exists; within a wave in the template's order."""
    sorter, place, order = TopologicalSorter(needs), {name: at for at, name in enumerate(needs)}, list[str]()
    sorter.prepare()
    while wave := sorted(sorter.get_ready(), key=place.__getitem__):
        order += wave
        sorter.done(*wave)
    return order


def references(value: Any, scope: Scope) -> Iterator[str]:
    """Names that a value refers to by Ref, Fn::GetAtt or Fn::Sub; of an Fn::If only the branch that counts."""
    if isinstance(value, list):
        for item in value:
            yield from references(item, scope)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _of_function(key, item, scope)


def attributes(value: Any, scope: Scope) -> Iterator[tuple[str, str]]:
    """(logical id, attribute) of each Fn::GetAtt and `${Name.Attribute}`; of an Fn::If only the branch that counts."""
    if isinstance(value, list):
        for item in value:
            yield from attributes(item, scope)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _attributes_of_function(key, item, scope)


def _attributes_of_function(key: str, item: Any, scope: Scope) -> Iterator[tuple[str, str]]:
    if key == "Fn::GetAtt":
        name, _, attribute = (item if isinstance(item, str) else ".".join(map(str, item))).partition(".")
        yield name, attribute
    elif key == "Fn::If" and isinstance(item, list) and len(item) == 3:
        yield from attributes(item[1] if holds(item[0], scope) else item[2], scope)
    elif key == "Fn::Sub":
        template, variables = item if isinstance(item, list) else (item, {})
        yield from attributes(variables, scope)
        dotted = [name.strip().partition(".") for name in NAMES.findall(template) if name not in variables]
        yield from ((name, attribute) for name, dot, attribute in dotted if dot and "::" not in name)
    else:
        yield from attributes(item, scope)


def _of_function(key: str, item: Any, scope: Scope) -> Iterator[str]:
    if key == "Ref" and isinstance(item, str):
        yield item
    elif key == "Fn::GetAtt":
        yield item.split(".")[0] if isinstance(item, str) else item[0]
    elif key == "Fn::If" and isinstance(item, list) and len(item) == 3:
        yield from references(item[1] if holds(item[0], scope) else item[2], scope)
    elif key == "Fn::Sub":
        yield from _of_sub(item, scope)
    else:
        yield from references(item, scope)


def _of_sub(item: Any, scope: Scope) -> Iterator[str]:
    template, variables = item if isinstance(item, list) else (item, {})
    yield from references(variables, scope)
    for name in NAMES.findall(template):
        if name not in variables:
            yield name.strip() if name.strip() in scope.values else name.strip().split(".")[0]


def _needs(resource: dict[str, Any], resources: Mapping[str, Any], scope: Scope) -> set[str]:
    return _depends_on(resource) | {name for name in references(resource["Properties"], scope) if name in resources}


def _depends_on(resource: dict[str, Any]) -> set[str]:
    depends = resource.get("DependsOn", [])
    return {depends} if isinstance(depends, str) else set(depends)


def _require_known(resources: Mapping[str, Any], active: list[str], scope: Scope) -> None:
    for logical_id in active:
        for name in _depends_on(resources[logical_id]) - set(resources):
            raise unresolved(name, "Resources")
        for name in references(resources[logical_id]["Properties"], scope):
            if name not in scope.values and name not in active:
                raise unresolved(name, "Resources")


def unresolved(name: str, block: str) -> ValidationError:
    problem = f"Unresolved resource dependencies [{name}] in the {block} block of the template"
    return ValidationError(f"Template format error: {problem}")
