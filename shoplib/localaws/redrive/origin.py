"""The source queue of a message in a dead-letter queue, as a message attribute."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult

from shoplib.localaws.moto_fixes.sqs_queues import store_of

ATTRIBUTE = "DeadLetterQueueSourceArn"
REQUESTED_AS = {"All", ATTRIBUTE}


def with_source(original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """ReceiveMessage returns DeadLetterQueueSourceArn on request."""

    def receive_message(request: Any) -> ActionResult:
        answer = original(request)
        names = {*request._get_param("AttributeNames", []), *request._get_param("MessageSystemAttributeNames", [])}
        result: Any = answer.result
        if names & REQUESTED_AS and result:
            store = store_of(request.sqs_backend.get_queue(request._get_queue_name()))
            for message in result.get("Messages", []):
                _add(message, store.of_handle(message["ReceiptHandle"]))
        return answer

    return receive_message


def source_of(message: Any) -> str | None:
    """ARN of the queue from which the message was moved; None if it was not."""
    return getattr(message, "dead_letter_source_arn", None)


def _add(described: dict[str, Any], message: Any) -> None:
    if message is not None and (source := source_of(message)):
        described.setdefault("Attributes", {})[ATTRIBUTE] = source
