"""Which column a node stands in: how many steps the data has come, within its own lane."""

from collections.abc import Iterable, Mapping, Sequence

from shoplib.architecture.model import Edge, Model

OUTSIDE = ""
ACROSS = 5  # columns of a lane: as many as the narrowest page has room for


def lanes_of(model: Model) -> list[tuple[str, list[str]]]:
    """Lane ids with their node ids, in the order of the templates; what is made elsewhere comes last."""
    lanes = [(group.id, [node.id for node in model.nodes if node.group == group.id]) for group in model.groups]
    outside = [node.id for node in model.nodes if node.external and node.id != model.callers]
    return [(id, nodes) for id, nodes in [*lanes, (OUTSIDE, outside)] if nodes]


def assign(model: Model, most: int | None = None) -> dict[str, int]:
    """Columns from 0. Clients stand in the first, what templates make in the next ones, left to right. What no edge
    touches gets none here: it stands wherever its lane has room. Of a column with more than `most` nodes of a lane
    several are made."""
    columns = _assign(model)
    return _split_tall_columns(model, columns, most) if most else columns


def _split_tall_columns(model: Model, columns: Mapping[str, int], most: int) -> dict[str, int]:
    lanes = {id: lane for lane, nodes in lanes_of(model) for id in nodes}
    stacks: dict[tuple[int, str], list[str]] = {}
    for id, column in columns.items():
        stacks.setdefault((column, lanes.get(id, OUTSIDE)), []).append(id)
    start, starts = 0, dict[int, int]()
    for column in sorted(set(columns.values())):
        starts[column] = start
        start += max(-(-len(ids) // most) for (other, _), ids in stacks.items() if other == column)
    return {id: starts[column] + at // most for (column, _), ids in stacks.items() for at, id in enumerate(ids)}


def _assign(model: Model) -> dict[str, int]:
    columns: dict[str, int] = {}
    touched = {id for edge in model.edges for id in (edge.source, edge.target)}
    for lane, nodes in lanes_of(model):
        if lane != OUTSIDE:
            linked = [id for id in nodes if id in touched]
            columns.update(_longest_paths(linked, model.edges, _entries(model)))
    for node in (node for node in model.nodes if node.external and node.id != model.callers):
        columns[node.id] = _external_column(node.id, model.edges, columns)
    if model.callers:
        columns[model.callers] = 0
    first = min(columns.values(), default=0)
    return {id: column - first for id, column in columns.items()}


def _entries(model: Model) -> set[str]:
    return {edge.target for edge in model.edges if edge.source == model.callers}


def _longest_paths(nodes: Sequence[str], edges: Iterable[Edge], entries: set[str]) -> dict[str, int]:
    forward = _acyclic(nodes, edges, entries)
    handed = {(edge.source, edge.target) for edge in edges if edge.kind == "event"}
    while fold := _last_on_longest(forward, handed):
        handed.discard(fold)
        _fold(forward, *fold)
    before = _reverse(forward)
    return _pull_sources(_depths(forward), forward, before, entries)


def _reverse(after: Mapping[str, list[str]]) -> dict[str, list[str]]:
    before: dict[str, list[str]] = {id: [] for id in after}
    for source, targets in after.items():
        for target in targets:
            before[target].append(source)
    return before


def _depths(after: Mapping[str, list[str]]) -> dict[str, int]:
    """How many nodes the longest way to each has, itself included."""
    before, depths = _reverse(after), dict[str, int]()
    for id in _topological(list(after), after, before):
        depths[id] = 1 + max((depths[source] for source in before[id]), default=0)
    return depths


def _last_on_longest(forward: Mapping[str, list[str]], handed: set[tuple[str, str]]) -> tuple[str, str] | None:
    """If a way has more columns than a page has room for: the last edge on it by which a service hands on what it was
    given, for there one story ends and the next begins."""
    to, on = _depths(forward), _depths(_reverse(forward))
    most = max(to.values(), default=0)
    edges = [(source, target) for source, targets in forward.items() for target in targets]
    longest = [edge for edge in edges if edge in handed and to[edge[0]] + on[edge[1]] == most]
    return max(longest, key=lambda edge: to[edge[0]], default=None) if most > ACROSS else None


def _fold(forward: Mapping[str, list[str]], source: str, target: str) -> None:
    """The way goes on in the column of those that lead to `source`: `target` stands with them, its line goes back."""
    before = _reverse(forward)
    forward[source].remove(target)
    for beside in before[source]:
        for earlier in before[beside]:
            if target not in forward[earlier]:
                forward[earlier].append(target)


def _acyclic(nodes: Sequence[str], edges: Iterable[Edge], entries: set[str]) -> dict[str, list[str]]:
    """Edges within the lane without those that close a circle, found by walking from the entries."""
    after: dict[str, list[str]] = {id: [] for id in nodes}
    for edge in edges:
        if edge.source in after and edge.target in after and edge.source != edge.target:
            after[edge.source].append(edge.target)
    has_source = {target for targets in after.values() for target in targets}
    order = sorted(nodes, key=lambda id: (id not in entries, id in has_source, nodes.index(id)))
    state: dict[str, int] = {}
    forward: dict[str, list[str]] = {id: [] for id in nodes}
    for start in order:
        _depth_first(start, after, state, forward)
    return forward


def _depth_first(
    start: str, after: Mapping[str, list[str]], state: dict[str, int], forward: dict[str, list[str]]
) -> None:
    """Depth first without recursion; state 1 is on the path, 2 is done."""
    if start in state:
        return
    state[start] = 1
    path = [(start, iter(dict.fromkeys(after[start])))]
    while path:
        id, rest = path[-1]
        target = next(rest, None)
        if target is None:
            state[id] = 2
            path.pop()
        elif state.get(target) != 1:
            forward[id].append(target)
            if target not in state:
                state[target] = 1
                path.append((target, iter(dict.fromkeys(after[target]))))


def _topological(nodes: Sequence[str], after: Mapping[str, list[str]], before: Mapping[str, list[str]]) -> list[str]:
    waiting = {id: len(before[id]) for id in nodes}
    ready = [id for id in nodes if not waiting[id]]
    for id in ready:
        for target in after[id]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return ready


def _pull_sources(
    columns: dict[str, int], after: Mapping[str, list[str]], before: Mapping[str, list[str]], entries: set[str]
) -> dict[str, int]:
    """Whatever nothing leads to stands right before what it leads to; the rest stays where the data arrives."""
    for id in columns:
        if not before[id] and id not in entries and after[id]:
            columns[id] = min(columns[target] for target in after[id]) - 1
    return columns


def _external_column(id: str, edges: Iterable[Edge], columns: Mapping[str, int]) -> int:
    """One step after those that use it, or one before those that it feeds."""
    edges = list(edges)
    users = [columns[edge.source] for edge in edges if edge.target == id and edge.source in columns]
    fed = [columns[edge.target] for edge in edges if edge.source == id and edge.target in columns]
    return max(users) + 1 if users else min(fed, default=2) - 1
