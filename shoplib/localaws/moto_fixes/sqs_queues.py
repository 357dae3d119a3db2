"""SQS queues: O(n) in everything, and wrong under threads.

Upstream counts all messages at each access of `queue.attributes`, which a send reads several times; receive and delete
walk through all messages and rebuild the list; nothing of it is locked, so that threads receive a message twice, leave
ghosts in flight, or get a 500. The handles of all messages ever deleted are kept for ever. Expired messages are not
removed but end the receive. FIFO queues forget a deduplication id when its message is deleted, answer duplicates with a
new message id, and number messages at random; AWS keeps ids for five minutes, and numbers rise.
Each message sent spells the names of all attributes anew, letter by letter: two thirds of a send.
Measured: send 20 ms, receive(10) + delete 1,106 ms with 2,000 messages -> 0.1 ms and 0.3 ms with 20,000.
"""

import base64
import binascii
import copy
import itertools
import threading
import uuid
from functools import cache
from typing import Any

import moto.sqs.models as sqs
from moto.core.utils import camelcase_to_underscores
from moto.sqs.exceptions import InvalidParameterValue, SQSException
from moto.sqs.models import DEDUPLICATION_TIME_IN_SECONDS, Message, Queue, SQSBackend

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_fixes.sqs_store import MessageStore
from shoplib.localaws.moto_patches import replace, replace_property

MAX_VISIBILITY_MS = 43_200_000
FIRST_SEQUENCE_NUMBER = 18_849_496_460_467_696_128
_sequence = itertools.count(FIRST_SEQUENCE_NUMBER)


def install() -> None:
    replace(sqs, "generate_receipt_handle", str)  # it knows nothing of the queue, see `_receive`
    replace(sqs, "camelcase_to_underscores", cache(camelcase_to_underscores))
    replace_property(Queue, "_messages", store_of, _reset)
    replace_property(Queue, "_pending_messages", lambda queue: _locked(queue, lambda store: store.in_flight), _ignore)
    replace_property(Queue, "messages", lambda queue: _locked(queue, MessageStore.ready))
    replace_property(Queue, "approximate_number_of_messages", lambda queue: _locked(queue, _ready_count))
    replace_property(Queue, "approximate_number_of_messages_delayed", lambda queue: _locked(queue, _delayed_count))
    replace_property(Queue, "approximate_number_of_messages_not_visible", lambda queue: len(queue._pending_messages))
    replace(Queue, "add_message", add_message)
    replace(Queue, "delete_message", delete_message)
    replace(SQSBackend, "receive_message", receive_message)
    replace(SQSBackend, "change_message_visibility", change_message_visibility)


def add_message(queue: Any, message: Message) -> None:
    """Put it into the queue, unless its deduplication id was seen lately: then it takes the first one's identity."""
    with _lock(queue):
        if queue.fifo_queue and not _is_first(queue, message):
            return
        store_of(queue).add(message, queue.fifo_queue)
        queue._messages_lock.notify_all()


def delete_message(queue: Any, receipt_handle: str) -> None:
    with _lock(queue):
        store = store_of(queue)
        message = store.of_handle(receipt_handle)
        if message is None:
            _require_own(queue, receipt_handle)
            return  # deleted before
        _require_in_flight(queue, message, receipt_handle)
        store.remove(message)
        queue._messages_lock.notify_all()  # in a FIFO queue its group may be free now


def receive_message(
    backend: Any,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    """Copies of up to `count` messages; waits for the first one as long as asked."""
    queue = backend.get_queue(queue_name)
    deadline = engine_clock.now() + wait_seconds_timeout
    while True:
        with _lock(queue):  # looking and going to sleep are one step: what is sent meanwhile wakes the sleeper
            received, dead = _take(queue, count, visibility_timeout)
            remaining = deadline - engine_clock.now()
            is_over = received or remaining <= 0 or queue_name not in backend.queues
            if not is_over and not dead:
                _wait(queue, remaining)
        for message in dead:
            vars(message)["dead_letter_source_arn"] = queue.queue_arn  # where a redrive brings it back to
            queue.dead_letter_queue.add_message(message)
        if is_over:
            return [_answer(message, message_attribute_names or []) for message in received]


def change_message_visibility(backend: Any, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
    queue = backend.get_queue(queue_name)
    with _lock(queue):
        message = store_of(queue).of_handle(receipt_handle)
        if message is None:
            _require_own(queue, receipt_handle)
            raise _invalid_handle(
                receipt_handle, "Message does not exist or is not available for visibility timeout change."
            )
        _require_in_flight(queue, message, receipt_handle)
        if engine_clock.milliseconds() + int(visibility_timeout) * 1000 - message.sent_timestamp > MAX_VISIBILITY_MS:
            raise InvalidParameterValue(
                f"Value {visibility_timeout} for parameter VisibilityTimeout is invalid. Reason: Total "
                "VisibilityTimeout for the message is beyond the limit [43200 seconds]"
            )
        message.change_visibility(int(visibility_timeout))
        store_of(queue).reschedule(message)
        queue._messages_lock.notify_all()


def store_of(queue: Any) -> MessageStore:
    store: MessageStore | None = queue.__dict__.get("lab_store")
    return store if store is not None else queue.__dict__.setdefault("lab_store", MessageStore())


def _take(queue: Any, count: int, visibility_timeout: int) -> tuple[list[Message], list[Message]]:
    """Messages now in flight, and those that were received too often and now belong to the dead-letter queue."""
    received: list[Message] = []
    dead: list[Message] = []
    with _lock(queue):
        store = store_of(queue)
        for message in store.take():
            if _expired(queue, message):
                store.remove(message)
            elif _received_too_often(queue, message):
                store.remove(message)
                dead.append(message)
            else:
                _receive(queue, message, visibility_timeout)
                received.append(message)
            if len(received) >= int(count):
                break
        for message in received:  # only now: messages of one group come together
            store.fly(message)
        return [copy.copy(message) for message in received], dead


def _receive(queue: Any, message: Message, visibility_timeout: int) -> None:
    message.mark_received(visibility_timeout=visibility_timeout)
    message.receipt_handle = _receipt_handle(queue, message)


def _expired(queue: Any, message: Message) -> bool:
    sent: Any = message.sent_timestamp
    return bool(sent / 1000 + queue.message_retention_period <= engine_clock.now())


def _received_too_often(queue: Any, message: Message) -> bool:
    if queue.dead_letter_queue is None or not queue.redrive_policy:
        return False
    return bool(message.approximate_receive_count >= queue.redrive_policy["maxReceiveCount"])


def _wait(queue: Any, seconds: float) -> None:
    """Until the queue changes or the next hidden message is due; a deleted queue is noticed within a second."""
    with _lock(queue):
        due = store_of(queue).next_due()
        until_due = (due - engine_clock.milliseconds()) / 1000 if due is not None else seconds
        queue._messages_lock.wait(min(1.0, seconds, max(0.001, until_due)))


def _is_first(queue: Any, message: Message) -> bool:
    seen: dict[Any, Message] = queue.__dict__.setdefault("lab_seen", {})
    horizon = engine_clock.milliseconds() - DEDUPLICATION_TIME_IN_SECONDS * 1000
    while seen and _sent(oldest := next(iter(seen.values()))) < horizon:
        seen.pop(_identity(queue, oldest))
    if message.deduplication_id and _identity(queue, message) in seen:
        first = seen[_identity(queue, message)]
        message.id, message.sequence_number = first.id, first.sequence_number
        return False
    message.sequence_number = str(next(_sequence))
    if message.deduplication_id:
        seen[_identity(queue, message)] = message
    return True


def _identity(queue: Any, message: Message) -> Any:
    # The scope in force when the first message came: AWS does not apply a later one.
    by_group = queue.__dict__.setdefault("lab_scope", queue.deduplication_scope) == "messageGroup"
    return (message.group_id, message.deduplication_id) if by_group else message.deduplication_id


def _sent(message: Message) -> float:
    return float(message.sent_timestamp or 0)


def _answer(message: Message, names: list[str]) -> Message:
    sqs._filter_message_attributes(message, names)
    return message


def _lock(queue: Any) -> threading.Condition:
    lock: threading.Condition = queue._messages_lock
    return lock


def _locked(queue: Any, read: Any) -> Any:
    with _lock(queue):
        return read(store_of(queue))


def _ready_count(store: MessageStore) -> int:
    return store.ready_count


def _delayed_count(store: MessageStore) -> int:
    return store.delayed_count


def _reset(queue: Any, messages: list[Message]) -> None:
    """A purge, or the queue's birth."""
    queue.__dict__["lab_store"] = MessageStore()
    queue.__dict__["lab_seen"] = {}


def _ignore(queue: Any, messages: set[Message]) -> None:
    """Which messages are in flight follows from the store."""


def _receipt_handle(queue: Any, message: Message) -> str:
    """Opaque to clients; says whose it is, so that nobody has to remember the handles of what is gone."""
    return base64.b64encode(f"{uuid.uuid4()} {queue.queue_arn} {message.id}".encode()).decode()


def _require_own(queue: Any, receipt_handle: str) -> None:
    try:
        arn = base64.b64decode(receipt_handle, validate=True).decode().split(" ")[1]
    except (binascii.Error, UnicodeError, IndexError, ValueError):
        arn = ""
    if arn != queue.queue_arn:
        text = f'The input receipt handle "{receipt_handle}" is not a valid receipt handle.'
        raise SQSException("ReceiptHandleIsInvalid", text)


def _require_in_flight(queue: Any, message: Message, receipt_handle: str) -> None:
    """In a FIFO queue a handle is good for as long as nobody else can receive the message."""
    if queue.fifo_queue and not store_of(queue).is_in_flight(message, receipt_handle):
        raise _invalid_handle(receipt_handle, "The receipt handle has expired.")


def _invalid_handle(receipt_handle: str, reason: str) -> SQSException:
    sentence = f"Value {receipt_handle} for parameter ReceiptHandle is invalid. Reason: {reason}"
    return InvalidParameterValue(sentence)
