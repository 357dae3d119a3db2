"""A World as a Model: its drawn resources, their settings, the edges between them, and what those touch elsewhere."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from shoplib.architecture import resource_icons
from shoplib.architecture.model import Edge, Group, Model, Node
from shoplib.architecture.reading import relations
from shoplib.architecture.reading.naming import EVERYTHING
from shoplib.architecture.reading.settings import badges_of, settings_of
from shoplib.architecture.reading.world import Resource, World
from shoplib.architecture.resource_types import CLIENTS, TYPE_OF_SERVICE, type_by_name

SHORT, LONG = 60, 400  # of a title and of a summary, in characters
SENTENCE = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!etc)(?<!vs)(?<!approx)[.!?][)\"']?(?=\s+[A-Z0-9(\"']|$)")


def model_of(
    world: World, group: Group, summary: str, source: str, nested: Mapping[str, str] = MappingProxyType({})
) -> Model:
    """`nested` has the titles of nested templates by the prefix of their ids; each has a lane of its own."""
    listeners = relations.events.listeners(world)
    edges = relations.find(world, listeners)
    drawn = [_node(world, resource, group.id) for resource in world.drawn_resources]
    nodes = (*_external_nodes(world, edges), *drawn)
    notes = tuple(f"{place}: {reason}" for place, reason in world.unresolved.items())
    lanes = dict.fromkeys(node.group for node in nodes if node.group not in ("", group.id))
    inner = [Group(lane, nested.get(lane.removeprefix(f"{group.id}/"), lane.rpartition("/")[2])) for lane in lanes]
    groups = (group, *inner)
    return Model(group.title, source, len(world.resources), groups, nodes, edges, summary, notes, listeners)


def _node(world: World, resource: Resource, group: str) -> Node:
    inside = resource.id.rpartition("/")[0]
    group = f"{group}/{inside}" if inside else group
    return Node(resource.id, resource.type, group, settings_of(world, resource), badges_of(world, resource))


def _external_nodes(world: World, edges: Iterable[Edge]) -> list[Node]:
    """Clients, and what edges touch although this template does not make it."""
    touched = dict.fromkeys(id for edge in edges for id in (edge.source, edge.target))
    return [_external(world, id, edges) for id in touched if id not in world.resources]


def _external(world: World, id: str, edges: Iterable[Edge]) -> Node:
    if id == CLIENTS:
        return Node(CLIENTS, CLIENTS, external=True)
    kind = world.elsewhere.get(id) or _by_service(id) or _by_actions(id, edges) or type_by_name(id) or "External"
    return Node(id, kind, external=True, settings=(_where(world, id),))


def _by_service(id: str) -> str | None:
    """The type of `sqs:orders`; of other services than those of TYPE_OF_SERVICE one that has their icon."""
    service, colon, _ = id.partition(":")
    if not colon:
        return None
    return TYPE_OF_SERVICE.get(service) or (f"AWS::{name}" if (name := resource_icons.service(service)) else "External")


def _by_actions(id: str, edges: Iterable[Edge]) -> str | None:
    """The type that the actions on it tell."""
    places = (place for edge in edges if edge.target == id for place in edge.evidence)
    services = (place.partition(": ")[2].partition(":")[0] for place in places)
    return next((TYPE_OF_SERVICE[service] for service in services if service in TYPE_OF_SERVICE), None)


def _where(world: World, id: str) -> str:
    """Of a group that a pattern means, how many of this template are in it."""
    if id == EVERYTHING:
        return "everything"
    return f"{len(world.groups[id])} of these" if world.groups.get(id) else "made elsewhere"


def titles(description: str, name: str) -> tuple[str, str]:
    """Title and summary: a short first sentence gives the title, else `name` does. A long text ends with a sentence."""
    text = " ".join(description.split())
    first, rest = _first_sentence(text)
    if first and len(first) <= SHORT and rest:
        return first.rstrip("."), _fit_sentences(rest, LONG)
    return name, _fit_sentences(text, LONG)


def _first_sentence(text: str) -> tuple[str, str]:
    """The first sentence, and what follows it."""
    end = SENTENCE.search(text)
    return (text[: end.end()].strip(), text[end.end() :].strip()) if end else (text, "")


def _fit_sentences(text: str, most: int) -> str:
    """As many whole sentences as have room, at least the first."""
    summary = ""
    while text and (not summary or len(summary) + len(_first_sentence(text)[0]) < most):
        sentence, text = _first_sentence(text)
        summary = f"{summary} {sentence}".strip()
    return summary
