"""Tables, queues and streams of the engine keep their promises under threads, as AWS documents them."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

Aws = Callable[..., Any]
THREADS = 8


@pytest.fixture
def dynamodb(aws: Aws) -> Any:
    return aws("dynamodb")


@pytest.fixture
def table(dynamodb: Any) -> Iterator[str]:
    name = "data-table"
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk", "owner")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-owner",
                "KeySchema": [
                    {"AttributeName": "owner", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def queue(aws: Aws) -> Iterator[Callable[..., str]]:
    sqs, urls = aws("sqs"), []

    def make(name: str, **attributes: str) -> str:
        urls.append(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
        return urls[-1]

    yield make
    for url in urls:
        sqs.delete_queue(QueueUrl=url)


def item(pk: str, sk: str = "a", **attributes: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in {"pk": pk, "sk": sk, **attributes}.items()}


def succeeds(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("ConditionalCheckFailedException", "TransactionCanceledException")
        return False
    return True


def test_one_of_many_conditional_writes_wins(dynamodb: Any, table: str) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        for number in range(20):
            wanted = {
                "TableName": table,
                "Item": item(f"key-{number}"),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
            won = list(threads.map(lambda _, put=wanted: succeeds(lambda: dynamodb.put_item(**put)), range(THREADS)))
            assert won.count(True) == 1


def test_counters_lose_nothing_and_answer_their_own_value(dynamodb: Any, table: str) -> None:
    def add(_: int) -> str:
        answer = dynamodb.update_item(
            TableName=table,
            Key=item("counter"),
            UpdateExpression="ADD #n :one",
            ExpressionAttributeNames={"#n": "n"},
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        return str(answer["Attributes"]["n"]["N"])

    with ThreadPoolExecutor(THREADS) as threads:
        seen = list(threads.map(add, range(200)))
    assert sorted(map(int, seen)) == list(range(1, 201))


def test_scans_and_queries_during_writes(dynamodb: Any, table: str) -> None:
    def write(number: int) -> None:
        dynamodb.put_item(TableName=table, Item=item(f"key-{number % 10}", f"{number:03}", owner=f"o{number % 3}"))

    def read(_: int) -> None:
        dynamodb.scan(TableName=table)
        query(dynamodb, table, "pk", "key-1")
        query(dynamodb, table, "owner", "o1", IndexName="by-owner")

    with ThreadPoolExecutor(THREADS) as threads:
        written = threads.map(write, range(200))
        list(threads.map(read, range(40)))
        list(written)
    assert len(query(dynamodb, table, "pk", "key-1")) == 20
    assert len(query(dynamodb, table, "owner", "o1", IndexName="by-owner")) == 67


def query(dynamodb: Any, table: str, name: str, value: str, **more: Any) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#k = :v",
        ExpressionAttributeNames={"#k": name},
        ExpressionAttributeValues={":v": {"S": value}},
        **more,
    )
    return [each for page in pages for each in page["Items"]]


def test_an_index_follows_every_kind_of_write(dynamodb: Any, table: str) -> None:
    def owners(owner: str) -> list[str]:
        return [each["sk"]["S"] for each in query(dynamodb, table, "owner", owner, IndexName="by-owner")]

    for sk in ("b", "a", "c"):
        dynamodb.put_item(TableName=table, Item=item("p", sk, owner="me"))
    assert owners("me") == ["a", "b", "c"]
    names, values = {"#o": "owner"}, {":o": {"S": "you"}}
    dynamodb.update_item(
        TableName=table,
        Key=item("p", "b"),
        UpdateExpression="SET #o = :o",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )
    dynamodb.delete_item(TableName=table, Key=item("p", "a"))
    assert (owners("me"), owners("you")) == (["c"], ["b"])
    dynamodb.put_item(TableName=table, Item=item("p", "c"))
    assert owners("me") == []
    dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item("q", "d", owner="you")}}]})
    assert owners("you") == ["b", "d"]
    reverse = query(dynamodb, table, "owner", "you", IndexName="by-owner", ScanIndexForward=False)
    assert [each["sk"]["S"] for each in reverse] == ["d", "b"]


def test_a_cancelled_transaction_leaves_no_trace(dynamodb: Any, aws: Aws, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=item("old", owner="me"))
    entries = [
        {"Put": {"TableName": table, "Item": item("old", owner="you")}},
        {"Put": {"TableName": table, "Item": item("new", owner="you")}},
        {"ConditionCheck": {"TableName": table, "Key": item("none"), "ConditionExpression": "attribute_exists(pk)"}},
    ]
    assert not succeeds(lambda: dynamodb.transact_write_items(TransactItems=entries))
    assert dynamodb.get_item(TableName=table, Key=item("old"))["Item"]["owner"] == {"S": "me"}
    assert "Item" not in dynamodb.get_item(TableName=table, Key=item("new"))
    assert query(dynamodb, table, "owner", "you", IndexName="by-owner") == []
    dynamodb.transact_write_items(TransactItems=entries[:2])
    assert [record["Keys"]["pk"]["S"] for record in stream_records(dynamodb, aws("dynamodbstreams"), table)] == [
        "old",
        "old",
        "new",
    ]
    assert len(query(dynamodb, table, "owner", "you", IndexName="by-owner")) == 2


def stream_records(dynamodb: Any, streams: Any, table: str) -> list[dict[str, Any]]:
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    return [each["dynamodb"] for each in streams.get_records(ShardIterator=iterator)["Records"]]


def test_a_transaction_with_the_same_token_happens_once(dynamodb: Any, table: str) -> None:
    def add(amount: str) -> list[dict[str, Any]]:
        update = {
            "TableName": table,
            "Key": item("sum"),
            "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": {":n": {"N": amount}},
        }
        return [{"Update": update}]

    for _ in range(3):
        dynamodb.transact_write_items(TransactItems=add("5"), ClientRequestToken="token-1")
    assert dynamodb.get_item(TableName=table, Key=item("sum"))["Item"]["n"] == {"N": "5"}
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        dynamodb.transact_write_items(TransactItems=add("6"), ClientRequestToken="token-1")


def test_every_message_is_received_once(aws: Aws, queue: Callable[..., str]) -> None:
    sqs, url = aws("sqs"), queue("data-many")

    def send(number: int) -> None:
        entries = [{"Id": str(each), "MessageBody": f"{number}-{each}"} for each in range(10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)

    def receive(_: int) -> list[str]:
        bodies = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            bodies += [each["Body"] for each in messages]
            entries = [{"Id": each["MessageId"], "ReceiptHandle": each["ReceiptHandle"]} for each in messages]
            assert not sqs.delete_message_batch(QueueUrl=url, Entries=entries).get("Failed")
        return bodies

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(send, range(60)))
        received = [body for bodies in threads.map(receive, range(THREADS)) for body in bodies]
    assert sorted(received) == sorted(f"{number}-{each}" for number in range(60) for each in range(10))
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert {counts[name] for name in counts if name.startswith("ApproximateNumber")} == {"0"}


def test_hidden_messages_come_back_and_end_in_the_dead_letter_queue(aws: Aws, queue: Callable[..., str]) -> None:
    sqs, dead = aws("sqs"), queue("data-dead")
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    url = queue("data-poison", RedrivePolicy=f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": "2"}}')
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")["MessageId"]
    for count in ("1", "2"):
        (message,) = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
        assert message["Attributes"]["ApproximateReceiveCount"] == count
        assert "Messages" not in sqs.receive_message(QueueUrl=url)
        key = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
        sqs.change_message_visibility(**key, VisibilityTimeout=0)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    assert sqs.receive_message(QueueUrl=dead)["Messages"][0]["MessageId"] == sent


def test_a_long_poll_ends_with_the_message(aws: Aws, queue: Callable[..., str]) -> None:
    sqs, url = aws("sqs"), queue("data-poll")
    sender = threading.Timer(0.5, lambda: sqs.send_message(QueueUrl=url, MessageBody="at last"))
    started = time.monotonic()
    sender.start()
    messages = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    sender.join()
    assert messages[0]["Body"] == "at last"
    assert 0.4 < time.monotonic() - started < 5
    sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=1)
    started = time.monotonic()
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]["Body"] == "delayed"
    assert 0.7 < time.monotonic() - started < 5


def test_fifo_order_groups_and_deduplication(aws: Aws, queue: Callable[..., str]) -> None:
    sqs, url = aws("sqs"), queue("data.fifo", FifoQueue="true", ContentBasedDeduplication="true")

    def send(body: str, group: str) -> dict[str, Any]:
        answer: dict[str, Any] = sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
        return answer

    first, again, second = send("a1", "a"), send("a1", "a"), send("a2", "a")
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    assert int(second["SequenceNumber"]) > int(first["SequenceNumber"])
    send("b1", "b")
    (one,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"]
    assert one["Body"] == "a1"
    (other,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert other["Body"] == "b1"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    assert [each["Body"] for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]] == ["a2"]
    send("a1", "a")
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_no_acknowledged_record_is_lost_and_order_is_kept(aws: Aws) -> None:
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName="data-stream", StreamModeDetails={"StreamMode": "ON_DEMAND"})

    def put(producer: int) -> None:
        for number in range(40):
            records = [
                {"Data": f"{producer} {number * 10 + each}".encode(), "PartitionKey": str(producer)}
                for each in range(10)
            ]
            assert kinesis.put_records(StreamName="data-stream", Records=records)["FailedRecordCount"] == 0

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(put, range(THREADS)))
    found: dict[str, list[int]] = {}
    for record in all_records(kinesis, "data-stream"):
        producer, number = record.split()
        found.setdefault(producer, []).append(int(number))
    assert found == {str(producer): list(range(400)) for producer in range(THREADS)}
    kinesis.delete_stream(StreamName="data-stream")


def test_a_shard_takes_a_thousand_records_and_a_mebibyte_a_second(aws: Aws) -> None:
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName="data-limits", ShardCount=2)
    many = [{"Data": b"x", "PartitionKey": "p", "ExplicitHashKey": "0"} for _ in range(500)]
    answers: list[dict[str, Any]] = []
    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        for answer in pool.map(lambda _: kinesis.put_records(StreamName="data-limits", Records=many), range(40)):
            answers += answer["Records"]
    seconds = time.monotonic() - began
    refused = [each for each in answers if "ErrorCode" in each]
    assert 1000 <= len(answers) - len(refused) <= 1000 * (1 + seconds)
    assert {each["ErrorCode"] for each in refused} == {"ProvisionedThroughputExceededException"}
    assert "Rate exceeded for shard shardId-000000000000 in stream data-limits" in refused[0]["ErrorMessage"]
    large = [{"Data": bytes(1_000_000), "PartitionKey": "p", "ExplicitHashKey": str(2**128 - 1)}] * 4
    assert kinesis.put_records(StreamName="data-limits", Records=large)["FailedRecordCount"] == 3
    kinesis.delete_stream(StreamName="data-limits")


def all_records(kinesis: Any, stream: str) -> list[str]:
    found = []
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            answer = kinesis.get_records(ShardIterator=iterator, Limit=700)
            found += [each["Data"].decode() for each in answer["Records"]]
            iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return found


def test_a_split_shard_closes_and_its_children_take_over(aws: Aws) -> None:
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName="data-split", ShardCount=1)
    kinesis.put_record(StreamName="data-split", Data=b"before", PartitionKey="k")
    (parent,) = kinesis.list_shards(StreamName="data-split")["Shards"]
    kinesis.split_shard(StreamName="data-split", ShardToSplit=parent["ShardId"], NewStartingHashKey=str(2**127))
    after = kinesis.put_record(StreamName="data-split", Data=b"after", PartitionKey="k")
    assert after["ShardId"] != parent["ShardId"]
    assert sorted(all_records(kinesis, "data-split")) == ["after", "before"]
    with pytest.raises(kinesis.exceptions.InvalidArgumentException, match="Invalid ShardIterator"):
        kinesis.get_records(ShardIterator="nonsense")
    iterator = kinesis.get_shard_iterator(
        StreamName="data-split", ShardId=parent["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    ended = kinesis.get_records(ShardIterator=iterator)
    assert [each["Data"] for each in ended["Records"]] == [b"before"]
    assert ended.get("NextShardIterator") is None
    kinesis.delete_stream(StreamName="data-split")
