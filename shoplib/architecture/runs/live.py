"""The same picture after a run: figures on edges and nodes, width by traffic, failures red; and what was never used."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shoplib.architecture import labels
from shoplib.architecture.edge_labels import Key, Look
from shoplib.architecture.model import OBSERVED, Edge, Model, Node, Signal
from shoplib.architecture.reading.relations.permissions import READS_SOURCE
from shoplib.architecture.runs import metric_labels as texts
from shoplib.architecture.runs.cloudwatch import Metrics
from shoplib.architecture.runs.counts import Count, Counts, sum_counts
from shoplib.architecture.runs.observed import Traffic, Use, covers, seen_by_engine, sum_uses
from shoplib.architecture.runs.signals import signals_of

if TYPE_CHECKING:
    import pandas as pd

PROVEN, UNUSED, UNDECLARED, UNSEEN = "proven", "never used", "used, not declared", "cannot be seen"
IDLE = Look("idle", dashes=(6.0, 4.0))
FAULT = "fault"
NARROWEST, WIDEST = 1.6, 6.0
SIGNS = {
    PROVEN: (Look(width=3.5), "used: n × calls, p50 / p95"),
    UNUSED: (IDLE, "never used"),
    UNDECLARED: (Look(FAULT, 2.4), "fails, or is not declared"),
    UNSEEN: (Look(), "cannot be seen"),
}
URGENCY = (UNDECLARED, PROVEN, UNUSED, UNSEEN)  # of what is told of several connections as of one


@dataclass(frozen=True)
class Verdict:
    """The comparison of declared, deployed and observed for one connection; `use` is None without calls. `beside` says
    what waited there, `counts` what its source counted of it."""

    edge: Edge
    outcome: str
    declared: bool
    deployed: bool
    use: Use | None = None
    beside: str = ""
    counts: tuple[Count, ...] = ()


def compare(
    declared: Model, deployed: Model, traffic: Traffic, figures: Mapping[str, Metrics], counts: Counts | None = None
) -> list[Verdict]:
    """A verdict on each connection of the two models, and on each use that neither of them knows."""
    known = {edge.key: edge for edge in (*deployed.edges, *declared.edges)}
    here, there = ({edge.key for edge in model.edges} for model in (declared, deployed))
    verdicts = []
    for key, edge in known.items():
        model = declared if key in here else deployed
        seen = traffic.known and seen_by_engine(model, edge)
        use = traffic.of(edge) if traffic.known else None
        outcome = UNDECLARED if use and key not in here else PROVEN if use else UNUSED if seen else UNSEEN
        own = (counts or {}).get(key[:2], ()) if edge.kind == "call" else ()
        beside = texts.waiting(model, edge, figures)
        verdicts.append(Verdict(edge, outcome, key in here, key in there, use, beside, own))
    return [*verdicts, *_undeclared_verdicts(known.values(), traffic, declared)]


def _undeclared_verdicts(known: Iterable[Edge], traffic: Traffic, declared: Model) -> Iterator[Verdict]:
    """Operations that no edge covers, as an edge of their own; without what resources of another stack do there."""
    elsewhere = {node.id for node in declared.nodes if node.external}
    inside = {node.id for node in declared.nodes} - elsewhere
    between: dict[tuple[str, str], list[Edge]] = {}
    for edge in known:
        between.setdefault((edge.source, edge.target), []).append(edge)
    for (source, target), uses in traffic.uses.items():
        edges, back = between.get((source, target), []), between.get((target, source), [])
        extra = {name: use for name, use in uses.items() if not _is_covered(name, edges, back)}
        if extra and (source not in elsewhere or target in inside):
            edge = Edge(source, target, OBSERVED, tuple(extra), ("observed in a run",))
            yield Verdict(edge, UNDECLARED, False, False, sum_uses(extra.values()))


def _is_covered(operation: str, edges: Iterable[Edge], back: Iterable[Edge]) -> bool:
    """Whoever is fed by a queue or a stream may read it himself, too."""
    reads = operation in READS_SOURCE and any(edge.kind == "event" for edge in back)
    return reads or any(covers(edge, operation) for edge in edges)


def with_traffic(
    model: Model,
    verdicts: Sequence[Verdict],
    types: Mapping[str, str],
    figures: Mapping[str, Metrics],
    summary: str,
    alarms: Collection[str] = (),
    counts: Counts | None = None,
) -> Model:
    """`model` with what a run used besides (`types` knows what that is), and CloudWatch's figures in place of settings
    on its nodes; a node whose alarm is among `alarms` says so, and what its function counted."""
    signals = {
        node.id: signals_of(node, figures.get(node.id, {}), (counts or {}).get((node.id, ""), ()), alarms)
        for node in model.nodes
    }
    nodes = [_with_figures(node, figures.get(node.id), signals[node.id]) for node in model.nodes]
    known = {edge.key for edge in model.edges}
    news = [verdict.edge for verdict in verdicts if verdict.outcome == UNDECLARED and verdict.edge.key not in known]
    strange = dict.fromkeys(id for edge in news for id in edge.key[:2] if not model.has(id))
    nodes += [Node(id, types.get(id, "External"), external=True, settings=("not declared",)) for id in strange]
    title, edges = f"{model.title}, after a run", (*model.edges, *news)
    return replace(model, title=title, summary=summary, nodes=tuple(nodes), edges=edges)


def _with_figures(node: Node, metrics: Metrics | None, signals: tuple[Signal, ...]) -> Node:
    figures_shown = texts.under_icon(node.type, metrics) if metrics is not None else ()
    return replace(node, settings=figures_shown or node.settings, signals=signals)


@dataclass
class Observed:
    """Labels edges with the figures of a run, in the layout of the declared picture."""

    verdicts: Mapping[Key, Verdict]
    rows: int = 2
    legend: Sequence[tuple[Look, str]] = field(init=False)
    _most: int = field(init=False)

    def __post_init__(self) -> None:
        has_failures = any(verdict.use and verdict.use.failure_count for verdict in self.verdicts.values())
        bad = {UNDECLARED} if has_failures else set()
        outcomes = {verdict.outcome for verdict in self.verdicts.values()} | bad
        self.legend = [sign for outcome, sign in SIGNS.items() if outcome in outcomes]
        self._most = max((verdict.use.count for verdict in self.verdicts.values() if verdict.use), default=1)

    def lines(self, edges: Sequence[Edge], count: int) -> tuple[str, ...]:
        """Of edges that arrive together, their sum."""
        verdicts = [self.verdicts[edge.key] for edge in edges]
        use = sum_uses(verdict.use for verdict in verdicts if verdict.use)
        if use is None:
            unused = verdicts[0].outcome == UNUSED
            return ("not used",) if unused else labels.lines(edges[0], count)
        news = [verdict for verdict in verdicts if verdict.edge.kind == OBSERVED]
        lines = texts.on_edge(use, verdicts[0].beside, sum_counts(verdict.counts for verdict in verdicts))
        return (*labels.lines(news[0].edge, 1), lines[0]) if news else lines

    def describe(self, edge: Edge) -> str:
        verdict = self.verdicts[edge.key]
        if verdict.use is None:
            return f"{edge.description} ({UNUSED})" if verdict.outcome == UNUSED else edge.description
        text = texts.in_words(verdict.use, verdict.beside, verdict.counts)
        return f"{edge.description}, {UNDECLARED}: {text}" if verdict.outcome == UNDECLARED else text

    def look(self, edge: Edge) -> Look | None:
        verdict = self.verdicts[edge.key]
        if verdict.use is None:
            return IDLE if verdict.outcome == UNUSED else None
        share = math.log1p(verdict.use.count) / math.log1p(max(self._most, 1))
        bad = verdict.use.failure_count or verdict.outcome == UNDECLARED
        return Look(FAULT if bad else "line", round(NARROWEST + (WIDEST - NARROWEST) * share, 1))

    def over(self, originals: Mapping[Key, Sequence[Edge]]) -> "Observed":
        """Their sums, with the outcome that asks most for somebody."""
        return Observed(
            {key: _together([self.verdicts[edge.key] for edge in edges]) for key, edges in originals.items()}
        )


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    if len(verdicts) == 1:
        return verdicts[0]
    outcome = min((each.outcome for each in verdicts), key=URGENCY.index)
    use = sum_uses(each.use for each in verdicts if each.use)
    flags = any(each.declared for each in verdicts), any(each.deployed for each in verdicts)
    return Verdict(verdicts[0].edge, outcome, *flags, use)


def table(verdicts: Iterable[Verdict]) -> "pd.DataFrame":
    """One row per connection: source, target, kind, verdict, count, failed, refused, p50_ms, p95_ms, waiting, declared,
    deployed, metrics. Figures of what was not seen are missing."""
    import pandas as pd

    names = ["source", "target", "kind", "verdict", "count", "failed", "refused", "p50_ms", "p95_ms", "waiting"]
    rows = pd.DataFrame([_row(verdict) for verdict in verdicts], columns=[*names, "declared", "deployed", "metrics"])
    return rows.astype(dict.fromkeys(("count", "failed", "refused"), "Int64"))


def _row(verdict: Verdict) -> tuple[object, ...]:
    use = verdict.use or Use()
    times = (use.percentile(50), use.percentile(95))
    counts = (use.count, use.failure_count, use.refusals.total()) if verdict.outcome != UNSEEN else (None, None, None)
    metrics = ", ".join(texts.words_of(entry.name, entry.count) for entry in verdict.counts)
    declared = verdict.declared, verdict.deployed
    return (*verdict.edge.key, verdict.outcome, *counts, *times, verdict.beside, *declared, metrics)
