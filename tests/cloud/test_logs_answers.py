"""What CloudWatch Logs answers, word by word: which groups and streams a request means, and what is refused."""

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually

Aws = Callable[..., Any]
ACCOUNT = "arn:aws:logs:us-east-1:123456789012:log-group:"
NO_GROUP = ("ResourceNotFoundException", "The specified log group does not exist.")
TOKEN = ("InvalidParameterException", "The specified nextToken is invalid.")
HANDLER = """
import base64, gzip, json
def handler(event, context):
    for each in json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))["logEvents"]:
        print("seen " + each["message"])
"""


@pytest.fixture(scope="module")
def logs(aws: Aws) -> Any:
    """A client that leaves it to the service to refuse."""
    return aws("logs", config=Config(parameter_validation=False))


@pytest.fixture
def group(logs: Any) -> Iterator[str]:
    """One with a stream and an event, made before another one with none of them."""
    name = f"group-{uuid.uuid4().hex}"
    for each in (name, f"{name}-last"):
        logs.create_log_group(logGroupName=each)
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=[{"timestamp": now, "message": "hello"}])
    yield name
    for each in (name, f"{name}-last"):
        logs.delete_log_group(logGroupName=each)


def refusal_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


SUBSCRIPTION = {"logGroupName": "g", "filterName": "f", "filterPattern": ""}
ROLE = "arn:aws:iam::123456789012:role/r"


@pytest.mark.parametrize("form", ["{}", f"{ACCOUNT}{{}}"])
def test_an_identifier_means_its_group(logs: Any, group: str, form: str) -> None:
    known = {"logGroupIdentifier": form.format(group)}
    assert [each["logStreamName"] for each in logs.describe_log_streams(**known)["logStreams"]] == ["one"]
    assert [each["message"] for each in logs.get_log_events(**known, logStreamName="one")["events"]] == ["hello"]
    assert [each["message"] for each in logs.filter_log_events(**known)["events"]] == ["hello"]
    none = {"logGroupIdentifier": form.format("nobodys")}
    assert refusal_of(lambda: logs.describe_log_streams(**none)) == NO_GROUP
    both = refusal_of(lambda: logs.describe_log_streams(**known, logGroupName=group))
    assert both == ("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.")


def test_streams_are_chosen_by_how_they_begin(logs: Any, group: str) -> None:
    known = {"logGroupName": group}
    assert logs.filter_log_events(**known, logStreamNamePrefix="o")["events"]
    assert logs.filter_log_events(**known, logStreamNamePrefix="x")["events"] == []


def test_groups_are_found_by_a_part_of_their_names(logs: Any, group: str) -> None:
    part = group[6:20]

    def names(answer: dict[str, Any]) -> list[str]:
        return [each["logGroupName"] for each in answer["logGroups"]]

    assert names(logs.describe_log_groups(logGroupNamePattern=part)) == [group, f"{group}-last"]
    assert names(logs.describe_log_groups(logGroupIdentifiers=[f"{ACCOUNT}{group}"])) == [group]
    assert names(logs.list_log_groups(logGroupNamePattern=f"^{group[:20]}|nobody")) == [group, f"{group}-last"]
    assert names(logs.list_log_groups(logGroupNamePattern=f"^{part[:10]}")) == []
    first = logs.describe_log_groups(logGroupNamePrefix=group, limit=1)
    second = logs.describe_log_groups(logGroupNamePrefix=group, limit=1, nextToken=first["nextToken"])
    assert (names(first), names(second), "nextToken" in second) == ([group], [f"{group}-last"], False)


def test_a_group_is_described_with_its_class_and_filters(logs: Any, group: str) -> None:
    transformation = {"metricName": "m", "metricNamespace": "A.B-c_d/1#2:n", "metricValue": "1", "defaultValue": 0}
    known = {"logGroupName": group, "filterName": "f", "filterPattern": " "}
    logs.put_metric_filter(**known, metricTransformations=[transformation])
    described = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    assert {name: described[name] for name in ("logGroupClass", "metricFilterCount", "deletionProtectionEnabled")} == {
        "logGroupClass": "STANDARD",
        "metricFilterCount": 1,
        "deletionProtectionEnabled": False,
    }
    (kept,) = logs.describe_metric_filters(metricName="m", metricNamespace="A.B-c_d/1#2:n")["metricFilters"]
    assert (kept["applyOnTransformedLogs"], kept["metricTransformations"]) == (False, [transformation])


LONG = "X" * 513
NAMES = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
FILTER = {
    "logGroupName": "g",
    "filterName": "f",
    "filterPattern": "",
    "metricTransformations": [{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
}


def longest(value: str, member: str, most: int) -> str:
    start = f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint:"
    return f"{start} Member must have length less than or equal to {most}"


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("create_log_group", {"logGroupName": LONG}, NAMES),
        ("delete_metric_filter", {"logGroupName": LONG, "filterName": "f"}, NAMES),
        ("delete_metric_filter", {"logGroupName": "g", "filterName": LONG}, longest(LONG, "filterName", 512)),
        ("put_metric_filter", {**FILTER, "filterName": LONG}, longest(LONG, "filterName", 512)),
        ("put_metric_filter", {**FILTER, "filterPattern": LONG * 2}, longest(LONG * 2, "filterPattern", 1024)),
        (
            "put_metric_filter",
            {**FILTER, "applyOnTransformedLogs": True},
            "applyOnTransformedLogs is not supported by the local AWS.",
        ),
        ("describe_metric_filters", {"filterNamePrefix": LONG}, longest(LONG, "filterNamePrefix", 512)),
        (
            "describe_metric_filters",
            {"metricName": LONG[:256], "metricNamespace": "n"},
            longest(LONG[:256], "metricName", 255),
        ),
        (
            "describe_log_groups",
            {"logGroupNamePrefix": "a", "logGroupNamePattern": "a"},
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ),
        (
            "put_subscription_filter",
            {
                "logGroupName": "g",
                "filterName": "f",
                "filterPattern": "",
                "destinationArn": "arn:aws:kinesis:::stream/s",
            },
            "destinationArn for vendor kinesis cannot be used without roleArn",
        ),
        (
            "put_subscription_filter",
            {**SUBSCRIPTION, "destinationArn": "arn:aws:lambda:us-east-1:123456789012:function:f", "roleArn": ROLE},
            "destinationArn for vendor lambda cannot be used with roleArn",
        ),
        (
            "put_subscription_filter",
            {**SUBSCRIPTION, "destinationArn": "arn:aws:sqs:us-east-1:123456789012:q"},
            "PutSubscriptionFilter operation cannot work with destinationArn for vendor sqs",
        ),
    ],
)
def test_what_is_invalid_is_named(logs: Any, operation: str, parameters: dict[str, Any], message: str) -> None:
    refused = refusal_of(lambda: getattr(logs, operation)(**parameters))
    assert refused == ("InvalidParameterException", message)


def test_what_is_not_there_or_there_already_is_named(logs: Any, group: str) -> None:
    cases: list[tuple[Callable[[], Any], tuple[str, str]]] = [
        (
            lambda: logs.create_log_stream(logGroupName=group, logStreamName="one"),
            ("ResourceAlreadyExistsException", "The specified log stream already exists"),
        ),
        (
            lambda: logs.delete_resource_policy(policyName="nobodys"),
            ("ResourceNotFoundException", "Policy with name [nobodys] does not exist."),
        ),
        (lambda: logs.filter_log_events(logGroupName=group, nextToken="invalid"), TOKEN),
        (
            lambda: logs.put_subscription_filter(
                logGroupName="nobodys",
                filterName="f",
                filterPattern="",
                destinationArn="arn:aws:lambda:us-east-1:000000000001:function:f",
            ),
            (
                "AccessDeniedException",
                "Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create "
                "cross account lambda triggers.",
            ),
        ),
    ]
    for call, expected in cases:
        assert refusal_of(call) == expected
    assert logs.describe_export_tasks(taskId=str(uuid.uuid4()))["exportTasks"] == []
    now = int(time.time())
    code, message = refusal_of(
        lambda: logs.start_query(logGroupName="nobodys", startTime=now, endTime=now, queryString="fields @message")
    )
    start = "Log group 'nobodys' does not exist for account ID '123456789012' (Service: AWSLogs; Status Code: 400; "
    assert code == "ResourceNotFoundException"
    assert re.fullmatch(rf"{re.escape(start)}Error Code: {code}; Request ID: [0-9a-f-]{{36}}; Proxy: null\)", message)


def test_a_resource_policy_is_of_the_account(logs: Any) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    made = logs.put_resource_policy(policyName="all", policyDocument=policy)["resourcePolicy"]
    assert made["policyScope"] == "ACCOUNT"
    assert [each["policyScope"] for each in logs.describe_resource_policies()["resourcePolicies"]] == ["ACCOUNT"]
    logs.delete_resource_policy(policyName="all")


def test_a_function_may_be_called_by_the_regions_logs(aws: Aws, logs: Any, group: str) -> None:
    room = Room(aws)
    name = room.function(HANDLER)
    arn = aws("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    permission = {"Principal": "logs.us-east-1.amazonaws.com", "SourceArn": f"{ACCOUNT}{group}:*"}
    aws("lambda").add_permission(
        FunctionName=name,
        StatementId="logs",
        Action="lambda:InvokeFunction",
        SourceAccount="123456789012",
        **permission,
    )
    known = {"logGroupName": group, "destinationArn": arn, "filterPattern": ""}
    for filter_name in ("one", "two"):
        logs.put_subscription_filter(**known, filterName=filter_name, distribution="Random")
    refused = refusal_of(lambda: logs.put_subscription_filter(**known, filterName="three"))
    assert refused == ("LimitExceededException", "Resource limit exceeded.")
    kept = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"][0]
    assert (kept["distribution"], kept["applyOnTransformedLogs"], "roleArn" in kept) == ("Random", False, False)
    event = {"timestamp": int(time.time() * 1000), "message": "called"}
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[event])

    def lines() -> Any:
        found = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
        return found and logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="seen")["events"]

    assert eventually(lines)[0]["message"].strip() == "seen called"
