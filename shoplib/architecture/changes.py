"""Before and after as one picture: additions are thick and green, removals dashed and red, the rest is unchanged."""

from collections.abc import Iterator
from dataclasses import replace

from shoplib.architecture.model import ADDED, REMOVED, Edge, Model, Node, merge_edges

NEW, NO_LONGER = "+ new", "− gone"


def between(before: Model, after: Model) -> Model:
    """`after` with what `before` had besides. An edge whose verbs differ is kept with those that both have."""
    here, there = ({node.id for node in model.nodes} for model in (before, after))
    removed = [_place_removed(node, after) for node in before.nodes if node.id not in there]
    nodes = [_mark(node, NEW) if node.id not in here else node for node in after.nodes]
    known = {group.id for group in after.groups}
    lost = {node.group for node in removed}
    groups = [*after.groups, *(group for group in before.groups if group.id in lost - known)]
    edges = tuple(edge for edge in _edges(before, after) if edge.verbs)
    changes = sum(edge.kind in (ADDED, REMOVED) for edge in edges)
    counts = f"Connections that change: {changes}. Resources new: {len(there - here)}, gone: {len(removed)}."
    return replace(
        after,
        title=f"{after.title}: what changes",
        summary=f"From {before.source} to {after.source}. {counts}",
        groups=tuple(groups),
        nodes=(*nodes, *removed),
        edges=edges,
    )


def _mark(node: Node, word: str) -> Node:
    return replace(node, settings=(word, *node.settings))


def _place_removed(node: Node, after: Model) -> Node:
    """In the lane of the same name, or in the only one that there is."""
    groups = [group.id for group in after.groups]
    group = groups[0] if node.group not in groups and len(groups) == 1 and node.group else node.group
    return replace(_mark(node, NO_LONGER), group=group)


def _edges(before: Model, after: Model) -> Iterator[Edge]:
    old, new = ({edge.key: edge for edge in model.edges} for model in (before, after))
    yield from (_common(edge, old[key]) for key, edge in new.items() if key in old)
    # Two kinds of edges between the same resources are one change.
    yield from merge_edges(_part(edge, old.get(key), ADDED) for key, edge in new.items())
    yield from merge_edges(_part(edge, new.get(key), REMOVED) for key, edge in old.items())


def _common(edge: Edge, other: Edge) -> Edge:
    same = edge.filters == other.filters
    return replace(edge, verbs=tuple(verb for verb in edge.verbs if same and verb in other.verbs))


def _part(edge: Edge, other: Edge | None, kind: str) -> Edge:
    same = other if other and other.filters == edge.filters else None
    verbs = tuple(verb for verb in edge.verbs if not same or verb not in same.verbs)
    return replace(edge, kind=kind, verbs=verbs)
