"""CloudWatch's alarms over the AWS API: evaluated by their metrics, and what they then do."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.lambda_room import Room, eventually

Aws = Callable[..., Any]
FORWARD = """
import boto3, json
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl="URL", MessageBody=json.dumps(event))
"""
BOTH = ["MetricAlarm", "CompositeAlarm"]


class Bell:
    """Alarms on metrics of the test's own, told to a queue of its own."""

    def __init__(self, aws: Aws) -> None:
        self.cloudwatch, self.namespace = aws("cloudwatch"), f"test-{uuid.uuid4()}"
        self.room, self.sns = Room(aws), aws("sns")

    def alarm(self, **settings: Any) -> str:
        name = f"alarm-{uuid.uuid4()}"
        whole = {
            "AlarmName": name,
            "Namespace": self.namespace,
            "MetricName": "M",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanThreshold",
        } | settings
        self.cloudwatch.put_metric_alarm(**{key: value for key, value in whole.items() if value is not None})
        return name

    def composite(self, rule: str, **settings: Any) -> str:
        name = f"composite-{uuid.uuid4()}"
        self.cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, **settings)
        return name

    def put(self, *values: float, ago_s: float = 60, name: str = "M", **datum: Any) -> None:
        at = datetime.now(UTC) - timedelta(seconds=ago_s)
        whole = {"MetricName": name, "Values": list(values), "Timestamp": at, **datum}
        self.cloudwatch.put_metric_data(Namespace=self.namespace, MetricData=[whole])

    def described(self, name: str) -> dict[str, Any]:
        found = self.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=BOTH)
        (alarm,) = found["MetricAlarms"] + found["CompositeAlarms"]
        return alarm  # type: ignore[no-any-return]

    def becomes(self, name: str, state: str) -> dict[str, Any]:
        eventually(lambda: self.described(name)["StateValue"] == state)
        return self.described(name)

    def set(self, name: str, state: str, reason: str = "by hand") -> None:
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)

    def topic(self) -> tuple[str, str]:
        """A topic, and the URL of a queue that gets what it gets."""
        topic = self.sns.create_topic(Name=f"t-{uuid.uuid4()}")["TopicArn"]
        url, arn = self.room.queue()
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        return topic, url

    def message(self, url: str) -> dict[str, Any]:
        (body,) = eventually(lambda: self.room.received(url))
        return body  # type: ignore[no-any-return]


@pytest.fixture
def bell(aws: Aws) -> Bell:
    return Bell(aws)


def test_data_makes_an_alarm_which_tells_its_topic(bell: Bell) -> None:
    topic, url = bell.topic()
    dimensions = [{"Name": "shop", "Value": "a"}]
    name = bell.alarm(AlarmActions=[topic], AlarmDescription="too much", Dimensions=dimensions, Unit="Count")
    assert bell.described(name)["StateValue"] == "INSUFFICIENT_DATA"
    bell.put(3, 4, Dimensions=dimensions, Unit="Count")
    alarm = bell.becomes(name, "ALARM")
    assert alarm["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints [7.0 (")
    assert alarm["StateReason"].endswith(
        "was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    data = json.loads(alarm["StateReasonData"])
    assert (data["version"], data["statistic"], data["period"]) == ("1.0", "Sum", 60)
    assert (data["recentDatapoints"], data["threshold"], data["unit"]) == ([7.0], 5.0, "Count")
    envelope = bell.message(url)
    assert envelope["Subject"] == f'ALARM: "{name}" in US East (N. Virginia)'
    told = json.loads(envelope["Message"])
    assert (told["AlarmName"], told["AlarmDescription"], told["Region"]) == (name, "too much", "US East (N. Virginia)")
    assert (told["OldStateValue"], told["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert (told["NewStateReason"], told["AlarmArn"]) == (alarm["StateReason"], alarm["AlarmArn"])
    assert told["AlarmActions"] == [topic] and told["OKActions"] == told["InsufficientDataActions"] == []
    assert told["Trigger"] == {
        "MetricName": "M",
        "Namespace": bell.namespace,
        "StatisticType": "Statistic",
        "Statistic": "SUM",
        "Unit": "Count",
        "Dimensions": [{"value": "a", "name": "shop"}],
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 5.0,
        "TreatMissingData": "missing",
        "EvaluateLowSampleCountPercentile": "",
    }


def test_a_sum_that_breaches_need_not_wait_for_the_end_of_its_period(bell: Bell) -> None:
    name = bell.alarm(TreatMissingData="notBreaching")
    bell.becomes(name, "OK")
    bell.put(9, ago_s=0)
    bell.becomes(name, "ALARM")


@pytest.mark.parametrize(
    ("missing", "state"),
    [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA"), ("ignore", "INSUFFICIENT_DATA")],
)
def test_an_alarm_without_data(bell: Bell, missing: str, state: str) -> None:
    assert bell.becomes(bell.alarm(TreatMissingData=missing), state)["TreatMissingData"] == missing


def test_m_of_n_percentiles_and_short_periods(bell: Bell) -> None:
    several = bell.alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    slow = bell.alarm(Statistic=None, ExtendedStatistic="p90", MetricName="Time", Threshold=100)
    quick = bell.alarm(MetricName="Quick", Period=10, Statistic="Maximum")
    bell.put(9, ago_s=240)
    bell.put(1, ago_s=180)
    bell.put(*range(90), *([200] * 11), name="Time")
    bell.put(9, ago_s=10, name="Quick", StorageResolution=1)
    assert "p90" in bell.becomes(slow, "ALARM")["StateReasonData"]
    bell.becomes(quick, "ALARM")
    bell.becomes(several, "OK")
    bell.put(8, ago_s=120)
    reason = bell.becomes(several, "ALARM")["StateReason"]
    assert "2 out of the last 3 datapoints [8.0 (" in reason and "9.0 (" in reason


def test_few_samples_do_not_make_a_percentile(bell: Bell) -> None:
    few = {"Statistic": None, "ExtendedStatistic": "p99", "TreatMissingData": "notBreaching"}
    ignores = bell.alarm(**few, EvaluateLowSampleCountPercentile="ignore")
    evaluates = bell.alarm(**few)
    bell.put(9)
    bell.becomes(evaluates, "ALARM")
    assert bell.described(ignores)["StateValue"] != "ALARM"


def test_metric_math(bell: Bell) -> None:
    topic, url = bell.topic()

    def metric(id: str, name: str) -> dict[str, Any]:
        stat = {"Metric": {"Namespace": bell.namespace, "MetricName": name}, "Period": 60, "Stat": "Sum"}
        return {"Id": id, "MetricStat": stat, "ReturnData": False}

    rate = {"Id": "rate", "Expression": "IF(calls > 0, 100 * FILL(errors, 0) / calls)", "Label": "Error rate"}
    metrics = [rate, metric("errors", "E"), metric("calls", "C")]
    alone = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))
    name = bell.alarm(**alone, Metrics=metrics, Threshold=20, AlarmActions=[topic])
    bell.put(10, name="C")
    bell.becomes(name, "OK")
    bell.put(3, name="E")
    assert "[30.0 (" in bell.becomes(name, "ALARM")["StateReason"]
    trigger = json.loads(bell.message(url)["Message"])["Trigger"]
    assert trigger["Metrics"][0] == {**rate, "ReturnData": True} and "MetricName" not in trigger
    assert bell.described(name)["Metrics"] == metrics


def test_a_function_and_a_bus_hear_of_it_too(aws: Aws, bell: Bell) -> None:
    events, (url, _), (bus_url, bus_arn) = aws("events"), bell.room.queue(), bell.room.queue()
    code = FORWARD.replace("URL", url)
    function = bell.room.function(code)
    arn = aws("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    name = bell.alarm(AlarmActions=[arn], AlarmDescription="d")
    alarm_arn = bell.described(name)["AlarmArn"]
    aws("lambda").add_permission(
        FunctionName=function,
        StatementId="alarm",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceArn=alarm_arn,
    )
    pattern = {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [name], "state": {"value": ["ALARM"]}},
    }
    events.put_rule(Name=name[:60], EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name[:60], Targets=[{"Id": "q", "Arn": bus_arn}])
    bell.put(9)
    bell.becomes(name, "ALARM")
    event, told = bell.message(bus_url), bell.message(url)
    assert event["resources"] == [alarm_arn] and event["detail"]["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert json.loads(event["detail"]["state"]["reasonData"])["recentDatapoints"] == [9.0]
    metric = {"namespace": bell.namespace, "name": "M", "dimensions": {}}
    (query,) = event["detail"]["configuration"]["metrics"]
    assert query["metricStat"] == {"metric": metric, "period": 60, "stat": "Sum"} and query["returnData"] is True
    assert event["detail"]["configuration"]["description"] == "d"
    assert (told["source"], told["alarmArn"], told["region"]) == ("aws.cloudwatch", alarm_arn, "us-east-1")
    assert told["alarmData"]["alarmName"] == name and told["alarmData"]["state"]["value"] == "ALARM"
    history = eventually(
        lambda: bell.cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
    )
    assert history[0]["HistorySummary"] == f"Successfully executed action {arn}"


def test_states_set_by_hand_composites_and_history(bell: Bell) -> None:
    topic, url = bell.topic()
    first, second = bell.alarm(), bell.alarm(OKActions=[topic])
    whole = bell.composite(f'ALARM("{first}") AND NOT OK({bell.described(second)["AlarmArn"]})', AlarmActions=[topic])
    bell.becomes(whole, "OK")
    bell.set(first, "ALARM")
    alarm = bell.becomes(whole, "ALARM")
    assert alarm["StateReason"].startswith(f"{bell.described(first)['AlarmArn']} transitioned to ALARM at ")
    told = json.loads(bell.message(url)["Message"])
    assert (told["AlarmName"], told["AlarmRule"]) == (whole, alarm["AlarmRule"])
    assert told["TriggeringChildren"][0]["State"]["Value"] == "ALARM"
    bell.set(second, "OK")
    bell.becomes(whole, "OK")
    assert json.loads(bell.message(url)["Message"])["AlarmName"] == second
    children = bell.cloudwatch.describe_alarms(ChildrenOfAlarmName=whole)["MetricAlarms"]
    assert {each["AlarmName"] for each in children} == {first, second}
    (parent,) = bell.cloudwatch.describe_alarms(ParentsOfAlarmName=first)["CompositeAlarms"]
    assert parent["AlarmName"] == whole
    items = bell.cloudwatch.describe_alarm_history(AlarmName=first, ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [each["HistorySummary"] for each in items] == [
        f'Alarm "{first}" created',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
    ]
    new = json.loads(items[1]["HistoryData"])["newState"]
    assert new == {"stateValue": "ALARM", "stateReason": "by hand"}


def suppressed_by(name: str, wait: int, extension: int) -> dict[str, Any]:
    periods = {"ActionsSuppressorWaitPeriod": wait, "ActionsSuppressorExtensionPeriod": extension}
    return {"ActionsSuppressor": name, **periods}


def test_actions_wait_for_their_suppressor_to_ring_and_to_fall_silent(bell: Bell) -> None:
    topic, url = bell.topic()
    child, suppressor = bell.alarm(), bell.alarm()
    whole = bell.composite(f"ALARM({child})", AlarmActions=[topic], **suppressed_by(suppressor, 60, 0))
    bell.becomes(whole, "OK")
    bell.set(child, "ALARM")
    assert bell.becomes(whole, "ALARM")["ActionsSuppressedBy"] == "WaitPeriod"
    bell.set(suppressor, "ALARM")
    assert bell.described(whole)["ActionsSuppressedBy"] == "Alarm"
    assert not bell.room.received(url, 0)
    bell.set(suppressor, "OK")
    assert json.loads(bell.message(url)["Message"])["NewStateValue"] == "ALARM"
    assert "ActionsSuppressedBy" not in bell.described(whole)
    hasty = bell.composite(f"ALARM({child})", AlarmActions=[topic], **suppressed_by(suppressor, 0, 0))
    assert json.loads(bell.message(url)["Message"])["AlarmName"] == hasty


def test_actions_that_are_disabled_do_not_happen(bell: Bell) -> None:
    topic, url = bell.topic()
    name = bell.alarm(AlarmActions=[topic], ActionsEnabled=False)
    bell.set(name, "ALARM")
    bell.set(name, "OK")
    bell.cloudwatch.enable_alarm_actions(AlarmNames=[name])
    bell.set(name, "ALARM", "now")
    assert json.loads(bell.message(url)["Message"])["NewStateReason"] == "now"
    bell.cloudwatch.disable_alarm_actions(AlarmNames=[name])
    assert bell.described(name)["ActionsEnabled"] is False


def test_an_action_that_fails_is_in_the_history(bell: Bell) -> None:
    gone = "arn:aws:sns:us-east-1:123456789012:nobody"
    name = bell.alarm(AlarmActions=[gone])
    bell.set(name, "ALARM")
    (item,) = eventually(
        lambda: bell.cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
    )
    assert item["HistorySummary"].startswith(f"Failed to execute action {gone}")


def test_a_topic_with_a_policy_of_its_own_must_let_cloudwatch(bell: Bell) -> None:
    topic, url = bell.topic()
    statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}

    def let(service: str) -> None:
        policy = {"Statement": [{**statement, "Principal": {"Service": f"{service}.amazonaws.com"}}]}
        bell.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))

    def actions() -> list[str]:
        items = bell.cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
        return [item["HistorySummary"] for item in items]

    let("events")
    name = bell.alarm(AlarmActions=[topic], OKActions=[topic])
    bell.set(name, "ALARM")
    (failure,) = eventually(actions)
    assert "is not authorized to perform: SNS:Publish on resource" in failure
    let("cloudwatch")
    bell.set(name, "OK")
    assert json.loads(bell.message(url)["Message"])["NewStateValue"] == "OK"


def test_an_alarm_that_is_put_again_keeps_its_state_and_one_that_is_deleted_is_gone(bell: Bell) -> None:
    name = bell.alarm()
    bell.put(9)
    since = bell.becomes(name, "ALARM")["StateUpdatedTimestamp"]
    bell.alarm(AlarmName=name, Threshold=6)
    again = bell.described(name)
    assert (again["StateValue"], again["StateUpdatedTimestamp"], again["Threshold"]) == ("ALARM", since, 6)
    (found,) = bell.cloudwatch.describe_alarms_for_metric(Namespace=bell.namespace, MetricName="M")["MetricAlarms"]
    assert found["AlarmName"] == name
    with pytest.raises(ClientError, match="ResourceNotFound"):
        bell.cloudwatch.delete_alarms(AlarmNames=[name, "nobody"])
    bell.cloudwatch.delete_alarms(AlarmNames=[name])
    assert not bell.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]


MATH = {"Id": "e", "Expression": "SUM(METRICS())"}
STAT = {"Id": "m", "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}}
ALONE = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"Period": 45}, "Period must be"),
        ({"Period": 3600, "EvaluationPeriods": 200}, "more than a week"),
        ({"EvaluationPeriods": 1, "DatapointsToAlarm": 2}, "DatapointsToAlarm"),
        ({"ExtendedStatistic": "p90"}, "Exactly one of Statistic"),
        ({"Statistic": None}, "Exactly one of Statistic"),
        ({"Statistic": "Median"}, "enum value set"),
        ({"TreatMissingData": "perhaps"}, "Option perhaps is not supported"),
        ({"ComparisonOperator": "Equals"}, "enum value set"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "anomaly detection"),
        ({"AlarmActions": ["me@example.com"]}, "Invalid arn syntax"),
        ({"AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]}, "not supported by the local AWS"),
        ({"Metrics": [MATH]}, "mutually exclusive"),
        ({**ALONE, "Metrics": [MATH]}, "at least one metric"),
        ({**ALONE, "Metrics": [MATH, STAT]}, "Exactly one element"),
        ({**ALONE, "Metrics": [{**MATH, "Expression": "m +"}, {**STAT, "ReturnData": False}]}, "cannot be read"),
        (
            {**ALONE, "Metrics": [{**MATH, "Expression": "ANOMALY_DETECTION_BAND(m)"}, {**STAT, "ReturnData": False}]},
            "ANOMALY_DETECTION_BAND is not supported",
        ),
        (
            {**ALONE, "Metrics": [{**MATH, "Expression": "2 * x"}, {**STAT, "ReturnData": False}]},
            "not the id of a query",
        ),
    ],
)
def test_an_alarm_that_cannot_work_is_refused(bell: Bell, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        bell.alarm(**settings)


def test_a_composite_alarm_that_cannot_work_is_refused(bell: Bell) -> None:
    with pytest.raises(ClientError, match="AlarmRule must be a valid expression"):
        bell.composite("ALARM(")
    with pytest.raises(ClientError, match=r"alarms \[nobody\] in the alarm rule do not exist"):
        bell.composite("ALARM(nobody)")
    with pytest.raises(ClientError, match="ActionsSuppressorExtensionPeriod is required"):
        bell.composite("TRUE", ActionsSuppressor="a", ActionsSuppressorWaitPeriod=1)
    with pytest.raises(ClientError, match="The ActionsSuppressor nobody does not exist"):
        bell.composite("TRUE", **suppressed_by("nobody", 1, 1))
    inner = bell.composite("FALSE")
    outer = bell.composite(f"ALARM({inner})")
    with pytest.raises(ClientError, match="depends on that alarm itself"):
        bell.cloudwatch.put_composite_alarm(AlarmName=inner, AlarmRule=f"ALARM({outer})")


def test_the_errors_of_a_function_make_an_alarm(bell: Bell) -> None:
    function = bell.room.function("def handler(event, context):\n    raise ValueError")
    dimensions = [{"Name": "FunctionName", "Value": function}]
    name = bell.alarm(Namespace="AWS/Lambda", MetricName="Errors", Dimensions=dimensions, Threshold=0)
    bell.room.invoke(function, {})
    bell.becomes(name, "ALARM")
