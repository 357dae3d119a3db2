"""EventBridge refuses and answers field by field as AWS was seen to do."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config

from tests.cloud.refusals import code_and_message
from tests.cloud.roles import open_to_services

Aws = Callable[..., Any]
ENTRY = {"Source": "shop", "DetailType": "sold", "Detail": "{}"}
PATTERN = '{"source": ["shop"]}'
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
ARN = "arn:aws:events:us-east-1:123456789012"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus"


def new(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:8]}"


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


def test_an_event_for_a_bus_elsewhere_is_not_for_the_one_of_that_name_here(aws: Aws) -> None:
    name, sqs = new("bus"), aws("sqs")
    bus = aws("events").create_event_bus(Name=name)["EventBusArn"]
    aws("events").put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": [name]}))
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": open_to_services("sqs:SendMessage")})["QueueUrl"]
    queue = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    aws("events").put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "q", "Arn": queue}])
    for elsewhere in (bus.replace("us-east-1", "us-west-2"), bus.replace("us-east-1", "xx-none-1")):
        assert list(entry(aws, Source=name, EventBusName=elsewhere)) == ["EventId"]
    wanted = entry(aws, Source=name, EventBusName=bus)["EventId"]
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(message["Body"])["id"] == wanted


def test_sizes_of_requests(aws: Aws) -> None:
    events = aws("events")
    unchecked = aws("events", config=Config(parameter_validation=False))
    assert code_and_message(unchecked.put_events, Entries=[]) == (
        "ValidationException",
        "1 validation error detected: Value '[]' at 'entries' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    )
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
    for change in (events.enable_rule, events.disable_rule):
        assert code_and_message(change, Name=name)[1] == f"Rule {name} does not exist on EventBus default."
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
    assert put({"Input": "no JSON"}) == (
        "ValidationException",
        'JSON syntax error in input for target t: [Source: (String)"no JSON"; line: 1, column: 1]',
    )
    paths = {"to whom?": "$.detail.to"}
    assert put({"InputTransformer": {"InputPathsMap": paths, "InputTemplate": "{}"}}) == (
        "ValidationException",
        "1 validation error detected: Value '{to whom?=$.detail.to}' at 'targets.1.member.inputTransformer."
        "inputPathsMap' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less "
        "than or equal to 256, Member must have length greater than or equal to 1, Member must satisfy regular "
        r"expression pattern: [A-Za-z0-9\_\-]+]",
    )
    transformer = {"InputPathsMap": {"a": "$.detail.a"}, "InputTemplate": '"<a> <missing> <aws.events.rule-name>"'}
    assert put({"InputTransformer": transformer}) == (
        "ValidationException",
        "InputTemplate for target t contains invalid placeholder missing.",
    )
    for template, said in (
        ("the rule <aws.events.rule-name>", "Invalid InputTemplate for target t : [Source: (String)"),
        ('{"a": <a>, }', "Invalid InputTemplate for target t : [Source: (String)"),
        (
            "[<aws.events.event.json>]",
            "InputTemplate for target t contains placeholder aws.events.event.json valid only",
        ),
    ):
        assert put({"InputTransformer": {**transformer, "InputTemplate": template}})[1].startswith(said)
    for path in ("detail", "$.detail['a']"):
        said = ("ValidationException", "InputPath for target t is invalid.")
        assert put({"InputPath": path}) == said
        assert put({"InputTransformer": {"InputPathsMap": {"a": path}, "InputTemplate": '"<a>"'}}) == said
    for arn, said in (
        (QUEUE.replace(":sqs:", ":sns:"), "sns is not supported as a dead letter resource"),
        (f"{QUEUE}.fifo", "SQS FIFO is not supported by Dead Letter Queues"),
        (QUEUE.replace("us-east-1", "eu-west-1"), "A dead letter queue is in the Region of its rule, us-east-1"),
    ):
        assert put({"DeadLetterConfig": {"Arn": arn}})[1].startswith(said)
    assert put({"KinesisParameters": {"PartitionKeyPath": "$.id"}}) == (
        "ValidationException",
        "Parameter(s) KinesisParameters not supported for target: t",
    )
    assert put({}, {"Arn": f"{QUEUE}-2"}) == (
        "ValidationException",
        "Parameter targets is not valid. Reason: More than one target with Id 't' is provided.",
    )
    lines = '"<a>"\n"and <aws.events.rule-name>"'
    for taken in (lines, "<a>", '{"a": <a>, "all": <aws.events.event.json>}'):
        target = {"Id": "t", "Arn": QUEUE, "InputTransformer": {**transformer, "InputTemplate": taken}}
        events.put_targets(Rule=name, Targets=[target])
    for place in ("kinesis:us-east-1:123456789012:stream/s", "firehose:us-east-1:123456789012:deliverystream/s"):
        arn = f"arn:aws:{place}"
        assert put({"Arn": arn}) == ("ValidationException", f"RoleArn is required for target {arn}.")


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


def test_targets_of_one_queue_have_pages(aws: Aws) -> None:
    events, name = aws("events"), new("rule")
    events.put_rule(Name=name, EventPattern=PATTERN)
    events.put_targets(Rule=name, Targets=[{"Id": str(each), "Arn": QUEUE} for each in range(5)])
    first = events.list_targets_by_rule(Rule=name, Limit=3)
    second = events.list_targets_by_rule(Rule=name, Limit=3, NextToken=first["NextToken"])
    assert [[each["Id"] for each in page["Targets"]] for page in (first, second)] == [["0", "1", "2"], ["3", "4"]]
    assert "NextToken" not in second
    code, _ = code_and_message(events.list_targets_by_rule, Rule=name, NextToken="none")
    assert code == "ValidationException"


def test_tags_are_of_the_resource_that_the_arn_names(aws: Aws) -> None:
    events, bus, name = aws("events"), new("bus"), new("rule")
    bus_arn = events.create_event_bus(Name=bus)["EventBusArn"]
    here = events.put_rule(Name=name, EventPattern=PATTERN)["RuleArn"]
    there = events.put_rule(Name=name, EventBusName=bus, EventPattern=PATTERN)["RuleArn"]
    for arn in (bus_arn, here, there):
        events.tag_resource(ResourceARN=arn, Tags=[{"Key": "of", "Value": arn}])
    for arn in (bus_arn, here, there):
        assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "of", "Value": arn}]
    events.delete_rule(Name=name, EventBusName=bus)
    for arn, said in (
        (f"{ARN}:event-bus/none", "Event bus none does not exist."),
        (f"{ARN}:rule/none", "Rule none does not exist on EventBus default."),
        (there, f"Rule {name} does not exist on EventBus {bus}."),
    ):
        for call, rest in (
            (events.tag_resource, {"Tags": [{"Key": "a", "Value": "b"}]}),
            (events.untag_resource, {"TagKeys": ["a"]}),
            (events.list_tags_for_resource, {}),
        ):
            assert code_and_message(call, ResourceARN=arn, **rest) == ("ResourceNotFoundException", said)


def test_archives_and_replays(aws: Aws) -> None:
    events, name = aws("events"), new("archive")
    pattern = json.dumps({"source": [name]})
    arn = events.create_archive(ArchiveName=name, EventSourceArn=f"{BUS}/default", EventPattern=pattern)["ArchiveArn"]
    moment = {"EventSourceArn": arn, "EventStartTime": 5, "EventEndTime": 4_000_000_000}
    events.start_replay(ReplayName=f"{name}-0", Destination={"Arn": f"{BUS}/default"}, **moment)
    assert "EventLastReplayedTime" not in events.describe_replay(ReplayName=f"{name}-0")
    events.put_events(Entries=[{"Source": name, "DetailType": "t", "Detail": '{"a": 1}'}] * 2)
    archive = events.describe_archive(ArchiveName=name)
    assert (archive["EventCount"], archive["SizeBytes"]) == (2, 2 * (len(name) + len("t") + len('{"a": 1}') + 20))
    for number in (1, 2):
        events.start_replay(ReplayName=f"{name}-{number}", Destination={"Arn": f"{BUS}/default"}, **moment)
    first = events.list_replays(NamePrefix=name, Limit=2)
    second = events.list_replays(NamePrefix=name, Limit=2, NextToken=first["NextToken"])
    found = [*first["Replays"], *second["Replays"]]
    assert [each["ReplayName"] for each in found] == [f"{name}-{number}" for number in range(3)]
    assert ["EventLastReplayedTime" in each for each in found] == [False, True, True]
    assert code_and_message(events.list_archives, EventSourceArn=f"{BUS}/none") == (
        "ResourceNotFoundException",
        "Event bus none does not exist.",
    )


BASIC = {"BasicAuthParameters": {"Username": "user", "Password": "pass"}}
KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "Key", "ApiKeyValue": "secret"}, "InvocationHttpParameters": {}}
CLIENT = {
    "OAuthParameters": {
        "AuthorizationEndpoint": "https://example.com/oauth",
        "ClientParameters": {"ClientID": "me", "ClientSecret": "secret"},
        "HttpMethod": "POST",
    }
}
MADE = {"ConnectionArn", "ConnectionState", "CreationTime", "LastModifiedTime"}
DESCRIBED = MADE | {"AuthorizationType", "AuthParameters", "LastAuthorizedTime", "Name", "SecretArn"}


@pytest.mark.parametrize(
    ("kind", "parameters", "visible", "secret", "states"),
    [
        (
            "BASIC",
            BASIC,
            {"BasicAuthParameters": {"Username": "user"}},
            {"username": "user", "password": "pass"},
            ("AUTHORIZED", "ACTIVE"),
        ),
        (
            "API_KEY",
            KEY,
            {"ApiKeyAuthParameters": {"ApiKeyName": "Key"}, "InvocationHttpParameters": {}},
            {"api_key_name": "Key", "api_key_value": "secret", "invocation_http_parameters": {}},
            ("AUTHORIZED", "ACTIVE"),
        ),
        (
            "OAUTH_CLIENT_CREDENTIALS",
            CLIENT,
            {"OAuthParameters": {**CLIENT["OAuthParameters"], "ClientParameters": {"ClientID": "me"}}},
            {
                "client_id": "me",
                "client_secret": "secret",
                "authorization_endpoint": "https://example.com/oauth",
                "http_method": "POST",
            },
            ("AUTHORIZING", "INACTIVE"),
        ),
    ],
    ids=["basic", "key", "oauth"],
)
def test_connections_and_where_they_lead(
    aws: Aws, kind: str, parameters: Any, visible: Any, secret: Any, states: tuple[str, str]
) -> None:
    events, name = aws("events"), new("connection")
    wanted = {"Name": name, "AuthorizationType": kind, "AuthParameters": parameters}
    made = fields(events.create_connection(**wanted))
    assert (set(made), made["ConnectionState"]) == (MADE, states[0])
    assert code_and_message(events.create_connection, **wanted) == (
        "ResourceAlreadyExistsException",
        f"Connection {name} already exists.",
    )
    described = fields(events.describe_connection(Name=name))
    assert (set(described), described["AuthParameters"]) == (DESCRIBED, visible)
    assert secret_of(aws, described["SecretArn"]) == secret
    (listed,) = events.list_connections(NamePrefix=name)["Connections"]
    assert set(listed) == DESCRIBED - {"AuthParameters", "SecretArn"}
    destination = {"Name": name, "HttpMethod": "POST", "InvocationEndpoint": "https://example.com/api"}
    assert code_and_message(events.create_api_destination, ConnectionArn=f"{ARN}:connection/a/b", **destination) == (
        "ResourceNotFoundException",
        f"Connection '{ARN}:connection/a/b' does not exist.",
    )
    made = events.create_api_destination(ConnectionArn=made["ConnectionArn"], **destination)
    assert made["ApiDestinationState"] == states[1]
    assert events.describe_api_destination(Name=name)["InvocationRateLimitPerSecond"] == 300
    (listed,) = events.list_api_destinations(NamePrefix=name)["ApiDestinations"]
    assert listed["InvocationRateLimitPerSecond"] == 300
    events.delete_api_destination(Name=name)
    assert code_and_message(events.describe_api_destination, Name=name)[1] == (
        f"Failed to describe the api-destination(s). An api-destination '{name}' does not exist."
    )
    gone = fields(events.delete_connection(Name=name))
    assert (set(gone), gone["ConnectionState"]) == (MADE | {"LastAuthorizedTime"}, "DELETING")
    assert code_and_message(events.describe_connection, Name=name)[1] == (
        f"Failed to describe the connection(s). Connection '{name}' does not exist."
    )


def test_a_changed_connection_has_a_changed_secret(aws: Aws) -> None:
    events, name = aws("events"), new("connection")
    events.create_connection(Name=name, AuthorizationType="BASIC", AuthParameters=BASIC)
    before = events.describe_connection(Name=name)
    changed = {"BasicAuthParameters": {"Username": "other", "Password": "word"}}
    answer = events.update_connection(Name=name, AuthorizationType="BASIC", AuthParameters=changed)
    assert answer["LastModifiedTime"] > answer["CreationTime"]
    assert secret_of(aws, before["SecretArn"]) == {"username": "other", "password": "word"}


def fields(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def secret_of(aws: Aws, arn: str) -> Any:
    return json.loads(aws("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
