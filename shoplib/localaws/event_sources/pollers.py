"""All pollers of the engine: one per enabled mapping in moto's Lambda state."""

import threading
import time
from collections.abc import Iterator
from functools import partial

from moto.awslambda.models import lambda_backends

from shoplib.localaws.event_sources import mapping_api, moto_signals
from shoplib.localaws.event_sources.delivery import Delivery
from shoplib.localaws.event_sources.dynamodb_source import DynamoDBSource
from shoplib.localaws.event_sources.kinesis_source import KinesisSource
from shoplib.localaws.event_sources.mapping import KINESIS, SQS, Mapping, service_of
from shoplib.localaws.event_sources.on_failure import OnFailure
from shoplib.localaws.event_sources.queue_poller import QueuePoller
from shoplib.localaws.event_sources.stream_poller import StreamPoller
from shoplib.localaws.event_sources.stream_source import StreamSource
from shoplib.localaws.event_sources.wakeups import Wakeups
from shoplib.localaws.functions import LambdaService

END_LIMIT_S = 5.0
Poller = QueuePoller | StreamPoller


class EventSources:
    """Runs the pollers of all mappings between `start` and `close`. Thread-safe."""

    def __init__(self, lambdas: LambdaService) -> None:
        self._lambdas = lambdas
        self.wakeups = Wakeups()
        self._pollers: dict[str, Poller] = {}
        self._ended: dict[str, Poller] = {}
        self._lock = threading.Lock()
        self._started = False

    def install(self) -> None:
        """Take over moto's mappings, so that moto itself does not invoke functions."""
        mapping_api.install(self)
        moto_signals.install(self.wakeups)

    def start(self) -> None:
        self._started = True
        for mapping in list(self.mappings()):
            self.begin(mapping)

    def close(self) -> None:
        """Stop all pollers. Records in flight are finished by the functions, or delivered again."""
        with self._lock:
            self._started = False
            pollers, self._pollers = list(self._pollers.values()), {}
        for poller in pollers:
            poller.stop()
        for poller in pollers:
            poller.join(END_LIMIT_S)

    def pause(self, limit_s: float) -> bool:
        """Stop polling; False if the work in flight does not finish within the limit."""
        end = time.monotonic() + limit_s
        with self._lock:
            self._started = False
            pollers, self._pollers = [*self._pollers.values(), *self._ended.values()], {}
        for poller in pollers:
            poller.finish()
        return all(poller.is_idle_within(end - time.monotonic()) for poller in pollers)

    def resume(self) -> None:
        """Poll for all current mappings."""
        with self._lock:
            self._ended.clear()
        self.start()

    def begin(self, mapping: Mapping) -> None:
        """Start to poll for `mapping`, if it is enabled."""
        if not self._started or not mapping.enabled:
            return
        poller = self._poller(mapping)
        with self._lock:
            if not self._started:
                return
            self._pollers[mapping.uuid] = poller
        poller.start()

    def end(self, mapping: Mapping) -> None:
        """Stop polling for `mapping`; work in flight is finished."""
        with self._lock:
            poller = self._pollers.pop(mapping.uuid, None)
            if not mapping.exists:
                self._ended.pop(mapping.uuid, None)
            elif poller is not None:
                self._ended[mapping.uuid] = poller
        if poller is not None:
            poller.stop()

    def pending(self) -> dict[str, int]:
        """Messages or records that enabled mappings have yet to finish, by source ARN; for several mappings, the
        slowest.
        """
        with self._lock:
            pollers = list(self._pollers.values())
        remaining: dict[str, int] = {}
        for poller in pollers:
            remaining[poller.source_arn] = max(remaining.get(poller.source_arn, 0), poller.pending())
        return remaining

    def mappings(self) -> Iterator[Mapping]:
        """All current mappings, enabled or not."""
        for account in lambda_backends.values():
            for backend in account.values():
                yield from backend._event_source_mappings.values()  # type: ignore[misc]

    def delivery(self, mapping: Mapping) -> Delivery:
        return Delivery(self._lambdas, mapping, partial(self.role_of, mapping))

    def on_failure(self, mapping: Mapping, info_name: str) -> OnFailure:
        return OnFailure(mapping, self._lambdas.destinations, info_name, partial(self.role_of, mapping))

    def role_of(self, mapping: Mapping) -> str:
        """The role with which the source is read."""
        return self._lambdas.role_of(mapping.function_arn, region=mapping.region, account_id=mapping.account_id)

    def _source(self, mapping: Mapping) -> StreamSource:
        arn = mapping.event_source_arn
        return KinesisSource(arn, self.role_of(mapping)) if service_of(arn) == KINESIS else DynamoDBSource(arn)

    def _poller(self, mapping: Mapping) -> Poller:
        arn, delivery = mapping.event_source_arn.split("/consumer/")[0], self.delivery(mapping)
        if service_of(arn) == SQS:
            return QueuePoller(mapping, delivery, self.wakeups.of(arn))
        before, source = self._ended.pop(mapping.uuid, None), self._source(mapping)
        return StreamPoller(
            mapping,
            source,
            delivery,
            self.on_failure(mapping, source.batch_info_name),
            self.wakeups.of(arn),
            self.wakeups.of(f"{arn}#shards"),
            before if isinstance(before, StreamPoller) else None,
        )
