"""One message move task: a thread that moves visible messages out of the dead-letter queue, as new messages."""

import base64
import copy
import json
import logging
import threading
import time
import uuid
from typing import Any

from moto.sqs.models import SQSBackend

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_fixes.sqs_queues import store_of
from shoplib.localaws.redrive.origin import source_of
from shoplib.localaws.turns import Turns

AT_ONCE = 50
MOST_PER_SECOND = 500
TURNS = Turns()  # within, messages are in no queue
LOG = logging.getLogger(__name__)


class Unmovable(Exception):
    """The reason why a task fails."""


class MoveTask:
    """With `destination_arn` None, each message moves back to its source queue."""

    def __init__(self, backend: SQSBackend, source: Any, destination_arn: str | None, per_second: int | None) -> None:
        self._backend = backend
        self._source = source
        self._cancelled = threading.Event()
        self.destination_arn = destination_arn
        self.per_second = per_second
        self.status = "RUNNING"
        self.failure: str | None = None
        self.moved = 0
        self.to_move = source.approximate_number_of_messages
        self.started_ms = int(engine_clock.milliseconds())
        identity = {"taskId": str(uuid.uuid4()), "sourceArn": source.queue_arn}
        self.handle = base64.b64encode(json.dumps(identity).encode()).decode()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A task from a saved state has no thread."""
        self.__dict__.update(state)
        if self.status not in ("COMPLETED", "CANCELLED", "FAILED"):
            self.status, self.failure = "FAILED", "The local AWS was loaded from a saved state."

    @property
    def source_arn(self) -> str:
        return str(self._source.queue_arn)

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name="message-move-task").start()

    def cancel(self) -> None:
        self.status = "CANCELLING"
        self._cancelled.set()

    def _run(self) -> None:
        try:
            self._move_all()
            self.status = "CANCELLED" if self._cancelled.is_set() else "COMPLETED"
        except Unmovable as reason:
            self.failure, self.status = str(reason), "FAILED"
        except Exception as error:  # an error must show in the task's status, because there is no caller
            LOG.exception("the move task of %s failed", self.source_arn)
            self.failure, self.status = type(error).__name__, "FAILED"

    def _move_all(self) -> None:
        start = time.monotonic()
        while not self._cancelled.is_set():
            with TURNS.take():
                count = self._move(min(AT_ONCE, self.per_second or AT_ONCE))
            if not count:
                return
            due = start + self.moved / (self.per_second or MOST_PER_SECOND)
            self._cancelled.wait(max(0.0, due - time.monotonic()))

    def _move(self, count: int) -> int:
        """Move up to `count` visible messages; returns how many."""
        messages = self._take(count)
        for number, message in enumerate(messages):
            try:
                self._destination(message).add_message(_as_new(message))
            except Unmovable:
                for unmoved in messages[number:]:
                    self._source.add_message(unmoved)
                raise
            self.moved += 1
        return len(messages)

    def _take(self, count: int) -> list[Any]:
        if not self._is_there():
            raise Unmovable("AWS.SimpleQueueService.NonExistentQueue")
        messages: list[Any] = []
        with self._source._messages_lock:
            store = store_of(self._source)
            for message in store.take():
                store.remove(message)
                messages.append(message)
                if len(messages) == count:
                    break
        return messages

    def _is_there(self) -> bool:
        """Not if the queue was deleted, or is one of a state that was replaced."""
        return self._backend.queues.get(self._source.name) is self._source

    def _destination(self, message: Any) -> Any:
        arn = self.destination_arn or source_of(message)
        if arn is None:
            raise Unmovable("CouldNotDetermineMessageSource")
        queue = self._backend.queues.get(arn.rpartition(":")[2])
        if queue is None:
            raise Unmovable("AWS.SimpleQueueService.NonExistentQueue")
        return queue


def _as_new(message: Any) -> Any:
    new = copy.copy(message)
    new.id = str(uuid.uuid4())
    new.receipt_handle, new._old_receipt_handles = None, []
    new.approximate_first_receive_timestamp, new.approximate_receive_count = None, 0
    new.visible_at, new.delayed_until = 0.0, 0.0
    new.dead_letter_source_arn = None
    new.mark_sent()
    return new
