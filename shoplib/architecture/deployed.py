"""The deployed architecture: what exists now, read back from any target, told by the same rules as a template."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shoplib.architecture.assembly import model_of, titles
from shoplib.architecture.console import page
from shoplib.architecture.joining import Part
from shoplib.architecture.links import Page
from shoplib.architecture.model import Group, Model
from shoplib.architecture.readback import NAMED, name_of, properties
from shoplib.architecture.world import Resource, World
from shoplib.provision import Stack, Target


def read(stacks: Sequence[Stack], descriptions: Mapping[str, str], target: Target) -> list[Part]:
    """One part per stack. What another of the stacks makes is known by its logical id there."""
    names = _Names(stacks)
    return [_part(stack, names, stacks, descriptions[stack.name], target) for stack in stacks]


def pages(model: Model, stacks: Sequence[Stack], target: Target) -> dict[str, Page]:
    """The page of AWS's console of each node. What is not in a real account has none."""
    if not target.is_real:
        return {}
    known = {(_group(stack), r.logical_id): r for stack in stacks for r in stack.resources}
    found = {node.id: known[node.group, node.name] for node in model.nodes if (node.group, node.name) in known}
    urls = {id: page(r.type, r.physical_id, target.region) for id, r in found.items()}
    return {id: Page(url) for id, url in urls.items() if url}


def _group(stack: Stack) -> str:
    return stack.name.removeprefix("shop-")


def _part(stack: Stack, names: "_Names", stacks: Sequence[Stack], description: str, target: Target) -> Part:
    found = {r.logical_id: (r.type, properties(target, r.type, r.physical_id)) for r in stack.resources}
    resources = {id: Resource(id, kind, is_now) for id, (kind, is_now) in found.items() if is_now is not None}
    others = {r.logical_id: r.type for other in stacks if other is not stack for r in other.resources}
    elsewhere = {id: kind for id, kind in others.items() if id not in resources}
    title, summary = titles(description, stack.name)
    group = Group(_group(stack), title)
    model = model_of(World(resources, {}, names, elsewhere), group, summary, f"stack {stack.name}, {target.name}")
    return model, {id: id for id in resources}


class _Names:
    """Finds resources in any text that has their name in it: an ARN, an address, a variable."""

    def __init__(self, stacks: Sequence[Stack]) -> None:
        named = [r for stack in stacks for r in stack.resources if r.type in NAMED and r.physical_id]
        self._patterns = [(_word(name_of(r.physical_id)), r.logical_id) for r in named]

    def __call__(self, value: Any) -> Iterator[str]:
        for text in _texts(value):
            yield from (id for pattern, id in self._patterns if pattern.search(text))


def _word(name: str) -> re.Pattern[str]:
    """`name` where it does not merely begin or end a longer name."""
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
