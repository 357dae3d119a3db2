"""ReceiveMessage, DeleteMessage, ChangeMessageVisibility, and the batches of the latter two."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sqs.constants import MAXIMUM_VISIBILITY_TIMEOUT
from moto.sqs.responses import SQSResponse

from shoplib.localaws.queues import errors
from shoplib.localaws.queues.batches import Entry, answer, entries_of

MOST_MESSAGES, LONGEST_WAIT_S = 10, 20
LONGEST_S = MAXIMUM_VISIBILITY_TIMEOUT
SYSTEM_ATTRIBUTES = {
    "All",
    "AWSTraceHeader",
    "ApproximateFirstReceiveTimestamp",
    "ApproximateReceiveCount",
    "DeadLetterQueueSourceArn",
    "MessageDeduplicationId",
    "MessageGroupId",
    "SenderId",
    "SentTimestamp",
    "SequenceNumber",
}
LIMITS = (
    ("MaxNumberOfMessages", 1, MOST_MESSAGES, f"Must be between 1 and {MOST_MESSAGES}, if provided."),
    ("WaitTimeSeconds", 0, LONGEST_WAIT_S, f"Must be >= 0 and <= {LONGEST_WAIT_S}, if provided."),
    ("VisibilityTimeout", 0, LONGEST_S, f"Must be >= 0 and <= {LONGEST_S}, if provided."),
)
DELETION, CHANGE = "DeleteMessageBatchRequestEntry", "ChangeMessageVisibilityBatchRequestEntry"


def check_request(request: SQSResponse) -> None:
    """moto's ReceiveMessage, for numbers and names that AWS takes."""
    request.sqs_backend.get_queue(request._get_queue_name())
    for name, least, most, reason in LIMITS:
        value = request._get_param(name)
        if value is not None and not least <= int(value) <= most:
            raise errors.value(value, name, reason)
    for name in [*request._get_param("AttributeNames", []), *request._get_param("MessageSystemAttributeNames", [])]:
        if name not in SYSTEM_ATTRIBUTES:
            raise errors.attribute_name(f"Unknown Attribute {name}.")


def with_wildcard(original: Callable[[Any, list[str]], None]) -> Callable[[Any, list[str]], None]:
    """SQS takes `*` for all message attributes, too."""

    def filter_attributes(message: Any, names: list[str]) -> None:
        original(message, ["All" if name == "*" else name for name in names])

    return filter_attributes


def delete_message(request: SQSResponse) -> ActionResult:
    _delete(request, request._get_param("ReceiptHandle"))
    return EmptyResult()


def delete_message_batch(request: SQSResponse) -> ActionResult:
    request.sqs_backend.get_queue(request._get_queue_name())

    def act(_: int, entry: Entry) -> Entry:
        _delete(request, entry.get("ReceiptHandle"))
        return {}

    return answer(entries_of(request, DELETION), act)


def change_message_visibility(request: SQSResponse) -> ActionResult:
    seconds = request._get_param("VisibilityTimeout")
    _require_handle(request._get_param("ReceiptHandle"))
    if seconds is None:
        raise errors.missing("VisibilityTimeout")
    if not 0 <= int(seconds) <= LONGEST_S:
        raise errors.value(seconds, "VisibilityTimeout", f"Must be between 0 and {LONGEST_S}.")
    _change(request, request._get_param("ReceiptHandle"), int(seconds))
    return EmptyResult()


def change_message_visibility_batch(request: SQSResponse) -> ActionResult:
    request.sqs_backend.get_queue(request._get_queue_name())

    def act(number: int, entry: Entry) -> Entry:
        seconds = entry.get("VisibilityTimeout")
        _require_handle(entry.get("ReceiptHandle"))
        if seconds is None:
            raise errors.missing(f"{CHANGE}.{number}.VisibilityTimeout")
        if not 0 <= int(seconds) <= LONGEST_S:
            reason = f"VisibilityTimeout must be an integer between 0 and {LONGEST_S}."
            raise errors.value(seconds, "VisibilityTimeout", reason)
        _change(request, entry["ReceiptHandle"], int(seconds))
        return {}

    return answer(entries_of(request, CHANGE), act)


def _delete(request: SQSResponse, handle: str | None) -> None:
    _require_handle(handle)
    request.sqs_backend.delete_message(request._get_queue_name(), str(handle))


def _change(request: SQSResponse, handle: str, seconds: int) -> None:
    request.sqs_backend.change_message_visibility(
        queue_name=request._get_queue_name(), receipt_handle=handle, visibility_timeout=seconds
    )


def _require_handle(handle: str | None) -> None:
    if not (handle or "").strip():
        raise errors.missing("ReceiptHandle")
