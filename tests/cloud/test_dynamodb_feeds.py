"""Kinesis data streams for DynamoDB: each change of a table is a record in the stream."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

Aws = Callable[..., Any]
KEY = {"TableName": "fed", "Key": {"id": {"S": "1"}}}


@pytest.fixture
def stream(aws: Aws) -> Iterator[str]:
    kinesis = aws("kinesis")
    kinesis.create_stream(StreamName="feed", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="feed")
    yield kinesis.describe_stream_summary(StreamName="feed")["StreamDescriptionSummary"]["StreamARN"]
    kinesis.delete_stream(StreamName="feed")


@pytest.fixture
def dynamodb(aws: Aws) -> Iterator[Any]:
    client = aws("dynamodb")
    client.create_table(
        TableName="fed",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield client
    client.delete_table(TableName="fed")


def records(aws: Aws) -> list[dict[str, Any]]:
    kinesis = aws("kinesis")
    shard = kinesis.list_shards(StreamName="feed")["Shards"][0]["ShardId"]
    start = kinesis.get_shard_iterator(StreamName="feed", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return [json.loads(each["Data"]) for each in kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]]


def test_every_change_becomes_a_record(aws: Aws, dynamodb: Any, stream: str) -> None:
    dynamodb.enable_kinesis_streaming_destination(TableName="fed", StreamArn=stream)
    dynamodb.put_item(TableName="fed", Item={"id": {"S": "1"}, "photo": {"B": b"\x00\xff"}})
    dynamodb.update_item(**KEY, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "5"}})
    dynamodb.delete_item(**KEY)
    seen = records(aws)
    assert [each["eventName"] for each in seen] == ["INSERT", "MODIFY", "REMOVE"]
    for each in seen:
        assert (each["tableName"], each["recordFormat"], each["eventSource"]) == (
            "fed",
            "application/json",
            "aws:dynamodb",
        )
        assert each["dynamodb"]["Keys"] == {"id": {"S": "1"}}
        assert each["dynamodb"]["ApproximateCreationDateTimePrecision"] == "MILLISECOND"
    inserted, modified, removed = (each["dynamodb"] for each in seen)
    assert inserted["NewImage"]["photo"] == {"B": "AP8="}
    assert modified["OldImage"] == inserted["NewImage"]
    assert removed["OldImage"]["n"] == {"N": "5"}
    assert ("OldImage" in inserted, "NewImage" in removed) == (False, False)


def test_a_destination_ends_and_comes_back(aws: Aws, dynamodb: Any, stream: str) -> None:
    where = {"TableName": "fed", "StreamArn": stream}
    precise = {"ApproximateCreationDateTimePrecision": "MICROSECOND"}
    dynamodb.enable_kinesis_streaming_destination(**where, EnableKinesisStreamingConfiguration=precise)
    with pytest.raises(ClientError, match="must be DISABLED or ENABLE_FAILED"):
        dynamodb.enable_kinesis_streaming_destination(**where)
    dynamodb.disable_kinesis_streaming_destination(**where)
    dynamodb.put_item(TableName="fed", Item={"id": {"S": "unseen"}})
    with pytest.raises(ClientError, match="must be ACTIVE"):
        dynamodb.disable_kinesis_streaming_destination(**where)
    described = dynamodb.describe_kinesis_streaming_destination(TableName="fed")["KinesisDataStreamDestinations"]
    assert described == [{"StreamArn": stream, "DestinationStatus": "DISABLED", **precise}]
    dynamodb.enable_kinesis_streaming_destination(**where)
    described = dynamodb.describe_kinesis_streaming_destination(TableName="fed")["KinesisDataStreamDestinations"]
    assert described == [{"StreamArn": stream, "DestinationStatus": "ACTIVE"}]
    dynamodb.put_item(TableName="fed", Item={"id": {"S": "seen"}})
    assert [each["dynamodb"]["Keys"] for each in records(aws)] == [{"id": {"S": "seen"}}]


def test_a_table_feeds_kinesis_beside_its_own_stream(aws: Aws, dynamodb: Any, stream: str) -> None:
    dynamodb.enable_kinesis_streaming_destination(TableName="fed", StreamArn=stream)
    enabled = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    dynamodb.update_table(TableName="fed", StreamSpecification=enabled)
    dynamodb.put_item(TableName="fed", Item={"id": {"S": "1"}})
    own = aws("dynamodbstreams")
    arn = dynamodb.describe_table(TableName="fed")["Table"]["LatestStreamArn"]
    shard = own.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = own.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    assert [each["eventName"] for each in own.get_records(ShardIterator=start)["Records"]] == ["INSERT"]
    assert [each["eventName"] for each in records(aws)] == ["INSERT"]


def test_what_does_not_exist_is_refused(aws: Aws, dynamodb: Any, stream: str) -> None:
    missing = stream.replace("stream/feed", "stream/missing")
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.enable_kinesis_streaming_destination(TableName="missing", StreamArn=stream)
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.enable_kinesis_streaming_destination(TableName="fed", StreamArn=missing)
    with pytest.raises(ClientError, match="enum value set"):
        dynamodb.enable_kinesis_streaming_destination(
            TableName="fed",
            StreamArn=stream,
            EnableKinesisStreamingConfiguration={"ApproximateCreationDateTimePrecision": "SECOND"},
        )
