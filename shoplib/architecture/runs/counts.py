"""What functions count of themselves: custom metrics that carry the name of their function as a dimension.

One that names another resource of the picture, too, belongs to the connection between the two. Nothing here knows a
metric by its name: whoever publishes such metrics has them in the pictures of a run.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from shoplib.architecture.identity import Ids, key_of, name_of
from shoplib.architecture.model import Model
from shoplib.architecture.runs import cloudwatch
from shoplib.architecture.runs.cloudwatch import Metric, Query
from shoplib.architecture.runs.observed import FUNCTION
from shoplib.provision import Stack, Target

DIMENSIONS = ("function_name", "FunctionName")  # Powertools' word, and Lambda's own
ADDS_UP = "Count"  # the unit of which a sum says something
OF_AWS = "AWS/"


@dataclass(frozen=True)
class Count:
    """How often a function says that something happened. What is `watched` has an alarm."""

    name: str
    count: float
    watched: bool = False


Place = tuple[str, str]  # a function's node, and the node on which it acted; empty where it is the function's alone
Counts = Mapping[Place, tuple[Count, ...]]


def read(
    target: Target,
    stacks: Iterable[Stack],
    model: Model,
    ids: Ids,
    watched: Collection[Metric],
    since: float | None = None,
) -> Counts:
    """What was counted at each place of the picture: what has an alarm first, then the most frequent."""
    placed = list(_placed(target, _functions(stacks, ids), model, ids))
    sums = cloudwatch.values(target, [Query(metric, "Sum", ADDS_UP) for _, metric in placed], since)
    counts: dict[Place, list[Count]] = {}
    for (place, name), entries in by_name(placed, sums).items():
        count = sum(value for _, value in entries)
        counts.setdefault(place, []).append(Count(name, count, any(metric in watched for metric, _ in entries)))
    return {place: tuple(sorted(each, key=_urgency)) for place, each in counts.items()}


def _urgency(entry: Count) -> tuple[bool, float, str]:
    return not entry.watched, -entry.count, entry.name


def _functions(stacks: Iterable[Stack], ids: Ids) -> dict[str, str]:
    """Nodes of the stacks' functions by name."""
    resources = [each for stack in stacks for each in stack.resources if each.type == FUNCTION and each.physical_id]
    keys = {name_of(each.physical_id): key_of(each.type, each.physical_id) for each in resources}
    return {name: ids[key] for name, key in keys.items() if key in ids}


def _placed(target: Target, functions: Mapping[str, str], model: Model, ids: Ids) -> Iterator[tuple[Place, Metric]]:
    connected = {(edge.source, edge.target) for edge in model.edges}
    for metric in _custom_metrics(target):
        own = next((functions[value] for name, value in metric.dimensions if _is_of(name, value, functions)), None)
        others = {name_of(value) for name, value in metric.dimensions if name not in DIMENSIONS}
        nodes = sorted({node for key, node in ids.items() if key.partition(":")[2] in others})
        if own:
            yield (own, next((node for node in nodes if (own, node) in connected), "")), metric


def _is_of(name: str, value: str, functions: Mapping[str, str]) -> bool:
    return name in DIMENSIONS and value in functions


def _custom_metrics(target: Target) -> Iterator[Metric]:
    pages = target.client("cloudwatch").get_paginator("list_metrics")
    for dimension in DIMENSIONS:
        for page in pages.paginate(Dimensions=[{"Name": dimension}]):
            yield from (Metric.of(each) for each in page["Metrics"] if not each["Namespace"].startswith(OF_AWS))


def by_name(
    placed: Iterable[tuple[Place, Metric]], sums: Iterable[float | None]
) -> dict[tuple[Place, str], list[tuple[Metric, float]]]:
    """What happened, by place and name. A metric that is there with more dimensions, too, is a part of the one with
    fewer."""
    groups: dict[tuple[Place, str], list[tuple[Metric, float]]] = {}
    for (place, metric), value in zip(placed, sums, strict=True):
        if value:
            groups.setdefault((place, metric.name), []).append((metric, value))
    fewest = {key: min(len(metric.dimensions) for metric, _ in entries) for key, entries in groups.items()}
    return {
        key: [each for each in entries if len(each[0].dimensions) == fewest[key]] for key, entries in groups.items()
    }


def sum_counts(entries: Iterable[Iterable[Count]]) -> tuple[Count, ...]:
    """What was counted at several places, together."""
    sums: dict[str, Count] = {}
    for entry in (entry for each in entries for entry in each):
        before = sums.get(entry.name, Count(entry.name, 0))
        sums[entry.name] = Count(entry.name, before.count + entry.count, before.watched or entry.watched)
    return tuple(sorted(sums.values(), key=_urgency))
