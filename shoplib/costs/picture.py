"""The architecture with the cost of each connection's traffic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from shoplib.architecture import Edge, Node, Picture
from shoplib.architecture.edge_labels import Key, Look
from shoplib.costs.bill import Bill
from shoplib.costs.money import dollars

NARROWEST, WIDEST = 1.6, 6.0
IDLE = Look("idle", dashes=(6.0, 4.0))
NOTHING = "not counted"
LEGEND = ((Look(width=3.5), "what its traffic costs"), (IDLE, "nothing counted"))


@dataclass
class Priced:
    """Labels edges with their costs; a wider edge has a larger share."""

    usd: Mapping[tuple[str, str, str], Decimal]
    rows: int = 1
    legend: Sequence[tuple[Look, str]] = LEGEND
    _most: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self._most = max(self.usd.values(), default=Decimal(0))

    def lines(self, edges: Sequence[Edge], count: int) -> tuple[str, ...]:
        usd = sum((self.usd.get(edge.key, Decimal(0)) for edge in edges), Decimal(0))
        return (dollars(usd),) if usd else (NOTHING,)

    def describe(self, edge: Edge) -> str:
        usd = self.usd.get(edge.key)
        return f"{edge.description}: {dollars(usd) if usd else NOTHING}"

    def look(self, edge: Edge) -> Look | None:
        usd = self.usd.get(edge.key)
        if not usd:
            return IDLE
        return Look("line", round(NARROWEST + (WIDEST - NARROWEST) * float(usd / self._most), 1))

    def over(self, originals: Mapping[Key, Sequence[Edge]]) -> "Priced":
        """Their sums."""
        nothing = Decimal(0)
        sums = {key: sum((self.usd.get(e.key, nothing) for e in edges), nothing) for key, edges in originals.items()}
        return Priced({key: usd for key, usd in sums.items() if usd})


def priced(declared: Picture, bill: Bill) -> Picture:
    """The picture with costs on its connections. Below the icons: fixed monthly costs, and usage that belongs to no
    known connection.
    """
    model = declared.model
    on_edges = _of_edges(model.edges, bill)
    nodes = tuple(_with_captions(node, bill, model.edges) for node in model.nodes)
    summary = f"List prices of {bill.table.region}, {bill.table.checked}: {dollars(bill.traffic_usd)} for the traffic, "
    summary += f"{dollars(bill.monthly_usd)} every month without any. The free tier is not taken off."
    title = f"{model.title}: what it costs"
    return Picture(replace(model, title=title, nodes=nodes, summary=summary), declared.places, Priced(on_edges))


def _with_captions(node: Node, bill: Bill, edges: Sequence[Edge]) -> Node:
    ways = {(edge.source, edge.target) for edge in edges}
    by_use = [line.usd for line in bill.by_traffic if line.usage.target == node.id and line.connection not in ways]
    monthly = [line.usd for line in bill.monthly if line.usage.target == node.id]
    captions = [
        f"{dollars(sum(amounts, Decimal(0)))} {word}"
        for amounts, word in ((by_use, "by use"), (monthly, "a month"))
        if amounts
    ]
    return replace(node, settings=tuple(captions)) if captions else node


def _of_edges(edges: Sequence[Edge], bill: Bill) -> dict[tuple[str, str, str], Decimal]:
    """The cost between two resources is shown on the first of their edges."""
    left = bill.by_connection
    return {edge.key: left.pop((edge.source, edge.target)) for edge in edges if (edge.source, edge.target) in left}
