"""Draw a trace as a waterfall: which service worked when, and which calls waited for it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shoplib.analytics.charts import Chart
from shoplib.analytics.charts.chart import axes_for
from shoplib.analytics.charts.palette import BLUE, RED
from shoplib.experiments.bench import until
from shoplib.lab import Lab

LONGEST = 28


@dataclass(frozen=True)
class Span:
    """One segment or subsegment; `depth` is its nesting level."""

    name: str
    start: float
    end: float
    depth: int
    failed: bool

    @property
    def milliseconds(self) -> float:
        return 1000 * (self.end - self.start)


def spans_of(lab: Lab, trace_id: str, least: int = 1) -> list[Span]:
    """Return the spans of a trace by start time, once it has at least this many segments."""
    client = lab.client("xray")

    def look() -> list[dict[str, Any]]:
        traces = client.batch_get_traces(TraceIds=[trace_id])["Traces"]
        segments = [json.loads(segment["Document"]) for trace in traces for segment in trace["Segments"]]
        return segments if len(segments) >= least else []

    segments = until(look, f"the trace {trace_id}")
    inner = {each["id"]: each for segment in segments for each in _walk(segment)}
    return sorted(_spans(segments, inner), key=lambda span: (span.start, span.depth))


def draw_spans(spans: list[Span]) -> Chart:
    """Draw the trace as a waterfall."""
    half = max(span.milliseconds for span in spans) / 2
    longest = max((span for span in spans if span.milliseconds >= half), key=lambda span: span.depth)
    finding = (
        f"{len(spans)} spans; the innermost of the long ones is {_short(longest.name)}, {longest.milliseconds:.0f} ms"
    )
    figure, axes = axes_for(finding, 1.0 + 0.3 * len(spans))
    begin = min(span.start for span in spans)
    for row, span in enumerate(spans):
        left = 1000 * (span.start - begin)
        axes.barh(row, span.milliseconds, left=left, height=0.6, color=RED if span.failed else BLUE)
        axes.text(left + span.milliseconds, row, f" {span.milliseconds:.0f}", va="center", fontsize=8)
    axes.set_yticks(range(len(spans)), [_short(span.name) for span in spans], fontsize=8)
    axes.set_ylim(len(spans) - 0.5, -0.5)
    axes.set_xlabel("milliseconds since the request", fontsize=9)
    words = "; ".join(f"{span.name} {span.milliseconds:.0f} ms" for span in spans)
    return Chart(figure, finding, words)


def _short(name: str) -> str:
    """Of an address its end, of a function's name its beginning."""
    return name.rstrip("/").rpartition("/")[2][:LONGEST]


def _walk(segment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield segment
    for each in segment.get("subsegments", ()):
        yield from _walk(each)


def _spans(segments: list[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> Iterator[Span]:
    parents = {each["id"]: segment["id"] for segment in by_id.values() for each in segment.get("subsegments", ())}
    parents |= {segment["id"]: segment["parent_id"] for segment in segments if segment.get("parent_id") in by_id}
    for id, each in by_id.items():
        depth, above = 0, parents.get(id)
        while above:
            depth, above = depth + 1, parents.get(above)
        if "end_time" in each:
            failed = bool(each.get("fault") or each.get("error"))
            yield Span(each["name"], each["start_time"], each["end_time"], depth, failed)
