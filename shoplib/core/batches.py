"""Batches of a queue's messages, answered message by message."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def each(event: dict[str, Any], context: Any, handle: Callable[[SQSRecord], Any]) -> Any:
    """Handles each message; those whose handling raises are named in the answer, and come again.

    A batch that failed as a whole is answered message by message too: an exception would hide which one is at fault.
    """
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
