"""SQS feeding functions: batches, windows, partial failures, filters, order, limits, dead letters."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Aws, Room, eventually

SEEN = """
import json
def handler(event, context):
    bodies = [record["body"] for record in event["Records"]]
    print("SEEN", json.dumps(bodies))
"""
PARTIAL = (
    SEEN
    + """
    failed = [record["messageId"] for record in event["Records"] if record["body"].startswith("bad")]
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
"""
)
FAILING = SEEN + "    raise ValueError('no')\n"


@pytest.fixture
def room(aws: Aws) -> Room:
    return Room(aws)


def connect(room: Room, name: str, arn: str, **options: Any) -> str:
    client = room.aws("lambda")
    mapping = client.create_event_source_mapping(FunctionName=name, EventSourceArn=arn, **options)
    eventually(lambda: client.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Enabled")
    return str(mapping["UUID"])


def send(room: Room, url: str, *bodies: str, **options: Any) -> None:
    for body in bodies:
        room.aws("sqs").send_message(QueueUrl=url, MessageBody=body, **options)


def flat(batches: list[Any]) -> list[str]:
    return [body for batch in batches for body in batch]


def test_record_and_deletion(room: Room) -> None:
    url, arn = room.queue(VisibilityTimeout=30)
    name = room.function("import json\ndef handler(e, c):\n    print('SEEN', json.dumps(e['Records'][0]))")
    connect(room, name, arn)
    attribute = {"colour": {"DataType": "String", "StringValue": "red"}}
    send(room, url, "hello", MessageAttributes=attribute)
    (record,) = eventually(lambda: room.seen(name))
    assert (record["body"], record["eventSource"], record["eventSourceARN"]) == ("hello", "aws:sqs", arn)
    assert record["messageAttributes"]["colour"]["stringValue"] == "red"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    eventually(lambda: room.waiting(url) == 0)


def test_reacts_at_once(room: Room) -> None:
    url, arn = room.queue()
    name = room.function(SEEN)
    connect(room, name, arn)
    send(room, url, "cold")
    eventually(lambda: room.waiting(url) == 0)
    began = time.monotonic()
    send(room, url, "warm")
    eventually(lambda: room.waiting(url) == 0)
    assert time.monotonic() - began < 1


def test_batch_size_and_window(room: Room) -> None:
    url, arn = room.queue(VisibilityTimeout=60)
    name = room.function(SEEN)
    connect(room, name, arn, BatchSize=4, MaximumBatchingWindowInSeconds=2)
    send(room, url, *[str(number) for number in range(6)])
    eventually(lambda: room.waiting(url) == 0)
    sizes = sorted(len(batch) for batch in room.seen(name))
    assert sizes == [2, 4], "a full batch goes at once, the rest when its window is over"


def test_failed_batch_returns_after_the_visibility_timeout_and_ends_as_dead_letter(room: Room) -> None:
    dead_url, dead_arn = room.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    url, arn = room.queue(VisibilityTimeout=1, RedrivePolicy=redrive)
    name = room.function(FAILING, Timeout=1)
    connect(room, name, arn)
    send(room, url, "poison")
    assert eventually(lambda: room.received(dead_url), 15) == ["poison"]
    assert flat(room.seen(name)) == ["poison"] * 2
    assert room.waiting(url) == 0


def test_partial_failure_keeps_only_what_failed(room: Room) -> None:
    dead_url, dead_arn = room.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    url, arn = room.queue(VisibilityTimeout=1, RedrivePolicy=redrive)
    name = room.function(PARTIAL, Timeout=1)
    connect(room, name, arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(room, url, "good-1", "bad", "good-2")
    assert eventually(lambda: room.received(dead_url), 15) == ["bad"]
    assert sorted(flat(room.seen(name))) == ["bad", "bad", "good-1", "good-2"]


def test_unreadable_failure_report_fails_the_batch(room: Room) -> None:
    url, arn = room.queue(VisibilityTimeout=1)
    name = room.function(SEEN + "    return {'batchItemFailures': [{'itemIdentifier': 'unknown'}]}", Timeout=1)
    connect(room, name, arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(room, url, "again")
    eventually(lambda: len(room.seen(name)) >= 2, 10)


def test_filters_delete_what_nobody_wants(room: Room) -> None:
    url, arn = room.queue()
    name = room.function(SEEN)
    pattern = json.dumps({"body": {"kind": ["order"], "amount": [{"numeric": [">", 10]}]}})
    connect(room, name, arn, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    wanted = json.dumps({"kind": "order", "amount": 11})
    send(room, url, "no json", json.dumps({"kind": "order", "amount": 3}), wanted, json.dumps({"kind": "visit"}))
    eventually(lambda: room.waiting(url) == 0)
    assert flat(room.seen(name)) == [wanted]


def test_a_filter_looks_into_lists_of_objects(room: Room) -> None:
    """As written for S3 notifications in a queue: one of the listed objects must fit as a whole."""
    url, arn = room.queue()
    name = room.function(SEEN)
    pattern = {"body": {"Records": {"eventName": [{"prefix": "ObjectCreated"}], "s3": {"object": {"key": ["a"]}}}}}
    connect(room, name, arn, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    record = {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "a"}}}
    other = {"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": "a"}}}
    half = {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "b"}}}
    send(room, url, json.dumps({"Records": [other, half]}), json.dumps({"Records": [other, record]}))
    eventually(lambda: room.waiting(url) == 0)
    assert [json.loads(body)["Records"][1] for body in flat(room.seen(name))] == [record]


def test_fifo_keeps_order_within_each_group(room: Room) -> None:
    url, arn = room.queue(FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout=2)
    # Every fifth message fails once: its group must wait for it.
    name = room.function(
        SEEN.replace("def handler", "import random, time\ndef handler") + "    time.sleep(random.random() / 20)\n"
        "    if random.random() < 0.1: raise ValueError",
        Timeout=2,
    )
    connect(room, name, arn, BatchSize=3)
    expected: dict[str, list[str]] = {group: [] for group in "abc"}
    for number in range(30):
        group = "abc"[number % 3]
        expected[group].append(f"{group}-{number}")
        send(room, url, f"{group}-{number}", MessageGroupId=group)
    eventually(lambda: room.waiting(url) == 0, 60)
    seen = flat(room.seen(name))
    for group, bodies in expected.items():
        firsts = list(dict.fromkeys(body for body in seen if body.startswith(group)))
        assert firsts == bodies


def test_maximum_concurrency(room: Room) -> None:
    url, arn = room.queue(VisibilityTimeout=30)
    code = (
        "import json, time\ndef handler(e, c):\n    began = time.time()\n    time.sleep(0.2)\n"
        "    print('SEEN', json.dumps([began, time.time()]))"
    )
    name = room.function(code)
    connect(room, name, arn, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
    send(room, url, *[str(number) for number in range(10)])
    eventually(lambda: room.waiting(url) == 0)
    spans = room.seen(name)
    most = max(sum(begin <= moment < end for begin, end in spans) for moment, _ in spans)
    assert most == 2


def test_disable_enable_and_delete(room: Room) -> None:
    client = room.aws("lambda")
    url, arn = room.queue()
    name = room.function(SEEN)
    mapping = connect(room, name, arn)
    client.update_event_source_mapping(UUID=mapping, Enabled=False)
    eventually(lambda: client.get_event_source_mapping(UUID=mapping)["State"] == "Disabled")
    send(room, url, "later")
    assert room.received(url) == ["later"], "nobody polls any more"
    send(room, url, "then")
    client.update_event_source_mapping(UUID=mapping, Enabled=True)
    eventually(lambda: room.waiting(url) == 0)
    assert flat(room.seen(name)) == ["then"]
    client.delete_event_source_mapping(UUID=mapping)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_event_source_mapping(UUID=mapping)


def _filters(*patterns: str) -> dict[str, Any]:
    return {"FilterCriteria": {"Filters": [{"Pattern": pattern} for pattern in patterns]}}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"StartingPosition": "LATEST"}, "StartingPosition is not valid for SQS event sources."),
    (
        {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sns:us-east-1:123456789012:t"}}},
        "DestinationConfig",
    ),
    ({"FunctionResponseTypes": ["Nonsense"]}, "enum value set"),
    (_filters('{"body": [{"nonsense": 1}]}'), "Invalid filter pattern definition"),
    (_filters('{"body": "text"}'), "Invalid filter pattern definition"),
    (_filters(*['{"body": ["a"]}'] * 6), "quota of 5"),
]


def test_properties_and_refusals(room: Room) -> None:
    client = room.aws("lambda")
    name = room.function(SEEN, Timeout=30)
    refused = client.exceptions.InvalidParameterValueException
    _, short = room.queue(VisibilityTimeout=5)
    with pytest.raises(refused, match="Queue visibility timeout: 5 seconds is less than Function timeout: 30 seconds"):
        connect(room, name, short)
    with pytest.raises(refused, match="NonExistentQueue"):
        connect(room, name, short + "x")
    _, arn = room.queue()
    with pytest.raises(refused, match="Function does not exist"):
        connect(room, "nobody", arn)
    with pytest.raises(refused, match="Maximum batch window"):
        connect(room, name, arn, BatchSize=100)
    for wrong, words in REFUSED:
        with pytest.raises(ClientError, match=words):
            connect(room, name, arn, **wrong)
    given = {"BatchSize": 5, "ScalingConfig": {"MaximumConcurrency": 3}, "MaximumBatchingWindowInSeconds": 1}
    mapping = connect(room, name, arn, **given)
    with pytest.raises(client.exceptions.ResourceConflictException, match=mapping):
        connect(room, name, arn)
    found = client.get_event_source_mapping(UUID=mapping)
    assert {key: found[key] for key in given} == given
    listed = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    assert [entry["UUID"] for entry in listed] == [mapping]


def test_slow_function_delays_no_other_source(room: Room) -> None:
    slow_url, slow_arn = room.queue()
    url, arn = room.queue()
    slow, quick = room.function("import time\ndef handler(e, c):\n    time.sleep(4)"), room.function(SEEN)
    connect(room, slow, slow_arn, BatchSize=1)
    connect(room, quick, arn)
    send(room, slow_url, *"abcdefgh")
    send(room, url, "x")
    eventually(lambda: room.seen(quick), 3)
