"""Schedules fire: EventBridge Scheduler and rules with a ScheduleExpression, over the AWS API."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually
from tests.cloud.roles import role
from tests.cloud.triggers_room import dead_letter, watcher

Aws = Callable[..., Any]
NOW = {"FlexibleTimeWindow": {"Mode": "OFF"}, "ActionAfterCompletion": "DELETE"}


def soon(zone: str = "UTC") -> str:
    return (datetime.now(ZoneInfo(zone)) + timedelta(seconds=2)).strftime("at(%Y-%m-%dT%H:%M:%S)")


def schedule(aws: Aws, target: dict[str, Any], expression: str = "", **more: Any) -> str:
    name = f"s-{uuid.uuid4().hex[:8]}"
    given = (
        NOW
        | {"ScheduleExpression": expression or soon(), "Target": {"RoleArn": role(aws, "schedules")} | target}
        | more
    )
    aws("scheduler").create_schedule(Name=name, **given)
    return name


def names(aws: Aws) -> set[str]:
    pages = aws("scheduler").get_paginator("list_schedules").paginate()
    return {each["Name"] for page in pages for each in page["Schedules"]}


def test_one_time_schedules_call_their_targets_and_are_deleted(aws: Aws) -> None:
    room, function, plain = Room(aws), watcher(aws), watcher(aws)
    (url, arn), (other, _) = room.queue(), room.queue()
    place = "arn:aws:scheduler:us-east-1:123456789012:schedule/default"
    given = [
        schedule(aws, {"Arn": function.arn, "Input": json.dumps({"at": "<aws.scheduler.scheduled-time>"})}),
        schedule(aws, {"Arn": plain.arn}, soon("Asia/Kolkata"), ScheduleExpressionTimezone="Asia/Kolkata"),
        schedule(aws, {"Arn": arn, "Input": "<aws.scheduler.schedule-arn> <aws.scheduler.attempt-number>"}),
        schedule(
            aws,
            {
                "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
                "Input": json.dumps({"QueueUrl": other, "MessageBody": "universal"}),
            },
        ),
    ]
    disabled = schedule(aws, {"Arn": arn}, State="DISABLED")
    (event,), (envelope,) = function.events(), plain.events()
    assert datetime.fromisoformat(event["at"]) <= datetime.now(UTC)
    assert envelope | {"id": "", "time": ""} == {
        "version": "0",
        "id": "",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "time": "",
        "region": "us-east-1",
        "resources": [f"{place}/{given[1]}"],
        "detail": "{}",
    }
    assert room.received(url, 5) == [f"{place}/{given[2]} 1"]
    assert room.received(other, 5) == ["universal"]
    eventually(lambda: not names(aws) & {*given})
    assert disabled in names(aws)
    aws("scheduler").delete_schedule(Name=disabled)


def test_a_rate_begins_with_its_schedule_and_an_update_moves_it(aws: Aws) -> None:
    room = Room(aws)
    url, arn = room.queue()
    target = {"Arn": arn, "Input": "now"}
    name = schedule(aws, target, "rate(1 hour)")
    assert room.received(url, 5) == ["now"]
    changed = {"Name": name, "Target": {"RoleArn": role(aws, "schedules")} | target | {"Input": "moved"}}
    aws("scheduler").update_schedule(ScheduleExpression=soon(), **NOW, **changed)
    assert room.received(url, 5) == ["moved"]
    eventually(lambda: name not in names(aws))


def test_a_schedule_without_its_target_ends_in_the_dead_letter_queue(aws: Aws) -> None:
    room, function = Room(aws), watcher(aws)
    (url, arn), gone = room.queue(), function.arn
    aws("lambda").delete_function(FunctionName=function.name)
    name = schedule(aws, {"Arn": gone, "Input": '{"n": 1}', "DeadLetterConfig": {"Arn": arn}})
    body, attributes = dead_letter(aws, url)
    assert body == {"n": 1}
    assert attributes["SCHEDULE_ARN"].endswith(f"schedule/default/{name}")
    assert (attributes["TARGET_ARN"], attributes["RETRY_ATTEMPTS"]) == (gone, "0")
    assert attributes["ERROR_CODE"] == "NO_RESOURCE" and "EXHAUSTED_RETRY_CONDITION" not in attributes


def test_groups_hold_schedules(aws: Aws) -> None:
    scheduler, group = aws("scheduler"), f"g-{uuid.uuid4().hex[:8]}"
    room = Room(aws)
    url, arn = room.queue()
    scheduler.create_schedule_group(Name=group)
    with pytest.raises(ClientError, match="ConflictException"):
        scheduler.create_schedule_group(Name=group)
    name = schedule(aws, {"Arn": arn, "Input": "grouped"}, "rate(1 day)", GroupName=group, ActionAfterCompletion="NONE")
    assert room.received(url, 5) == ["grouped"]
    assert scheduler.get_schedule(Name=name, GroupName=group)["ActionAfterCompletion"] == "NONE"
    scheduler.delete_schedule_group(Name=group)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scheduler.delete_schedule_group(Name=group)


TO_QUEUE = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q"}


@pytest.mark.parametrize(
    "expression",
    ["AT(2199-01-01T00:00:00)", "at(2199-01-01T00:00)", "cron(0 12 ? * MON)", "Rate(5minutes)", "rate(1 HOURS)"],
)
def test_expressions_are_read_as_loosely_as_scheduler_reads_them(aws: Aws, expression: str) -> None:
    name = f"loose-{uuid.uuid4().hex[:8]}"
    target = TO_QUEUE | {"RoleArn": role(aws, "schedules")}
    aws("scheduler").create_schedule(Name=name, **(NOW | {"ScheduleExpression": expression, "Target": target}))
    assert aws("scheduler").get_schedule(Name=name)["ScheduleExpression"] == expression
    aws("scheduler").delete_schedule(Name=name)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ScheduleExpression": "rate(5)"}, "Invalid Schedule Expression rate(5)."),
        ({"ScheduleExpression": "rate( 5 minutes )"}, "Invalid Schedule Expression rate( 5 minutes )."),
        ({"ScheduleExpression": " rate(5 minutes)"}, "Invalid Schedule Expression  rate(5 minutes)."),
        ({"ScheduleExpression": "at(2030-01-01T00:00:00Z)"}, "Invalid Schedule Expression at(2030-01-01T00:00:00Z)."),
        ({"ScheduleExpression": "cron(0 0 * * * *)"}, "Invalid Schedule Expression cron(0 0 * * * *)."),
        ({"ScheduleExpressionTimezone": "Europe/Atlantis"}, "Timezone Europe/Atlantis"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes must be provided"),
        (
            {"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}},
            "MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.",
        ),
        (
            {"StartDate": datetime(2030, 1, 2, tzinfo=UTC), "EndDate": datetime(2030, 1, 1, tzinfo=UTC)},
            "The StartDate you specify must come before the EndDate.",
        ),
        ({"Target": TO_QUEUE | {"Arn": f"{TO_QUEUE['Arn']}.fifo"}}, "Parameters SqsParameters must be specified."),
        (
            {"Target": TO_QUEUE | {"SqsParameters": {"MessageGroupId": "g"}}},
            "Parameters MessageGroupId not valid for the target.",
        ),
        (
            {"Target": TO_QUEUE | {"KinesisParameters": {"PartitionKey": "k"}}},
            "Parameters KinesisParameters not supported for the target.",
        ),
        (
            {"Target": {"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f", "Input": "text"}},
            "JSON syntax error in input for the target.",
        ),
        ({"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"}}, "You must provide an input to set this"),
        ({"GroupName": "nowhere"}, "Schedule group nowhere does not exist"),
        ({"Target": {"Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/c"}}, "cluster/c"),
        ({"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:s3:getObject"}}, "read-only"),
        ({"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:fly"}}, "not an API action"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(aws: Aws, wrong: dict[str, Any], message: str) -> None:
    right = {"ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "arn:aws:sqs:us-east-1:1:q"}} | wrong
    right["Target"] = {"RoleArn": role(aws, "schedules")} | right["Target"]
    with pytest.raises(ClientError, match="ValidationException|ResourceNotFoundException") as refused:
        aws("scheduler").create_schedule(Name="wrong", **(NOW | right))
    assert message in refused.value.response["Error"]["Message"]
    assert "wrong" not in names(aws)


@pytest.mark.parametrize(
    "expression", ["rate(1 minutes)", "cron(0 12 * * * *)", "cron(0 12 * *)", "at(2030-01-01T00:00:00)"]
)
def test_a_rule_with_a_wrong_expression_is_refused(aws: Aws, expression: str) -> None:
    with pytest.raises(ClientError, match="Parameter ScheduleExpression is not valid") as refused:
        aws("events").put_rule(Name="wrong", ScheduleExpression=expression)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_rule_with_a_schedule_alone_takes_no_events(aws: Aws) -> None:
    events, room = aws("events"), Room(aws)
    url, arn = room.queue()
    events.put_rule(Name="clock", ScheduleExpression="cron(0 12 L DEC ? 2199)")
    events.put_targets(Rule="clock", Targets=[{"Id": "1", "Arn": arn}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "d", "Detail": "{}"}])
    assert room.received(url, 1) == []
    assert events.describe_rule(Name="clock")["ScheduleExpression"] == "cron(0 12 L DEC ? 2199)"
    events.remove_targets(Rule="clock", Ids=["1"])
    events.delete_rule(Name="clock")
