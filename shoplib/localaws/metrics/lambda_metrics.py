"""What Lambda reports to CloudWatch (namespace AWS/Lambda): per function, alias or version, and of all functions."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from moto.awslambda.models import lambda_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.functions import Observed
from shoplib.localaws.metrics.histogram import Histogram
from shoplib.localaws.metrics.store import MINUTE, Metric, Store

NAMESPACE = "AWS/Lambda"
UNITS = {"Duration": "Milliseconds", "IteratorAge": "Milliseconds", "AsyncEventAge": "Milliseconds"}
FIGURES = {
    "async_received": "AsyncEventsReceived",
    "async_age": "AsyncEventAge",
    "async_dropped": "AsyncEventsDropped",
    "dead_letter_error": "DeadLetterErrors",
    "destination_failure": "DestinationDeliveryFailures",
    "iterator_age": "IteratorAge",
}
Dimensions = dict[str, str]


class Subject(NamedTuple):
    """Whose figures: a function as it was called, and the version that ran where that is known."""

    account_id: str
    region: str
    function: str
    qualifier: str | None
    version: str

    def dimension_sets(self) -> Iterator[Dimensions]:
        """As AWS publishes: none, the function, the name it was called by, and the version behind an alias."""
        function = {"FunctionName": self.function}
        name = f"{self.function}:{self.qualifier}" if self.qualifier else self.function
        yield {}
        yield function
        yield function | {"Resource": name}
        if self.version and self.qualifier and self.qualifier != self.version:
            yield function | {"Resource": name, "ExecutedVersion": self.version}


@dataclass(slots=True)
class Tally:
    """One minute of one subject."""

    calls: int = 0
    errors: int = 0
    throttles: int = 0
    peak: float = 0.0  # concurrency of the function
    duration: Histogram = field(default_factory=Histogram)
    others: dict[str, Histogram] = field(default_factory=dict)

    def cells(self) -> dict[str, Histogram]:
        """The figures that every combination of dimensions has. Each call counts in three of them, if only as 0."""
        by_name = dict(self.others)
        if self.calls:
            by_name |= {
                "Invocations": _of_counts(self.calls, 0),
                "Errors": _of_counts(self.errors, self.calls - self.errors),
            }
            by_name["Duration"] = self.duration
        if self.calls or self.throttles:
            by_name["Throttles"] = _of_counts(self.throttles, self.calls)
        return by_name


@dataclass(slots=True)
class Peak:
    """The most invocations of one account at work in one minute."""

    total: int = 0
    unreserved: int = 0


class LambdaMetrics:
    """Counts what it observes; `settle` brings it to the stores. `concurrency` gives what is at work by function ARN.

    Spreading a value over its dimensions takes longer than counting it: it is done once per minute, or when asked.
    """

    def __init__(
        self, store_of: Callable[[str, str], Store], concurrency: Callable[[str, str], dict[str, int]]
    ) -> None:
        self._store_of = store_of
        self._concurrency = concurrency
        self._tallies: dict[Subject, Tally] = {}
        self._peaks: dict[tuple[str, str], Peak] = {}
        self._minute = int(engine_clock.now()) // MINUTE * MINUTE
        self._lock = threading.Lock()

    def observe(self, seen: Observed) -> None:
        if seen.at >= self._minute + MINUTE:
            self.settle(int(seen.at) // MINUTE * MINUTE)
        subject = Subject(seen.account_id, seen.region, seen.function, seen.qualifier, seen.version)
        at_work = self._concurrency(seen.account_id, seen.region) if seen.kind == "invocation" else {}
        with self._lock:
            tally = self._tallies.get(subject) or self._tallies.setdefault(subject, Tally())
            self._count(tally, seen)
            peak = self._peaks.setdefault((seen.account_id, seen.region), Peak())
            total = sum(at_work.values())
            if total > peak.unreserved:
                peak.total = max(peak.total, total)
                peak.unreserved = max(peak.unreserved, total - _count_reserved(seen.account_id, seen.region, at_work))

    def settle(self, following: int | None = None) -> None:
        """Bring everything counted so far to the stores. `following` is the minute that begins now, if one does."""
        with self._lock:
            minute, tallies, peaks = self._minute, self._tallies, self._peaks
            self._tallies, self._peaks = {}, {}
            self._minute = following or self._minute
        for subject, tally in tallies.items():
            self._spread(subject, tally, minute)
        for (account_id, region), peak in peaks.items():
            store = self._store_of(account_id, region)
            if peak.total:
                _put(store, "ConcurrentExecutions", {}, minute, _of_value(peak.total))
                _put(store, "UnreservedConcurrentExecutions", {}, minute, _of_value(peak.unreserved))

    def _count(self, tally: Tally, seen: Observed) -> None:
        if seen.kind == "invocation":
            tally.calls += 1
            tally.errors += seen.error
            tally.peak = max(tally.peak, seen.value)
            tally.duration.add(seen.duration_ms)
        elif seen.kind == "throttle":
            tally.throttles += 1
        else:
            tally.others.setdefault(FIGURES[seen.kind], Histogram()).add(seen.value)

    def _spread(self, subject: Subject, tally: Tally, minute: int) -> None:
        store = self._store_of(subject.account_id, subject.region)
        for name, cell in tally.cells().items():
            for dimensions in subject.dimension_sets():
                _put(store, name, dimensions, minute, cell)
        if tally.calls:
            own = {"FunctionName": subject.function}
            _put(store, "ConcurrentExecutions", own, minute, _of_value(tally.peak))


def _put(store: Store, name: str, dimensions: Dimensions, minute: int, cell: Histogram) -> None:
    store.add_cell(Metric.of(NAMESPACE, name, dimensions), minute, cell, unit=UNITS.get(name, "Count"))


def _of_counts(ones: int, zeros: int) -> Histogram:
    histogram = Histogram()
    for value, times in ((1.0, ones), (0.0, zeros)):
        if times:
            histogram.add(value, times)
    return histogram


def _of_value(value: float) -> Histogram:
    histogram = Histogram()
    histogram.add(float(value))
    return histogram


def _count_reserved(account_id: str, region: str, at_work: dict[str, int]) -> int:
    """How many of those at work have concurrency that is reserved for their function."""
    functions = lambda_backends[account_id][region]._lambdas
    models = ((functions.get_arn(arn), count) for arn, count in at_work.items())
    return sum(count for model, count in models if getattr(model, "reserved_concurrency", None) is not None)
