"""One lane of one shard: reads records in order, invokes the function batch by batch, and advances its checkpoint.

A shard has as many lanes as the mapping's ParallelizationFactor; a partition key always maps to the same lane, so its
records stay in order.
"""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shoplib.localaws import engine_clock
from shoplib.localaws.event_sources.batch_response import failed_items
from shoplib.localaws.event_sources.delivery import Answer, Delivery
from shoplib.localaws.event_sources.lane_reader import LaneKey, LaneReader
from shoplib.localaws.event_sources.mapping import Mapping
from shoplib.localaws.event_sources.on_failure import AGE, RETRIES, OnFailure
from shoplib.localaws.event_sources.settings import FOREVER, Settings
from shoplib.localaws.event_sources.stream_source import StreamRecord, StreamSource
from shoplib.localaws.event_sources.tumbling import TumblingWindow
from shoplib.localaws.event_sources.wakeups import Wakeup

LOG = logging.getLogger(__name__)
LONG_WAIT_S = 60.0
UNREACHABLE_PAUSE = 5  # as long as after five failures: the function cannot be invoked
Batch = Sequence[StreamRecord]


@dataclass(frozen=True)
class Work:
    """Records still to be processed, in order, and how often they have failed as one batch."""

    records: Batch
    failures: int = 0


class StreamLane:
    """Start it once; `stop` ends it after the current invocation, and leaves the checkpoint at the last finished
    record.
    """

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
        self._reader = LaneReader(key, source, wakeup, delivery.stopped)
        self._window: TumblingWindow | None = None
        self._thread = threading.Thread(target=self._poll, daemon=True, name=f"stream-lane-{key}")

    @property
    def shard_id(self) -> str:
        return self._key.shard_id

    def start(self) -> None:
        """Start polling; a second call does nothing."""
        if self._thread.ident is None:
            self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, limit_s: float | None) -> None:
        if self._thread.is_alive():
            self._thread.join(limit_s)

    def pending(self) -> int:
        """Records of the shard after the checkpoint; 0 only if this lane has finished all of them."""
        newest = self._source.start_after(self._key.shard_id, "LATEST", None)
        return max(newest - self._mapping.checkpoints[str(self._key)], 0)

    def _poll(self) -> None:
        self._reader.position = self._mapping.checkpoints[str(self._key)]
        while not self._delivery.is_over:
            if not self._delivery.may_read():
                continue
            seen = self._wakeup.count
            try:
                if not self._step(seen):
                    self.ended = True
                    self._on_end.notify()
                    return
            except Exception:  # a bug must not end the lane silently: log it, and restart at the checkpoint
                LOG.exception("Lane %s of %s restarts at its checkpoint", self._key, self._mapping.arn)
                self._delivery.pause(10)
                self._reader.position = self._mapping.checkpoints[str(self._key)]

    def _step(self, seen: int) -> bool:
        """One batch, the end of one window, or one wait; False once a closed shard is read to its end."""
        settings = Settings.of(self._mapping.get_configuration())
        closed = self._source.is_closed(self._key.shard_id)
        batch = self._reader.collect(settings, lambda record: self._belongs(record, settings))
        if batch:
            self._process(batch)
            self._reader.position = self._mapping.checkpoints[str(self._key)]
            return True
        self._commit(self._reader.position)
        if self._window is not None and (closed or self._window.is_over(engine_clock.now())):
            self._end_window(settings)
            return True
        if closed:
            return False
        self._wakeup.wait(seen, max(0.0, self._window.end - engine_clock.now()) if self._window else LONG_WAIT_S)
        return True

    def _belongs(self, record: StreamRecord, settings: Settings) -> bool:
        """Without tumbling windows every record belongs; with them, only records of the open window."""
        if not settings.tumbling_window_s:
            return True
        if self._window is None:
            length, arn = settings.tumbling_window_s, settings.source_arn
            self._window = TumblingWindow.around(record, length, self._key.shard_id, arn)
        return self._window.holds(record) and not self._window.terminated_early

    def _end_window(self, settings: Settings) -> None:
        """The window's final invocation, with its state and no records; discarded like a batch if it keeps failing."""
        failures = 0
        while not self._delivery.stopped.is_set():
            answer = self._invoke((), final=True)
            if answer is not None and answer.error is None:
                break
            failures += 1
            if settings.retries != FOREVER and failures > settings.retries:
                break
            self._delivery.pause(failures)
        self._window = None

    def _commit(self, sequence: int) -> None:
        self._mapping.checkpoints[str(self._key)] = sequence

    def _process(self, batch: Batch) -> None:
        """Process a batch until it succeeds, is discarded or (after a stop) is left for later, after the checkpoint.

        Each attempt reads the mapping anew: its limits may be changed to release a blocked shard."""
        stack = [Work(batch)]
        while stack and not self._delivery.stopped.is_set():
            settings = Settings.of(self._mapping.get_configuration())
            work = self._without_expired(stack.pop(), settings)
            if not work.records:
                continue
            answer = self._invoke(work.records)
            if answer is None:
                self._delivery.pause(UNREACHABLE_PAUSE)
                stack.append(work)
                continue
            stack += reversed(self._next_work(work, answer, settings))
        if not stack:
            self._commit(self._reader.position)

    def _invoke(self, records: Batch, final: bool = False) -> Answer | None:
        event: dict[str, Any] = {"Records": [record.event for record in records]}
        if self._window is not None:
            event |= self._window.fields(final)
        if records:
            self._delivery.report_age(records[-1].arrival)
        answer = self._delivery.send(json.dumps(event).encode(), [record.trace for record in records])
        if self._window is not None and answer is not None and answer.error is None:
            self._window.keep(answer.payload)
        return answer

    def _next_work(self, work: Work, answer: Answer, settings: Settings) -> list[Work]:
        """The records that remain after a response, in order."""
        first_failed = self._first_failed(work.records, answer, settings)
        if first_failed:
            self._commit(work.records[first_failed - 1].sequence)
        rest = work.records[first_failed:]
        if not rest:
            return []
        if first_failed:
            # A batch that gets on uses no retry: what is left is a batch of its own, with all its retries.
            self._delivery.pause(0)
            return [Work(rest)]
        if settings.bisects and len(rest) > 1:
            # Splitting uses no retry.
            middle = (len(rest) + 1) // 2
            return [Work(rest[:middle]), Work(rest[middle:])]
        failures = work.failures + 1
        if settings.retries != FOREVER and failures > settings.retries:
            self._give_up(rest, RETRIES, failures, answer, settings)
            return []
        self._delivery.pause(failures)
        return [Work(rest, failures)]

    def _first_failed(self, records: Batch, answer: Answer, settings: Settings) -> int:
        """Index of the first failed record; the number of records if none failed."""
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
        """Discard the records that exceed the mapping's maximum record age."""
        if settings.record_age_s == FOREVER:
            return work
        oldest = engine_clock.now() - settings.record_age_s
        expired = [record for record in work.records if record.arrival < oldest]
        if expired:
            self._give_up(expired, AGE, work.failures, None, settings)
        return Work(work.records[len(expired) :], work.failures)

    def _give_up(
        self, records: Batch, condition: str, invoke_count: int, answer: Answer | None, settings: Settings
    ) -> None:
        self._on_failure.report(settings.on_failure, self._key.shard_id, records, condition, invoke_count, answer)
        self._commit(records[-1].sequence)
