"""Where lines meet icons: each net has a height of its own at a node, far enough from the next for number and label."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shoplib.architecture.edge_labels import EdgeLabels
from shoplib.architecture.layout.nets import Net, Port

ICON = 56.0
NUMBERED, PLAIN = 20.0, 12.0  # what a leaving line takes, with and without its number
LINE = 14.0  # height of one line of a label


class Extent(NamedTuple):
    """How far a node's body (`top`, `bottom`), and labels with it, reach above and below the middle of its icon."""

    top: float
    bottom: float
    above: float
    below: float

    @property
    def is_framed(self) -> bool:
        return max(self.top, self.bottom) > ICON / 2


def place(nets: Sequence[Net], columns: Mapping[str, int], rows: Mapping[str, int], edge_labels: EdgeLabels) -> None:
    """Give every net its ports with offsets."""
    for net in nets:
        net.outs = {id: Port(id, rows[id]) for id in net.sources}
        net.ins = {id: Port(id, rows[id]) for id in net.targets}
    for id in columns:
        side = Side(id, columns, rows)
        side.spread([net for net in nets if id in net.outs])
        side.label([net for net in nets if id in net.ins], edge_labels)


class Side:
    """The lines at one node, from the one that comes from highest to the one that comes from lowest."""

    def __init__(self, id: str, columns: Mapping[str, int], rows: Mapping[str, int]) -> None:
        self.id, self.columns, self.rows = id, columns, rows
        self.occupied = {(columns[other], rows[other]) for other in columns}

    def spread(self, nets: Sequence[Net]) -> None:
        level = {net.step for net in nets if any(self._level(self.id, target) for target in net.targets)}
        ordered = self._sort_nets(nets, level, lambda net: net.targets)
        rooms = [(each / 2, each / 2) for each in (PLAIN if net.gathers else NUMBERED for net in ordered)]
        for net, offset in zip(ordered, self._offsets(ordered, level, rooms), strict=True):
            net.outs[self.id].offset = offset

    def label(self, nets: Sequence[Net], edge_labels: EdgeLabels) -> None:
        count = edge_labels.rows if len(nets) > 1 else 2  # two lines always have room where one line arrives
        for net in nets:
            net.ins[self.id].lines = edge_labels.lines([edge for edge in net.edges if edge.target == self.id], count)
        level = {net.step for net in nets if any(self._level(source, self.id) for source in net.sources)}
        ordered = self._sort_nets(nets, level, lambda net: net.sources)
        for net, offset in zip(
            ordered,
            self._offsets(ordered, level, [_clearance(net.ins[self.id], len(nets)) for net in ordered]),
            strict=True,
        ):
            net.ins[self.id].offset = offset

    def _level(self, source: str, target: str) -> bool:
        """Whether a straight line can lead from one to the other."""
        row, between = self.rows[source], range(self.columns[source] + 1, self.columns[target])
        ahead = row == self.rows[target] and self.columns[source] < self.columns[target]
        return ahead and not any((column, row) in self.occupied for column in between)

    def _sort_nets(self, nets: Sequence[Net], level: set[int], others: Callable[[Net], list[str]]) -> list[Net]:
        return sorted(nets, key=lambda net: (self._lean(others(net), net.step in level), net.step))

    def _offsets(self, ordered: Sequence[Net], level: set[int], rooms: Sequence[tuple[float, float]]) -> list[float]:
        """A level line meets the middle, so that it stays straight; the others stand around it. `rooms` is what each
        takes above and below."""
        sizes = [above + below for above, below in rooms]
        places = [sum(sizes[:index]) + above for index, (above, _) in enumerate(rooms)]
        straight = (place for place, net in zip(places, ordered, strict=True) if net.step in level)
        middle = next(straight, sum(sizes) / 2)
        return [place - middle for place in places]

    def _lean(self, others: Sequence[str], level: bool) -> float:
        """Negative when the others stand above."""
        return 0 if level else sum(self.rows[other] for other in others) / len(others) - self.rows[self.id]


def _clearance(port: Port, arriving: int) -> tuple[float, float]:
    """A label's first line stands above the arriving line, its second below; one that arrives alone has the room."""
    half = (5 + LINE) / 2
    return half, half + (LINE + 3 if len(port.lines) > 1 and arriving > 1 else 0)


def extents(nets: Sequence[Net], ids: Sequence[str]) -> dict[str, Extent]:
    reaches = {id: list(_reach(nets, id)) for id in ids}
    return {id: _extent(reach) for id, reach in reaches.items()}


def _reach(nets: Sequence[Net], id: str) -> Iterator[tuple[float, float, float]]:
    """Offset of each port, and what belongs to it above and below."""
    for net in nets:
        if id in net.outs:
            yield net.outs[id].offset, 10, 10
        if id in net.ins:
            port = net.ins[id]
            yield port.offset, 5 + LINE, (5 + LINE if len(port.lines) > 1 else 3)


def _extent(reach: Sequence[tuple[float, float, float]]) -> Extent:
    highest = max((-offset for offset, _, _ in reach), default=0.0)
    lowest = max((offset for offset, _, _ in reach), default=0.0)
    frame = 5.0 if max(highest, lowest) > ICON / 2 - 2 else 0.0
    top, bottom = (max(ICON / 2 + frame, end + 14 if frame else 0) for end in (highest, lowest))
    above = max((above - offset for offset, above, _ in reach), default=0.0)
    below = max((below + offset for offset, _, below in reach), default=0.0)
    return Extent(top, bottom, max(above, top), max(below, bottom))
