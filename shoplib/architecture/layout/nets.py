"""Edges that share a line. What leaves one node together, or arrives at one node together, is one net and one step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shoplib.architecture.layout.columns import lanes_of
from shoplib.architecture.model import KINDS, Edge, Model

GATHERS = 2  # as many sources with the same verb share the last stretch to their target


@dataclass
class Port:
    """Where a net touches a node: `offset` pixels below the middle of its icon."""

    node: str
    row: int
    lines: tuple[str, ...] = ()
    offset: float = 0.0


@dataclass
class Net:
    """`edges` have one source (or, `gathers`, one target). `step` is its number in the caption."""

    edges: list[Edge]
    gathers: bool = False
    step: int = 0
    outs: dict[str, Port] = field(default_factory=dict)
    ins: dict[str, Port] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(edge.source for edge in self.edges))

    @property
    def targets(self) -> list[str]:
        return list(dict.fromkeys(edge.target for edge in self.edges))

    @property
    def kind(self) -> str:
        return self.edges[0].kind


def make(model: Model, columns: Mapping[str, int], rows: Mapping[str, int]) -> list[Net]:
    """The nets of `model`, numbered as the data flows: lane by lane, from the callers onward."""
    nets = _gathering_nets(model)
    gathered = {edge.key for net in nets for edge in net.edges}
    nets += _spreading_nets(model, [edge for edge in model.edges if edge.key not in gathered])
    for number, net in enumerate(_in_order(model, nets, columns, rows), start=1):
        net.step = number
    return sorted(nets, key=lambda net: net.step)


def _gathering_nets(model: Model) -> list[Net]:
    alike: dict[tuple[str, str, tuple[str, ...]], list[Edge]] = {}
    for edge in model.edges:
        if edge.source != model.callers:
            alike.setdefault((edge.target, edge.kind, (*edge.verbs, *edge.filters)), []).append(edge)
    return [Net(group, gathers=True) for group in alike.values() if len(group) >= GATHERS]


def _spreading_nets(model: Model, edges: Iterable[Edge]) -> list[Net]:
    together: dict[tuple[str, str, str], list[Edge]] = {}
    for edge in edges:
        target_type = "" if edge.source == model.callers else model.node(edge.target).type
        together.setdefault((edge.source, edge.kind, target_type), []).append(edge)
    return [Net(group) for group in together.values()]


def _in_order(model: Model, nets: Sequence[Net], columns: Mapping[str, int], rows: Mapping[str, int]) -> list[Net]:
    lane = {id: index for index, (_, nodes) in enumerate(lanes_of(model)) for id in nodes}
    depth = _depths(model.callers, nets, columns)

    def rank(net: Net) -> tuple[int, int, int, int, int, str]:
        end = min(net.targets, key=lambda id: rows[id])
        start = min(net.sources, key=lambda id: (lane.get(id) != lane.get(end), lane.get(id, -1), rows[id]))
        home = lane.get(start, lane.get(end, 0))
        return home, depth[start] + net.gathers, rows[start], KINDS.index(net.kind), rows[end], end

    return sorted(nets, key=rank)


def _depths(callers: str, nets: Sequence[Net], columns: Mapping[str, int]) -> dict[str, int]:
    """How far from the callers a node is; what nobody calls is as deep as its column."""
    depth = {callers: 0}
    waiting = [callers] if callers else []
    for id in waiting:
        for net in nets:
            for edge in net.edges:
                if edge.source == id and edge.target not in depth:
                    depth[edge.target] = depth[id] + 1
                    waiting.append(edge.target)
    return {id: depth.get(id, column) for id, column in columns.items()}
