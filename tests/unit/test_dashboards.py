"""Dashboards: how a body is read, and that each widget is drawn with what AWS answers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shoplib import dashboards
from shoplib.dashboards import body
from shoplib.errors import LabError

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"


class Aws:
    """Answers what a dashboard asks, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.regions: list[Any] = []

    def client(self, service: str, **options: Any) -> "Aws":
        self.regions.append(options.get("region_name"))
        return self

    def get_paginator(self, name: str) -> "Aws":
        return self

    def paginate(self, **request: Any) -> list[Any]:
        self.asked.append(request)
        times = [NOW - timedelta(minutes=minutes) for minutes in (30, 20, 10)]
        queries = request["MetricDataQueries"]
        return [
            {"MetricDataResults": [{"Id": each["Id"], "Timestamps": times, "Values": [1, 5.5, 3]} for each in queries]}
        ]

    def describe_alarms(self, **request: Any) -> dict[str, Any]:
        states = [{"AlarmName": "errors", "StateValue": "ALARM", "StateReason": "r"}]
        return {"MetricAlarms": states, "CompositeAlarms": []}

    def start_query(self, **request: Any) -> dict[str, str]:
        self.asked.append(request)
        return {"queryId": "q"}

    def get_query_results(self, **request: Any) -> dict[str, Any]:
        cells = {"bin(5m)": "2026-01-01 11:30:00.000", "service": "cart", "n": "4", "@ptr": "p"}
        row = [{"field": name, "value": value} for name, value in cells.items()]
        return {"status": "Complete", "results": [row]}


def metric(*rows: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "metric", "properties": {"metrics": list(rows), "region": "us-east-1", **properties}}


def texts(picture: dashboards.Dashboard) -> list[str]:
    axes = [text.get_text() for each in picture.figure.axes for text in each.texts]
    legends = [text.get_text() for each in picture.figure.axes if each.legend_ for text in each.legend_.get_texts()]
    cells = [
        cell.get_text().get_text()
        for each in picture.figure.axes
        for t in each.tables
        for cell in t.get_celld().values()
    ]
    return [text.get_text() for text in picture.figure.texts] + axes + legends + cells


def drawn(*widgets: dict[str, Any], dark: bool = False) -> tuple[dashboards.Dashboard, Aws]:
    aws = Aws()
    text = json.dumps({"start": "-PT1H", "widgets": list(widgets)})
    return dashboards.draw_body("shop", text, aws, dark=dark, now=NOW), aws


def test_rows_of_metrics_are_written_out():
    rows = [
        ["AWS/Lambda", "Errors", "FunctionName", "a", {"stat": "Sum", "id": "e"}],
        [".", "Invocations", ".", "."],
        ["...", "b", {"yAxis": "right", "color": "#ff0000", "visible": False}],
        [{"expression": "100 * e / 2", "label": "share ${LAST}", "id": "x"}],
    ]
    queries, lines = body.metric_queries({"metrics": rows, "period": 60, "stat": "Maximum"})
    stats = [query["MetricStat"] for query in queries[:3]]
    assert [each["Metric"]["MetricName"] for each in stats] == ["Errors", "Invocations", "Invocations"]
    assert [each["Metric"]["Dimensions"][0]["Value"] for each in stats] == ["a", "a", "b"]
    assert [(each["Stat"], each["Period"]) for each in stats] == [("Sum", 60), ("Maximum", 60), ("Maximum", 60)]
    assert queries[3] == {"Id": "x", "Expression": "100 * e / 2", "Period": 60}
    assert [(line.id, line.label) for line in lines] == [
        ("e", "Errors a"),
        ("shoplib_1", "Invocations a"),
        ("x", "share"),
    ]


def test_widgets_without_a_place_stand_beside_and_below_each_other():
    entries = [
        {"type": "text", "width": 12},
        {"type": "text", "width": 12},
        {"type": "text"},
        {"type": "text", "x": 1, "y": 2},
    ]
    placed = body.widgets(json.dumps({"widgets": entries}))
    assert [(each.x, each.y) for each in placed] == [(0, 0), (12, 0), (0, 6), (1, 2)]


@pytest.mark.parametrize(
    ("text", "hours"),
    [("3h", 3), ("30m", 0.5), ("7d", 168), ("-PT3H", 3), ("-P7D", 168), ("-P1DT2H", 26), ("-P1W", 168)],
)
def test_spans(text, hours):
    assert body.span(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "3", "PT", "soon"])
def test_what_is_no_span_is_refused(text):
    with pytest.raises(LabError):
        body.span(text)


@pytest.mark.parametrize("dark", [False, True])
def test_every_kind_of_widget_is_drawn(dark):
    row = ["Shop", "Orders", "stage", "dev"]
    limit = {"horizontal": [{"label": "too many", "value": 5}]}
    query = "SOURCE '/a' | SOURCE '/b' | stats count(*) as n by bin(5m), service"
    log = {"type": "log", "properties": {"query": query, "region": "eu-west-1"}}
    picture, aws = drawn(
        metric(row, [".", "Errors", ".", ".", {"yAxis": "right"}], title="Traffic", annotations=limit),
        metric(row, [".", "Errors", ".", "."], view="timeSeries", stacked=True),
        metric(row, view="singleValue"),
        metric(row, view="bar"),
        metric(row, view="pie"),
        {"type": "text", "properties": {"markdown": "# Shop\n* one\nplain $x$ text"}},
        {"type": "alarm", "properties": {"title": "Alarms", "alarms": [f"{ARN}errors", f"{ARN}gone"]}},
        log,
        {**log, "properties": {**log["properties"], "view": "timeSeries"}},
        {**log, "properties": {**log["properties"], "view": "pie"}},
        {"type": "explorer", "properties": {}},
        dark=dark,
    )
    shown = texts(picture)
    for word in ("shop", "Traffic", "too many", "Orders dev", "Errors dev", "3", "Shop", "•  one", "plain $x$ text"):
        assert word in shown
    assert " ALARM " in shown and " unknown " in shown and "errors" in shown
    assert "cart" in shown and "Widgets of the type explorer are not drawn here" in shown
    assert picture.png().startswith(b"\x89PNG") and "Traffic" in picture.alt and "<img" in picture._repr_html_()
    started = next(each for each in aws.asked if "queryString" in each)
    assert started["logGroupNames"] == ["/a", "/b"] and started["queryString"].startswith("stats count(*)")
    assert started["endTime"] - started["startTime"] == 3601 and "eu-west-1" in aws.regions


def test_a_widget_that_cannot_be_drawn_says_why_in_its_place():
    picture, _ = drawn(
        metric(["Shop"]), {"type": "log", "properties": {"query": "fields @message"}}, metric(view="funnel")
    )
    shown = texts(picture)
    assert "invalid metric in a widget: ['Shop']" in shown and "a log widget names no log group" in shown
    assert "The view funnel is not drawn here" in shown


def test_a_body_that_is_none_is_refused():
    with pytest.raises(LabError, match="cannot be read"):
        dashboards.draw_body("x", "[]", Aws())
