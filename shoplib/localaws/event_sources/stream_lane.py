"""One lane of one shard: it reads in order, calls the function batch by batch, and moves its checkpoint.

A shard has as many lanes as the mapping's ParallelizationFactor; a partition key always belongs to the same lane, so
its records stay in order.
"""

import json
import logging
import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from shoplib.localaws.event_sources import filters
from shoplib.localaws.event_sources.batch_response import failed_items
from shoplib.localaws.event_sources.delivery import MAX_PAYLOAD, Answer, Delivery
from shoplib.localaws.event_sources.mapping import Mapping
from shoplib.localaws.event_sources.on_failure import AGE, RETRIES, OnFailure
from shoplib.localaws.event_sources.settings import FOREVER, Settings
from shoplib.localaws.event_sources.stream_source import StreamRecord, StreamSource
from shoplib.localaws.event_sources.wakeups import Wakeup

LOG = logging.getLogger(__name__)
LONG_WAIT_S = 60.0
Batch = Sequence[StreamRecord]


@dataclass(frozen=True)
class LaneKey:
    """Lane `number` of `lanes` of a shard; also the name of its checkpoint."""

    shard_id: str
    number: int
    lanes: int

    def __str__(self) -> str:
        return f"{self.shard_id}/{self.number}/{self.lanes}"

    def owns(self, record: StreamRecord) -> bool:
        return self.lanes == 1 or zlib.crc32(record.partition_key.encode()) % self.lanes == self.number


@dataclass(frozen=True)
class Work:
    """Records still to be done in order, and how often they failed together."""

    records: Batch
    failures: int = 0


class StreamLane:
    """Start it once; `stop` ends it after the invocation at work, leaving the checkpoint where processing stands."""

    def __init__(
        self,
        mapping: Mapping,
        key: LaneKey,
        source: StreamSource,
        delivery: Delivery,
        on_failure: OnFailure,
        wakeup: Wakeup,
        on_end: Wakeup,
    ) -> None:
        self._mapping = mapping
        self._key = key
        self._source = source
        self._delivery = delivery
        self._on_failure = on_failure
        self._wakeup = wakeup
        self._on_end = on_end
        self.ended = False
        self._read_to = 0
        self._thread = threading.Thread(target=self._poll, daemon=True, name=f"stream-lane-{key}")

    @property
    def shard_id(self) -> str:
        return self._key.shard_id

    def start(self) -> None:
        """Begin to poll; a second call does nothing."""
        if self._thread.ident is None:
            self._thread.start()

    def join(self, limit_s: float | None) -> None:
        if self._thread.is_alive():
            self._thread.join(limit_s)

    def pending(self) -> int:
        """Records of the shard after the checkpoint; 0 exactly when this lane has finished all there is."""
        newest = self._source.start_after(self._key.shard_id, "LATEST", None)
        return max(newest - self._mapping.checkpoints[str(self._key)], 0)

    def _poll(self) -> None:
        self._read_to = self._mapping.checkpoints[str(self._key)]
        while not self._delivery.stopped.is_set():
            seen = self._wakeup.count
            settings = Settings.of(self._mapping.get_configuration())
            try:
                closed = self._source.is_closed(self._key.shard_id)
                batch = self._collect(settings)
                if batch:
                    self._process(batch, settings)
                elif closed:
                    break
                else:
                    self._wakeup.wait(seen, LONG_WAIT_S)
            except Exception:  # a fault of ours must not end the lane silently: say it, go back, try again
                LOG.exception("Lane %s of %s begins again at its checkpoint", self._key, self._mapping.arn)
                self._delivery.pause(10)
            self._read_to = self._mapping.checkpoints[str(self._key)]
        else:
            return
        self.ended = True
        self._on_end.notify()

    def _collect(self, settings: Settings) -> list[StreamRecord]:
        """The next batch: what is there, or with a window what comes until it is full or the window over."""
        batch: list[StreamRecord] = []
        end: float | None = None
        while not self._delivery.stopped.is_set():
            seen = self._wakeup.count
            full = self._read_into(batch, settings)
            if not batch:
                return batch
            end = end or time.monotonic() + settings.window_s
            left = end - time.monotonic()
            if full or left <= 0:
                break
            self._wakeup.wait(seen, left)
        return batch

    def _read_into(self, batch: list[StreamRecord], settings: Settings) -> bool:
        """Add the lane's wanted records that are there; True when the batch is full by number or by size."""
        size = sum(record.size for record in batch)
        while len(batch) < settings.batch_size:
            records = self._source.read(self._key.shard_id, self._read_to, settings.batch_size - len(batch))
            if not records:
                return False
            for record in records:
                wanted = self._key.owns(record) and self._passes(record, settings)
                if wanted and batch and size + record.size > MAX_PAYLOAD:
                    return True
                self._read_to = record.sequence
                if wanted:
                    batch.append(record)
                    size += record.size
            if not batch:
                self._commit(self._read_to)
        return True

    def _passes(self, record: StreamRecord, settings: Settings) -> bool:
        if not settings.patterns:
            return True
        return filters.wanted(self._source.filterable(record), settings.patterns, self._source.filter_key)

    def _commit(self, sequence: int) -> None:
        self._mapping.checkpoints[str(self._key)] = sequence

    def _process(self, batch: Batch, settings: Settings) -> None:
        """Bring a batch to its end: done, given up, or (when stopped) left for later behind the checkpoint."""
        stack = [Work(batch)]
        while stack and not self._delivery.stopped.is_set():
            work = self._without_expired(stack.pop(), settings)
            if not work.records:
                continue
            answer = self._invoke(work.records)
            if answer is None:
                self._delivery.pause(work.failures)
                stack.append(work)
                continue
            stack += reversed(self._next_work(work, answer, settings))
        if not stack:
            self._commit(self._read_to)

    def _invoke(self, records: Batch) -> Answer | None:
        event = {"Records": [record.event for record in records]}
        return self._delivery.send(json.dumps(event).encode())

    def _next_work(self, work: Work, answer: Answer, settings: Settings) -> list[Work]:
        """What remains to be done after an answer, in order."""
        first_failed = self._first_failed(work.records, answer, settings)
        if first_failed:
            self._commit(work.records[first_failed - 1].sequence)
        rest = work.records[first_failed:]
        if not rest:
            return []
        if settings.bisects and len(rest) > 1:
            # Splitting costs no retry. A reported position is itself the place of the split.
            middle = (len(rest) + 1) // 2
            return [Work(rest)] if first_failed else [Work(rest[:middle]), Work(rest[middle:])]
        failures = work.failures + 1
        if settings.retries != FOREVER and failures > settings.retries:
            self._give_up(rest, RETRIES, failures, answer, settings)
            return []
        self._delivery.pause(failures)
        return [Work(rest, failures)]

    def _first_failed(self, records: Batch, answer: Answer, settings: Settings) -> int:
        """Index of the first record that failed; the number of records when none did."""
        if answer.error is not None:
            return 0
        if not settings.reports_item_failures:
            return len(records)
        identifiers = [record.identifier for record in records]
        failed = failed_items(answer.payload, identifiers)
        if failed is None:
            return 0
        return min((identifiers.index(identifier) for identifier in failed), default=len(records))

    def _without_expired(self, work: Work, settings: Settings) -> Work:
        """Give up the records that are older than the mapping allows."""
        if settings.record_age_s == FOREVER:
            return work
        oldest = time.time() - settings.record_age_s
        expired = [record for record in work.records if record.arrival < oldest]
        if expired:
            self._give_up(expired, AGE, work.failures, None, settings)
        return Work(work.records[len(expired) :], work.failures)

    def _give_up(
        self, records: Batch, condition: str, invoke_count: int, answer: Answer | None, settings: Settings
    ) -> None:
        self._on_failure.report(settings.on_failure, self._key.shard_id, records, condition, invoke_count, answer)
        self._commit(records[-1].sequence)
