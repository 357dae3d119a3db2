"""One SQS queue as a mapping's source: receives and deletes in moto's backend, and converts messages to Lambda
records.
"""

import base64
from collections.abc import Iterable
from typing import Any

from moto.sqs.exceptions import QueueDoesNotExist, SQSException
from moto.sqs.models import Message, SQSBackend, sqs_backends

from shoplib.localaws.arns import Arn

ATTRIBUTES = {
    "ApproximateReceiveCount": "approximate_receive_count",
    "SentTimestamp": "sent_timestamp",
    "SenderId": "sender_id",
    "ApproximateFirstReceiveTimestamp": "approximate_first_receive_timestamp",
    "SequenceNumber": "sequence_number",
    "MessageGroupId": "group_id",
    "MessageDeduplicationId": "deduplication_id",
}


class QueueSource:
    """A queue, by ARN. Methods raise QueueDoesNotExist while the queue does not exist."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        _, _, self._region, self._account_id, self._name = Arn.parse(arn)

    @property
    def _backend(self) -> SQSBackend:
        return sqs_backends[self._account_id][self._region]

    @property
    def visibility_timeout_s(self) -> int:
        queue: Any = self._backend.get_queue(self._name)
        return int(queue.visibility_timeout)

    def depth(self) -> int:
        """Messages in the queue: visible, delayed, and received but not yet deleted."""
        queue: Any = self._backend.get_queue(self._name)
        hidden = queue.approximate_number_of_messages_not_visible + queue.approximate_number_of_messages_delayed
        return int(queue.approximate_number_of_messages + hidden)

    def receive(self, count: int) -> list[Message]:
        """Up to `count` visible messages, hidden from now on for the queue's visibility timeout. Never waits."""
        return self._backend.receive_message(self._name, count, 0, self.visibility_timeout_s, ["All"])

    def delete(self, messages: Iterable[Message]) -> None:
        """Delete messages. A message or queue that does not exist is not an error."""
        for message in messages:
            try:
                self._backend.delete_message(self._name, str(message.receipt_handle))
            except QueueDoesNotExist:
                return
            except SQSException:
                continue

    def record(self, message: Message) -> dict[str, Any]:
        """The message as a record of Lambda's event."""
        values = {name: getattr(message, field) for name, field in ATTRIBUTES.items()}
        attributes = {name: str(value) for name, value in values.items() if value is not None}
        if trace := message.system_attributes.get("AWSTraceHeader"):
            attributes["AWSTraceHeader"] = trace["StringValue"] if isinstance(trace, dict) else trace
        record: dict[str, Any] = {
            "messageId": message.id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": attributes,
            "messageAttributes": {name: _attribute(value) for name, value in message.message_attributes.items()},
            "md5OfBody": message.body_md5,
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": self._region,
        }
        if message.message_attributes:
            record["md5OfMessageAttributes"] = message.attribute_md5
        return record


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if value.get("StringValue") is not None:
        answer["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        binary = value["BinaryValue"]
        answer["binaryValue"] = binary if isinstance(binary, str) else base64.b64encode(binary).decode()
    return answer
