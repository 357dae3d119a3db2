"""Kinesis and DynamoDB Streams feeding functions: positions, batches, retries, bisecting, failure destinations."""

import base64
import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Aws, Room, eventually
from tests.cloud.roles import allow, document, role

SEEN = """
import base64, json
def data(record):
    return base64.b64decode(record["kinesis"]["data"]).decode()
def handler(event, context):
    print("SEEN", json.dumps([data(record) for record in event["Records"]]))
    bad = [record["kinesis"]["sequenceNumber"] for record in event["Records"] if data(record).startswith("bad")]
"""
RAISING = SEEN + "    if bad: raise ValueError('bad')\n"
REPORTING = SEEN + "    return {'batchItemFailures': [{'itemIdentifier': number} for number in bad[:1]]}\n"


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


def stream(room: Room, shards: int = 1) -> tuple[str, str]:
    kinesis, name = room.aws("kinesis"), f"s-{uuid.uuid4().hex[:10]}"
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    return name, kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"]


def put(room: Room, name: str, *texts: str, key: str = "k") -> None:
    records = [{"Data": text.encode(), "PartitionKey": key} for text in texts]
    assert room.aws("kinesis").put_records(StreamName=name, Records=records)["FailedRecordCount"] == 0


def connect(room: Room, function: str, arn: str, **options: Any) -> str:
    spec = {"StartingPosition": "TRIM_HORIZON"} | options
    mapping = room.aws("lambda").create_event_source_mapping(FunctionName=function, EventSourceArn=arn, **spec)
    return str(mapping["UUID"])


def flat(batches: list[Any]) -> list[str]:
    return [text for batch in batches for text in batch]


def test_record_shape(room: Room) -> None:
    name, arn = stream(room)
    function = room.function("import json\ndef handler(e, c):\n    print('SEEN', json.dumps(e['Records']))")
    connect(room, function, arn)
    put(room, name, "hello", key="mine")
    ((record,),) = eventually(lambda: room.seen(function))
    assert base64.b64decode(record["kinesis"]["data"]) == b"hello"
    assert len(record["kinesis"]["sequenceNumber"]) == 56
    assert record["kinesis"]["partitionKey"] == "mine"
    assert record["eventID"] == f"shardId-000000000000:{record['kinesis']['sequenceNumber']}"
    assert abs(record["kinesis"]["approximateArrivalTimestamp"] - time.time()) < 60
    assert (record["eventSource"], record["eventSourceARN"]) == ("aws:kinesis", arn)


def test_starting_positions(room: Room) -> None:
    name, arn = stream(room)
    put(room, name, "before")
    oldest, newest, later = (room.function(SEEN) for _ in range(3))
    connect(room, oldest, arn)
    connect(room, newest, arn, StartingPosition="LATEST")
    connect(room, later, arn, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=time.time())
    put(room, name, "after")
    for function, expected in ((oldest, ["before", "after"]), (newest, ["after"]), (later, ["after"])):
        eventually(lambda function=function, expected=expected: flat(room.seen(function)) == expected)  # type: ignore[misc]


def test_batch_size_and_window(room: Room) -> None:
    name, arn = stream(room)
    function = room.function(SEEN)
    connect(room, function, arn, BatchSize=4, MaximumBatchingWindowInSeconds=1)
    put(room, name, *"abcdef")
    eventually(lambda: len(flat(room.seen(function))) == 6)
    assert room.seen(function) == [["a", "b", "c", "d"], ["e", "f"]]


def test_bisect_finds_the_poison_and_reports_it(room: Room) -> None:
    name, arn = stream(room)
    url, queue_arn = room.queue()
    function = room.function(RAISING)
    connect(
        room,
        function,
        arn,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        MaximumBatchingWindowInSeconds=1,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    put(room, name, "a", "b", "c", "bad", "d", "e", "f", "g")
    (report,) = eventually(lambda: room.received(url))
    info = report["KinesisBatchInfo"]
    assert (info["batchSize"], info["startSequenceNumber"]) == (1, info["endSequenceNumber"])
    assert report["requestContext"]["condition"] == "RetryAttemptsExhausted"
    eventually(lambda: "g" in flat(room.seen(function)[-1:]))
    done = [text for batch in room.seen(function) if "bad" not in batch for text in batch]
    assert done == list("abcdefg"), "everything else is processed once, in order"
    assert room.seen(function).count(["bad"]) == 2
    records = room.aws("kinesis").get_shard_iterator(
        StreamName=name,
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=info["startSequenceNumber"],
    )
    found = room.aws("kinesis").get_records(ShardIterator=records["ShardIterator"], Limit=1)["Records"]
    assert found[0]["Data"] == b"bad", "the report says where the record is"


def test_reported_failure_is_retried_from_its_position(room: Room) -> None:
    name, arn = stream(room)
    bucket = f"failures-{uuid.uuid4().hex[:8]}"
    room.aws("s3").create_bucket(Bucket=bucket)
    function = room.function(REPORTING)
    connect(
        room,
        function,
        arn,
        MaximumRetryAttempts=2,
        MaximumBatchingWindowInSeconds=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:s3:::{bucket}"}},
    )
    put(room, name, "a", "b", "bad", "c")
    listed = eventually(lambda: room.aws("s3").list_objects_v2(Bucket=bucket).get("Contents"))
    assert room.seen(function) == [["a", "b", "bad", "c"], *[["bad", "c"]] * 3], "what is left has all its retries"
    report = json.loads(room.aws("s3").get_object(Bucket=bucket, Key=listed[0]["Key"])["Body"].read())
    assert report["requestContext"]["approximateInvokeCount"] == 3
    assert report["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None}
    payload = json.loads(report["payload"])
    assert [base64.b64decode(record["kinesis"]["data"]) for record in payload["Records"]] == [b"bad", b"c"]
    assert "/shardId-000000000000/" in listed[0]["Key"]


def test_poison_without_limit_blocks_its_shard_only(room: Room) -> None:
    name, arn = stream(room, shards=2)
    function = room.function(RAISING)
    connect(room, function, arn, BatchSize=1)
    put(room, name, "bad", "behind", key="a")
    for key in "bcdefgh":
        put(room, name, f"other-{key}", key=key)
    eventually(lambda: any(text.startswith("other") for text in flat(room.seen(function))))
    eventually(lambda: room.seen(function).count(["bad"]) >= 3)
    assert "behind" not in flat(room.seen(function))


def test_a_limit_that_comes_later_frees_a_stuck_shard(room: Room) -> None:
    """Who finds a shard stuck changes its mapping: the batch that is tried again and again is tried by it, too."""
    name, arn = stream(room)
    function = room.function(RAISING)
    uuid_of_mapping = connect(room, function, arn)
    put(room, name, "good 1", "bad", "good 2")
    eventually(lambda: len(room.seen(function)) >= 2)
    limits = {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 0}
    room.aws("lambda").update_event_source_mapping(UUID=uuid_of_mapping, **limits)
    put(room, name, "good 3")
    assert eventually(lambda: ["good 3"] in room.seen(function))
    assert ["good 2"] in room.seen(function)


def test_parallelization_keeps_order_per_key(room: Room) -> None:
    name, arn = stream(room)
    function = room.function(SEEN + "    import random, time\n    time.sleep(random.random() / 20)")
    connect(room, function, arn, ParallelizationFactor=4, BatchSize=5)
    keys = [f"key-{number}" for number in range(6)]
    for turn in range(10):
        for key in keys:
            put(room, name, f"{key}:{turn}", key=key)
    eventually(lambda: len(flat(room.seen(function))) == 60, 30)
    seen = flat(room.seen(function))
    for key in keys:
        assert [text for text in seen if text.startswith(f"{key}:")] == [f"{key}:{turn}" for turn in range(10)]


def test_filters(room: Room) -> None:
    name, arn = stream(room)
    function = room.function(SEEN)
    pattern = json.dumps({"data": {"event_name": ["purchase", {"prefix": "refund"}]}})
    connect(room, function, arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    texts = [json.dumps({"event_name": kind}) for kind in ("visit", "purchase", "refund_line", "purchased")]
    put(room, name, *texts, "not json")
    put(room, name, json.dumps({"event_name": "purchase", "last": True}))
    eventually(lambda: len(flat(room.seen(function))) == 3)
    names = [json.loads(text)["event_name"] for text in flat(room.seen(function))]
    assert names == ["purchase", "refund_line", "purchase"]


def test_disabled_mapping_continues_at_its_checkpoint(room: Room) -> None:
    client = room.aws("lambda")
    name, arn = stream(room)
    function = room.function(SEEN)
    mapping = connect(room, function, arn, StartingPosition="LATEST")
    put(room, name, "one")
    eventually(lambda: flat(room.seen(function)) == ["one"])
    client.update_event_source_mapping(UUID=mapping, Enabled=False)
    put(room, name, "two")
    client.update_event_source_mapping(UUID=mapping, Enabled=True)
    put(room, name, "three")
    eventually(lambda: flat(room.seen(function)) == ["one", "two", "three"])


def test_resharding_keeps_order(room: Room) -> None:
    kinesis = room.aws("kinesis")
    name, arn = stream(room)
    function = room.function(SEEN)
    connect(room, function, arn, BatchSize=5)
    put(room, name, *[str(number) for number in range(20)])
    kinesis.split_shard(StreamName=name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    put(room, name, *[str(number) for number in range(20, 40)])
    eventually(lambda: len(flat(room.seen(function))) >= 40)
    assert flat(room.seen(function)) == [str(number) for number in range(40)]


def test_tumbling_window_carries_state(room: Room) -> None:
    name, arn = stream(room)
    code = (
        "import json\ndef handler(event, context):\n"
        "    total = event['state'].get('total', 0) + len(event['Records'])\n"
        "    print('SEEN', json.dumps([event['isFinalInvokeForWindow'], total, event['window']]))\n"
        "    return {'state': {'total': total}}\n"
    )
    function = room.function(code)
    connect(room, function, arn, TumblingWindowInSeconds=2, BatchSize=2)
    put(room, name, *"abcdef")
    final = eventually(lambda: [entry for entry in room.seen(function) if entry[0]])
    assert sum(total for _, total, _ in final) >= 2
    eventually(lambda: sum(total for is_final, total, _ in room.seen(function) if is_final) == 6, 10)
    window = final[0][2]
    assert window["start"] < window["end"]


def test_dynamodb_stream(room: Room) -> None:
    dynamodb = room.aws("dynamodb")
    name = f"t-{uuid.uuid4().hex[:10]}"
    table = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    function = room.function("import json\ndef handler(e, c):\n    print('SEEN', json.dumps(e['Records']))")
    pattern = json.dumps({"eventName": ["INSERT", "REMOVE"]})
    connect(room, function, table["LatestStreamArn"], FilterCriteria={"Filters": [{"Pattern": pattern}]})
    for number in ("1", "2"):
        dynamodb.put_item(TableName=name, Item={"id": {"S": "a"}, "n": {"N": number}, "b": {"BS": [b"\0\xff"]}})
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "a"}})
    records = eventually(lambda: [r for batch in room.seen(function) for r in batch][1:] and room.seen(function))
    changes = [record for batch in records for record in batch]
    assert [change["eventName"] for change in changes] == ["INSERT", "REMOVE"]
    assert changes[0]["dynamodb"]["NewImage"] == {"id": {"S": "a"}, "n": {"N": "1"}, "b": {"BS": ["AP8="]}}
    assert (changes[0]["eventVersion"], changes[0]["awsRegion"]) == ("1.1", dynamodb.meta.region_name)
    assert isinstance(changes[0]["dynamodb"]["ApproximateCreationDateTime"], float)


def test_refusals(room: Room) -> None:
    client = room.aws("lambda")
    function = room.function(SEEN)
    _, arn = stream(room)
    refused = client.exceptions.InvalidParameterValueException
    with pytest.raises(refused, match="startingPosition"):
        client.create_event_source_mapping(FunctionName=function, EventSourceArn=arn)
    with pytest.raises(refused, match="Stream not found"):
        connect(room, function, arn + "x")
    with pytest.raises(refused, match="same region"):
        connect(room, function, arn.replace(client.meta.region_name, "ap-south-1"))
    with pytest.raises(refused, match="Timestamp only valid with StartingPosition AT_TIMESTAMP"):
        connect(room, function, arn, StartingPosition="LATEST", StartingPositionTimestamp=1_700_000_000)
    with pytest.raises(
        ClientError, match=r"ValidationException.*enum value set: \[LATEST, AT_TIMESTAMP, TRIM_HORIZON\]"
    ):
        connect(room, function, arn, StartingPosition="NOW")
    with pytest.raises(refused, match="destination"):
        connect(room, function, arn, DestinationConfig={"OnFailure": {"Destination": arn}})
    with pytest.raises(refused, match="kafka"):
        connect(room, function, "arn:aws:kafka:us-east-1:123456789012:cluster/c/1")
    found = client.get_event_source_mapping(UUID=connect(room, function, arn))
    assert (found["MaximumRetryAttempts"], found["ParallelizationFactor"], found["BatchSize"]) == (-1, 1, 100)


def test_a_mapping_whose_role_lost_the_permission_stops_until_it_has_it_again(room: Room) -> None:
    iam, lambdas, own = room.aws("iam"), room.aws("lambda"), f"reader-{uuid.uuid4().hex[:8]}"
    function = room.function(SEEN, Role=role(room.aws, own))
    name, arn = stream(room)
    mapping = connect(room, function, arn, StartingPosition="TRIM_HORIZON")
    put(room, name, "before")
    eventually(lambda: flat(room.seen(function)) == ["before"])
    iam.put_role_policy(RoleName=own, PolicyName="own", PolicyDocument=document(allow("logs:*")))
    put(room, name, "meanwhile")
    found = eventually(
        lambda: (each := lambdas.get_event_source_mapping(UUID=mapping)["LastProcessingResult"]) != "OK" and each
    )
    assert found.startswith(f"PROBLEM: Cannot access stream {arn}")
    assert flat(room.seen(function)) == ["before"]
    iam.put_role_policy(RoleName=own, PolicyName="own", PolicyDocument=document(allow("*")))
    assert eventually(lambda: flat(room.seen(function))[1:]) == ["meanwhile"]
