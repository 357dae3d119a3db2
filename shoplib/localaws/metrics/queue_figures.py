"""What SQS tells CloudWatch of each queue (namespace AWS/SQS), counted where moto does the work.

Gauges (messages visible, in flight, delayed) are taken with the first traffic of each minute and when somebody asks.
"""

import functools
import threading
import time
from collections.abc import Callable
from typing import Any

from moto.sqs.models import Queue, SQSBackend

from shoplib.localaws.metrics.store import MINUTE, Metric, Store

NAMESPACE = "AWS/SQS"
UNITS = {"SentMessageSize": "Bytes"}
ACTIVE_S = 6 * 3600  # a queue that nobody uses for longer has no figures, as on AWS


class QueueFigures:
    """Hears of messages, and brings their figures to the store of their account and region."""

    def __init__(self, store_of: Callable[[str, str], Store]) -> None:
        self._store_of = store_of
        self._active: dict[str, tuple[Any, float]] = {}  # queues and when they were used last, by ARN
        self._lock = threading.Lock()

    def install(self) -> None:
        """Count what moto's queues do. Idempotent; the last one installed wins."""
        _after(Queue, "add_message", self._message_sent)
        _after(Queue, "delete_message", self._message_deleted)
        _after(SQSBackend, "receive_message", self._messages_received)

    def settle(self, account_id: str, region: str) -> None:
        """Take the gauges of the account's queues that are in use."""
        now = time.time()
        with self._lock:
            self._active = {arn: each for arn, each in self._active.items() if each[1] > now - ACTIVE_S}
            queues = [queue for arn, (queue, _) in self._active.items() if f":{region}:{account_id}:" in arn]
        for queue in queues:
            self._sample(queue, now)

    def _message_sent(self, _: Any, queue: Any, message: Any) -> None:
        size = float(len(message.body.encode()))
        self._count(queue, {"NumberOfMessagesSent": 1.0, "SentMessageSize": size})

    def _message_deleted(self, _: Any, queue: Any, *arguments: Any, **named: Any) -> None:
        self._count(queue, {"NumberOfMessagesDeleted": 1.0})

    def _messages_received(self, messages: Any, backend: Any, queue_name: str, *rest: Any, **named: Any) -> None:
        queue = backend.queues.get(queue_name)
        if queue is not None:
            received = {"NumberOfMessagesReceived": float(len(messages))}
            self._count(queue, received if messages else {"NumberOfEmptyReceives": 1.0})

    def _count(self, queue: Any, figures: dict[str, float]) -> None:
        now = time.time()
        with self._lock:
            before = self._active.get(queue.queue_arn, (queue, 0.0))[1]
            self._active[queue.queue_arn] = (queue, now)
        if before // MINUTE != now // MINUTE:
            self._sample(queue, now)
        self._add(queue, figures, now)

    def _sample(self, queue: Any, now: float) -> None:
        gauges = {
            "ApproximateNumberOfMessagesVisible": float(queue.approximate_number_of_messages),
            "ApproximateNumberOfMessagesNotVisible": float(queue.approximate_number_of_messages_not_visible),
            "ApproximateNumberOfMessagesDelayed": float(queue.approximate_number_of_messages_delayed),
        }
        self._add(queue, gauges, now)

    def _add(self, queue: Any, figures: dict[str, float], at: float) -> None:
        _, _, _, region, account_id, name = queue.queue_arn.split(":")
        store = self._store_of(account_id, region)
        for figure, value in figures.items():
            metric = Metric(NAMESPACE, figure, frozenset({("QueueName", name)}))
            store.add(metric, at, value, unit=UNITS.get(figure, "Count"))


def _after(owner: type, name: str, hook: Callable[..., None]) -> None:
    current = getattr(owner, name)
    original = current.__dict__.get("before_figures", current)

    @functools.wraps(original)
    def method(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        hook(result, *arguments, **named)
        return result

    method.before_figures = original  # type: ignore[attr-defined]
    setattr(owner, name, method)
