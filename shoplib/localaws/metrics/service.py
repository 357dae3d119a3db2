"""All figures of the engine: the entry point of this room."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from moto.cloudwatch.models import cloudwatch_backends

from shoplib.localaws.functions import LambdaService
from shoplib.localaws.metrics import lambda_metrics, queue_metrics, stream_metrics, table_metrics
from shoplib.localaws.metrics.cloudwatch import CloudWatch
from shoplib.localaws.metrics.completions import Completion, answered_call
from shoplib.localaws.metrics.lambda_metrics import LambdaMetrics
from shoplib.localaws.metrics.math_operators import Values
from shoplib.localaws.metrics.queue_metrics import QueueMetrics
from shoplib.localaws.metrics.store import Store
from shoplib.localaws.metrics.stream_metrics import StreamMetrics
from shoplib.localaws.metrics.table_metrics import TableMetrics

LONGEST_WAIT_S = 1.0


class Calls(Protocol):
    """Who takes calls apart after they were answered; `settle` waits until that is done."""

    observers: list[Any]

    def settle(self, limit: float) -> None: ...


class Metrics:
    """Keeps what services and callers publish, counts what services do, and answers CloudWatch."""

    def __init__(self, lambdas: LambdaService) -> None:
        self._lambdas = lambdas
        self._stores: dict[tuple[str, str], Store] = {}
        self._lock = threading.Lock()
        self._lambda = LambdaMetrics(self.store_of, lambdas.concurrency)
        self._queues = QueueMetrics(self.store_of)
        tables, streams = TableMetrics(self.store_of), StreamMetrics(self.store_of)
        self._counters: dict[str, TableMetrics | StreamMetrics] = {"dynamodb": tables, "kinesis": streams}
        self._calls: Calls | None = None
        self._cloudwatch = CloudWatch(self.store_of, self._settle)

    def install(self) -> None:
        """Take over moto's CloudWatch metrics, and count what services do."""
        self._cloudwatch.install()
        self._queues.install()
        self._lambdas.observers.append(self._lambda.observe)

    def watch(self, calls: Calls) -> None:
        """Count the calls of DynamoDB and Kinesis as their recorder takes them apart."""
        calls.observers.append(self._observe)
        self._calls = calls

    def _observe(self, completion: Completion, uses: Sequence[Any]) -> None:
        counter = self._counters.get(completion.sent.service)
        if counter is not None and uses:
            counter.observe(answered_call(completion, uses))

    def results(
        self, place: tuple[str, str], queries: Sequence[Mapping[str, Any]], start: datetime, end: datetime
    ) -> dict[str, Values]:
        """What GetMetricData would find: the values of each query by its id, by the second of their period."""
        account_id, region = place
        return self._cloudwatch.results(cloudwatch_backends[account_id][region], queries, start, end)

    def state(self) -> dict[tuple[str, str], Store]:
        self._settle_all()
        return dict(self._stores)

    def restore(self, state: dict[tuple[str, str], Store]) -> None:
        self._settle_all()
        with self._lock:
            self._stores = dict(state)

    def _settle_all(self) -> None:
        for account_id, region in list(self._stores):
            self._settle(account_id, region, "")

    def _settle(self, account_id: str, region: str, namespace: str) -> None:
        """Bring what was counted so far of this namespace to the store, of all of them when it is empty."""
        if namespace in ("", lambda_metrics.NAMESPACE):
            self._lambda.settle()
        if namespace in ("", queue_metrics.NAMESPACE):
            self._queues.settle(account_id, region)
        if namespace in ("", table_metrics.NAMESPACE, stream_metrics.NAMESPACE) and self._calls is not None:
            self._calls.settle(LONGEST_WAIT_S)

    def store_of(self, account_id: str, region: str) -> Store:
        with self._lock:
            return self._stores.setdefault((account_id, region), Store())
