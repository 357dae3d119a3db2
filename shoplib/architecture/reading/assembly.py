"""A World as a Model: its drawn resources, their settings, the edges between them, and what those touch elsewhere."""

from collections.abc import Iterable

from shoplib.architecture.model import Edge, Group, Model, Node
from shoplib.architecture.reading import relations
from shoplib.architecture.reading.settings import badges_of, settings_of
from shoplib.architecture.reading.world import Resource, World, type_by_name
from shoplib.architecture.resource_types import CLIENTS, TYPE_OF_SERVICE


def model_of(world: World, group: Group, summary: str, source: str) -> Model:
    edges = relations.find(world)
    own = [_node(world, resource, group.id) for resource in world.drawn]
    nodes = (*_outside(world, edges), *own)
    return Model(group.title, source, len(world.resources), (group,), nodes, edges, summary)


def _node(world: World, resource: Resource, group: str) -> Node:
    return Node(resource.id, resource.type, group, settings_of(world, resource), badges_of(world, resource))


def _outside(world: World, edges: Iterable[Edge]) -> list[Node]:
    """Clients, and what edges touch although this template does not make it."""
    touched = dict.fromkeys(id for edge in edges for id in (edge.source, edge.target))
    return [_external(world, id, edges) for id in touched if id not in world.resources]


def _external(world: World, id: str, edges: Iterable[Edge]) -> Node:
    if id == CLIENTS:
        return Node(CLIENTS, CLIENTS, external=True)
    by_name = type_by_name(id)
    services = (
        place.partition(": ")[2].partition(":")[0] for edge in edges if edge.target == id for place in edge.evidence
    )
    by_action = next((TYPE_OF_SERVICE[service] for service in services if service in TYPE_OF_SERVICE), None)
    kind = world.elsewhere.get(id) or by_action or by_name or "External"
    return Node(id, kind, external=True, settings=("made elsewhere",))


def titles(description: str, name: str) -> tuple[str, str]:
    """A description such as "Name: what it does" gives title and summary; else `name` is the title."""
    title, colon, summary = description.partition(":")
    if colon and len(title) <= 40:
        summary = summary.strip()
        return title, summary[:1].upper() + summary[1:]
    return name, description
