"""Kinesis in CBOR, as the AWS SDK for Java 2 speaks it, and its subscriptions."""

import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import ClientError
from botocore.parsers import BaseCBORParser
from moto.core.utils import get_service_model

from shoplib import localaws
from shoplib.localaws.streams.cbor import TYPE, encode

Aws = Callable[..., Any]


@pytest.fixture
def kinesis(aws: Aws) -> Any:
    return aws("kinesis")


@pytest.fixture
def stream(kinesis: Any) -> Iterator[dict[str, Any]]:
    name = f"protocols-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    described: dict[str, Any] = kinesis.describe_stream(StreamName=name)["StreamDescription"]
    yield described
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)


@pytest.fixture
def consumer(kinesis: Any, stream: dict[str, Any]) -> str:
    answer = kinesis.register_stream_consumer(StreamARN=stream["StreamARN"], ConsumerName="c1")
    return str(answer["Consumer"]["ConsumerARN"])


def in_cbor(engine: localaws.Engine, operation: str, stream: bool = False, **members: Any) -> requests.Response:
    model = get_service_model("kinesis").operation_model(operation)
    body = encode(members, model.input_shape)
    headers = {"Content-Type": TYPE, "X-Amz-Target": f"Kinesis_20131202.{operation}"}
    request = AWSRequest("POST", engine.url, data=body, headers=headers)
    SigV4Auth(Credentials(engine.key_id, engine.secret), "kinesis", engine.region).add_auth(request)
    return requests.post(engine.url, body, headers=dict(request.headers), timeout=20, stream=stream)


def read(raw: bytes) -> Any:
    parser: Any = BaseCBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(raw))


def test_records_go_both_ways_in_cbor(engine: localaws.Engine, kinesis: Any, stream: dict[str, Any]) -> None:
    name, data = stream["StreamName"], "Grüße".encode()
    record = {"Data": b64encode(data).decode(), "PartitionKey": "1"}
    put = in_cbor(engine, "PutRecords", StreamName=name, Records=[record])
    assert put.status_code == 200 and put.headers["Content-Type"] == TYPE
    assert read(put.content)["FailedRecordCount"] == 0
    began = datetime(2015, 1, 1, tzinfo=UTC).timestamp()
    shard = {"StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": "AT_TIMESTAMP"}
    iterator = read(in_cbor(engine, "GetShardIterator", **shard, Timestamp=began).content)["ShardIterator"]
    got = read(in_cbor(engine, "GetRecords", ShardIterator=iterator).content)["Records"]
    expected = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert [each["Data"] for each in got] == [data] == [each["Data"] for each in expected]
    arrived = expected[0]["ApproximateArrivalTimestamp"].timestamp()
    assert got[0]["ApproximateArrivalTimestamp"] == round(arrived * 1000)


def test_refusals_in_cbor(engine: localaws.Engine) -> None:
    missing = in_cbor(engine, "DescribeStreamSummary", StreamName="missing")
    assert missing.status_code == 400 and missing.headers["Content-Type"] == TYPE
    assert read(missing.content)["__type"] == "ResourceNotFoundException"
    assert "Stream missing under account" in read(missing.content)["message"]
    nameless = in_cbor(engine, "CreateStream", ShardCount=1)
    assert (nameless.status_code, read(nameless.content)["__type"]) == (400, "ValidationException")


def taken(events: Any, count: int) -> list[dict[str, Any]]:
    records = (record for event in events for record in event["SubscribeToShardEvent"]["Records"])
    return list(islice(records, count))


@pytest.mark.parametrize("position", ["TRIM_HORIZON", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "LATEST"])
def test_records_are_pushed_to_a_subscriber(kinesis: Any, stream: dict[str, Any], consumer: str, position: str) -> None:
    shard = stream["Shards"][0]
    more = {
        "AT_TIMESTAMP": {"Timestamp": datetime(2015, 1, 1, tzinfo=UTC)},
        "AT_SEQUENCE_NUMBER": {"SequenceNumber": shard["SequenceNumberRange"]["StartingSequenceNumber"]},
    }
    starting = {"Type": position, **more.get(position, {})}
    answer = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard["ShardId"], StartingPosition=starting)
    for number in range(3):
        kinesis.put_record(StreamName=stream["StreamName"], Data=f"{number}", PartitionKey="1")
    records = taken(answer["EventStream"], 3)
    assert [each["Data"] for each in records] == [b"0", b"1", b"2"]
    assert set(records[0]) == {"Data", "PartitionKey", "SequenceNumber", "ApproximateArrivalTimestamp"}
    answer["EventStream"].close()


def test_a_subscriber_in_cbor(engine: localaws.Engine, kinesis: Any, stream: dict[str, Any], consumer: str) -> None:
    kinesis.put_record(StreamName=stream["StreamName"], Data="one", PartitionKey="1")
    position = {"Type": "TRIM_HORIZON"}
    place = {"ConsumerARN": consumer, "ShardId": "shardId-000000000000", "StartingPosition": position}
    with in_cbor(engine, "SubscribeToShard", stream=True, **place) as answer:
        assert answer.headers["Content-Type"] == "application/vnd.amazon.eventstream"
        messages = list(islice(_messages(answer), 2))
    assert [each.headers[":event-type"] for each in messages] == ["initial-response", "SubscribeToShardEvent"]
    assert read(messages[1].payload)["Records"][0]["Data"] == b"one"


def _messages(answer: requests.Response) -> Iterator[Any]:
    buffer = EventStreamBuffer()
    for piece in answer.iter_content(None):
        buffer.add_data(piece)
        yield from buffer


def test_a_shard_that_is_split_says_its_children(kinesis: Any, stream: dict[str, Any], consumer: str) -> None:
    name, shard = stream["StreamName"], stream["Shards"][0]["ShardId"]
    kinesis.put_record(StreamName=name, Data="last", PartitionKey="1")
    kinesis.split_shard(StreamName=name, ShardToSplit=shard, NewStartingHashKey=str(2**127))
    answer = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": "TRIM_HORIZON"})
    events = [event["SubscribeToShardEvent"] for event in answer["EventStream"]]
    assert [each["Data"] for each in events[-1]["Records"]] == [b"last"]
    assert [each["ParentShards"] for each in events[-1]["ChildShards"]] == [[shard], [shard]]
    start = kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    read = kinesis.get_records(ShardIterator=start["ShardIterator"])
    assert (read["ChildShards"], "NextShardIterator" in read) == (events[-1]["ChildShards"], False)


def test_whom_a_subscription_is_refused(kinesis: Any, stream: dict[str, Any], consumer: str) -> None:
    place = {"ShardId": "shardId-000000000000", "StartingPosition": {"Type": "LATEST"}}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        kinesis.subscribe_to_shard(ConsumerARN=f"{consumer}0", **place)
    with pytest.raises(ClientError, match="InvalidArgumentException"):
        kinesis.subscribe_to_shard(ConsumerARN=consumer, **{**place, "StartingPosition": {"Type": "AT_TIMESTAMP"}})
    first = kinesis.subscribe_to_shard(ConsumerARN=consumer, **place)
    with pytest.raises(ClientError, match="ResourceInUseException"):
        kinesis.subscribe_to_shard(ConsumerARN=consumer, **place)
    first["EventStream"].close()


def test_names_and_iterators(kinesis: Any, stream: dict[str, Any], consumer: str) -> None:
    assert consumer.startswith(f"{stream['StreamARN']}/consumer/c1:")
    shard = {"StreamName": stream["StreamName"], "ShardId": "shardId-000000000000"}
    kinesis.put_record(StreamName=stream["StreamName"], Data="x", PartitionKey="1")
    iterator = kinesis.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    assert kinesis.get_records(ShardIterator=f'"{iterator}"')["Records"]
    latest = kinesis.get_shard_iterator(**shard, ShardIteratorType="LATEST")["ShardIterator"]
    following = kinesis.get_records(ShardIterator=latest)["NextShardIterator"]
    assert len({latest, following, kinesis.get_records(ShardIterator=following)["NextShardIterator"]}) == 3


def test_a_stream_without_a_number_of_shards_is_on_demand(kinesis: Any) -> None:
    name = f"on-demand-{uuid.uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name)
    found = kinesis.describe_stream(StreamName=name)["StreamDescription"]
    assert (len(found["Shards"]), found["StreamModeDetails"]) == (4, {"StreamMode": "ON_DEMAND"})
    kinesis.delete_stream(StreamName=name)
