"""`python -m bench.growth`: does a call cost more when more is stored? Milliseconds, a line per kind of call."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from bench.peers import Peer, ours

T = TypeVar("T")
SIZES = (1_000, 10_000, 50_000, 200_000)
CALLS = 20
SETTLE_SECONDS = 5  # the engine records calls after it has answered them, and a fill is thousands
Fill = Callable[[range], None]
Calls = dict[str, Callable[[], object]]


def table(peer: Peer) -> tuple[Fill, Calls]:
    items = peer.client("dynamodb")
    key = [{"AttributeName": "group", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}]
    index = {"IndexName": "kinds", "Projection": {"ProjectionType": "ALL"}}
    items.create_table(
        TableName="growth",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=key,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("group", "id", "kind")],
        GlobalSecondaryIndexes=[{**index, "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}, key[1]]}],
    )

    def item(number: int) -> dict[str, Any]:
        texts = {"group": "large" if number % 2 else f"g{number}", "id": f"{number:09}", "kind": f"k{number % 3}"}
        return {name: {"S": text} for name, text in texts.items()}

    def fill(numbers: range) -> None:
        for some in batched(numbers, 25):
            requests = [{"PutRequest": {"Item": item(number)}} for number in some]
            items.batch_write_item(RequestItems={"growth": requests})

    def query(name: str, value: str, **options: Any) -> Callable[[], object]:
        condition = {"ExpressionAttributeNames": {"#n": name}, "ExpressionAttributeValues": {":v": {"S": value}}}
        return lambda: items.query(
            TableName="growth", Limit=100, KeyConditionExpression="#n = :v", **condition, **options
        )

    return fill, {
        "DynamoDB Scan, page of 100": lambda: items.scan(TableName="growth", Limit=100),
        "DynamoDB Query of half the table, last 100": query("group", "large", ScanIndexForward=False),
        "DynamoDB Query of an index, 100": query("kind", "k1", IndexName="kinds"),
        "DynamoDB GetItem": lambda: items.get_item(TableName="growth", Key={n: item(1)[n] for n in ("group", "id")}),
        "DynamoDB PutItem": lambda: items.put_item(TableName="growth", Item=item(1)),
    }


def bucket(peer: Peer) -> tuple[Fill, Calls]:
    objects = peer.client("s3")
    objects.create_bucket(Bucket="growth")

    def fill(numbers: range) -> None:
        for number in numbers:
            objects.put_object(Bucket="growth", Key=f"day={number % 100:03}/{number:09}", Body=b"x")

    def page(**options: Any) -> Callable[[], object]:
        return lambda: objects.list_objects_v2(Bucket="growth", MaxKeys=100, **options)

    return fill, {
        "S3 ListObjectsV2 by prefix, 100": page(Prefix="day=050/"),
        "S3 ListObjectsV2 by folders, 100": page(Delimiter="/"),
        "S3 ListObjectsV2 from the middle, 100": page(StartAfter="day=050/"),
    }


def queue(peer: Peer) -> tuple[Fill, Calls]:
    messages = peer.client("sqs")
    url = messages.create_queue(QueueName="growth", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]

    def fill(numbers: range) -> None:
        for some in batched(numbers, 10):
            messages.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": "x"} for n in some])

    return fill, {
        "SQS ReceiveMessage, 10 of those waiting": lambda: messages.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10
        )
    }


def stream(peer: Peer) -> tuple[Fill, Calls]:
    records = peer.client("kinesis")
    records.create_stream(StreamName="growth", ShardCount=1)
    records.get_waiter("stream_exists").wait(StreamName="growth")
    shard = {"StreamName": "growth", "ShardId": "shardId-000000000000"}
    place = records.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]

    def fill(numbers: range) -> None:
        for some in batched(numbers, 500):
            records.put_records(StreamName="growth", Records=[{"Data": b"x", "PartitionKey": str(n)} for n in some])

    return fill, {"Kinesis GetRecords, 100": lambda: records.get_records(ShardIterator=place, Limit=100)}


def group(peer: Peer) -> tuple[Fill, Calls]:
    logs = peer.client("logs")
    logs.create_log_group(logGroupName="growth")
    logs.create_log_stream(logGroupName="growth", logStreamName="one")
    names = {"logGroupName": "growth", "logStreamName": "one"}

    def fill(numbers: range) -> None:
        for some in batched(numbers, 1000):
            now = int(time.time() * 1000)
            logs.put_log_events(**names, logEvents=[{"timestamp": now, "message": f"line {n}"} for n in some])

    return fill, {"Logs GetLogEvents, last 100": lambda: logs.get_log_events(**names, limit=100)}


KINDS = (table, bucket, queue, stream, group)


def batched(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def milliseconds(call: Callable[[], object]) -> float:
    """The median of some calls, after one that may build what the others use."""
    call()
    taken = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - began))
    return sorted(taken)[CALLS // 2]


def measure(peer: Peer, sizes: tuple[int, ...]) -> Iterator[tuple[str, list[float]]]:
    for kind in KINDS:
        fill, calls = kind(peer)
        figures: dict[str, list[float]] = {name: [] for name in calls}
        for before, size in zip((0, *sizes), sizes, strict=False):
            fill(range(before, size))
            time.sleep(SETTLE_SECONDS)
            for name, call in calls.items():
                figures[name].append(milliseconds(call))
        yield from figures.items()


def main() -> None:
    sizes = tuple(size for size in SIZES if size <= int((sys.argv[1:] or [SIZES[-1]])[0]))
    shown = Table(title="Milliseconds per call, by how much is stored")
    for heading in ("", *(f"{size:,}" for size in sizes)):
        shown.add_column(heading, justify="right" if heading else "left")
    with ours() as peer:
        for name, figures in measure(peer, sizes):
            shown.add_row(name, *(f"{figure:.1f}" for figure in figures))
    Console(width=110).print(shown)


if __name__ == "__main__":
    main()
