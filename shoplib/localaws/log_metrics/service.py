"""Reads log events as they are written, and publishes their metrics. The entry point of this room."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend, LogStream, logs_backends
from moto.logs.responses import LogsResponse

from shoplib.localaws import engine_clock
from shoplib.localaws.log_metrics import embedded, filters
from shoplib.localaws.moto_patches import after, before, replace_methods
from shoplib.localaws.notifications.logs import selectors

Event = Mapping[str, Any]
OLDEST_S, NEWEST_S = 14 * 86_400, 7_200  # CloudWatch accepts timestamps in this range around now
MOST_FILTERS = 100
MOST_TESTED = 50
NO_EFFECT = ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFieldDimensions")


class LogMetrics:
    """Publishes the metrics of log groups."""

    def __init__(self) -> None:
        self._reported: dict[tuple[str, str], int] = {}  # (group, filter) -> the last minute with a value

    def install(self) -> None:
        """Read every batch of log events. Idempotent; the last one installed is used."""
        after(LogStream, "put_log_events", self._read)
        before(LogsResponse, "put_metric_filter", _refuse_what_has_no_effect)
        before(LogsBackend, "put_metric_filter", _make_room)
        after(LogsBackend, "put_metric_filter", _date)
        before(LogsBackend, "delete_metric_filter", _require_filter)
        after(LogsBackend, "delete_log_group", _forget)
        after(LogGroup, "to_describe_dict", _count_filters)
        replace_methods(LogsResponse, test_metric_filter=_test)

    def _read(self, _: Any, stream: Any, log_events: Sequence[Event]) -> None:
        group = stream.log_group
        self._read_embedded(group, log_events)
        for each in logs_backends[group.account_id][group.region].filters.get_matching_filters(None, group.name):
            self._apply(group, each, log_events)

    def _read_embedded(self, group: LogGroup, events: Sequence[Event]) -> None:
        by_namespace: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for event in events:
            extract = embedded.read(event["message"])
            if extract is None:
                continue
            for namespace, datum in extract.data:
                by_namespace[namespace].append({**datum, "at": extract.timestamp * 1000})
            if extract.errors:
                by_namespace["AWS/Logs"].append(_errors(group, event, extract.errors))
        for namespace, data in by_namespace.items():
            _publish(group, namespace, data)

    def _apply(self, group: LogGroup, metric_filter: Mapping[str, Any], events: Sequence[Event]) -> None:
        pattern = metric_filter["filterPattern"]
        for each in metric_filter["metricTransformations"]:
            own = {"MetricName": each["metricName"], "Unit": each.get("unit") or "None"}
            data = list(filters.data(pattern, each, events))
            if each.get("defaultValue") is not None:
                data += self._defaults(group, metric_filter["filterName"], float(each["defaultValue"]), events, data)
            _publish(group, each["metricNamespace"], [{**own, **datum} for datum in data])

    def _defaults(
        self, group: LogGroup, name: str, value: float, events: Sequence[Event], data: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """One default value for each minute that has events and no value of the filter."""
        key = (group.arn, name)
        with_value = {datum["at"] // filters.MINUTE_MS for datum in data} | {self._reported.get(key)}
        minutes = {event["timestamp"] // filters.MINUTE_MS for event in events}
        if minutes:
            self._reported[key] = max(minutes)
        return [{"at": each * filters.MINUTE_MS, "Value": value} for each in sorted(minutes - with_value)]


def _errors(group: LogGroup, event: Event, count: int) -> dict[str, Any]:
    dimensions = [{"Name": "LogGroupName", "Value": group.name}]
    datum = {"MetricName": "EMFValidationErrors", "Dimensions": dimensions, "Unit": "Count"}
    return {**datum, "Value": float(count), "at": event["timestamp"]}


def _publish(group: LogGroup, namespace: str, data: Sequence[Mapping[str, Any]]) -> None:
    """Publishes the data; values too old or too new for CloudWatch are dropped, as on AWS."""
    now = engine_clock.now()
    accepted = [_timed(datum) for datum in data if now - OLDEST_S <= datum["at"] / 1000 <= now + NEWEST_S]
    if accepted:
        cloudwatch_backends[group.account_id][group.region].put_metric_data(namespace, accepted)


def _timed(datum: Mapping[str, Any]) -> dict[str, Any]:
    moment = datetime.fromtimestamp(datum["at"] / 1000, UTC).replace(tzinfo=None)
    return {name: value for name, value in datum.items() if name != "at"} | {"Timestamp": moment}


def _make_room(
    backend: LogsBackend, filter_name: str, filter_pattern: str, log_group_name: str, metric_transformations: Any
) -> None:
    """Validates a filter, and removes the existing filter of the same name."""
    if log_group_name not in backend.groups:
        raise ResourceNotFoundException
    filters.check(filter_pattern, metric_transformations)
    backend.filters.delete_filter(filter_name, log_group_name)
    own = backend.filters.get_matching_filters(None, log_group_name)
    if len(own) >= MOST_FILTERS:
        raise InvalidParameterException("Resource limit exceeded.")


def _refuse_what_has_no_effect(request: Any) -> None:
    for name in NO_EFFECT:
        if request._get_param(name):
            raise InvalidParameterException(f"The parameter {name} is not supported by the local AWS.")


def _date(
    _: Any, backend: LogsBackend, filter_name: str, filter_pattern: str, log_group_name: str, transformations: Any
) -> None:
    (own,) = backend.filters.get_matching_filters(filter_name, log_group_name)[-1:]
    own["creationTime"] = int(engine_clock.milliseconds())


def _require_filter(backend: LogsBackend, filter_name: str | None = None, log_group_name: str | None = None) -> None:
    if log_group_name not in backend.groups:
        raise ResourceNotFoundException
    own = backend.filters.get_matching_filters(None, log_group_name)
    if filter_name not in [each["filterName"] for each in own]:
        raise ResourceNotFoundException("The specified metric filter does not exist.")


def _forget(_: Any, backend: LogsBackend, log_group_name: str) -> None:
    remaining = [each for each in backend.filters.metric_filters if each["logGroupName"] != log_group_name]
    backend.filters.metric_filters = remaining


def _count_filters(answer: dict[str, Any], group: LogGroup) -> None:
    filters_of_region = logs_backends[group.account_id][group.region].filters
    answer["metricFilterCount"] = len(filters_of_region.get_matching_filters(None, group.name))


def _test(request: Any) -> str:
    """TestMetricFilter: which messages match a pattern, and the values extracted from them."""
    pattern, messages = request._get_param("filterPattern"), request._get_param("logEventMessages") or []
    filters.check(pattern, [])
    matches = filters.patterns.parse(pattern)
    matches_in_order = [
        {"eventNumber": number, "eventMessage": text, "extractedValues": selectors.extracted(pattern, text)}
        for number, text in enumerate(messages[:MOST_TESTED], 1)
        if matches(text)
    ]
    return json.dumps({"matches": matches_in_order})
