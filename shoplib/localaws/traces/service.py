"""X-Ray, as the engine has it: what it observes and what it is sent, and the API that answers from both."""

import logging
import threading
from collections import defaultdict

from shoplib.localaws.functions import LambdaService, Observed
from shoplib.localaws.ingress.json_service import JsonService, Place
from shoplib.localaws.traces import lambda_segments, segments
from shoplib.localaws.traces.api import Api
from shoplib.localaws.traces.daemon import Daemon
from shoplib.localaws.traces.otlp import OtlpEndpoint
from shoplib.localaws.traces.segments import Document, Unprocessed
from shoplib.localaws.traces.store import TraceStore

LOG = logging.getLogger(__name__)


class Traces:
    """Thread-safe. `endpoint` is X-Ray's API."""

    def __init__(self) -> None:
        self._stores: dict[Place, TraceStore] = defaultdict(TraceStore)
        self._making = threading.Lock()
        self._daemon = Daemon(self._take)
        self._api = Api(self._store_of, lambda place: self._daemon.settle(place.account_id, place.region))
        self.endpoint = JsonService("xray", self._api.operations())
        self.otlp = OtlpEndpoint(lambda place, segment: self._store_of(place).put(segment))

    def install(self, lambdas: LambdaService) -> None:
        """Have Lambda's invocations in the traces, and what handlers send of them."""
        lambdas.observers.append(self._observe)
        lambdas.daemon_address = self._daemon.address

    def put(self, account_id: str, region: str, segment: Document) -> None:
        """A segment of one of the engine's own services."""
        self._store_of(Place(account_id, region)).put(segment)

    def close(self) -> None:
        self._daemon.close()

    def state(self) -> dict[Place, TraceStore]:
        self._daemon.settle_all()
        return dict(self._stores)

    def restore(self, state: dict[Place, TraceStore]) -> None:
        with self._making:
            self._stores = defaultdict(TraceStore, state)

    def _observe(self, observed: Observed) -> None:
        for segment in lambda_segments.segments(observed):
            self.put(observed.account_id, observed.region, segment)

    def _take(self, account_id: str, region: str, text: str) -> None:
        try:
            self.put(account_id, region, segments.read(text))
        except Unprocessed as error:
            LOG.warning("X-Ray does not take a segment: %s", error)

    def _store_of(self, place: Place) -> TraceStore:
        with self._making:
            return self._stores[place]
