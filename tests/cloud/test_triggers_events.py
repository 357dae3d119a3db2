"""EventBridge rules: patterns, what targets get, retries and dead-letter queues."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import open_to_services, role
from tests.cloud.triggers_room import dead_letter, watcher

Aws = Callable[..., Any]


def rule(aws: Aws, pattern: dict[str, Any] | None = None, bus: str = "default", **more: Any) -> tuple[str, str]:
    """A rule for a source of its own: its name, which is also the source, and its ARN."""
    name = f"r-{uuid.uuid4().hex[:8]}"
    wanted = {"source": [name]} | (pattern or {})
    arn = aws("events").put_rule(Name=name, EventPattern=json.dumps(wanted), EventBusName=bus, **more)["RuleArn"]
    return name, arn


def put(aws: Aws, source: str, *details: Any, **more: Any) -> None:
    for detail in details:
        entry = {"Source": source, "DetailType": "placed", "Detail": json.dumps(detail)} | more
        assert aws("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def aim(aws: Aws, name: str, *targets: dict[str, Any], bus: str = "default") -> None:
    numbered = [{"Id": str(number)} | target for number, target in enumerate(targets)]
    assert aws("events").put_targets(Rule=name, Targets=numbered, EventBusName=bus)["FailedEntryCount"] == 0


@pytest.mark.parametrize(
    ("pattern", "taken", "left"),
    [
        (
            {"n": [1, "1", None, True]},
            [{"n": 1}, {"n": "1"}, {"n": None}, {"n": True}, {"n": [7, 1]}],
            [{"n": False}, {}],
        ),
        ({"a": {"b": [{"exists": False}]}}, [{}, {"a": {}}, {"a": {"c": 1}}], [{"a": {"b": 1}}]),
        ({"a": [{"exists": True}]}, [{"a": 0}, {"a": None}], [{"a": {"b": 1}}, {}]),
        ({"a": [{"prefix": "in/"}, {"suffix": ".png"}]}, [{"a": "in/x"}, {"a": "x.png"}], [{"a": "x"}, {"a": 1}]),
        ({"a": [{"prefix": {"equals-ignore-case": "IN"}}]}, [{"a": "inn"}], [{"a": "out"}]),
        ({"a": [{"equals-ignore-case": "Alice"}]}, [{"a": "aLICE"}], [{"a": "bob"}]),
        ({"a": [{"anything-but": ["x", "w"]}]}, [{"a": "y"}, {"a": 2}], [{"a": "x"}, {"a": "w"}, {}]),
        ({"a": [{"anything-but": {"prefix": ["x", "y"]}}]}, [{"a": "z"}], [{"a": "xz"}, {"a": "yz"}]),
        ({"a": [{"anything-but": {"wildcard": "*/lib/*"}}]}, [{"a": "src/x"}], [{"a": "src/lib/x"}]),
        (
            {"a": [{"numeric": [">", 0, "<=", 5]}]},
            [{"a": 0.1}, {"a": 5}],
            [{"a": 0}, {"a": 6}, {"a": "3"}, {"a": True}],
        ),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, [{"a": "10.0.0.9"}], [{"a": "10.0.1.9"}, {"a": "x"}]),
        ({"a": [{"wildcard": "*.x\\*y"}]}, [{"a": "1.x*y"}], [{"a": "1.xzy"}]),
        (
            {"$or": [{"a": [1]}, {"b": [{"numeric": [">", 1]}]}], "c": [0]},
            [{"a": 1, "c": 0}, {"b": 2, "c": 0}],
            [{"a": 1}],
        ),
        (
            {"items": {"sku": ["s1"], "n": [2]}},
            [{"items": [{"sku": "s1", "n": 2}]}],
            [{"items": [{"sku": "s1", "n": 1}]}],
        ),
    ],
)
def test_content_filters(aws: Aws, pattern: dict[str, Any], taken: list[Any], left: list[Any]) -> None:
    room = Room(aws)
    url, arn = room.queue()
    name, _ = rule(aws, {"detail": pattern})
    aim(aws, name, {"Arn": arn, "InputPath": "$.detail"})
    put(aws, name, *left, *taken)
    found: list[Any] = []
    eventually(lambda: found.extend(room.received(url)) or len(found) >= len(taken))
    assert sorted(map(str, found + room.received(url, 0))) == sorted(map(str, taken))


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ('{"source": "shop"}', '"source" must be an object or an array'),
        ('{"source": []}', "Empty arrays are not allowed"),
        ("{", "Invalid JSON"),
        ('{"source": [{"like": "x"}]}', "Unrecognized match type like"),
        ('{"detail": {"n": [{"numeric": ["~", 1]}]}}', "Unrecognized numeric range operator: ~"),
        ('{"detail": {"ip": [{"cidr": "10.0.0"}]}}', "Malformed CIDR"),
    ],
)
def test_a_wrong_pattern_is_refused(aws: Aws, pattern: str, reason: str) -> None:
    with pytest.raises(ClientError, match="Event pattern is not valid. Reason: ") as refused:
        aws("events").put_rule(Name="wrong", EventPattern=pattern)
    assert refused.value.response["Error"]["Code"] == "InvalidEventPatternException"
    assert reason in str(refused.value)


def test_a_pattern_can_be_tried(aws: Aws) -> None:
    events, pattern = aws("events"), json.dumps({"detail": {"n": [{"numeric": [">", 1]}]}})
    named = ("id", "source", "detail-type", "account", "region", "time")
    event = dict.fromkeys(named, "x")
    answers = [
        events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event | {"detail": {"n": n}})) for n in (1, 2)
    ]
    assert [answer["Result"] for answer in answers] == [False, True]
    for text in ("text", '"text"', "[]", *(json.dumps(event | {name: 1}).replace(name, "other") for name in named)):
        with pytest.raises(ClientError, match="Parameter Event is not valid.") as refused:
            events.test_event_pattern(EventPattern=pattern, Event=text)
        assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_an_archive_refuses_a_wrong_pattern(aws: Aws) -> None:
    events = aws("events")
    bus = events.describe_event_bus(Name="default")["Arn"]
    with pytest.raises(ClientError, match="Event pattern is not valid. Reason: Unrecognized match type like"):
        events.create_archive(ArchiveName="wrong", EventSourceArn=bus, EventPattern='{"source": [{"like": "x"}]}')


def test_what_a_target_gets_of_an_event(aws: Aws) -> None:
    name, arn = rule(aws)
    plain, constant, part, made, text = (watcher(aws, ("events", arn)) for _ in range(5))
    transformer = {
        "InputPathsMap": {"who": "$.detail.who", "items": "$.detail.items", "none": "$.detail.no", "n": "$.detail.n"},
        "InputTemplate": '{"who": <who>, "says": "\\"<who>\\" has <n>", "items": <items>, "first": "<items>", '
        '"none": <none>, "rule": <aws.events.rule-name>, "all": <aws.events.event.json>}',
    }
    aim(
        aws,
        name,
        {"Arn": plain.arn},
        {"Arn": constant.arn, "Input": '{"constant": true}'},
        {"Arn": part.arn, "InputPath": "$.detail.items[1]"},
        {"Arn": made.arn, "InputTransformer": transformer},
        {"Arn": text.arn, "InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"just <n>"'}},
    )
    detail = {"who": 'A "B"', "items": ["x", {"y": 1}], "n": 2}
    put(aws, name, detail, Resources=["arn:aws:s3:::b"], Time=1_767_225_600)
    (event,) = plain.events()
    assert event | {"id": ""} == {
        "version": "0",
        "id": "",
        "detail-type": "placed",
        "source": name,
        "account": "123456789012",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:s3:::b"],
        "detail": detail,
    }
    assert constant.events() == [{"constant": True}]
    assert part.events() == [{"y": 1}]
    (found,) = made.events()
    assert found.pop("all") == event
    assert found == {
        "who": 'A "B"',
        "says": '"A "B"" has 2',
        "items": ["x", {"y": 1}],
        "first": '["x",{"y":1}]',
        "none": "",
        "rule": name,
    }
    assert text.events() == ["just 2"]


def test_every_kind_of_target(aws: Aws) -> None:
    room, name = Room(aws), f"kinds-{uuid.uuid4().hex[:8]}"
    (url, queue), (fifo, fifo_arn) = room.queue(), room.queue(FifoQueue="true", ContentBasedDeduplication="true")
    behind, behind_arn = room.queue()
    policy = {"Policy": open_to_services("sns:Publish")}
    topic = aws("sns").create_topic(Name=name, Attributes=policy)["TopicArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=behind_arn, Attributes={"RawMessageDelivery": "true"})
    kinesis, logs, events = aws("kinesis"), aws("logs"), aws("events")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    stream = kinesis.describe_stream(StreamName=name)["StreamDescription"]
    logs.create_log_group(logGroupName=f"/aws/events/{name}")
    other_bus = events.create_event_bus(Name=name)["EventBusArn"]
    second, second_arn = rule(aws, {"source": [{"prefix": ""}]}, name)
    function = watcher(aws, ("events", second_arn))
    aim(aws, second, {"Arn": function.arn}, bus=name)
    first, _ = rule(aws)
    aim(
        aws,
        first,
        {"Arn": queue, "InputPath": "$.detail"},
        {"Arn": fifo_arn, "InputPath": "$.detail", "SqsParameters": {"MessageGroupId": "g"}},
        {"Arn": topic, "InputPath": "$.detail"},
    )
    log_group = f"arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/{name}"
    parameters = {"PartitionKeyPath": "$.detail.n"}
    third, _ = rule(aws, {"source": [first]})
    aim(
        aws,
        third,
        {
            "Arn": stream["StreamARN"],
            "RoleArn": role(aws, "events"),
            "InputPath": "$.detail",
            "KinesisParameters": parameters,
        },
        {"Arn": log_group},
        {"Arn": other_bus, "RoleArn": role(aws, "events")},
    )
    put(aws, first, {"n": 7}, Resources=["r"])
    assert [room.received(each, 10) for each in (url, fifo, behind)] == [[{"n": 7}]] * 3
    iterator = kinesis.get_shard_iterator(
        StreamName=name, ShardId=stream["Shards"][0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    (record,) = eventually(lambda: kinesis.get_records(ShardIterator=iterator)["Records"])
    assert (json.loads(record["Data"]), record["PartitionKey"]) == ({"n": 7}, "7")
    (line,) = eventually(lambda: logs.filter_log_events(logGroupName=f"/aws/events/{name}")["events"])
    assert json.loads(line["message"])["detail"] == {"n": 7}
    (handed_on,) = function.events()
    assert (handed_on["source"], handed_on["resources"], handed_on["detail"]) == (first, ["r"], {"n": 7})


def test_an_event_comes_to_another_bus_as_it_was(aws: Aws) -> None:
    west = "us-west-2"
    room, there = Room(aws), aws("events", region_name=west)
    url, _ = room.queue()
    far = aws("sqs", region_name=west)
    name, _ = rule(aws)
    bus = there.create_event_bus(Name=name)["EventBusArn"]
    policy = {"Policy": open_to_services("sqs:SendMessage")}
    far_url = far.create_queue(QueueName=name, Attributes=policy)["QueueUrl"]
    there.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}), EventBusName=name)
    queue = f"arn:aws:sqs:{west}:123456789012:{name}"
    there.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "q", "Arn": queue}])
    near = f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}"
    aim(aws, name, {"Arn": near}, {"Arn": bus, "RoleArn": role(aws, "events")})
    put(aws, name, {"ü": [1, "a"]}, Time=datetime(2026, 1, 1, tzinfo=UTC))
    (here,) = aws("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    (message,) = far.receive_message(QueueUrl=far_url, WaitTimeSeconds=10)["Messages"]
    assert message["Body"] == here["Body"]
    assert here["Body"].endswith(
        f'"detail-type":"placed","source":"{name}","account":"123456789012","time":"2026-01-01T00:00:00Z",'
        '"region":"us-east-1","resources":[],"detail":{"ü":[1,"a"]}}'
    )


def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(aws: Aws) -> None:
    room = Room(aws)
    (url, queue), function = room.queue(), watcher(aws)
    name, arn = rule(aws)
    aim(aws, name, {"Arn": function.arn, "DeadLetterConfig": {"Arn": queue}, "Input": "{}"})
    put(aws, name, {"n": 1})
    body, attributes = dead_letter(aws, url)
    assert (body["source"], body["detail"]) == (name, {"n": 1})
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {
        "RULE_ARN": arn,
        "TARGET_ARN": function.arn,
        "ERROR_CODE": "NO_PERMISSIONS",
        "RETRY_ATTEMPTS": "0",
    }
    closed = aws("sqs").create_queue(QueueName=f"closed-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    unreachable = queue.rpartition(":")[0] + ":" + closed.rpartition("/")[2]
    aim(aws, name, {"Arn": function.arn, "DeadLetterConfig": {"Arn": unreachable}})
    put(aws, name, {"n": 3})  # lost, as on AWS: its policy lets no rule send to it
    gone, gone_arn = room.queue()
    aws("sqs").delete_queue(QueueUrl=gone)
    aim(aws, name, {"Arn": gone_arn, "DeadLetterConfig": {"Arn": queue}})
    put(aws, name, {"n": 2})
    assert dead_letter(aws, url)[1]["ERROR_CODE"] == "NO_RESOURCE"
    assert room.waiting(closed) == 0


def test_retries_end_at_the_target_s_own_limit(aws: Aws) -> None:
    room = Room(aws)
    (url, queue), (_, fifo) = room.queue(), room.queue(FifoQueue="true")
    name, _ = rule(aws)
    target = {
        "Arn": fifo,  # without content-based deduplication it takes nothing of EventBridge
        "SqsParameters": {"MessageGroupId": "g"},
        "RetryPolicy": {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60},
        "DeadLetterConfig": {"Arn": queue},
    }
    aim(aws, name, target)
    put(aws, name, {"n": 1})
    _, attributes = dead_letter(aws, url)
    assert (attributes["ERROR_CODE"], attributes["RETRY_ATTEMPTS"]) == ("ERROR_FROM_TARGET", "1")
    assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"


def test_disabled_rules_take_nothing_and_unknown_targets_are_refused(aws: Aws) -> None:
    room, events = Room(aws), aws("events")
    url, arn = room.queue()
    name, _ = rule(aws, State="DISABLED")
    aim(aws, name, {"Arn": arn, "InputPath": "$.detail"})
    put(aws, name, {"n": "while disabled"})
    events.enable_rule(Name=name)
    put(aws, name, {"n": "enabled"})
    assert room.received(url, 5) == [{"n": "enabled"}]
    cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/c"
    with pytest.raises(ClientError, match="cluster/c is not valid") as refused:
        events.put_targets(Rule=name, Targets=[{"Id": "ecs", "Arn": cluster}])
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="InputPath"):
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, "InputPath": "detail"}])


def test_an_archive_keeps_what_it_wants_and_a_replay_brings_it_again_once(aws: Aws) -> None:
    events, (name, arn) = aws("events"), rule(aws)
    function = watcher(aws, ("events", arn))
    aim(aws, name, {"Arn": function.arn})
    bus = events.describe_event_bus(Name="default")["Arn"]
    wanted = json.dumps({"source": [name], "detail": {"n": [{"numeric": [">", 1]}]}})
    events.create_archive(ArchiveName=name, EventSourceArn=bus, EventPattern=wanted)
    try:
        put(aws, name, {"n": 1}, {"n": 2}, {"n": 3})
        assert len(function.events(3)) == 3
        assert events.describe_archive(ArchiveName=name)["EventCount"] == 2
        now = datetime.now(UTC)
        span = {"EventStartTime": now - timedelta(hours=1), "EventEndTime": now + timedelta(hours=1)}
        replay = {"EventSourceArn": events.describe_archive(ArchiveName=name)["ArchiveArn"], **span}
        events.start_replay(ReplayName=f"{name}-again", Destination={"Arn": bus, "FilterArns": [arn]}, **replay)
        assert len(function.events(5)) == 5
        again = [event for event in function.events() if "replay-name" in event]
        assert sorted(event["detail"]["n"] for event in again) == [2, 3]
        assert {event["replay-name"] for event in again} == {f"{name}-again"}
        assert events.describe_replay(ReplayName=f"{name}-again")["State"] == "COMPLETED"
        assert events.describe_archive(ArchiveName=name)["EventCount"] == 2
    finally:
        events.delete_archive(ArchiveName=name)


def test_a_replay_of_another_time_brings_nothing(aws: Aws) -> None:
    events, (name, arn) = aws("events"), rule(aws)
    function = watcher(aws, ("events", arn))
    aim(aws, name, {"Arn": function.arn})
    bus = events.describe_event_bus(Name="default")["Arn"]
    archive = events.create_archive(ArchiveName=name, EventSourceArn=bus)["ArchiveArn"]
    try:
        put(aws, name, {"n": 1})
        assert len(function.events(1)) == 1
        earlier = datetime.now(UTC) - timedelta(days=2)
        events.start_replay(
            ReplayName=f"{name}-early",
            EventSourceArn=archive,
            EventStartTime=earlier,
            EventEndTime=earlier + timedelta(days=1),
            Destination={"Arn": bus},
        )
        put(aws, name, {"n": 2})
        assert len(function.events(2)) == 2
        assert not [event for event in function.events() if "replay-name" in event]
    finally:
        events.delete_archive(ArchiveName=name)
