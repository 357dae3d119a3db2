"""All figures of the engine: the one public door of this room."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from shoplib.localaws.functions import LambdaService
from shoplib.localaws.metrics.cloudwatch import CloudWatch
from shoplib.localaws.metrics.lambda_metrics import LambdaMetrics
from shoplib.localaws.metrics.math_operators import Values
from shoplib.localaws.metrics.queue_metrics import QueueMetrics
from shoplib.localaws.metrics.store import Store


class Metrics:
    """Keeps what services and callers publish, counts what Lambda and SQS do, and answers CloudWatch."""

    def __init__(self, lambdas: LambdaService) -> None:
        self._lambdas = lambdas
        self._stores: dict[tuple[str, str], Store] = {}
        self._lock = threading.Lock()
        self._lambda = LambdaMetrics(self.store_of, lambdas.concurrency)
        self._queues = QueueMetrics(self.store_of)
        self._cloudwatch = CloudWatch(self._settled)

    def install(self) -> None:
        """Take over moto's CloudWatch metrics, and count what services do."""
        self._cloudwatch.install()
        self._queues.install()
        self._lambdas.observers.append(self._lambda.observe)

    def results(
        self, place: tuple[str, str], queries: Sequence[Mapping[str, Any]], start: datetime, end: datetime
    ) -> dict[str, Values]:
        """What GetMetricData would find: the values of each query by its id, by the second of their period."""
        account_id, region = place
        return self._cloudwatch.results(cloudwatch_backends[account_id][region], queries, start, end)

    def _settled(self, account_id: str, region: str) -> Store:
        self._lambda.settle()
        self._queues.settle(account_id, region)
        return self.store_of(account_id, region)

    def store_of(self, account_id: str, region: str) -> Store:
        with self._lock:
            return self._stores.setdefault((account_id, region), Store())
