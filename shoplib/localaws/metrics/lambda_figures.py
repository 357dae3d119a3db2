"""What Lambda tells CloudWatch (namespace AWS/Lambda): per function, per alias or version, and across all functions."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from moto.awslambda.models import lambda_backends

from shoplib.localaws.functions import Observed
from shoplib.localaws.metrics.cells import Cell
from shoplib.localaws.metrics.store import MINUTE, Metric, Store

NAMESPACE = "AWS/Lambda"
UNITS = {"Duration": "Milliseconds", "IteratorAge": "Milliseconds", "AsyncEventAge": "Milliseconds"}
FIGURES = {
    "throttle": "Throttles",
    "async_received": "AsyncEventsReceived",
    "async_age": "AsyncEventAge",
    "async_dropped": "AsyncEventsDropped",
    "dead_letter_error": "DeadLetterErrors",
    "destination_failure": "DestinationDeliveryFailures",
    "iterator_age": "IteratorAge",
}
Dimensions = dict[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value belongs before it is spread over all combinations of dimensions."""

    subject: Subject
    name: str
    minute: int


class LambdaFigures:
    """Counts what it observes; `settle` brings it to the stores. `concurrency` gives what is at work by function ARN.

    Spreading a value over its dimensions takes longer than counting it: it is done once per minute, or when asked.
    """

    def __init__(
        self, store_of: Callable[[str, str], Store], concurrency: Callable[[str, str], dict[str, int]]
    ) -> None:
        self._store_of = store_of
        self._concurrency = concurrency
        self._open: dict[Place, Cell] = {}
        self._minute = 0
        self._lock = threading.Lock()

    def observe(self, seen: Observed) -> None:
        subject = Subject(seen.account_id, seen.region, seen.function, seen.qualifier, seen.version)
        if seen.kind != "invocation":
            value = 1.0 if seen.kind == "throttle" else seen.value
            self._count(subject, seen.at, {FIGURES[seen.kind]: value})
            return
        figures = {"Invocations": 1.0, "Errors": float(seen.error), "Throttles": 0.0, "Duration": seen.duration_ms}
        self._count(subject, seen.at, figures | self._concurrent(seen))

    def settle(self) -> None:
        """Bring everything counted so far to the stores."""
        with self._lock:
            taken, self._open = self._open, {}
        for place, cell in taken.items():
            store = self._store_of(place.subject.account_id, place.subject.region)
            for name, dimensions in _spread(place):
                metric = Metric.of(NAMESPACE, name, dimensions)
                store.add_cell(metric, place.minute, cell, unit=UNITS.get(name, "Count"))

    def _count(self, subject: Subject, at: float, figures: dict[str, float]) -> None:
        minute = int(at) // MINUTE * MINUTE
        if minute > self._minute:
            self._minute = minute
            self.settle()
        with self._lock:
            for name, value in figures.items():
                self._open.setdefault(Place(subject, name, minute), Cell()).add(value)

    def _concurrent(self, seen: Observed) -> dict[str, float]:
        at_work = self._concurrency(seen.account_id, seen.region)
        total = float(sum(at_work.values()))
        return {
            "ConcurrentExecutions": seen.value,
            "ConcurrentExecutions of all": total,
            "UnreservedConcurrentExecutions": total - _reserved(seen.account_id, seen.region, at_work),
        }


def _spread(place: Place) -> Iterator[tuple[str, Dimensions]]:
    """Concurrency is of a function or of all; all else has every combination of dimensions."""
    if place.name == "ConcurrentExecutions":
        yield place.name, {"FunctionName": place.subject.function}
    elif place.name in ("ConcurrentExecutions of all", "UnreservedConcurrentExecutions"):
        yield place.name.split()[0], {}
    else:
        for dimensions in place.subject.dimension_sets():
            yield place.name, dimensions


def _reserved(account_id: str, region: str, at_work: dict[str, int]) -> float:
    """How many of those at work have concurrency that is reserved for their function."""
    functions = lambda_backends[account_id][region]._lambdas
    models = ((functions.get_arn(arn), count) for arn, count in at_work.items())
    return float(sum(count for model, count in models if getattr(model, "reserved_concurrency", None) is not None))
