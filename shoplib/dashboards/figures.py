"""Fetch what widgets show: metrics, alarms and log queries."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shoplib.dashboards.body import Line, metric_queries
from shoplib.errors import LabError
from shoplib.provision import run_log_query

SOURCE = re.compile(r"\s*SOURCE\s+(['\"][^|]*)\|", re.IGNORECASE)
GROUP = re.compile(r"['\"]([^'\"]+)['\"]")
BOTH = ["MetricAlarm", "CompositeAlarm"]


class Clients(Protocol):
    """Something that provides boto3 clients, such as a lab's target."""

    def client(self, service: str, **options: Any) -> Any: ...


@dataclass(frozen=True)
class Span:
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Series:
    line: Line
    times: list[datetime]
    values: list[float]


@dataclass(frozen=True)
class Alarm:
    name: str
    state: str
    reason: str


Row = dict[str, str]


def series(clients: Clients, properties: Mapping[str, Any], span: Span) -> list[Series]:
    """Return the visible metrics of a widget, sorted by time."""
    queries, lines = metric_queries(properties)
    if not queries:
        return []
    cloudwatch = _client(clients, "cloudwatch", properties)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=span.start, EndTime=span.end, ScanBy="TimestampAscending"
    )
    points: dict[str, tuple[list[datetime], list[float]]] = {}
    for result in (result for page in pages for result in page["MetricDataResults"]):
        times, values = points.setdefault(result["Id"], ([], []))
        times += result["Timestamps"]
        values += result["Values"]
    return [Series(line, *points.get(line.id, ([], []))) for line in lines]


def alarms(clients: Clients, properties: Mapping[str, Any]) -> list[Alarm]:
    names = [arn.rpartition(":alarm:")[2] for arn in properties.get("alarms") or []]
    if not names:
        return []
    answer = _client(clients, "cloudwatch", properties).describe_alarms(AlarmNames=names, AlarmTypes=BOTH)
    by_name = {each["AlarmName"]: each for each in answer["MetricAlarms"] + answer["CompositeAlarms"]}
    unknown = {"StateValue": "unknown", "StateReason": "There is no such alarm."}
    entries = [(name, by_name.get(name, unknown)) for name in names]
    return [Alarm(name, entry["StateValue"], entry["StateReason"]) for name, entry in entries]


def log_rows(clients: Clients, properties: Mapping[str, Any], span: Span) -> list[Row]:
    """Return the rows of a query, whose text begins with its log groups: `SOURCE 'group' | ...`."""
    groups, query = _sources(str(properties.get("query") or ""))
    logs = _client(clients, "logs", properties)
    return run_log_query(logs, groups, query, int(span.start.timestamp()), int(span.end.timestamp()) + 1)


def _sources(text: str) -> tuple[list[str], str]:
    groups: list[str] = []
    while match := SOURCE.match(text):
        groups += GROUP.findall(match[1])
        text = text[match.end() :]
    if not groups:
        raise LabError("a log widget names no log group", "start its query with SOURCE 'group' |")
    return groups, text.strip()


def _client(clients: Clients, service: str, properties: Mapping[str, Any]) -> Any:
    """In the widget's own region."""
    region = properties.get("region")
    return clients.client(service, region_name=region) if region else clients.client(service)
