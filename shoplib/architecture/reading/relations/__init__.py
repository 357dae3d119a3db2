"""Every way in which one resource acts on another, as edges with evidence. One module per family."""

from collections.abc import Callable, Iterator

from shoplib.architecture.model import Edge
from shoplib.architecture.reading.relations import (
    apis,
    containers,
    data_lake,
    events,
    functions,
    permissions,
    references,
    workflows,
)
from shoplib.architecture.reading.world import World

FAMILIES: tuple[Callable[[World], Iterator[Edge]], ...] = (
    apis.edges,
    data_lake.edges,
    events.edges,
    functions.edges,
    workflows.edges,
    containers.edges,
)


def find(world: World, listeners: tuple[str, ...]) -> tuple[Edge, ...]:
    """All edges of `world`, also those of the default bus to its `listeners`.

    What a policy allows comes last: it confirms an edge that is known, or is one itself.
    """
    known = [edge for family in FAMILIES for edge in family(world)]
    known = permissions.confirm(world, known)
    edges = references.complete(world, known)
    return (*edges, *events.of_default_bus(listeners, edges))
