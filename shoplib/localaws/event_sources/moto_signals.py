"""Hooks in moto's queues and streams that signal new data immediately."""

import time
from typing import Any

from moto.dynamodb.models.table import StreamShard
from moto.kinesis.models import KinesisBackend, Stream
from moto.sqs.models import Queue, SQSBackend

from shoplib.localaws import engine_clock
from shoplib.localaws.event_sources.wakeups import Wakeups
from shoplib.localaws.moto_patches import after


def install(wakeups: Wakeups) -> None:
    """Notify `wakeups` of every new message, record and shard. Idempotent; the last `wakeups` installed are used."""
    hooks = Hooks(wakeups)
    after(Queue, "add_message", hooks.message_added)
    after(Queue, "delete_message", hooks.message_deleted)
    after(SQSBackend, "receive_message", hooks.messages_received)
    after(SQSBackend, "change_message_visibility", hooks.visibility_changed)
    after(Stream, "put_record", hooks.record_put)
    after(StreamShard, "add", hooks.item_changed)
    for method in ("split_shard", "merge_shards", "update_shard_count"):
        after(KinesisBackend, method, hooks.resharded)


class Hooks:
    """Each hook receives the result of moto's method, then the method's own arguments."""

    def __init__(self, wakeups: Wakeups) -> None:
        self._wakeups = wakeups

    def message_added(self, result: Any, queue: Any, message: Any) -> None:
        wakeup = self._wakeups.existing(queue.queue_arn)
        if wakeup is None:
            return
        if message.delayed_until:
            wakeup.notify_at(_monotonic(message.delayed_until))
        else:
            wakeup.notify()

    def message_deleted(self, result: Any, queue: Any, *arguments: Any, **kwargs: Any) -> None:
        # In a FIFO queue, the group's next message may be available now.
        wakeup = self._wakeups.existing(queue.queue_arn)
        if wakeup is not None and queue.fifo_queue:
            wakeup.notify()

    def messages_received(self, messages: Any, backend: Any, queue_name: str, *rest: Any, **kwargs: Any) -> None:
        wakeup = self._of_queue(backend, queue_name)
        if wakeup is not None and messages:
            for visible_at in {message.visible_at for message in messages}:
                wakeup.notify_at(_monotonic(visible_at))

    def visibility_changed(
        self, result: Any, backend: Any, queue_name: str, receipt_handle: str, visibility_timeout: int
    ) -> None:
        wakeup = self._of_queue(backend, queue_name)
        if wakeup is not None:
            wakeup.notify_at(time.monotonic() + int(visibility_timeout))

    def record_put(self, result: Any, stream: Any, *rest: Any, **kwargs: Any) -> None:
        wakeup = self._wakeups.existing(stream.arn)
        if wakeup is not None:
            wakeup.notify()

    def item_changed(self, result: Any, shard: Any, *rest: Any, **kwargs: Any) -> None:
        table = shard.table
        wakeup = self._wakeups.existing(f"{table.table_arn}/stream/{table.latest_stream_label}")
        if wakeup is not None:
            wakeup.notify()

    def resharded(self, *arguments: Any, **kwargs: Any) -> None:
        # Rare enough to notify every stream's poller.
        self._wakeups.notify_all()

    def _of_queue(self, backend: Any, queue_name: str) -> Any:
        queue = backend.queues.get(queue_name)
        return self._wakeups.existing(queue.queue_arn) if queue is not None else None


def _monotonic(milliseconds: float) -> float:
    """Converts milliseconds of the engine's clock to the monotonic clock."""
    return time.monotonic() + milliseconds / 1000 - engine_clock.now()
