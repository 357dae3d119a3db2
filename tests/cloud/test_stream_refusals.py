"""Kinesis refuses in AWS's words what its model forbids, and what is there already or is not."""

import re
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.refusals import code_and_message

Aws = Callable[..., Any]
SHARD = "shardId-000000000000"


@pytest.fixture
def stream(aws: Aws) -> str:
    name = f"refusals-{uuid.uuid4().hex[:8]}"
    aws("kinesis").create_stream(StreamName=name, ShardCount=1)
    return name


def test_streams(aws: Aws, stream: str) -> None:
    kinesis = aws("kinesis")
    assert code_and_message(kinesis.create_stream, StreamName=stream, ShardCount=1) == (
        "ResourceInUseException",
        f"Stream {stream} under account 123456789012 already exists.",
    )
    assert code_and_message(kinesis.create_stream, StreamName="a b", ShardCount=1) == (
        "ValidationException",
        "1 validation error detected: Value 'a b' at 'streamName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    )


def test_members_of_a_list_are_named_as_one(aws: Aws, stream: str) -> None:
    monitor, metrics = aws("kinesis").enable_enhanced_monitoring, ["IncomingBytes", "Bytes"]
    code, message = code_and_message(monitor, StreamName=stream, ShardLevelMetrics=metrics)
    start = (
        "1 validation error detected: Value '[IncomingBytes, Bytes]' at 'shardLevelMetrics' failed to satisfy "
        "constraint: Member must satisfy constraint: [Member must satisfy enum value set: ["
    )
    assert (code, message.startswith(start)) == ("ValidationException", True), message


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"PartitionKey": "p" * 257}, f"1 validation error detected: Value '{'p' * 257}' at 'partitionKey' failed"),
        ({"ExplicitHashKey": "x"}, "1 validation error detected: Value 'x' at 'explicitHashKey' failed"),
    ],
)
def test_keys_of_a_record(aws: Aws, stream: str, fields: dict[str, Any], start: str) -> None:
    record = {"StreamName": stream, "Data": b"x", "PartitionKey": "p", **fields}
    code, message = code_and_message(aws("kinesis").put_record, **record)
    assert (code, message.startswith(start)) == ("ValidationException", True), message


def test_iterators(aws: Aws, stream: str) -> None:
    kinesis, asked = aws("kinesis"), {"StreamName": stream, "ShardId": SHARD}
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP"):
        code, message = code_and_message(kinesis.get_shard_iterator, **asked, ShardIteratorType=kind)
        assert (code, f"iterator of type {kind}" in message) == ("InvalidArgumentException", True)
    assert "enum value set" in code_and_message(kinesis.get_shard_iterator, **asked, ShardIteratorType="FOO")[1]
    iterator = kinesis.get_shard_iterator(**asked, ShardIteratorType="LATEST")["ShardIterator"]
    assert code_and_message(kinesis.get_records, ShardIterator=iterator, Limit=10_001)[0] == "ValidationException"


def test_an_iterator_expires_after_five_minutes(aws: Aws, stream: str) -> None:
    kinesis, asked = aws("kinesis"), {"StreamName": stream, "ShardId": SHARD}
    fresh = kinesis.get_shard_iterator(**asked, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    following = kinesis.get_records(ShardIterator=fresh)["NextShardIterator"]
    for iterator in (fresh, following):
        words = b64decode(iterator).decode().split(":")
        aged = b64encode(":".join([*words[:3], str(float(words[3]) - 301), words[4]]).encode()).decode()
        code, message = code_and_message(kinesis.get_records, ShardIterator=aged)
        assert code == "ExpiredIteratorException"
        assert re.fullmatch(
            r"Iterator expired\. The iterator was created at time \w{3} \w{3} \d\d [\d:]{8} UTC \d{4} while right now "
            r"it is \w{3} \w{3} \d\d [\d:]{8} UTC \d{4} which is further in the future than the tolerated delay of "
            r"300000 milliseconds\.",
            message,
        )


def test_an_iterator_of_a_stream_by_its_arn_is_enough(aws: Aws, stream: str) -> None:
    kinesis = aws("kinesis")
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    kinesis.put_record(StreamARN=arn, Data=b"x", PartitionKey="p")
    asked = {"StreamARN": arn, "ShardId": SHARD, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(**asked)["ShardIterator"]
    assert [each["Data"] for each in kinesis.get_records(ShardIterator=iterator)["Records"]] == [b"x"]


def test_consumers(aws: Aws, stream: str) -> None:
    kinesis = aws("kinesis")
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    assert code_and_message(kinesis.register_stream_consumer, StreamARN=f"{arn}x", ConsumerName="c") == (
        "ResourceNotFoundException",
        f"Stream {stream}x under account 123456789012 not found.",
    )
    for name in ("first", "second"):
        made = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name)["Consumer"]
        assert made["ConsumerStatus"] == "CREATING"
        shown = kinesis.describe_stream_consumer(ConsumerARN=made["ConsumerARN"])["ConsumerDescription"]
        assert shown["ConsumerStatus"] == "ACTIVE"
    assert kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["ConsumerCount"] == 2
    assert (
        code_and_message(kinesis.register_stream_consumer, StreamARN=arn, ConsumerName="first")[0]
        == "ResourceInUseException"
    )
    kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName="first")
    (remaining,) = kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]
    assert remaining["ConsumerName"] == "second"
    kinesis.deregister_stream_consumer(ConsumerARN=remaining["ConsumerARN"])
    assert code_and_message(kinesis.deregister_stream_consumer, StreamARN=arn, ConsumerName="second") == (
        "ResourceNotFoundException",
        "Consumer second, account 123456789012 not found.",
    )


def test_tags_of_streams_and_consumers(aws: Aws) -> None:
    kinesis, name = aws("kinesis"), f"tags-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=1, Tags={"a": "1", "b": "2", "c": "3"})
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c", Tags={"x": "y"})["Consumer"]
    page = kinesis.list_tags_for_stream(StreamName=name, ExclusiveStartTagKey="a", Limit=1)
    assert (page["Tags"], page["HasMoreTags"]) == ([{"Key": "b", "Value": "2"}], True)
    for resource, present in ((arn, {"a", "b", "c"}), (consumer["ConsumerARN"], {"x"})):
        kinesis.tag_resource(ResourceARN=resource, Tags={"new": "tag", "old": ""})
        kinesis.untag_resource(ResourceARN=resource, TagKeys=["old", "none"])
        found = kinesis.list_tags_for_resource(ResourceARN=resource)["Tags"]
        assert {each["Key"] for each in found} == present | {"new"}
    assert code_and_message(kinesis.list_tags_for_resource, ResourceARN=f"{arn}-none") == (
        "ResourceNotFoundException",
        f"Stream {name}-none under account 123456789012 not found.",
    )
    assert code_and_message(kinesis.tag_resource, ResourceARN="none", Tags={"a": "b"})[0] == "ValidationException"
