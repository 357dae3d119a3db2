"""What a run showed of a node besides its traffic, in short words: what was refused, what rings, what it counted."""

from collections.abc import Collection, Iterator, Sequence

from shoplib.architecture.model import Node, Signal
from shoplib.architecture.reading.settings import bulkhead_of
from shoplib.architecture.runs import metric_labels as texts
from shoplib.architecture.runs.cloudwatch import Metrics
from shoplib.architecture.runs.counts import Count


def signals_of(node: Node, metrics: Metrics, counts: Sequence[Count], alarms: Collection[str]) -> tuple[Signal, ...]:
    """The most urgent first. `node` is as the template has it, `alarms` are those that ring."""
    return (*_throttled(node, metrics), *_ringing(node, alarms), *(_count(entry) for entry in counts))


def _throttled(node: Node, metrics: Metrics) -> Iterator[Signal]:
    if count := metrics.get("Throttles Sum", 0):
        limit = bulkhead_of(node.settings)
        most = " " + f"(≤ {limit} at once)".replace(" ", texts.BLANK) if limit else ""
        yield Signal(f"{texts.short(count)} throttled{most}", is_bad=True)


def _ringing(node: Node, alarms: Collection[str]) -> Iterator[Signal]:
    own = [badge.text for badge in node.badges if badge.kind == "alarm" and badge.text in alarms]
    if own:
        yield Signal("in alarm", is_bad=True, detail=", ".join(own))


def _count(entry: Count) -> Signal:
    return Signal(texts.words_of(entry.name, entry.count), is_bad=entry.watched)
