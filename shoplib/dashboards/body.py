"""A dashboard's body: its widgets with their positions, and their metric queries."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from shoplib.errors import LabError

COLUMNS = 24
DEFAULT_WIDTH = DEFAULT_HEIGHT = 6
DEFAULT_SPAN = timedelta(hours=3)
DEFAULT_PERIOD = 300
DURATION = re.compile(r"-?P(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
SPANS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Widget:
    kind: str  # metric, text, log, alarm, ...
    x: int
    y: int
    width: int
    height: int
    properties: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.properties.get("title") or "")


@dataclass(frozen=True)
class Line:
    """One metric of a widget as displayed: its query's id, axis and colour."""

    id: str
    label: str
    right: bool = False
    colour: str | None = None


def widgets(text: str) -> list[Widget]:
    """Return the widgets. A widget without a position follows the one before it. LabError for an invalid body."""
    try:
        entries = json.loads(text)["widgets"]
    except (ValueError, KeyError, TypeError) as error:
        raise LabError(f"the dashboard's body cannot be read: {error}", "it is JSON with a list of widgets") from error
    placed: list[Widget] = []
    for entry in entries:
        placed.append(_widget(entry, placed))
    return placed


def _widget(entry: Mapping[str, Any], before: Sequence[Widget]) -> Widget:
    width, height = int(entry.get("width", DEFAULT_WIDTH)), int(entry.get("height", DEFAULT_HEIGHT))
    x, y = entry.get("x"), entry.get("y")
    if x is None or y is None:
        x, y = _next_place(width, before)
    return Widget(str(entry.get("type")), int(x), int(y), width, height, entry.get("properties") or {})


def _next_place(width: int, before: Sequence[Widget]) -> tuple[int, int]:
    """Beside the last one, or below all of them."""
    if not before:
        return 0, 0
    last = before[-1]
    if last.x + last.width + width <= COLUMNS:
        return last.x + last.width, last.y
    return 0, max(each.y + each.height for each in before)


def span_of(text: str) -> timedelta:
    """Return a dashboard's time span: its `start` (`-PT3H`), by default three hours."""
    start = json.loads(text).get("start")
    return span(start) if isinstance(start, str) and start.startswith(("-P", "P")) else DEFAULT_SPAN


def span(text: str) -> timedelta:
    """Parse a time span: `-PT3H` as AWS writes it, or `3h`."""
    if match := re.fullmatch(r"(\d+)([mhdw])", text):
        return timedelta(**{SPANS[match[2]]: int(match[1])})
    match = DURATION.fullmatch(text)
    if not match or not any(match.groups()):
        raise LabError(f"{text} is not a valid time span", "for example 30m, 3h, 7d, or -PT3H")
    months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=30 * months + 7 * weeks + days, hours=hours, minutes=minutes)


def metric_queries(properties: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[Line]]:
    """Return the queries for GetMetricData, and which of the results are displayed."""
    queries: list[dict[str, Any]] = []
    lines: list[Line] = []
    row: list[str] = []
    for number, entry in enumerate(properties.get("metrics") or []):
        options = entry[-1] if entry and isinstance(entry[-1], Mapping) else {}
        names = [part for part in entry if isinstance(part, str)]
        id = str(options.get("id") or f"shoplib_{number}")
        if "expression" in options:
            queries.append({"Id": id, "Expression": options["expression"], **_period(options, properties)})
        else:
            row = _written_out(names, row)
            queries.append({"Id": id, "MetricStat": _stat(row, options, properties)})
        if options.get("visible", True) is not False:
            lines.append(_line(id, options, row if "expression" not in options else []))
    return queries, _distinct(lines, queries)


def _distinct(lines: Sequence[Line], queries: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Two statistics of one metric say which they are."""
    labels = [line.label for line in lines]
    stats = {query["Id"]: query["MetricStat"]["Stat"] for query in queries if "MetricStat" in query}
    return [
        replace(line, label=f"{line.label} {stats[line.id]}")
        if labels.count(line.label) > 1 and line.id in stats
        else line
        for line in lines
    ]


def _written_out(names: Sequence[str], before: Sequence[str]) -> list[str]:
    """`.` is the same as in the row before; `...` everything up to what follows."""
    if names and names[0] == "...":
        same = len(before) - (len(names) - 1)
        return [*before[:same], *names[1:]]
    return [before[at] if name == "." and at < len(before) else name for at, name in enumerate(names)]


def _stat(row: Sequence[str], options: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    if len(row) < 2 or len(row) % 2:
        raise LabError(
            f"invalid metric in a widget: {row}",
            "a metric is a namespace, a name and pairs of dimension names and values",
        )
    dimensions = [{"Name": name, "Value": value} for name, value in zip(row[2::2], row[3::2], strict=True)]
    metric = {"Namespace": row[0], "MetricName": row[1], "Dimensions": dimensions}
    stat = options.get("stat") or properties.get("stat") or "Average"
    return {"Metric": metric, "Stat": stat, **_period(options, properties)}


def _period(options: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, int]:
    return {"Period": int(options.get("period") or properties.get("period") or DEFAULT_PERIOD)}


def _line(id: str, options: Mapping[str, Any], row: Sequence[str]) -> Line:
    own = " ".join([row[1], *row[3::2]]) if row else str(options.get("expression", id))
    label = re.sub(r"\$\{[^}]*\}", "", str(options.get("label") or "")).strip()
    return Line(id, label or own, options.get("yAxis") == "right", options.get("color"))
