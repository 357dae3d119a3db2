"""Reads one lane of a shard: batches by count, size, time and filter."""

import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from shoplib.localaws.event_sources import filters
from shoplib.localaws.event_sources.delivery import MAX_PAYLOAD
from shoplib.localaws.event_sources.settings import Settings
from shoplib.localaws.event_sources.stream_source import StreamRecord, StreamSource
from shoplib.localaws.event_sources.wakeups import Wakeup

Belongs = Callable[[StreamRecord], bool]


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


class LaneReader:
    """`position` is the last sequence number read; earlier records are not read again."""

    def __init__(self, key: LaneKey, source: StreamSource, wakeup: Wakeup, stopped: threading.Event) -> None:
        self._key = key
        self._source = source
        self._wakeup = wakeup
        self._stopped = stopped
        self.position = 0

    def collect(self, settings: Settings, belongs: Belongs) -> list[StreamRecord]:
        """The next batch: the available records, or with a batching window the records that arrive until it is full or
        the window ends.

        A record that does not belong to the batch ends it, and is the first of the next batch.
        """
        batch: list[StreamRecord] = []
        end: float | None = None
        while not self._stopped.is_set():
            seen = self._wakeup.count
            full = self._read_into(batch, settings, belongs)
            if not batch:
                return batch
            end = end or time.monotonic() + settings.window_s
            remaining = end - time.monotonic()
            if full or remaining <= 0:
                break
            self._wakeup.wait(seen, remaining)
        return batch

    def _read_into(self, batch: list[StreamRecord], settings: Settings, belongs: Belongs) -> bool:
        """Add the lane's available records that pass the filters; True if the batch is complete."""
        size = sum(record.size for record in batch)
        while len(batch) < settings.batch_size:
            records = self._source.read(self._key.shard_id, self.position, settings.batch_size - len(batch))
            if not records:
                return False
            for record in records:
                accepted = self._key.owns(record) and self._passes(record, settings)
                if accepted and (not belongs(record) or (batch and size + record.size > MAX_PAYLOAD)):
                    return True
                self.position = record.sequence
                if accepted:
                    batch.append(record)
                    size += record.size
        return True

    def _passes(self, record: StreamRecord, settings: Settings) -> bool:
        if not settings.patterns:
            return True
        return filters.accepts(self._source.filterable(record), settings.patterns, self._source.filter_key)
