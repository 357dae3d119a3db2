"""Which row a node stands in: few crossings, straight lines, no row without need."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from shoplib.architecture.layout import vacancies
from shoplib.architecture.layout.columns import lanes_of
from shoplib.architecture.model import Edge, Model

SWEEPS = 12
# What a line costs besides its length, in tenths of a row: a bend, another one that it crosses, a node in its way (in
# both of the rows that it could keep to).
BEND, CROSSING, BLOCKED = 3, 20, 15
MOST_UNCROSSED = 80  # with more lines only their length counts

Link = tuple[str, str]


def assign(model: Model, columns: dict[str, int]) -> tuple[dict[str, int], list[tuple[str, int, int]]]:
    """Rows by node id, and for each lane its id with first row and row after the last. Whoever has no column yet gets
    one: the free places of its lane are filled in reading order."""
    rows: dict[str, int] = {}
    lanes: list[tuple[str, int, int]] = []
    across = vacancies.lane_columns(model, columns)
    first = 0
    for lane, nodes in lanes_of(model):
        inside = _lane([id for id in nodes if id in columns], model.edges, columns)
        places = vacancies.fill([id for id in nodes if id not in columns], inside, columns, across)
        columns.update({id: column for id, (column, _) in places.items()})
        inside.update({id: row for id, (_, row) in places.items()})
        height = 1 + max(inside.values())
        rows.update({id: first + row for id, row in inside.items()})
        lanes.append((lane, first, first + height))
        first += height
    if model.callers:
        rows[model.callers] = _clients_row(model, rows, columns)
    return rows, lanes


def _clients_row(model: Model, rows: Mapping[str, int], columns: Mapping[str, int]) -> int:
    """Clients stand where the middle one of their targets stands, if that place is free."""
    targets = sorted(rows[edge.target] for edge in model.edges if edge.source == model.callers)
    middle = targets[(len(targets) - 1) // 2] if targets else 0
    occupied = {rows[id] for id in rows if columns[id] == columns[model.callers]}
    free = (row for row in range(max(rows.values(), default=0) + 2) if row not in occupied)
    return min(free, key=lambda row: (abs(row - middle), row))


def _lane(nodes: Sequence[str], edges: Sequence[Edge], columns: Mapping[str, int]) -> dict[str, int]:
    if not nodes:
        return {}
    links = [(edge.source, edge.target) for edge in edges if edge.source in nodes and edge.target in nodes]
    links = list(dict.fromkeys(link for link in links if link[0] != link[1]))
    near = _neighbours(nodes, links)
    stacks = _stacks(nodes, columns, near)
    rows = {id: row for stack in stacks for row, id in enumerate(stack)}
    for sweep in range(SWEEPS):
        for stack in stacks if sweep % 2 == 0 else reversed(stacks):
            desired = {id: _mean([rows[other] for other in near[id]], rows[id]) for id in stack}
            stack.sort(key=lambda id: (desired[id], rows[id]))
            _place(stack, desired, rows)
    _improve(stacks, links, rows)
    return _close_gaps(rows)


def _neighbours(nodes: Sequence[str], links: Sequence[Link]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {id: [] for id in nodes}
    for source, target in links:
        near[source].append(target)
        near[target].append(source)
    return near


def _stacks(nodes: Sequence[str], columns: Mapping[str, int], near: Mapping[str, list[str]]) -> list[list[str]]:
    """Nodes of each column, in the order in which a walk along the edges meets them."""
    in_order: dict[str, None] = {}
    for start in sorted(nodes, key=lambda id: (columns[id], nodes.index(id))):
        waiting = [start]
        while waiting:
            id = waiting.pop()
            if id not in in_order:
                in_order[id] = None
                waiting += [other for other in reversed(near[id]) if columns[other] > columns[id]]
    return [[id for id in in_order if columns[id] == column] for column in sorted({columns[id] for id in nodes})]


def _mean(values: Sequence[int], otherwise: int) -> float:
    return sum(values) / len(values) if values else otherwise


def _place(stack: Sequence[str], desired: Mapping[str, float], rows: dict[str, int]) -> None:
    """Whole rows as near to the wanted ones as their order allows (pooling adjacent violators)."""
    blocks: list[list[float]] = []  # mean, size
    for index, id in enumerate(stack):
        blocks.append([desired[id] - index, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            other, count = blocks.pop()
            blocks.append([(mean * size + other * count) / (size + count), size + count])
    starts = [round(mean) for mean, size in blocks for _ in range(int(size))]
    rows.update({id: index + start for index, (id, start) in enumerate(zip(stack, starts, strict=True))})


def _improve(stacks: Sequence[list[str]], links: Sequence[Link], rows: dict[str, int]) -> None:
    """Exchange neighbours and use free places while that shortens and uncrosses lines. A move changes the cost of the
    spans that touch or pass its column, and of no other."""
    spans = _spans(stacks, links)
    crowded = len(links) > MOST_UNCROSSED
    costs = {span: _cost(span, lines, stacks, rows, crowded) for span, lines in spans.items()}
    near = [[span for span in spans if at in span or span[0] < at < span[1]] for at in range(len(stacks))]
    for _ in range(SWEEPS):
        before = sum(costs.values())
        for column, move in _moves(stacks, rows):
            old = {id: rows[id] for id in move}
            rows.update(move)
            new = {span: _cost(span, spans[span], stacks, rows, crowded) for span in near[column]}
            if sum(new.values()) < sum([costs[span] for span in new]):
                costs.update(new)
            else:
                rows.update(old)
        if sum(costs.values()) >= before:
            return


def _spans(stacks: Sequence[list[str]], links: Sequence[Link]) -> dict[tuple[int, int], list[Link]]:
    """The links by the columns that they lead from and to: only lines of one span can cross."""
    columns = {id: index for index, stack in enumerate(stacks) for id in stack}
    spans: dict[tuple[int, int], list[Link]] = {}
    for source, target in links:
        spans.setdefault((columns[source], columns[target]), []).append((source, target))
    return spans


def _moves(stacks: Sequence[list[str]], rows: Mapping[str, int]) -> Iterator[tuple[int, dict[str, int]]]:
    """Each node to each row of its lane, in exchange for whoever stands there, and its column. `rows` may change in
    between."""
    low, high = min(rows.values()), max(rows.values())
    for column, stack in enumerate(stacks):
        for id in stack:
            for row in range(low, high + 1):
                other = next((other for other in stack if rows[other] == row), id)
                yield column, {id: row, other: rows[id]} if other != id else {id: row}


def _cost(
    span: tuple[int, int], links: Sequence[Link], stacks: Sequence[list[str]], rows: Mapping[str, int], crowded: bool
) -> int:
    """In tenths of a row."""
    lines = sorted([(rows[source], rows[target]) for source, target in links])
    length = sum([10 * abs(start - end) + BEND for start, end in lines if start != end])
    if crowded:
        return length
    occupied = {rows[id] for stack in stacks[span[0] + 1 : span[1]] for id in stack}
    blocked = sum([start in occupied and end in occupied for start, end in lines]) if occupied else 0
    return length + CROSSING * _count_crossings(lines) + BLOCKED * blocked


def _count_crossings(lines: Sequence[tuple[int, int]]) -> int:
    """Pairs of lines, sorted by their starts, that change sides."""
    crossings, ends = 0, list[int]()
    for _, end in lines:
        place = bisect_right(ends, end)
        crossings += len(ends) - place
        ends.insert(place, end)
    return crossings


def _close_gaps(rows: Mapping[str, int]) -> dict[str, int]:
    used = {row: index for index, row in enumerate(sorted(set(rows.values())))}
    return {id: used[row] for id, row in rows.items()}
