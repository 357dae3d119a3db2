"""SendMessage and SendMessageBatch."""

from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.constants import MAXIMUM_MESSAGE_LENGTH
from moto.sqs.exceptions import BatchRequestTooLong
from moto.sqs.models import Message
from moto.sqs.responses import SQSResponse

from shoplib.localaws.queues import messages
from shoplib.localaws.queues.batches import Entry, answer, entries_of
from shoplib.localaws.queues.errors import InvalidEntry, parameter

ENTRY = "SendMessageBatchRequestEntry"


def send_message(request: SQSResponse) -> ActionResult:
    queue = request.sqs_backend.get_queue(request._get_queue_name())
    entry = {name: request._get_param(name) for name in messages.FIELDS}
    messages.check(queue, entry)
    return ActionResult(_send(request, queue, entry))


def send_message_batch(request: SQSResponse) -> ActionResult:
    """A FIFO queue takes all of a batch or nothing: what follows in a group must not overtake what was refused."""
    queue = request.sqs_backend.get_queue(request._get_queue_name())
    entries = entries_of(request, ENTRY)
    if (total := sum(messages.size(entry) for entry in entries)) > MAXIMUM_MESSAGE_LENGTH:
        raise BatchRequestTooLong(total)
    if queue.fifo_queue:
        _check_all(queue, entries)

    def act(number: int, entry: Entry) -> Entry:
        messages.check(queue, entry, _body_name(number))
        return _send(request, queue, entry)

    return answer(entries, act)


def md5_of(attributes: dict[str, Any]) -> str:
    message = Message("", "")
    message.message_attributes = attributes
    return message.attribute_md5


def _check_all(queue: Any, entries: list[Entry]) -> None:
    for number, entry in enumerate(entries, 1):
        try:
            messages.check(queue, entry, _body_name(number))
        except InvalidEntry as error:
            raise parameter(error.message) from error


def _body_name(number: int) -> str:
    return f"{ENTRY}.{number}.MessageBody"


def _send(request: SQSResponse, queue: Any, entry: Entry) -> Entry:
    system = entry.get("MessageSystemAttributes") or {}
    message = request.sqs_backend.send_message(
        queue.name,
        entry["MessageBody"],
        message_attributes=entry.get("MessageAttributes") or {},
        delay_seconds=messages.delay_of(queue, entry),
        deduplication_id=entry.get("MessageDeduplicationId"),
        group_id=entry.get("MessageGroupId"),
        system_attributes=dict(system),
    )
    sent = {"MessageId": message.id, "MD5OfMessageBody": message.body_md5}
    if message.message_attributes:
        sent["MD5OfMessageAttributes"] = message.attribute_md5
    if system:
        sent["MD5OfMessageSystemAttributes"] = md5_of(system)
    if queue.fifo_queue and message.sequence_number:
        sent["SequenceNumber"] = message.sequence_number
    return sent
