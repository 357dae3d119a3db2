"""Thousands of SQS messages while workers are killed: each one's effect once, order kept, poison set apart."""

import json
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from shoplib import localaws
from tests.cloud.lambda_room import Room
from tests.cloud.load_room import PRODUCERS, SEED, batches, differences, killing_workers, left_over, produce
from tests.nightly import sized

STANDARD, FIFO = sized((14_000, 6_000), (500, 300))  # messages
GROUPS = 40
POISON_GROUPS = 20  # with one poison message each
RECEIVES, VISIBILITY_S = 5, 4
KILLING_S = (RECEIVES - 1) * VISIBILITY_S  # no good message can meet a killed worker as often as a poison one fails
DRAIN_LIMIT_S = 240

# Idempotent by optimistic locking: what a message does to its group's list is done once, however often it comes.
HANDLER = """
import json, os, boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

def handler(event, context):
    groups, failures = {}, []
    for record in event["Records"]:
        body = json.loads(record["body"])
        if body["poison"]:
            failures.append({"itemIdentifier": record["messageId"]})
        else:
            groups.setdefault(body["group"], []).append(body["number"])
    for group, numbers in groups.items():
        while not done(group, numbers):
            pass
    return {"batchItemFailures": failures}

def done(group, numbers):
    item = table.get_item(Key={"group": group}, ConsistentRead=True)["Item"]
    known = set(item["numbers"])
    new = [number for number in numbers if number not in known]
    try:
        return not new or table.update_item(
            Key={"group": group},
            UpdateExpression="SET numbers = list_append(numbers, :new), version = :next",
            ConditionExpression="version = :seen",
            ExpressionAttributeValues={":new": new, ":seen": item["version"], ":next": item["version"] + 1},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
"""
Message = dict[str, Any]


def test_messages_under_load(load_room: Room, load_engine: localaws.Engine) -> None:
    began = time.monotonic()
    standard = Source(load_room, "standard", STANDARD, BatchSize=50, MaximumBatchingWindowInSeconds=1)
    fifo = Source(load_room, "fifo", FIFO, BatchSize=10)
    with killing_workers(load_engine.pid, KILLING_S) as killed:
        produce(lambda producer: (fifo.send(producer), standard.send(producer)))
        sent = time.monotonic() - began
        waiting = [left_over(source.waiting, DRAIN_LIMIT_S) for source in (standard, fifo)]
    count = len(standard.messages) + len(fifo.messages)
    print(
        f"{count} messages sent in {sent:.1f} s, done in {time.monotonic() - began:.1f} s, {len(killed)} workers killed"
    )
    assert len(killed) > 3
    assert waiting == [0, 0]
    assert [standard.dead(), fifo.dead()] == [standard.poison(), fifo.poison()]
    assert fifo.differences(in_order=True) == []
    assert standard.differences(in_order=False) == []


class Source:
    """A queue with its dead-letter queue, its function, and the table that holds the function's effects."""

    def __init__(self, room: Room, kind: str, count: int, **mapping: Any) -> None:
        self._room = room
        self._fifo = {"FifoQueue": "true"} if kind == "fifo" else {}
        self._dead_url, dead_arn = room.queue(**self._fifo)
        redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": RECEIVES})
        self._url, arn = room.queue(VisibilityTimeout=VISIBILITY_S, RedrivePolicy=redrive, **self._fifo)
        self._table = self._make_table()
        name = room.function(HANDLER, Timeout=VISIBILITY_S, Environment={"Variables": {"TABLE": self._table}})
        room.aws("lambda").create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn, FunctionResponseTypes=["ReportBatchItemFailures"], **mapping
        )
        self.messages = _messages(count)

    def send(self, producer: int) -> None:
        """One producer's share: all messages of its groups, in their order."""
        sqs = self._room.aws("sqs")
        mine = [message for message in self.messages if message["group"] % PRODUCERS == producer]
        for some in batches(mine, 10):
            answer = sqs.send_message_batch(QueueUrl=self._url, Entries=[self._entry(message) for message in some])
            assert not answer.get("Failed"), answer

    def waiting(self) -> int:
        """Messages that are neither done nor given up."""
        return self._room.waiting(self._url)

    def differences(self, *, in_order: bool) -> list[str]:
        """Between the effects of good messages and those in the table."""
        order: Callable[[list[int]], list[int]] = list if in_order else sorted  # type: ignore[assignment]
        expected = defaultdict(list)
        for message in self.messages:
            if not message["poison"]:
                expected[str(message["group"])].append(message["number"])
        pages = self._room.aws("dynamodb").get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        seen = {item["group"]["N"]: order([int(each["N"]) for each in item["numbers"]["L"]]) for item in items}
        return differences(expected, seen)

    def poison(self) -> list[tuple[int, int]]:
        return sorted((message["group"], message["number"]) for message in self.messages if message["poison"])

    def dead(self) -> list[tuple[int, int]]:
        """What the dead-letter queue holds."""
        found: list[Message] = []
        while self._room.waiting(self._dead_url):
            found += self._room.received(self._dead_url)
        return sorted((message["group"], message["number"]) for message in found)

    def _entry(self, message: Message) -> dict[str, str]:
        identity = f"{message['group']}-{message['number']}"
        entry = {"Id": identity, "MessageBody": json.dumps(message)}
        group = {"MessageGroupId": str(message["group"]), "MessageDeduplicationId": identity}
        return entry | (group if self._fifo else {})

    def _make_table(self) -> str:
        dynamodb, name = self._room.aws("dynamodb"), f"t-{uuid.uuid4().hex[:10]}"
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "group", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "group", "AttributeType": "N"}],
        )
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        for group in range(GROUPS):
            item = {"group": {"N": str(group)}, "numbers": {"L": []}, "version": {"N": "0"}}
            dynamodb.put_item(TableName=name, Item=item)
        return name


def _messages(count: int) -> list[Message]:
    """Numbered within their groups; one of every second group is poison, always the same one."""
    chance, size = random.Random(SEED), count // GROUPS
    poison = {group: chance.randrange(size) for group in chance.sample(range(GROUPS), POISON_GROUPS)}
    return [
        {"group": group, "number": number, "poison": poison.get(group) == number}
        for group in range(GROUPS)
        for number in range(size)
    ]
