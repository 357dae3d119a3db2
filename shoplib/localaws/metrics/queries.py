"""Answering GetMetricStatistics and GetMetricData from a store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shoplib.localaws.metrics import statistics
from shoplib.localaws.metrics.histogram import Histogram, merged
from shoplib.localaws.metrics.store import MINUTE, Metric, Store

UNITLESS = "None"
UNITS = (
    *("Megabits", "Terabits", "Gigabits", "Count", "Bytes", "Gigabytes", "Gigabytes/Second", "Kilobytes"),
    *("Kilobits/Second", "Terabytes", "Terabits/Second", "Bytes/Second", "Percent", "Megabytes", "Megabits/Second"),
    *("Milliseconds", "Microseconds", "Kilobytes/Second", "Gigabits/Second", "Megabytes/Second", "Bits"),
    *("Bits/Second", "Count/Second", "Seconds", "Kilobits", "Terabytes/Second", UNITLESS),
)


@dataclass(frozen=True)
class Span:
    """From `start` to before `end` (seconds since 1970) in steps of `period` seconds."""

    start: int
    end: float
    period: int

    @classmethod
    def of(cls, start: datetime, end: datetime, period: int) -> "Span":
        """AWS rounds the start down: to the minute, or to the period where that is shorter."""
        step = min(MINUTE, period)
        return cls(int(_seconds(start)) // step * step, _seconds(end), period)

    def step_of(self, second: int) -> int:
        return self.start + (second - self.start) // self.period * self.period


@dataclass(frozen=True)
class Point:
    """The values of one period, all of one unit."""

    second: int
    unit: str
    cell: Histogram

    @property
    def timestamp(self) -> datetime:
        """UTC, without a time zone, as moto's serializer wants it."""
        return datetime.fromtimestamp(self.second, UTC).replace(tzinfo=None)


def points(store: Store, metric: Metric, span: Span, unit: str | None) -> list[Point]:
    """One point per period and unit that has data, in the order of time."""
    by_step: dict[tuple[int, str], list[Histogram]] = {}
    for own_unit, second, cell in store.cells(metric, span.start, span.end):
        if unit in (None, own_unit):
            by_step.setdefault((span.step_of(second), own_unit), []).append(cell)
    return [Point(second, own_unit, merged(cells)) for (second, own_unit), cells in sorted(by_step.items())]


def values(store: Store, metric: Metric, span: Span, statistic: str, unit: str | None) -> dict[int, float]:
    """The statistic by second, of one unit: as on AWS the first one that has data, when none is asked for."""
    chosen = unit or next(iter(units(store, metric, span)), None)
    by_second = {point.second: point.cell for point in points(store, metric, span, chosen)}
    answers = {second: statistics.value(statistic, cell) for second, cell in by_second.items()}
    return {second: answer for second, answer in answers.items() if answer is not None}


def units(store: Store, metric: Metric, span: Span) -> list[str]:
    """Those that have data, in AWS's order."""
    present = {unit for unit, _, _ in store.cells(metric, span.start, span.end)}
    return sorted(present, key=lambda unit: UNITS.index(unit) if unit in UNITS else len(UNITS))


def matching(
    metrics: Sequence[Metric], namespace: str | None, name: str | None, dimensions: Sequence[dict[str, str]]
) -> list[Metric]:
    """ListMetrics: a dimension without a value means any value."""
    return [
        metric
        for metric in metrics
        if namespace in (None, "", metric.namespace)
        and name in (None, "", metric.name)
        and all(_has(metric, dimension) for dimension in dimensions)
    ]


def _has(metric: Metric, dimension: dict[str, str]) -> bool:
    own = dict(metric.dimensions)
    return dimension["Name"] in own and dimension.get("Value") in (None, own[dimension["Name"]])


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
