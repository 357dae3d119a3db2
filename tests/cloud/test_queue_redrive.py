"""Message move tasks: what died comes back."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import eventually

Aws = Callable[..., Any]


@dataclass
class Pair:
    """A queue and its dead-letter queue."""

    sqs: Any
    url: str
    arn: str
    dead_url: str
    dead_arn: str

    def bury(self, *bodies: str) -> None:
        """Let messages die: received once, then once too often."""
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)
        assert len(receive(self.sqs, self.url, VisibilityTimeout=0)) == len(bodies)
        assert receive(self.sqs, self.url) == []
        assert self.count(self.dead_url) == len(bodies)

    def count(self, url: str) -> int:
        asked = ["ApproximateNumberOfMessages"]
        return int(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"][asked[0]])

    def task(self) -> dict[str, Any]:
        newest: dict[str, Any] = self.sqs.list_message_move_tasks(SourceArn=self.dead_arn)["Results"][0]
        return newest

    def ended(self) -> dict[str, Any]:
        eventually(lambda: self.task()["Status"] not in ("RUNNING", "CANCELLING"))
        return self.task()


def receive(sqs: Any, url: str, **options: Any) -> list[dict[str, Any]]:
    """Up to ten messages."""
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], **options)
    return list(answer.get("Messages", []))


@pytest.fixture
def pair(aws: Aws) -> Iterator[Pair]:
    sqs, name = aws("sqs"), uuid.uuid4().hex[:8]
    dead_url = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    dead_arn = _arn(sqs, dead_url)
    policy = f'{{"deadLetterTargetArn": "{dead_arn}", "maxReceiveCount": 1}}'
    url = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})["QueueUrl"]
    yield Pair(sqs, url, _arn(sqs, url), dead_url, dead_arn)
    sqs.delete_queue(QueueUrl=url)
    sqs.delete_queue(QueueUrl=dead_url)


def _arn(sqs: Any, url: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def test_the_dead_come_back_as_new_messages(pair: Pair) -> None:
    pair.bury("a", "b", "c")
    dead = receive(pair.sqs, pair.dead_url, VisibilityTimeout=0)
    assert {message["Attributes"]["DeadLetterQueueSourceArn"] for message in dead} == {pair.arn}
    handle = pair.sqs.start_message_move_task(SourceArn=pair.dead_arn)["TaskHandle"]
    task = pair.ended()
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 3)
    assert (task["ApproximateNumberOfMessagesToMove"], "TaskHandle" in task) == (3, False)
    assert abs(task["StartedTimestamp"] / 1000 - time.time()) < 60
    back = receive(pair.sqs, pair.url)
    assert sorted(message["Body"] for message in back) == ["a", "b", "c"]
    assert {message["Attributes"]["ApproximateReceiveCount"] for message in back} == {"1"}
    assert not {message["MessageId"] for message in back} & {message["MessageId"] for message in dead}
    assert not any("DeadLetterQueueSourceArn" in message["Attributes"] for message in back)
    with pytest.raises(pair.sqs.exceptions.ResourceNotFoundException):
        pair.sqs.cancel_message_move_task(TaskHandle=handle)


def test_to_another_queue_slowly_until_cancelled(pair: Pair) -> None:
    pair.bury(*map(str, range(10)))
    other = pair.sqs.create_queue(QueueName=f"other-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    destination = _arn(pair.sqs, other)
    where = {"SourceArn": pair.dead_arn, "DestinationArn": destination}
    handle = pair.sqs.start_message_move_task(**where, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    assert (pair.task()["Status"], pair.task()["TaskHandle"]) == ("RUNNING", handle)
    with pytest.raises(ClientError, match="already a task running") as again:
        pair.sqs.start_message_move_task(**where)
    assert again.value.response["Error"]["Code"] == "InvalidParameterValue"
    eventually(lambda: pair.count(other) >= 1)
    pair.sqs.cancel_message_move_task(TaskHandle=handle)
    task = pair.ended()
    assert (task["Status"], task["DestinationArn"]) == ("CANCELLED", destination)
    assert pair.count(other) == task["ApproximateNumberOfMessagesMoved"] < 10
    assert pair.count(other) + pair.count(pair.dead_url) == 10
    pair.sqs.delete_queue(QueueUrl=other)


def test_a_task_that_cannot_move_says_why_and_loses_nothing(pair: Pair) -> None:
    pair.sqs.send_message(QueueUrl=pair.dead_url, MessageBody="never died")
    pair.sqs.start_message_move_task(SourceArn=pair.dead_arn)
    task = pair.ended()
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert pair.count(pair.dead_url) == 1


def test_refusals(pair: Pair) -> None:
    sqs = pair.sqs
    with pytest.raises(ClientError, match="configured as a Dead Letter Queue"):
        sqs.start_message_move_task(SourceArn=pair.arn)
    with pytest.raises(sqs.exceptions.ResourceNotFoundException, match="SourceArn"):
        sqs.start_message_move_task(SourceArn=f"{pair.dead_arn}-missing")
    with pytest.raises(sqs.exceptions.ResourceNotFoundException, match="DestinationArn"):
        sqs.start_message_move_task(SourceArn=pair.dead_arn, DestinationArn=f"{pair.arn}-missing")
    with pytest.raises(ClientError, match="between 1 and 500"):
        sqs.start_message_move_task(SourceArn=pair.dead_arn, MaxNumberOfMessagesPerSecond=501)
    with pytest.raises(ClientError, match="TaskHandle is invalid"):
        sqs.cancel_message_move_task(TaskHandle="nonsense")
    for source, said in ((f"{pair.dead_arn}-missing", "SourceArn parameter"), (pair.dead_arn, "Task does not exist.")):
        identity = json.dumps({"taskId": str(uuid.uuid4()), "sourceArn": source}).encode()
        with pytest.raises(sqs.exceptions.ResourceNotFoundException, match=said) as failed:
            sqs.cancel_message_move_task(TaskHandle=base64.b64encode(identity).decode())
        assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert sqs.list_message_move_tasks(SourceArn=pair.dead_arn)["Results"] == []
