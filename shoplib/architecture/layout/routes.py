"""Which way a net takes: a trunk in a gutter, and between gutters a free row or a gap between rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shoplib.architecture.layout.nets import Net, Port


@dataclass
class Trunk:
    """The vertical part of `net` in a gutter: ports on its left and right, and gaps by which it goes on."""

    net: Net
    gutter: int
    left: list[Port] = field(default_factory=list)
    right: list[Port] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    track: int = 0


@dataclass
class Passage:
    """The horizontal part of `net` in a gap, from the first to the last of `gutters`."""

    net: Net
    gap: int
    gutters: list[int] = field(default_factory=list)
    track: int = 0


@dataclass
class Route:
    """From out port to in port by these gutters; `gap` when there is one between them."""

    out: Port
    into: Port
    gutters: tuple[int, ...]
    gap: int | None


class Routing:
    """All trunks, passages and routes of a picture."""

    def __init__(self, columns: Mapping[str, int], rows: Mapping[str, int]) -> None:
        self.columns, self.rows = columns, rows
        self.trunks: dict[tuple[int, int], Trunk] = {}
        self.passages: dict[tuple[int, int], Passage] = {}
        self.routes: dict[tuple[str, str, str], Route] = {}
        self._cells: dict[tuple[int, int], int] = {(columns[id], rows[id]): 0 for id in columns}

    def add(self, net: Net) -> None:
        # Near targets first: they take the straight ways, the far ones join the passage that is there.
        for edge in sorted(net.edges, key=lambda edge: abs(self.columns[edge.target] - self.columns[edge.source] - 1)):
            out, into = net.outs[edge.source], net.ins[edge.target]
            start, end = self.columns[edge.source], self.columns[edge.target] - 1
            self.routes[edge.key] = self._connect(net, out, into, start, end)

    def _connect(self, net: Net, out: Port, into: Port, start: int, end: int) -> Route:
        if start == end or self._reserve(net, into.row, range(start + 1, end + 1)):
            self._attach(net, start, left=out, right=into)
            return Route(out, into, (start,), None)
        if self._reserve(net, out.row, range(start + 1, end + 1)):
            self._attach(net, end, left=out, right=into)
            return Route(out, into, (end,), None)
        gap = self._gap(net, out.row, into.row)
        self._attach(net, start, left=out, gap=gap)
        self._attach(net, end, right=into, gap=gap)
        passage = self.passages.setdefault((net.step, gap), Passage(net, gap))
        passage.gutters += [start, end]
        return Route(out, into, (start, end), gap)

    def _reserve(self, net: Net, row: int, columns: range) -> bool:
        """Take the empty cells of a row for a straight line; False when one of them is taken."""
        cells = [(column, row) for column in columns]
        if not cells or any(self._cells.get(cell, net.step) != net.step for cell in cells):
            return False
        self._cells.update(dict.fromkeys(cells, net.step))
        return True

    def _gap(self, net: Net, start: int, end: int) -> int:
        """The gap (number n is above row n) that makes the way shortest; one that the net uses already is free."""

        def cost(gap: int) -> tuple[float, int]:
            way = abs(gap - 0.5 - start) + abs(gap - 0.5 - end)
            own = (net.step, gap) in self.passages
            crowd = sum(1 for _, other in self.passages if other == gap)
            return way - (1.5 if own else 0) + 0.1 * crowd, gap

        return min(range(min(start, end), max(start, end) + 2), key=cost)

    def _attach(
        self, net: Net, gutter: int, left: Port | None = None, right: Port | None = None, gap: int | None = None
    ) -> None:
        trunk = self.trunks.setdefault((net.step, gutter), Trunk(net, gutter))
        for ports, port in ((trunk.left, left), (trunk.right, right)):
            if port and port not in ports:
                ports.append(port)
        if gap is not None and gap not in trunk.gaps:
            trunk.gaps.append(gap)


def find(nets: Sequence[Net], columns: Mapping[str, int], rows: Mapping[str, int]) -> Routing:
    """Routes for all edges: short nets choose first, so that straight lines stay straight."""
    routing = Routing(columns, rows)

    def stretch(net: Net) -> int:
        return max(abs(columns[edge.target] - columns[edge.source] - 1) for edge in net.edges)

    for net in sorted(nets, key=lambda net: (stretch(net), net.step)):
        routing.add(net)
    return routing
