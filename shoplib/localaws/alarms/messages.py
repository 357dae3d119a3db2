"""What an alarm tells of a change of its state: to topics, to functions and to EventBridge."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from shoplib.localaws.alarms.alarm import LISTS, Alarm, State

Document = dict[str, Any]


def moment(second: float) -> str:
    """`2026-01-31T12:00:00.000+0000`"""
    when = datetime.fromtimestamp(second, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}+0000"


@cache
def region_name(region: str) -> str:
    """`US East (N. Virginia)`"""
    from botocore.loaders import Loader

    partitions = Loader().load_data("partitions")["partitions"]
    names = {name: each["description"] for one in partitions for name, each in one["regions"].items()}
    return str(names.get(region, region))


def subject(alarm: Alarm) -> str:
    """At most as long as SNS takes."""
    return f'{alarm.state.value}: "{alarm.name}" in {region_name(alarm.place[1])}'[:100]


def notification(alarm: Alarm, before: State) -> Document:
    """The message of a topic."""
    settings, (account_id, region) = alarm.settings, alarm.place
    own = {"AlarmName": alarm.name, "AlarmDescription": settings.get("AlarmDescription"), "AWSAccountId": account_id}
    change = {
        "AlarmConfigurationUpdatedTimestamp": moment(alarm.updated_at),
        "NewStateValue": alarm.state.value,
        "NewStateReason": alarm.state.reason,
        "StateChangeTime": moment(alarm.state.since),
        "Region": region_name(region),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before.value,
    }
    actions = {name: settings[name] for name in LISTS}
    return own | change | actions | (_composite(alarm) if alarm.rule is not None else {"Trigger": _trigger(alarm)})


def _composite(alarm: Alarm) -> Document:
    children = json.loads(alarm.state.data or "{}").get("triggeringAlarms", [])
    triggering = [
        {"Arn": each["arn"], "State": {"Value": each["state"]["value"], "Timestamp": each["state"]["timestamp"]}}
        for each in children
    ]
    return {"AlarmRule": alarm.rule, "TriggeringChildren": triggering}


def _trigger(alarm: Alarm) -> Document:
    settings = alarm.settings
    rest = {
        "EvaluationPeriods": settings["EvaluationPeriods"],
        **({"DatapointsToAlarm": settings["DatapointsToAlarm"]} if settings.get("DatapointsToAlarm") else {}),
        "ComparisonOperator": settings["ComparisonOperator"],
        "Threshold": float(settings["Threshold"]),
        "TreatMissingData": settings.get("TreatMissingData") or "missing",
        "EvaluateLowSampleCountPercentile": settings.get("EvaluateLowSampleCountPercentile") or "",
    }
    if settings.get("Metrics"):
        return {"Period": alarm.period(), **rest, "Metrics": [_trigger_query(each) for each in settings["Metrics"]]}
    extended = settings.get("ExtendedStatistic")
    statistic = (
        {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": extended}
        if extended
        else {"StatisticType": "Statistic", "Statistic": settings["Statistic"].upper()}
    )
    return {
        "MetricName": settings["MetricName"],
        "Namespace": settings["Namespace"],
        **statistic,
        "Unit": settings.get("Unit"),
        "Dimensions": _lower(settings["Dimensions"]),
        "Period": settings["Period"],
        **rest,
    }


def _trigger_query(query: Mapping[str, Any]) -> Document:
    answer = {"ReturnData": True, **query}
    if "MetricStat" in query:
        metric = query["MetricStat"]["Metric"]
        answer["MetricStat"] = {
            **query["MetricStat"],
            "Metric": {**metric, "Dimensions": _lower(metric.get("Dimensions") or [])},
        }
    return answer


def _lower(dimensions: list[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"value": each["Value"], "name": each["Name"]} for each in dimensions]


def function_event(alarm: Alarm, before: State) -> Document:
    """What a function is called with."""
    account_id, region = alarm.place
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": account_id,
        "time": moment(alarm.state.since),
        "region": region,
        "alarmData": detail(alarm, before),
    }


def detail(alarm: Alarm, before: State) -> Document:
    """Of EventBridge's event `CloudWatch Alarm State Change`."""
    return {
        "alarmName": alarm.name,
        "state": _state(alarm.state),
        "previousState": _state(before),
        "configuration": _configuration(alarm),
    }


def _state(state: State) -> Document:
    data = {"reasonData": state.data} if state.data else {}
    return {"value": state.value, "reason": state.reason, **data, "timestamp": moment(state.since)}


def _configuration(alarm: Alarm) -> Document:
    description = alarm.settings.get("AlarmDescription")
    own = {"description": description} if description is not None else {}
    if alarm.rule is not None:
        return own | {"alarmRule": alarm.rule}
    return own | {"metrics": [_query(each) for each in alarm.queries()]}


def _query(query: Mapping[str, Any]) -> Document:
    """As EventBridge writes it: names in camel case, dimensions as an object."""
    answer: Document = {"id": query["Id"], "returnData": bool(query.get("ReturnData", True))}
    if query.get("Label"):
        answer["label"] = query["Label"]
    if "MetricStat" not in query:
        return answer | {"expression": query["Expression"]}
    stat, metric = query["MetricStat"], query["MetricStat"]["Metric"]
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or []}
    own_metric = {"namespace": metric["Namespace"], "name": metric["MetricName"], "dimensions": dimensions}
    unit = {"unit": stat["Unit"]} if stat.get("Unit") else {}
    return answer | {"metricStat": {"metric": own_metric, "period": int(stat["Period"]), "stat": stat["Stat"], **unit}}
