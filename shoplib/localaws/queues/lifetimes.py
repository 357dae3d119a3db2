"""The minute after a queue is deleted, in which its name is taken, and the minute after a purge."""

from collections.abc import Callable
from typing import Any

from moto.sqs.exceptions import PurgeQueueInProgress, SQSException

from shoplib.localaws import engine_clock

WAIT_S = 60


def remembering(original: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    def delete_queue(backend: Any, queue_name: str) -> None:
        original(backend, queue_name)
        _deleted(backend)[queue_name] = engine_clock.now()

    return delete_queue


def check_name_is_free(backend: Any, name: str) -> None:
    deleted = _deleted(backend)
    if name in deleted and engine_clock.now() - deleted[name] < WAIT_S:
        raise SQSException(
            "AWS.SimpleQueueService.QueueDeletedRecently",
            f"You must wait {WAIT_S} seconds after deleting a queue before you can create another with the same name.",
        )
    deleted.pop(name, None)


def purge_queue(backend: Any, queue_name: str) -> None:
    """Messages, those in flight, and the memory of deduplication ids."""
    queue = backend.get_queue(queue_name)
    now = engine_clock.now()
    with queue._messages_lock:
        if queue.last_purged_at is not None and now - queue.last_purged_at < WAIT_S:
            raise PurgeQueueInProgress(queue.name)
        queue.last_purged_at = now
        queue._messages = []


def _deleted(backend: Any) -> dict[str, float]:
    names: dict[str, float] = backend.__dict__.setdefault("lab_deleted", {})
    return names
