"""Which track of its gutter or gap each line runs on: no two nets share one where they meet, and few cross."""

from collections.abc import Callable, Iterable, Sequence

from shoplib.architecture.layout.nets import Net, Port
from shoplib.architecture.layout.ports import NUMBERED, PLAIN
from shoplib.architecture.layout.routes import Passage, Routing, Trunk

AVOID = 6.0
MARGIN = 8.0  # two lines on one track are at least so far apart

Height = Callable[[Port], float]


def part(routing: Routing) -> None:
    """Move a leaving port where its line would lie on one that arrives on the other side of the same gutter."""
    trunks = list(routing.trunks.values())
    for trunk in trunks:
        for port in trunk.left:
            others = _arrivals(trunks, trunk, port)
            own = _departures(trunks, port, NUMBERED if not trunk.net.gathers else PLAIN)
            port.offset = _nearest_free(port.offset, others, own)


def _nearest_free(offset: float, others: Sequence[float], own: Sequence[tuple[float, float]]) -> float:
    """The nearest place that is free, or as free as it gets."""
    places = [offset + step * 2 for step in range(-30, 31)]

    def penalty(place: float) -> tuple[int, float, float]:
        on_arriving = sum(abs(place - other) < AVOID for other in others)
        near_own = sum(abs(place - other) < apart for other, apart in own)
        return 4 * on_arriving + near_own, abs(place - offset), place

    return min(places, key=penalty)


def _departures(trunks: Iterable[Trunk], port: Port, room: float) -> list[tuple[float, float]]:
    """The other lines that leave the node: where, and how far this one has to keep away."""
    others = {id(other): (other, trunk.net) for trunk in trunks for other in trunk.left if other.node == port.node}
    rooms = {key: PLAIN if net.gathers else NUMBERED for key, (_, net) in others.items()}
    return [(other.offset, (rooms[key] + room) / 2 - 2) for key, (other, _) in others.items() if other is not port]


def _arrivals(trunks: Iterable[Trunk], trunk: Trunk, port: Port) -> list[float]:
    meeting = (other for other in trunks if other.gutter == trunk.gutter and other.net is not trunk.net)
    return [arriving.offset for other in meeting for arriving in other.right if arriving.row == port.row]


def passages(routing: Routing) -> dict[int, int]:
    """Give each passage a track within its gap; how many tracks each gap needs."""
    needed: dict[int, int] = {}
    for gap in sorted({passage.gap for passage in routing.passages.values()}):
        lines = [passage for passage in routing.passages.values() if passage.gap == gap]
        lines.sort(key=lambda passage: (min(passage.gutters) - max(passage.gutters), passage.net.step))
        placed: list[Passage] = []
        for line in lines:
            occupied = {other.track for other in placed if _side_by_side(line, other)}
            line.track = next(track for track in range(len(placed) + 1) if track not in occupied)
            placed.append(line)
        needed[gap] = 1 + max(line.track for line in lines)
    return needed


def _side_by_side(one: Passage, other: Passage) -> bool:
    return min(one.gutters) <= max(other.gutters) and min(other.gutters) <= max(one.gutters)


def trunks(routing: Routing, port_height: Height, gap_height: Callable[[Net, int], float]) -> dict[int, int]:
    """Give each trunk a track within its gutter; how many tracks each gutter needs."""
    needed: dict[int, int] = {}
    for gutter in sorted({trunk.gutter for trunk in routing.trunks.values()}):
        lines = [
            Line(trunk, routing, port_height, gap_height) for trunk in routing.trunks.values() if trunk.gutter == gutter
        ]
        lines = _reduce_crossings([line for line in lines if line.low < line.high])
        for index, line in enumerate(lines):
            before = [other.trunk.track for other in lines[:index] if line.meets(other)]
            line.trunk.track = 1 + max(before, default=-1)
        needed[gutter] = 1 + max((line.trunk.track for line in lines), default=-1)
    return needed


class Line:
    """A trunk with heights: where lines leave it to the left and to the right."""

    def __init__(
        self, trunk: Trunk, routing: Routing, port_height: Height, gap_height: Callable[[Net, int], float]
    ) -> None:
        self.trunk = trunk
        self.left = [port_height(port) for port in trunk.left]
        self.right = [port_height(port) for port in trunk.right]
        for gap in trunk.gaps:
            gutters = routing.passages[trunk.net.step, gap].gutters
            y = gap_height(trunk.net, gap)
            self.left += [y] if min(gutters) < trunk.gutter else []
            self.right += [y] if max(gutters) > trunk.gutter else []
            self.right += [y] if set(gutters) == {trunk.gutter} else []
        self.low, self.high = min(self.left + self.right), max(self.left + self.right)

    def meets(self, other: "Line") -> bool:
        return self.low - MARGIN < other.high and other.low - MARGIN < self.high

    def crossings_when_left_of(self, other: "Line") -> int:
        return other._count_cuts(self.right) + self._count_cuts(other.left)

    def _count_cuts(self, heights: Sequence[float]) -> int:
        return sum(1 for y in heights if self.low - 1 < y < self.high + 1)


def _reduce_crossings(lines: Sequence[Line]) -> list[Line]:
    """Order from left to right; neighbours change places while that saves crossings."""
    ordered = sorted(lines, key=lambda line: (line.low, line.trunk.net.step))
    for _ in range(len(ordered)):
        for index in range(len(ordered) - 1):
            one, other = ordered[index], ordered[index + 1]
            if other.crossings_when_left_of(one) < one.crossings_when_left_of(other):
                ordered[index], ordered[index + 1] = other, one
    return ordered
