"""X-Ray's operations."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from shoplib.localaws.ingress.json_service import Operation, Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.traces import filters, graph, sampling, segments
from shoplib.localaws.traces.segments import Document, Unprocessed
from shoplib.localaws.traces.store import TraceStore
from shoplib.localaws.traces.summaries import Row, summary
from shoplib.localaws.traces.trace import Trace

Parameters = dict[str, Any]
Result = dict[str, Any]
PAGE = 100
FIXED_RATE = 0.05  # where a strategy names none
MOST_AT_ONCE = 5  # traces of one BatchGetTraces
RANGES = ("TraceId", "Event", "Service")


class Api:
    """`settle` waits for what handlers have sent already."""

    def __init__(self, store_of: Callable[[Place], TraceStore], settle: Callable[[Place], None]) -> None:
        self._store_of = store_of
        self._settle = settle

    def operations(self) -> dict[str, Operation]:
        return {
            "PutTraceSegments": self.put_trace_segments,
            "PutTelemetryRecords": self.put_telemetry_records,
            "BatchGetTraces": self.batch_get_traces,
            "GetTraceSummaries": self.get_trace_summaries,
            "GetTraceGraph": self.get_trace_graph,
            "GetServiceGraph": self.get_service_graph,
            "GetSamplingRules": sampling.get_sampling_rules,
            "GetSamplingTargets": sampling.get_sampling_targets,
        }

    def put_trace_segments(self, place: Place, parameters: Parameters) -> Result:
        store, unprocessed = self._store_of(place), []
        for text in parameters["TraceSegmentDocuments"]:
            try:
                store.put(segments.read(text))
            except Unprocessed as error:
                unprocessed.append(error.to_dict())
        return {"UnprocessedTraceSegments": unprocessed}

    def put_telemetry_records(self, place: Place, parameters: Parameters) -> Result:
        """Daemons tell of themselves; AWS shows that to nobody either."""
        return {}

    def batch_get_traces(self, place: Place, parameters: Parameters) -> Result:
        trace_ids = list(dict.fromkeys(map(segments.trace_id, parameters["TraceIds"])))
        if len(trace_ids) > MOST_AT_ONCE:
            raise invalid(f"Number of trace ids must not exceed {MOST_AT_ONCE}.")
        known = self._known(place, trace_ids)
        missing = [each for each in trace_ids if each not in known]
        return {"Traces": [_described(each) for each in known.values()], "UnprocessedTraceIds": missing}

    def get_trace_summaries(self, place: Place, parameters: Parameters) -> Result:
        start, end = _range(parameters)
        fits = filters.parse(parameters["FilterExpression"]) if parameters.get("FilterExpression") else None
        kind = parameters.get("TimeRangeType", "TraceId")
        within = [each for each in self._all(place) if _is_within(each, start, end, kind)]
        chosen = [each for each in within if fits is None or fits(each)]
        rows = [summary(each) for each in _sampled(chosen, parameters)]
        page, token = _page(sorted(rows, key=lambda row: row["StartTime"]), parameters.get("NextToken"))
        processed = {"TracesProcessedCount": len(within), "ApproximateTime": datetime.now(UTC).timestamp()}
        return {"TraceSummaries": page, **processed, **token}

    def get_trace_graph(self, place: Place, parameters: Parameters) -> Result:
        trace_ids = list(map(segments.trace_id, parameters["TraceIds"]))
        return {"Services": graph.services(self._known(place, trace_ids).values())}

    def get_service_graph(self, place: Place, parameters: Parameters) -> Result:
        start, end = _range(parameters)
        for name in ("GroupName", "GroupARN"):
            if parameters.get(name, "Default") != "Default":
                raise invalid(f"{name} is not supported by the local AWS: it has only the default group.")
        traces = [each for each in self._all(place) if _is_within(each, start, end, "Event")]
        times = {"StartTime": start, "EndTime": end, "ContainsOldGroupVersions": False}
        return {"Services": graph.services(traces), **times}

    def _all(self, place: Place) -> list[Trace]:
        return list(self._known(place, self._store_of(place).ids()).values())

    def _known(self, place: Place, ids: list[str]) -> dict[str, Trace]:
        self._settle(place)
        store = self._store_of(place)
        return {each: Trace(each, documents) for each in ids if (documents := store.documents(each))}


def invalid(reason: str) -> Refusal:
    return Refusal("InvalidRequestException", reason)


def _described(trace: Trace) -> Row:
    rows = [{"Id": each["id"], "Document": _text(each)} for each in trace.segments]
    return {"Id": trace.id, "Duration": round(trace.end - trace.start, 3), "LimitExceeded": False, "Segments": rows}


def _text(segment: Document) -> str:
    return json.dumps(segment, separators=(",", ":"))


def _range(parameters: Parameters) -> tuple[float, float]:
    start, end = parameters["StartTime"].timestamp(), parameters["EndTime"].timestamp()
    if start > end:
        raise invalid("StartTime must not be later than EndTime.")
    return start, end


def _is_within(trace: Trace, start: float, end: float, kind: str) -> bool:
    """By the time in the trace's id, in whole seconds, or by when something happened on it."""
    if kind not in RANGES:
        raise invalid(f"TimeRangeType must be one of {', '.join(RANGES)}.")
    if kind == "TraceId":
        return int(start) <= _began(trace) <= end
    return trace.start <= end and trace.end >= start


def _began(trace: Trace) -> float:
    """By the trace's id; an id of W3C's trace context need not have a time in it."""
    began = segments.began(trace.id)
    return began if abs(began - trace.start) < segments.DAY_S else trace.start


def _sampled(traces: list[Trace], parameters: Parameters) -> list[Trace]:
    """A fixed share of the traces, always the same ones; a partial scan may see all."""
    strategy = parameters.get("SamplingStrategy") or {}
    if not parameters.get("Sampling") or strategy.get("Name") != "FixedRate":
        return traces
    rate = float(strategy.get("Value", FIXED_RATE))
    return [each for each in traces if int(each.id[-8:], 16) < rate * 16**8]


def _page(rows: list[Row], token: str | None) -> tuple[list[Row], Result]:
    start = token or "0"
    if not start.isdecimal():
        raise invalid("Invalid NextToken.")
    end = int(start) + PAGE
    return rows[int(start) : end], {"NextToken": str(end)} if end < len(rows) else {}
