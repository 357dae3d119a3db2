"""Polls one SQS queue for one mapping: several concurrent batches, deleted after the function succeeds."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import Message

from shoplib.localaws.event_sources import filters
from shoplib.localaws.event_sources.batch_response import failed_items
from shoplib.localaws.event_sources.delivery import MAX_PAYLOAD, Delivery
from shoplib.localaws.event_sources.mapping import Mapping
from shoplib.localaws.event_sources.queue_source import QueueSource
from shoplib.localaws.event_sources.settings import Settings
from shoplib.localaws.event_sources.wakeups import Wakeup

LOG = logging.getLogger(__name__)
BATCHES_AT_ONCE = 5  # AWS's initial concurrency
LONG_POLL_S = 20.0
RECORD_OVERHEAD = 2048  # bytes of a record besides its body


class QueuePoller:
    """One thread receives; each batch runs in its own thread, so that a slow one does not delay the others."""

    def __init__(self, mapping: Mapping, delivery: Delivery, wakeup: Wakeup) -> None:
        self._mapping = mapping
        self._source = QueueSource(mapping.event_source_arn)
        self._delivery = delivery
        self._wakeup = wakeup
        self._running = 0
        self._finishing = False
        self._counting = threading.Lock()
        self._thread = threading.Thread(target=self._poll, daemon=True, name=f"sqs-poller-{mapping.uuid[:8]}")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop receiving. Batches in flight are finished."""
        self._delivery.stop()
        self._wakeup.notify()

    def finish(self) -> None:
        """Stop receiving. Batches already received are still sent to the function."""
        self._finishing = True
        self._wakeup.notify()

    def join(self, limit_s: float) -> None:
        self._thread.join(limit_s)

    def is_idle_within(self, limit_s: float) -> bool:
        """True once no batch is in flight."""
        end = time.monotonic() + limit_s
        self._thread.join(max(0.0, limit_s))
        while (seen := self._wakeup.count, self._running)[1] and (remaining := end - time.monotonic()) > 0:
            self._wakeup.wait(seen, remaining)
        return not (self._running or self._thread.is_alive())

    @property
    def source_arn(self) -> str:
        return self._mapping.event_source_arn

    def pending(self) -> int:
        """Messages that are not deleted yet; 0 if the queue does not exist."""
        try:
            return self._source.depth()
        except QueueDoesNotExist:
            return 0

    def _poll(self) -> None:
        while not (self._delivery.is_over or self._finishing):
            if not self._delivery.may_read():
                continue
            seen = self._wakeup.count
            settings = Settings.of(self._mapping.get_configuration())
            try:
                batch = self._collect(settings) if self._has_room(settings) else []
            except QueueDoesNotExist:
                self._mapping.last_result = "PROBLEM: The specified queue does not exist."
                batch = []
            for part in _within_payload_limit(batch):
                self._dispatch(part, settings)
            if not batch:
                self._wakeup.wait(seen, LONG_POLL_S)

    def _has_room(self, settings: Settings) -> bool:
        return self._running < (settings.concurrency or BATCHES_AT_ONCE)

    def _collect(self, settings: Settings) -> list[Message]:
        """A batch: the available messages, or with a batching window the messages that arrive until it is full or the
        window ends.
        """
        batch = self._source.receive(settings.batch_size)
        end = time.monotonic() + settings.window_s
        while batch and len(batch) < settings.batch_size and not (self._delivery.stopped.is_set() or self._finishing):
            seen = self._wakeup.count
            batch += self._source.receive(settings.batch_size - len(batch))
            remaining = end - time.monotonic()
            if remaining <= 0:
                break
            if len(batch) < settings.batch_size:
                self._wakeup.wait(seen, remaining)
        return batch

    def _dispatch(self, messages: list[Message], settings: Settings) -> None:
        with self._counting:
            self._running += 1
        threading.Thread(target=self._work, args=(messages, settings), daemon=True, name="sqs-batch").start()

    def _work(self, messages: list[Message], settings: Settings) -> None:
        try:
            self._process(messages, settings)
        except Exception:  # a bug must not end the poller; the messages reappear after their visibility timeout
            LOG.exception("A batch of %s was not processed", settings.source_arn)
        finally:
            with self._counting:
                self._running -= 1
            self._wakeup.notify()

    def _process(self, messages: list[Message], settings: Settings) -> None:
        until = time.monotonic() + self._source.visibility_timeout_s
        records = {message.id: self._source.record(message) for message in messages}
        accepted = [message for message in messages if filters.accepts(records[message.id], settings.patterns, "body")]
        self._source.delete(message for message in messages if message not in accepted)
        if not accepted:
            return
        event: dict[str, Any] = {"Records": [records[message.id] for message in accepted]}
        traces = [record["attributes"].get("AWSTraceHeader") for record in event["Records"]]
        answer = self._delivery.send(json.dumps(event).encode(), traces, until)
        if answer is None or answer.error is not None:
            return  # the messages become visible again when their visibility timeout is over
        failed = failed_items(answer.payload, records.keys()) if settings.reports_item_failures else []
        if failed is not None:
            self._source.delete(message for message in accepted if message.id not in failed)


def _within_payload_limit(messages: list[Message]) -> Iterator[list[Message]]:
    """Split a batch whose event exceeds Lambda's payload limit."""
    part: list[Message] = []
    size = 0
    for message in messages:
        weight = len(json.dumps(message.body)) + RECORD_OVERHEAD
        if part and size + weight > MAX_PAYLOAD:
            yield part
            part, size = [], 0
        part.append(message)
        size += weight
    if part:
        yield part
