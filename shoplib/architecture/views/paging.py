"""A model that is too large even when folded, as an overview with one page for each group of what belongs together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from shoplib.architecture.edge_labels import Key
from shoplib.architecture.model import Edge, Model, Node, Signal, merge_edges
from shoplib.architecture.resource_types import CLIENTS, PAGE

LARGEST = 40  # nodes of a group; what it is connected with needs room beside them
MOST_SHARED = 12  # nodes that many groups use, and that stand beside these


class Paged(NamedTuple):
    """`pages` by their ids, which are those of the nodes of `overview` that stand for them; `originals` has the edges
    of the whole model that each drawn one stands for, by page and key, those of the overview under ""."""

    overview: Model
    pages: Mapping[str, Model]
    originals: Mapping[str, Mapping[Key, Sequence[Edge]]]


def divide(model: Model) -> Paged:
    """Groups are what hangs together when the few nodes that most others use are set aside."""
    shared, groups = _groups(model)
    names = {f"P{number}": ids for number, ids in enumerate(groups, start=1)}
    page_of = {id: name for name, ids in names.items() for id in ids}
    overview = _overview(model, shared, names, page_of)
    pages = {name: _page(model, name, ids, overview, page_of) for name, ids in names.items()}
    ends = {"": page_of, **{name: _seen_from(page_of, name) for name in names}}
    drawn = {"": overview, **pages}
    return Paged(overview, pages, {name: _originals(model, drawn[name], ends[name]) for name in drawn})


def _seen_from(page_of: Mapping[str, str], name: str) -> dict[str, str]:
    """What stands for each node of another page."""
    return {id: other for id, other in page_of.items() if other != name}


def _originals(model: Model, drawn: Model, stands_for: Mapping[str, str]) -> dict[Key, list[Edge]]:
    """An overview has one edge for all kinds between two nodes, a page one for each."""
    between: dict[tuple[str, str], list[Edge]] = {}
    for edge in model.edges:
        ends = stands_for.get(edge.source, edge.source), stands_for.get(edge.target, edge.target)
        between.setdefault(ends, []).append(edge)
    kinds = Counter(edge.key[:2] for edge in drawn.edges)
    return {
        edge.key: [each for each in between[edge.key[:2]] if kinds[edge.key[:2]] == 1 or each.kind == edge.kind]
        for edge in drawn.edges
    }


def _groups(model: Model) -> tuple[set[str], list[list[str]]]:
    near = _neighbours(model)
    shared = {model.callers} & set(near)
    while len(shared) < MOST_SHARED and max(map(len, _components(near, shared)), default=0) > LARGEST:
        rest = (id for id in near if id not in shared)
        shared.add(max(rest, key=lambda id: len(near[id] - shared)))
    pieces = [piece for whole in _components(near, shared) for piece in _chunks(whole)]
    return shared, list(_pack(pieces))


def _neighbours(model: Model) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {node.id: set() for node in model.nodes}
    for edge in model.edges:
        near[edge.source].add(edge.target)
        near[edge.target].add(edge.source)
    return near


def _components(near: Mapping[str, set[str]], without: set[str]) -> list[list[str]]:
    """What hangs together, each in the order of a walk from its first node."""
    visited, components = set(without), list[list[str]]()
    for start in near:
        waiting = [start] if start not in visited else []
        visited.update(waiting)
        for id in waiting:
            news = [other for other in near if other in near[id] and other not in visited]
            visited.update(news)
            waiting += news
        components += [waiting] if waiting else []
    return components


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    count = -(-len(ids) // LARGEST)
    size = -(-len(ids) // count)
    yield from (list(ids[start : start + size]) for start in range(0, len(ids), size))


def _pack(pieces: Iterable[list[str]]) -> Iterator[list[str]]:
    """Small pieces share a page, in their order."""
    page: list[str] = []
    for piece in pieces:
        if page and len(page) + len(piece) > LARGEST:
            yield page
            page = []
        page = [*page, *piece]
    if page:
        yield page


def _overview(model: Model, shared: set[str], names: Mapping[str, Sequence[str]], page_of: Mapping[str, str]) -> Model:
    tiles = [
        Node(
            name,
            PAGE,
            lane,
            (f"{len(ids)} resources",),
            title=_title(model, ids),
            external=not lane,
            signals=_signals(model, ids),
        )
        for name, ids in names.items()
        for lane in [_lane(model, ids)]
    ]
    nodes = (*(node for node in model.nodes if node.id in shared), *tiles)
    edges = _merge_connections(model.edges, page_of)
    summary = f"{model.summary} One page for each group: {', '.join(names)}.".strip()
    return replace(model, nodes=nodes, edges=edges, summary=summary, origin=model.origin or model)


def _signals(model: Model, ids: Sequence[str]) -> tuple[Signal, ...]:
    """The first of what is bad on a page, and how much more of it there is."""
    bad = [(model.node(id).name, signal) for id in ids for signal in model.node(id).signals if signal.is_bad]
    if not bad:
        return ()
    more = f", {len(bad) - 1} more" if len(bad) > 1 else ""
    return (Signal(bad[0][1].text + more, True, "; ".join(f"{name}: {signal.in_full}" for name, signal in bad)),)


def _lane(model: Model, ids: Sequence[str]) -> str:
    """The template in which most of a page's nodes are; what is made elsewhere is in none."""
    lanes = Counter(group for id in ids if (group := model.node(id).group))
    return lanes.most_common(1)[0][0] if lanes else ""


def _title(model: Model, ids: Sequence[str]) -> str:
    """The one that has most connections, and how many others there are."""
    ends = [end for edge in model.edges for end in edge.key[:2]]
    first = max(ids, key=ends.count)
    return model.node(first).name + (f" and {len(ids) - 1} more" if len(ids) > 1 else "")


def _merge_connections(edges: Iterable[Edge], page_of: Mapping[str, str]) -> tuple[Edge, ...]:
    """One connection for all from one page or shared node to another, of the kind that most of them have."""
    ways: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        source, target = (page_of.get(id, id) for id in (edge.source, edge.target))
        if source != target:
            ways.setdefault((source, target), []).append(edge)
    return tuple(_merge_edges(*ends, between) for ends, between in ways.items())


def _merge_edges(source: str, target: str, edges: Sequence[Edge]) -> Edge:
    kinds = [edge.kind for edge in edges]
    verbs = edges[0].verbs if len(edges) == 1 else (f"{len(edges)} connections",)
    evidence = dict.fromkeys(place for edge in edges for place in edge.evidence)
    filters = edges[0].filters if len(edges) == 1 else ()
    return Edge(source, target, max(kinds, key=kinds.count), verbs, tuple(evidence), filters)


def _page(model: Model, name: str, ids: Sequence[str], overview: Model, page_of: Mapping[str, str]) -> Model:
    """The group in full; of other groups, which page they have."""
    inside = set(ids)
    near = [edge for edge in model.edges if edge.source in inside or edge.target in inside]

    def end(id: str) -> str:
        return id if id in inside else page_of.get(id, id)

    edges = merge_edges(replace(edge, source=end(edge.source), target=end(edge.target)) for edge in near)
    others = dict.fromkeys(id for edge in edges for id in edge.key[:2] if id not in inside)
    beside = [_shared_node(overview.node(id)) for id in others]
    nodes = (*beside, *(node for node in model.nodes if node.id in inside))
    groups = tuple(group for group in model.groups if group.id in {node.group for node in nodes})
    title = f"{model.title}: {name}, {overview.node(name).title}"
    return replace(
        model, title=title, summary="", groups=groups, nodes=nodes, edges=edges, notes=(), origin=model.origin or model
    )


def _shared_node(node: Node) -> Node:
    where = () if node.type == CLIENTS else ("on its own page",) if node.type == PAGE else ("in the overview",)
    return replace(node, group="", settings=where, badges=(), signals=(), external=True)
