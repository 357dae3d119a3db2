"""Log lines that become metrics: the embedded metric format and metric filters, over the AWS API."""

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually

Aws = Callable[..., Any]
POWERTOOLS = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:18"
HANDLER = """
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
metrics = Metrics(namespace="NAMESPACE", service="cart")

@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event, context):
    for value in event["values"]:
        metrics.add_metric(name="Basket", unit=MetricUnit.Count, value=value)
    metrics.add_metric(name="Time", unit=MetricUnit.Milliseconds, value=12.5, resolution=1)
    metrics.add_dimension(name="stage", value="dev")
    metrics.add_metadata(key="order", value="o-1")
"""


class Group:
    """A log group of the test's own, and the figures of its own namespace."""

    def __init__(self, aws: Aws) -> None:
        self.name, self.namespace = f"/test/{uuid.uuid4()}", f"test-{uuid.uuid4()}"
        self.logs, self.cloudwatch = aws("logs"), aws("cloudwatch")
        self.logs.create_log_group(logGroupName=self.name)
        self.logs.create_log_stream(logGroupName=self.name, logStreamName="s")

    def put(self, *messages: Any, ago_s: float = 0) -> None:
        at = int((time.time() - ago_s) * 1000)
        texts = [each if isinstance(each, str) else json.dumps(each) for each in messages]
        events = [{"timestamp": at, "message": text} for text in texts]
        self.logs.put_log_events(logGroupName=self.name, logStreamName="s", logEvents=events)

    def filter(self, pattern: str, name: str = "f", **transformation: Any) -> None:
        whole = {"metricName": "Seen", "metricNamespace": self.namespace, "metricValue": "1"} | transformation
        self.logs.put_metric_filter(
            logGroupName=self.name, filterName=name, filterPattern=pattern, metricTransformations=[whole]
        )

    def figures(self, name: str = "Seen", **dimensions: str) -> dict[str, float] | None:
        return figures(self.cloudwatch, self.namespace, name, **dimensions)


def figures(cloudwatch: Any, namespace: str, name: str, **dimensions: str) -> dict[str, float] | None:
    """Count, sum and unit of the last hour; None without data."""
    now = datetime.now(UTC)
    points = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=55),
        EndTime=now + timedelta(minutes=5),
        Period=3600,
        Statistics=["SampleCount", "Sum"],
    )["Datapoints"]
    return {name: points[0][name] for name in ("SampleCount", "Sum", "Unit")} if points else None


@pytest.fixture
def group(aws: Aws) -> Group:
    return Group(aws)


def test_powertools_metrics_of_a_function(aws: Aws) -> None:
    room, namespace, cloudwatch = Room(aws), f"test-{uuid.uuid4()}", aws("cloudwatch")
    name = room.function(HANDLER.replace("NAMESPACE", namespace), Layers=[POWERTOOLS])
    for values in ([3], [4, 5]):
        answer = room.invoke(name, {"values": values})
        assert answer.error is None, answer
    own = {"service": "cart", "stage": "dev"}
    basket = eventually(lambda: figures(cloudwatch, namespace, "Basket", **own))
    assert basket == {"SampleCount": 3, "Sum": 12, "Unit": "Count"}
    assert figures(cloudwatch, namespace, "Time", **own) == {"SampleCount": 2, "Sum": 25, "Unit": "Milliseconds"}
    cold = figures(cloudwatch, namespace, "ColdStart", service="cart", function_name=name)
    assert cold == {"SampleCount": 1, "Sum": 1, "Unit": "Count"}
    assert figures(cloudwatch, namespace, "Basket", service="cart") is None


def test_lines_of_the_format_are_read_whoever_puts_them(group: Group) -> None:
    directive = {"Namespace": group.namespace, "Dimensions": [["op"], []], "Metrics": [{"Name": "n", "Unit": "Bytes"}]}
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    old = {**metadata, "Timestamp": int((time.time() - 15 * 86_400) * 1000)}
    group.put({"_aws": metadata, "op": "read", "n": [1, 2]}, {"_aws": metadata, "op": "read"}, "plain")
    group.put({"_aws": old, "op": "read", "n": 100})
    assert group.figures("n", op="read") == group.figures("n") == {"SampleCount": 2, "Sum": 3, "Unit": "Bytes"}
    errors = figures(group.cloudwatch, "AWS/Logs", "EMFValidationErrors", LogGroupName=group.name)
    assert errors is not None and errors["Sum"] == 1


def test_a_filter_counts_terms_and_its_default_for_minutes_without_a_match(group: Group) -> None:
    group.put("ERROR before there was a filter")
    group.filter("ERROR -debug", defaultValue=0, unit="Count")
    group.put("fine", ago_s=240)
    group.put("ERROR one", "ERROR debug", "ERROR two", ago_s=120)
    group.put("fine", ago_s=60)
    assert group.figures() == {"SampleCount": 4, "Sum": 2, "Unit": "Count"}


def test_a_filter_reads_values_and_dimensions_of_json(group: Group) -> None:
    pattern = '{ $.latency = * && $.request.path = "/cart*" }'
    group.filter(pattern, metricValue="$.latency", unit="Milliseconds", dimensions={"Path": "$.request.path"})
    group.put({"latency": 12.5, "request": {"path": "/cart"}}, {"latency": 7, "request": {"path": "/cart"}})
    group.put({"latency": "slow", "request": {"path": "/cart"}}, {"latency": 1, "request": {"path": "/x"}}, "text")
    group.put({"latency": 3, "request": {"path": "/cart/1"}})
    assert group.figures(Path="/cart") == {"SampleCount": 2, "Sum": 19.5, "Unit": "Milliseconds"}
    assert group.figures(Path="/cart/1") == {"SampleCount": 1, "Sum": 3, "Unit": "Milliseconds"}
    assert group.figures() is None


def test_a_filter_reads_values_of_fields_between_spaces(group: Group) -> None:
    group.filter("[ip, user, time, request, status = 4*, bytes]", metricValue="$bytes", dimensions={"User": "$user"})
    for status, size in ((404, 1534), (200, 7), (403, 10)):
        group.put(f'127.0.0.1 frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" {status} {size}')
    assert group.figures(User="frank") == {"SampleCount": 2, "Sum": 1544, "Unit": "None"}


def test_filters_are_replaced_counted_deleted_and_end_with_their_group(group: Group) -> None:
    group.filter("ERROR")
    group.filter("WARN", metricValue="5")
    group.filter("", name="all", metricName="All")
    described = group.logs.describe_metric_filters(logGroupName=group.name)["metricFilters"]
    assert [(each["filterName"], each["filterPattern"]) for each in described] == [("f", "WARN"), ("all", "")]
    assert all(abs(each["creationTime"] / 1000 - time.time()) < 60 for each in described)
    (own,) = group.logs.describe_log_groups(logGroupNamePrefix=group.name)["logGroups"]
    assert own["metricFilterCount"] == 2
    group.put("ERROR", "WARN")
    assert (group.figures() or {})["Sum"] == 5 and (group.figures("All") or {})["Sum"] == 2
    group.logs.delete_metric_filter(logGroupName=group.name, filterName="f")
    with pytest.raises(ClientError, match="The specified metric filter does not exist"):
        group.logs.delete_metric_filter(logGroupName=group.name, filterName="f")
    group.logs.delete_log_group(logGroupName=group.name)
    assert not group.logs.describe_metric_filters(filterNamePrefix="all", logGroupName=group.name)["metricFilters"]


@pytest.mark.parametrize(
    ("pattern", "transformation", "message"),
    [
        ("{ $.a = }", {}, "Invalid filter pattern"),
        ("{ $.a = * }", {"dimensions": {"A": "$.a"}, "defaultValue": 0}, "mutually exclusive"),
        ("ERROR", {"metricValue": "$.a"}, "selector"),
        ("{ $.a = * }", {"dimensions": {"A": "text"}}, "dimension value must be valid selector"),
        ("[a, b", {}, r"If a filter pattern starts with '\[' it must end with '\]'"),
        ("ERROR", {"metricNamespace": "AWS/Shop"}, "Metric namespaces starting with AWS/ are reserved for AWS."),
        ("{ $.a = * }", {"dimensions": {str(number): "$.a" for number in range(4)}}, "maximum of 3"),
    ],
)
def test_a_filter_that_cannot_work_is_refused(
    group: Group, pattern: str, transformation: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        group.filter(pattern, **transformation)
    assert not group.logs.describe_metric_filters(logGroupName=group.name)["metricFilters"]


def test_what_would_have_no_effect_is_refused_by_name(group: Group) -> None:
    transformation = {"metricName": "M", "metricNamespace": group.namespace, "metricValue": "1"}
    whole = {"filterName": "f", "filterPattern": "", "metricTransformations": [transformation]}
    with pytest.raises(ClientError, match="applyOnTransformedLogs is not supported"):
        group.logs.put_metric_filter(logGroupName=group.name, **whole, applyOnTransformedLogs=True)


def test_a_pattern_is_tried_on_messages(aws: Aws) -> None:
    tried = aws("logs").test_metric_filter(
        filterPattern="{ $.status = 5* }", logEventMessages=['{"status": 404}', '{"status": 503, "a": 1}']
    )
    assert tried["matches"] == [
        {"eventNumber": 2, "eventMessage": '{"status": 503, "a": 1}', "extractedValues": {"$.status": "503"}}
    ]


def test_events_older_than_their_group_keeps_them_are_deleted_and_refused(group: Group) -> None:
    group.put("old", ago_s=2 * 86_400)
    group.put("fresh")

    def messages() -> list[str]:
        found = group.logs.filter_log_events(logGroupName=group.name)["events"]
        return [event["message"] for event in found]

    assert messages() == ["old", "fresh"]
    with pytest.raises(ClientError, match="enum value set"):
        group.logs.put_retention_policy(logGroupName=group.name, retentionInDays=2)
    group.logs.put_retention_policy(logGroupName=group.name, retentionInDays=1)
    eventually(lambda: messages() == ["fresh"])
    events = [{"timestamp": int((time.time() - ago) * 1000), "message": "late"} for ago in (3 * 86_400, 2 * 86_400, 60)]
    answer = group.logs.put_log_events(logGroupName=group.name, logStreamName="s", logEvents=events)
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 2}
    assert messages() == ["late", "fresh"]
