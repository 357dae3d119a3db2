"""What SQS reports to CloudWatch of each queue (namespace AWS/SQS), counted where moto does the work.

Gauges (messages visible, in flight, delayed; the oldest one's age) are taken with the first traffic of each minute and
when somebody asks.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moto.sqs.models import Queue, SQSBackend, sqs_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.arns import Arn
from shoplib.localaws.metrics.histogram import Histogram
from shoplib.localaws.metrics.store import MINUTE, Metric, Store
from shoplib.localaws.moto_patches import after

NAMESPACE = "AWS/SQS"
UNITS = {"SentMessageSize": "Bytes", "ApproximateAgeOfOldestMessage": "Seconds"}
ACTIVE_S = 6 * 3600  # a queue that nobody uses for longer has no figures, as on AWS


@dataclass(slots=True)
class Tally:
    """One minute of one queue."""

    queue: Any
    minute: int = 0
    cells: dict[str, Histogram] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        cell = self.cells.get(name)
        if cell is None:
            cell = self.cells[name] = Histogram()
        cell.add(value)


class QueueMetrics:
    """Counts messages, and brings their figures to the store of their account and region."""

    def __init__(self, store_of: Callable[[str, str], Store]) -> None:
        self._store_of = store_of
        self._tallies: dict[str, Tally] = {}  # by the queue's ARN
        self._minute = 0
        self._lock = threading.Lock()

    def install(self) -> None:
        """Count what moto's queues do. Idempotent; the last one installed wins."""
        after(Queue, "add_message", self._message_sent)
        after(Queue, "delete_message", self._message_deleted)
        after(SQSBackend, "receive_message", self._messages_received)

    def settle(self, account_id: str, region: str) -> None:
        """Bring the figures of the account's queues to its store, with the gauges as they are now."""
        now, place = engine_clock.now(), f":{region}:{account_id}:"
        with self._lock:
            self._forget_unused(now)
            used = [tally for arn, tally in self._tallies.items() if place in arn]
        for tally in used:
            self._sample(tally.queue, now)
            with self._lock:
                self._flush(tally)

    def _message_sent(self, _: Any, queue: Any, message: Any) -> None:
        self._count(queue, "NumberOfMessagesSent", 1.0, size=float(len(message.body.encode())))

    def _message_deleted(self, _: Any, queue: Any, *arguments: Any, **kwargs: Any) -> None:
        self._count(queue, "NumberOfMessagesDeleted", 1.0)

    def _messages_received(self, messages: Any, backend: Any, queue_name: str, *rest: Any, **kwargs: Any) -> None:
        queue = backend.queues.get(queue_name)
        if queue is not None and messages:
            self._count(queue, "NumberOfMessagesReceived", float(len(messages)))
        elif queue is not None:
            self._count(queue, "NumberOfEmptyReceives", 1.0)

    def _count(self, queue: Any, name: str, value: float, size: float | None = None) -> None:
        minute = int(engine_clock.now()) // MINUTE * MINUTE
        tally = self._tallies.get(queue.queue_arn)
        if tally is None or tally.minute != minute or tally.queue is not queue:
            self._sample(queue, minute)  # not under our lock: it takes the queue's own
            tally = self._next(queue, minute)
        with self._lock:
            tally.add(name, value)
            if size is not None:
                tally.add("SentMessageSize", size)

    def _next(self, queue: Any, minute: int) -> Tally:
        """The tally of a minute that begins; what the one before counted goes to the store."""
        with self._lock:
            tally = self._tallies.get(queue.queue_arn)
            if tally is None or tally.queue is not queue:
                tally = self._tallies[queue.queue_arn] = Tally(queue)
            if tally.minute != minute:
                self._flush(tally)
                tally.minute = minute
            if minute != self._minute:
                self._minute = minute
                self._forget_unused(minute)
            return tally

    def _forget_unused(self, now: float) -> None:
        """Queues that are deleted, or that nobody used for long."""
        for arn, tally in list(self._tallies.items()):
            if tally.minute <= now - ACTIVE_S or not _exists(tally.queue):
                self._flush(self._tallies.pop(arn))

    def _flush(self, tally: Tally) -> None:
        cells, tally.cells = tally.cells, {}
        for name, cell in cells.items():
            self._put(tally.queue, name, tally.minute, cell)

    def _sample(self, queue: Any, now: float) -> None:
        gauges = {
            "ApproximateNumberOfMessagesVisible": queue.approximate_number_of_messages,
            "ApproximateNumberOfMessagesNotVisible": queue.approximate_number_of_messages_not_visible,
            "ApproximateNumberOfMessagesDelayed": queue.approximate_number_of_messages_delayed,
            "ApproximateAgeOfOldestMessage": _age_of_oldest(queue, now),
        }
        for name, value in gauges.items():
            cell = Histogram()
            cell.add(float(value))
            self._put(queue, name, now, cell)

    def _put(self, queue: Any, name: str, at: float, cell: Histogram) -> None:
        _, _, region, account_id, queue_name = Arn.parse(queue.queue_arn)
        metric = Metric.of(NAMESPACE, name, {"QueueName": queue_name})
        self._store_of(account_id, region).add_cell(metric, at, cell, unit=UNITS.get(name, "Count"))


def _age_of_oldest(queue: Any, now: float) -> float:
    """Seconds; 0 when the queue is empty."""
    oldest = next(iter(queue._messages), None)
    return max(0.0, now - oldest.sent_timestamp / 1000) if oldest is not None else 0.0


def _exists(queue: Any) -> bool:
    _, _, region, account_id, name = Arn.parse(queue.queue_arn)
    return sqs_backends[account_id][region].queues.get(name) is queue
