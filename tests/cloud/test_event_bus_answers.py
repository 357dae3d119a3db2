"""EventBridge refuses and answers field by field as AWS was seen to do."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.refusals import code_and_message

Aws = Callable[..., Any]
ENTRY = {"Source": "shop", "DetailType": "sold", "Detail": "{}"}
PATTERN = '{"source": ["shop"]}'
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus"


def entry(aws: Aws, **fields: Any) -> dict[str, Any]:
    answer = aws("events").put_events(Entries=[{**ENTRY, **fields}])
    assert answer["FailedEntryCount"] == ("ErrorCode" in answer["Entries"][0])
    return dict(answer["Entries"][0])


def test_events_in_the_name_of_aws_are_refused(aws: Aws) -> None:
    assert entry(aws, Source="aws.s3") == {
        "ErrorCode": "NotAuthorizedForSourceException",
        "ErrorMessage": "Not authorized for the source.",
    }


@pytest.mark.parametrize("detail", ["no JSON", "[]", "{{}", '"text"'])
def test_a_detail_is_an_object(aws: Aws, detail: str) -> None:
    assert entry(aws, Detail=detail) == {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def test_an_event_for_no_bus_is_taken(aws: Aws) -> None:
    answer = aws("events").put_events(Entries=[{**ENTRY, "EventBusName": "none"}, ENTRY])
    assert (answer["FailedEntryCount"], [list(each) for each in answer["Entries"]]) == (0, [["EventId"]] * 2)


def test_sizes_of_requests(aws: Aws) -> None:
    events = aws("events")
    large = {**ENTRY, "Detail": json.dumps({"text": "x" * 150 * 1024})}
    assert code_and_message(events.put_events, Entries=[large, large]) == (
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
    )
    written = (
        "PutEventsRequestEntry(time=null, source=shop, resources=null, detailType=sold, detail={}, eventBusName=null, "
        "traceHeader=null, kmsKeyIdentifier=null, internalMetadata=null)"
    )
    assert code_and_message(events.put_events, Entries=[ENTRY] * 11) == (
        "ValidationException",
        f"1 validation error detected: Value '[{', '.join([written] * 11)}]' at 'entries' failed to satisfy "
        "constraint: Member must have length less than or equal to 10",
    )


def test_buses_and_their_policies(aws: Aws) -> None:
    events, name = aws("events"), f"bus-{uuid.uuid4().hex[:8]}"
    events.create_event_bus(Name=name)
    (listed,) = events.list_event_buses(NamePrefix=name)["EventBuses"]
    assert set(listed) == {"Name", "Arn", "CreationTime", "LastModifiedTime"}
    events.put_permission(EventBusName=name, Action="events:PutEvents", Principal="*", StatementId="all")
    policy = json.loads(events.describe_event_bus(Name=name)["Policy"])
    assert policy["Statement"][0]["Principal"] == "*"
    statement = {"Sid": "x", "Effect": "Allow", "Principal": "*", "Action": "events:ListRules", "Resource": "*"}
    events.put_permission(EventBusName=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert json.loads(events.describe_event_bus(Name=name)["Policy"])["Statement"] == [statement]
    events.remove_permission(EventBusName=name, StatementId="x")
    assert code_and_message(events.remove_permission, EventBusName=name, StatementId="x") == (
        "ResourceNotFoundException",
        "Statement with the provided id does not exist.",
    )


def test_targets(aws: Aws) -> None:
    events, name = aws("events"), f"rule-{uuid.uuid4().hex[:8]}"
    assert code_and_message(events.describe_rule, Name=name) == (
        "ResourceNotFoundException",
        f"Rule {name} does not exist on EventBus default.",
    )
    events.put_rule(Name=name, EventPattern=PATTERN)

    def put(*targets: dict[str, Any]) -> tuple[str, str]:
        return code_and_message(
            events.put_targets, Rule=name, Targets=[{"Id": "t", "Arn": QUEUE, **each} for each in targets]
        )

    assert put(*({"Id": str(number)} for number in range(6))) == (
        "LimitExceededException",
        "The requested resource exceeds the maximum number allowed.",
    )
    assert put({"Id": "!@#$@!#$"}) == (
        "ValidationException",
        "1 validation error detected: Value '!@#$@!#$' at 'targets.1.member.id' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+",
    )
    assert put({"InputPath": "$.detail", "Input": "{}"}) == (
        "ValidationException",
        "Only one of Input, InputPath, or InputTransformer must be provided for target t.",
    )
    transformer = {"InputPathsMap": {"a": "$.detail.a"}, "InputTemplate": '"<a> <missing> <aws.events.rule-name>"'}
    assert put({"InputTransformer": transformer}) == (
        "ValidationException",
        "InputTemplate for target t contains invalid placeholder missing.",
    )


def test_a_connection_breaks_three_rules(aws: Aws) -> None:
    name, start = "no name " * 9, "Value '{}' at 'name' failed to satisfy constraint: Member must"
    code, message = code_and_message(
        aws("events").create_connection,
        Name=name,
        AuthorizationType="INVALID",
        AuthParameters={"BasicAuthParameters": {"Username": "u", "Password": "p"}},
    )
    assert code == "ValidationException"
    assert message == (
        f"3 validation errors detected: {start.format(name)} have length less than or equal to 64; "
        rf"{start.format(name)} satisfy regular expression pattern: [\.\-_A-Za-z0-9]+; "
        "Value 'INVALID' at 'authorizationType' failed to satisfy constraint: Member must satisfy enum value set: "
        "[BASIC, OAUTH_CLIENT_CREDENTIALS, API_KEY]"
    )


def test_a_replay_of_no_time(aws: Aws) -> None:
    events, name = aws("events"), f"archive-{uuid.uuid4().hex[:8]}"
    source = events.create_archive(ArchiveName=name, EventSourceArn=f"{BUS}/default")["ArchiveArn"]
    replay = {"ReplayName": name, "EventSourceArn": source, "EventStartTime": 5, "EventEndTime": 5}
    assert code_and_message(events.start_replay, Destination={"Arn": f"{BUS}/default"}, **replay) == (
        "ValidationException",
        "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.",
    )
