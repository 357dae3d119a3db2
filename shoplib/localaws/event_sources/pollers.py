"""All pollers of the engine: one per enabled mapping of moto's Lambda state."""

import threading
import time

from moto.awslambda.models import lambda_backends

from shoplib.localaws.event_sources import mapping_api, moto_signals
from shoplib.localaws.event_sources.mapping import SQS, Mapping, service_of
from shoplib.localaws.event_sources.queue_poller import QueuePoller
from shoplib.localaws.event_sources.stream_poller import StreamPoller
from shoplib.localaws.event_sources.wakeups import Wakeups
from shoplib.localaws.functions import LambdaService

END_LIMIT_S = 5.0
Poller = QueuePoller | StreamPoller


class EventSources:
    """Runs the pollers of all mappings between `start` and `close`. Thread-safe."""

    def __init__(self, lambdas: LambdaService) -> None:
        self._lambdas = lambdas
        self._wakeups = Wakeups()
        self._pollers: dict[str, Poller] = {}
        self._ended: dict[str, Poller] = {}
        self._lock = threading.Lock()
        self._started = False

    def install(self) -> None:
        """Take over moto's mappings: moto itself calls no function for a message or record any more."""
        mapping_api.install(self)
        moto_signals.install(self._wakeups)

    def start(self) -> None:
        self._started = True
        for account in lambda_backends.values():
            for backend in account.values():
                for mapping in list(backend._event_source_mappings.values()):
                    self.begin(mapping)  # type: ignore[arg-type]

    def close(self) -> None:
        """Stop all pollers; records at work are finished by the functions or come again."""
        with self._lock:
            self._started = False
            pollers, self._pollers = list(self._pollers.values()), {}
        for poller in pollers:
            poller.stop()
        for poller in pollers:
            poller.join(END_LIMIT_S)

    def pause(self, limit_s: float) -> bool:
        """Take no more messages and records; False when what is at work is not done within the limit."""
        end = time.monotonic() + limit_s
        with self._lock:
            self._started = False
            pollers, self._pollers = [*self._pollers.values(), *self._ended.values()], {}
        for poller in pollers:
            poller.finish()
        return all(poller.is_idle_within(end - time.monotonic()) for poller in pollers)

    def resume(self) -> None:
        """Poll for what mappings there are now."""
        with self._lock:
            self._ended.clear()
        self.start()

    def begin(self, mapping: Mapping) -> None:
        """Poll for `mapping` from now on, if it is enabled."""
        if not self._started or not mapping.enabled:
            return
        poller = self._poller(mapping)
        with self._lock:
            if not self._started:
                return
            self._pollers[mapping.uuid] = poller
        poller.start()

    def end(self, mapping: Mapping) -> None:
        """Poll no more for `mapping`; what is at work is finished."""
        with self._lock:
            poller = self._pollers.pop(mapping.uuid, None)
            if not mapping.exists:
                self._ended.pop(mapping.uuid, None)
            elif poller is not None:
                self._ended[mapping.uuid] = poller
        if poller is not None:
            poller.stop()

    def pending(self) -> dict[str, int]:
        """Messages or records that enabled mappings have yet to finish, by source ARN; the slowest mapping counts."""
        with self._lock:
            pollers = list(self._pollers.values())
        remaining: dict[str, int] = {}
        for poller in pollers:
            remaining[poller.source_arn] = max(remaining.get(poller.source_arn, 0), poller.pending())
        return remaining

    def _poller(self, mapping: Mapping) -> Poller:
        arn = mapping.event_source_arn.split("/consumer/")[0]
        if service_of(arn) == SQS:
            return QueuePoller(mapping, self._lambdas, self._wakeups.of(arn))
        before = self._ended.pop(mapping.uuid, None)
        return StreamPoller(
            mapping,
            self._lambdas,
            self._wakeups.of(arn),
            self._wakeups.of(f"{arn}#shards"),
            before if isinstance(before, StreamPoller) else None,
        )
