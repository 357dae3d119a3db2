"""What is kept of calls: figures per connection since the last clearing, and the last calls with their payloads."""

import threading
import time
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.call_record import CallRecord
from shoplib.localaws.consistent_pickle import ConsistentPickle
from shoplib.localaws.metrics.histogram import Histogram

MOST_CONNECTIONS = 5_000
MOST_BYTES = 16 * 1024 * 1024  # of payloads of the last calls
MOST_CALLS = 20_000
Key = tuple[str, str, str, str, str]


@dataclass(slots=True)
class ConnectionMetrics:
    """Of one connection: calls, what they carried, failures by name, and latencies as CloudWatch keeps them."""

    calls: int = 0
    count: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    latency: Histogram = field(default_factory=Histogram)

    def add(self, seen: CallRecord) -> None:
        self.calls += 1
        self.count += seen.times
        if seen.error:
            self.errors[seen.error] += max(seen.failed, 1)
        if seen.ms is not None:
            self.latency.add(seen.ms)


class Calls(ConsistentPickle):
    """Thread-safe and bounded. What no longer fits is forgotten, the oldest first, and counted."""

    def __init__(self) -> None:
        self._figures: OrderedDict[Key, ConnectionMetrics] = OrderedDict()
        self._last: deque[CallRecord] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self.since = time.time()
        self.forgotten_connections = 0
        self.forgotten_calls = 0

    def add(self, seen: CallRecord) -> None:
        with self._lock:
            self._figures_of(seen.key).add(seen)
            self._last.append(seen)
            self._bytes += seen.size
            while self._bytes > MOST_BYTES or len(self._last) > MOST_CALLS:
                self._bytes -= self._last.popleft().size
                self.forgotten_calls += 1

    def clear(self) -> None:
        with self._lock:
            self._figures.clear()
            self._last.clear()
            self.since = time.time()
            self._bytes = self.forgotten_calls = self.forgotten_connections = 0

    def connections(self) -> list[dict[str, Any]]:
        """One row per connection, in order of last use; `latencies` are pairs of milliseconds and how often."""
        with self._lock:
            return [_row(key, figures) for key, figures in self._figures.items()]

    def last(self) -> list[CallRecord]:
        """The last calls, in the order in which they began."""
        with self._lock:
            return sorted(self._last, key=lambda seen: seen.at)

    def _figures_of(self, key: Key) -> ConnectionMetrics:
        figures = self._figures.get(key)
        if figures is None:
            figures = self._figures[key] = ConnectionMetrics()
            if len(self._figures) > MOST_CONNECTIONS:
                self._figures.popitem(last=False)
                self.forgotten_connections += 1
        self._figures.move_to_end(key)
        return figures


def _row(key: Key, figures: ConnectionMetrics) -> dict[str, Any]:
    caller, service, operation, resource, region = key
    return {
        "caller": caller,
        "service": service,
        "operation": operation,
        "resource": resource,
        "region": region,
        "calls": figures.calls,
        "count": figures.count,
        "errors": dict(figures.errors),
        "latencies": sorted(figures.latency.values.items()),
    }
