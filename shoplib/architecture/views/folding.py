"""A model that is too large for one picture, with what repeats drawn once: sixty queues that each feed a function that
each writes a table become one queue, one function, one table, each with its count."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from os.path import commonprefix
from typing import NamedTuple

from shoplib.architecture.model import Edge, Model, Node, merge_edges
from shoplib.architecture.resource_types import CLIENTS

MOST = 60  # nodes that a reader takes in at once
FEWEST = 3  # how often a shape must come to be drawn once
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+")
Look = Callable[[Edge], object]
# What of an edge must be equal where two shapes are: first all but the paths of routes, then its kind alone.
EXACTNESS: tuple[Look, ...] = (
    lambda edge: (edge.kind, tuple(verb.partition(" /")[0] for verb in edge.verbs), edge.filters),
    lambda edge: edge.kind,
)


class Folded(NamedTuple):
    """`members` has the ids that each node of `model` stands for."""

    model: Model
    members: Mapping[str, Sequence[str]]


def fold(model: Model) -> Folded:
    """`model` itself where it has room, else as much of it as does not repeat: the most exact folding that has room, or
    the smallest."""
    best = Folded(model, {node.id: [node.id] for node in model.nodes})
    for look in EXACTNESS:
        if not is_large(best.model):
            break
        best = min(best, _fold(model, _classes(model, look)), key=lambda each: len(each.model.nodes))
    return best


def is_large(model: Model) -> bool:
    """Whether there is too much for one picture, callers not counted."""
    return len(model.nodes) - bool(model.callers) > MOST


def _classes(model: Model, look: Look) -> list[list[str]]:
    """Ids of nodes that nothing tells apart: of the same type and lane, with the same connections to nodes of the same
    class, as often refined as that finds new classes."""
    colours: dict[str, object] = {node.id: (node.type, node.group, node.external) for node in model.nodes}
    ends = [(edge.source, edge.target, look(edge)) for edge in model.edges]
    count = 0
    while count < (count := len(set(colours.values()))):
        near: dict[str, list[object]] = {id: [] for id in colours}
        for source, target, how in ends:
            near[source].append(("to", how, colours[target]))
            near[target].append(("from", how, colours[source]))
        seen = {id: (colours[id], tuple(sorted(map(repr, near[id])))) for id in colours}
        numbers = {key: number for number, key in enumerate(dict.fromkeys(seen.values()))}
        colours = {id: numbers[key] for id, key in seen.items()}
    by_colour: dict[object, list[str]] = {}
    for id, colour in colours.items():
        by_colour.setdefault(colour, []).append(id)
    return list(by_colour.values())


def _fold(model: Model, classes: Iterable[list[str]]) -> Folded:
    parts_of = [part for ids in classes for part in ([ids] if _is_repeated(model, ids) else [[id] for id in ids])]
    names = _names(model, parts_of)
    into = {id: name for name, ids in names.items() for id in ids}
    nodes = [_node(model, name, ids) for name, ids in names.items()]
    edges = merge_edges(replace(edge, source=into[edge.source], target=into[edge.target]) for edge in model.edges)
    folded = replace(model, nodes=tuple(nodes), edges=edges, origin=model.origin or model)
    return Folded(folded, names)


def _is_repeated(model: Model, ids: Sequence[str]) -> bool:
    """Members of a shape that act on each other are no repetition: a ring of queues stays a ring."""
    inside = set(ids)
    among = any(edge.source in inside and edge.target in inside for edge in model.edges)
    return len(ids) >= FEWEST and not among and model.node(ids[0]).type != CLIENTS


def _names(model: Model, classes: Iterable[Sequence[str]]) -> dict[str, Sequence[str]]:
    names: dict[str, Sequence[str]] = {}
    for ids in classes:
        name = ids[0] if len(ids) == 1 else f"{len(ids)} × {_common([model.node(id).name for id in ids])}"
        names[name if name not in names else f"{name} ({ids[0]} …)"] = ids
    return names


def _common(names: Sequence[str]) -> str:
    """Orders1Queue, Orders2Queue -> Orders…Queue, in whole words."""
    words = [WORD.findall(name) for name in names]
    start = commonprefix(words)
    end = commonprefix([list(reversed(each[len(start) :])) for each in words])[::-1]
    return f"{''.join(start)}…{''.join(end)}"


def _node(model: Model, name: str, ids: Sequence[str]) -> Node:
    node = model.node(ids[0])
    if len(ids) == 1:
        return node
    alike = [text for text in node.settings if all(text in model.node(id).settings for id in ids)]
    range_of = f"{node.name} … {model.node(ids[-1]).name}"
    badges = tuple(
        badge for badge in node.badges if all(badge.kind in {b.kind for b in model.node(id).badges} for id in ids)
    )
    return replace(node, id=name, settings=(*alike[:1], range_of, *alike[1:]), badges=badges)
