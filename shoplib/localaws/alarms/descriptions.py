"""DescribeAlarms, DescribeAlarmsForMetric and DescribeAlarmHistory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, ResourceNotFound, ValidationError

from shoplib.localaws.alarms import composites, history
from shoplib.localaws.alarms.alarm import Alarm

Answer = dict[str, Any]
Parameters = Mapping[str, Any]
LARGEST_PAGE = 100
DEFAULT_PAGE = 50


def describe(alarms: Mapping[str, Alarm], parameters: Parameters) -> Answer:
    """Metric alarms alone, unless composite ones are asked for."""
    if parameters.get("AlarmNames") and parameters.get("AlarmNamePrefix"):
        raise InvalidParameterCombination("AlarmNames and AlarmNamePrefix are mutually exclusive")
    related = parameters.get("ChildrenOfAlarmName") or parameters.get("ParentsOfAlarmName")
    types = ("MetricAlarm", "CompositeAlarm") if related else parameters.get("AlarmTypes") or ("MetricAlarm",)
    matching = [alarm for _, alarm in sorted(alarms.items()) if alarm.kind in types and _matches(alarm, parameters)]
    if related:
        matching = _related(alarms, matching, parameters)
    page, more = _page(matching, parameters)
    by_kind = {
        kind: [_description(alarm) for alarm in page if alarm.kind == kind]
        for kind in ("MetricAlarm", "CompositeAlarm")
    }
    return {"MetricAlarms": by_kind["MetricAlarm"], "CompositeAlarms": by_kind["CompositeAlarm"], **more}


def of_metric(alarms: Mapping[str, Alarm], parameters: Parameters) -> Answer:
    criteria = {name: parameters.get(name) for name in ("MetricName", "Namespace")}
    matching = [alarm for alarm in alarms.values() if criteria.items() <= dict(alarm.settings).items()]
    for name in ("Statistic", "ExtendedStatistic", "Period", "Unit"):
        if parameters.get(name) is not None:
            matching = [alarm for alarm in matching if alarm.settings.get(name) == parameters[name]]
    if parameters.get("Dimensions"):
        dimensions = _pairs(parameters["Dimensions"])
        matching = [alarm for alarm in matching if _pairs(alarm.settings["Dimensions"]) == dimensions]
    return {"MetricAlarms": [_description(alarm) for alarm in matching]}


def of_history(place: tuple[str, str], parameters: Parameters) -> Answer:
    """Newest first, unless asked otherwise."""
    types = parameters.get("AlarmTypes") or ("MetricAlarm",)
    items = [each for each in history.items(place) if each.alarm_type in types and _is_asked(each, parameters)]
    items.sort(key=lambda item: item.at, reverse=parameters.get("ScanBy") != "TimestampAscending")
    page, more = _page(items, parameters)
    return {"AlarmHistoryItems": [_item(each) for each in page], **more}


def _is_asked(item: history.Item, parameters: Parameters) -> bool:
    name, kind = parameters.get("AlarmName"), parameters.get("HistoryItemType")
    start, end = parameters.get("StartDate"), parameters.get("EndDate")
    return (
        name in (None, item.alarm_name)
        and kind in (None, item.kind)
        and (start is None or item.at >= _second(start))
        and (end is None or item.at <= _second(end))
    )


def _item(item: history.Item) -> Answer:
    return {
        "AlarmName": item.alarm_name,
        "AlarmType": item.alarm_type,
        "Timestamp": _moment(item.at),
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    }


def _matches(alarm: Alarm, parameters: Parameters) -> bool:
    names, prefix = parameters.get("AlarmNames"), parameters.get("AlarmNamePrefix")
    state, action = parameters.get("StateValue"), parameters.get("ActionPrefix")
    actions = [arn for name in ("OKActions", "AlarmActions", "InsufficientDataActions") for arn in alarm.settings[name]]
    return (
        (not names or alarm.name in names)
        and (not prefix or alarm.name.startswith(prefix))
        and (not state or alarm.state.value == state)
        and (not action or any(arn.startswith(action) for arn in actions))
    )


def _related(alarms: Mapping[str, Alarm], matching: Sequence[Alarm], parameters: Parameters) -> list[Alarm]:
    parent = parameters.get("ChildrenOfAlarmName")
    own = alarms.get(parent or parameters["ParentsOfAlarmName"])
    if own is None:
        raise ResourceNotFound(f"The alarm {parent or parameters['ParentsOfAlarmName']} does not exist")
    if parent:
        return [alarm for alarm in matching if own.rule is not None and composites.watches(own, alarm)]
    return [alarm for alarm in matching if alarm.rule is not None and composites.watches(alarm, own)]


def _description(alarm: Alarm) -> Answer:
    state = alarm.state
    data = {"StateReasonData": state.data} if state.data else {}
    return {
        **alarm.settings,
        "AlarmArn": alarm.alarm_arn,
        "AlarmConfigurationUpdatedTimestamp": _moment(alarm.updated_at),
        "StateValue": state.value,
        "StateReason": state.reason,
        **data,
        "StateUpdatedTimestamp": _moment(state.since),
        "StateTransitionedTimestamp": _moment(state.since),
        **_suppression(alarm),
    }


def _suppression(alarm: Alarm) -> Answer:
    if alarm.suppression is None:
        return {}
    return {"ActionsSuppressedBy": alarm.suppression.by, "ActionsSuppressedReason": alarm.suppression.reason}


def _page(items: Sequence[Any], parameters: Parameters) -> tuple[Sequence[Any], Answer]:
    token = parameters.get("NextToken")
    if token and not token.isdigit():
        raise ValidationError("The parameter NextToken is not valid.")
    begin, size = int(token or 0), min(int(parameters.get("MaxRecords") or DEFAULT_PAGE), LARGEST_PAGE)
    more = {"NextToken": str(begin + size)} if len(items) > begin + size else {}
    return items[begin : begin + size], more


def _pairs(dimensions: Sequence[Mapping[str, str]]) -> set[tuple[str, str]]:
    return {(each["Name"], each["Value"]) for each in dimensions}


def _moment(second: float) -> datetime:
    """UTC, without a time zone, as moto's serializer wants it."""
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None)


def _second(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
