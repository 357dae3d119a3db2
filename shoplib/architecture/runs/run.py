"""Pictures of a run: observed calls, compared with what is declared and deployed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shoplib.architecture import identity, journey
from shoplib.architecture.journey import Journey
from shoplib.architecture.journey.calls import read, recent
from shoplib.architecture.model import Model
from shoplib.architecture.picture import Picture
from shoplib.architecture.pictures import from_patterns, from_stacks, patterns, stacks_of
from shoplib.architecture.reading.deployed import parameters
from shoplib.architecture.runs import cloudwatch, counts, live, observed
from shoplib.architecture.runs import metric_labels as texts
from shoplib.architecture.runs.live import Observed, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from shoplib.architecture.linking.links import Page, Place
    from shoplib.provision import Stack, Target

    Places = Mapping[str, Place | Page]

PUSHES = ("event", "failure")  # kinds of edges by which a service sends to a queue or a stream
SEEN = (
    "What was called, how often, and how long it took: p50 / p95. Of functions and APIs these are CloudWatch's figures."
)
UNKNOWN = "CloudWatch's figures of the last three hours. Who called whom is not known there."


class Live(Picture):
    """A picture after a run. `verdicts` compares declared, deployed and observed for each connection."""

    def __init__(self, model: Model, verdicts: Sequence[Verdict], places: "Places") -> None:
        super().__init__(model, places, Observed({verdict.edge.key: verdict for verdict in verdicts}))
        self.verdicts = verdicts

    @property
    def formats(self) -> tuple[str, ...]:
        """The others would say what is declared, without the figures."""
        return ".svg", ".png", ".drawio"

    @property
    def uses(self) -> "pd.DataFrame":
        """One row per connection: source, target, kind, verdict (proven; never used; used, not declared; cannot be
        seen), count, failed, refused, p50_ms, p95_ms, waiting, declared, deployed, metrics."""
        return live.table(self.verdicts)


def from_run(target: "Target", *stacks: str, declared: Picture | None = None) -> Live:
    """Draw what stacks did since they were deployed, or since `forget_calls`; by default the patterns' stacks.

    `declared` is compared with the run: by default the patterns' templates; for other stacks what is deployed.
    Only the local AWS records who called what; on other targets the picture has only CloudWatch metrics of resources.
    """
    stacks_there, described = stacks_of(target, *stacks)
    deployed = from_stacks(stacks_there, described, target)
    picture = declared or _declared_picture(stacks_there) or deployed
    model, ids = picture.model, ids_in(picture.model, stacks_there, described)
    traffic = observed.read(model, ids, target)
    figures = cloudwatch.read(target, stacks_there, ids, traffic.since)
    pushed = _pushed_to(model)
    for node, use in traffic.totals.items():
        figures[node] = _with_run(figures.get(node, {}), texts.of_run(model.node(node).type, use), node in pushed)
    alarms = cloudwatch.alarms(target, stacks_there)
    own_counts = counts.read(target, stacks_there, model, ids, alarms.watched, traffic.since)
    verdicts = live.compare(model, deployed.model, traffic, figures, own_counts)
    types = {**{node.id: node.type for node in deployed.model.nodes}, **traffic.types}
    live_model = live.with_traffic(model, verdicts, types, figures, _summary(traffic), alarms.ringing, own_counts)
    keys = {edge.key for edge in live_model.edges}
    places = {**picture.places, **deployed.places}
    return Live(live_model, [verdict for verdict in verdicts if verdict.edge.key in keys], places)


def _with_run(metrics: cloudwatch.Metrics, run: cloudwatch.Metrics, is_pushed_to: bool) -> cloudwatch.Metrics:
    """What a run showed, and what only CloudWatch knows: how much waited, how long, and what others' pushes brought."""
    waited = {name: value for name, value in metrics.items() if name.endswith("Maximum")}
    if not is_pushed_to:
        return waited | run
    own = {name: value for name, value in run.items() if name not in texts.FED}
    return waited | own | {name: metrics[name] for name in texts.FED if name in metrics}


def _pushed_to(model: Model) -> set[str]:
    """What services feed, whose pushes no run shows: queues of topics and rules, and of failures."""
    return {edge.target for edge in model.edges if edge.kind in PUSHES and not observed.seen_by_engine(model, edge)}


def follow(target: "Target", thing: str, *stacks: str) -> Journey:
    """The way of one thing through stacks, by default the patterns': `thing` is any text that tells it from others (an
    order's id) or the root of a trace. LabError when no call that is remembered mentions it, and on any AWS but the
    laptop's."""
    rows = observed.calls(target)
    stacks_there, described = stacks_of(target, *stacks)
    picture = _declared_picture(stacks_there) or from_stacks(stacks_there, described, target)
    return journey.follow(picture, ids_in(picture.model, stacks_there, described), rows, thing)


def recent_requests(target: "Target", count: int = 3) -> list[str]:
    """Return the last requests from outside, newest first, each as its trace id and a description."""
    return recent([read(row) for row in observed.calls(target)], count)


def ids_in(model: Model, stacks: "Sequence[Stack]", described: Mapping[str, Mapping[str, Any]]) -> identity.Ids:
    """Which node each resource of the stacks is, and each that their parameters name."""
    parameters_by_name = {name: key for entry in described.values() for name, key in parameters(entry, stacks).items()}
    return identity.ids_of(model, stacks, parameters_by_name)


def forget_calls(target: "Target") -> None:
    """Start over: the next picture of a run has only calls from now on. CloudWatch metrics stay."""
    observed.forget(target)


def _declared_picture(stacks: "Sequence[Stack]") -> Picture | None:
    names = [stack.name.removeprefix("shop-") for stack in stacks]
    return from_patterns(*names) if set(names) <= set(patterns()) else None


def _summary(traffic: observed.Traffic) -> str:
    lost = f" {traffic.lost:,} calls or connections could not be kept." if traffic.lost else ""
    return (SEEN if traffic.known else UNKNOWN) + lost
