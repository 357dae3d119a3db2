"""Segment documents and what is made of them: traces, summaries and graphs of services."""

import json
import time
from typing import Any

import pytest

from shoplib.localaws.traces import graph, segments
from shoplib.localaws.traces.store import TraceStore
from shoplib.localaws.traces.summaries import summary
from shoplib.localaws.traces.trace import Trace

ROOT, CHILD, CALL = "a" * 16, "b" * 16, "c" * 16


def trace_id(age_s: float = 0) -> str:
    return f"1-{int(time.time() - age_s):08x}-{'d' * 24}"


def document(identity: str = ROOT, **more: Any) -> dict[str, Any]:
    base = {"id": identity, "trace_id": trace_id(), "name": "front", "start_time": 10.0, "end_time": 11.0}
    return {name: value for name, value in (base | more).items() if value is not None}


def read(**more: Any) -> dict[str, Any]:
    return segments.read(json.dumps(document(**more)))


def test_a_document_is_taken_as_it_is_and_its_id_as_x_ray_writes_it() -> None:
    w3c = trace_id().replace("-", "")[1:]
    assert read(trace_id=w3c)["trace_id"] == trace_id()
    assert read(end_time=None, in_progress=True)["in_progress"]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("MissingId", {"id": None}),
        ("InvalidId", {"id": "xyz"}),
        ("MissingTraceId", {"trace_id": None}),
        ("InvalidTraceId", {"trace_id": "1-2-3"}),
        ("InvalidTraceId", {"trace_id": trace_id(31 * 86_400)}),
        ("InvalidTraceId", {"trace_id": trace_id(-2 * 86_400)}),
        ("MissingName", {"name": None}),
        ("InvalidName", {"name": "x" * 201}),
        ("MissingStartTime", {"start_time": None}),
        ("InvalidStartTime", {"start_time": "now"}),
        ("MissingEndTime", {"end_time": None}),
        ("InvalidEndTime", {"in_progress": True}),
        ("InvalidParentId", {"parent_id": "short"}),
        ("MissingParentId", {"type": "subsegment"}),
        ("InvalidSubsegment", {"subsegments": [{"id": "no"}]}),
        ("SegmentTooLarge", {"metadata": {"x": "y" * 65_536}}),
    ],
)
def test_a_document_that_is_not_taken_is_named_with_its_fault(code: str, more: dict[str, Any]) -> None:
    changed = document() | more
    with pytest.raises(segments.Unprocessed) as error:
        segments.read(json.dumps({name: value for name, value in changed.items() if value is not None}))
    assert error.value.to_dict()["ErrorCode"] == code


@pytest.mark.parametrize(("text", "code"), [("{", "ParseError"), ("[]", "MissingId"), ("{}", "MissingId")])
def test_what_is_no_segment_is_not_taken(text: str, code: str) -> None:
    with pytest.raises(segments.Unprocessed, match=code):
        segments.read(text)


def test_a_subsegment_that_comes_by_itself_is_in_its_parent_whatever_came_first() -> None:
    inner = document(CALL, parent_id=CHILD, type="subsegment", name="inner")
    outer = document(CHILD, parent_id=ROOT, type="subsegment", name="outer")
    for order in ([inner, outer, document()], [document(), outer, inner], [outer, document(), inner]):
        trace = Trace(trace_id(), json.loads(json.dumps(order)))
        assert [each["id"] for each in trace.segments] == [ROOT]
        assert [each["name"] for each in segments.parts(trace.segments[0])] == ["front", "outer", "inner"]


def test_subsegments_within_each_other_are_still_there() -> None:
    first = document(CALL, parent_id=CHILD, type="subsegment")
    second = document(CHILD, parent_id=CALL, type="subsegment")
    assert {each["id"] for each in Trace(trace_id(), [first, second]).segments} == {CALL, CHILD}


def test_a_complete_segment_takes_the_place_of_its_beginning_alone() -> None:
    store = TraceStore()
    begun = document(end_time=None, in_progress=True)
    for each in (begun, document(), begun):
        store.put(each)
    assert store.documents(trace_id()) == [document()]


def test_the_oldest_traces_give_way() -> None:
    store = TraceStore(most_bytes=400)
    ids = [f"1-{int(time.time()):08x}-{number:024x}" for number in range(10)]
    for each in ids:
        store.put(document(trace_id=each))
    assert store.ids() == ids[-len(store.ids()) :] and 1 <= len(store.ids()) < 10


def called() -> Trace:
    """A root that fails at its call of a table, and calls a function."""
    call = {"id": CALL, "name": "DynamoDB", "namespace": "aws", "start_time": 10.2, "end_time": 10.4, "fault": True}
    call["aws"] = {"table_name": "things"}
    root = document(subsegments=[call], annotations={"plan": "gold"}, fault=True, user="ann", end_time=12.0)
    root["http"] = {"request": {"url": "https://x/", "method": "GET"}, "response": {"status": 500}}
    child = document(CHILD, parent_id=ROOT, name="worker", origin="AWS::Lambda", start_time=11.0, end_time=14.0)
    return Trace(trace_id(), [root, child])


def test_a_summary_has_what_the_trace_was() -> None:
    row = summary(called())
    assert (row["Duration"], row["ResponseTime"]) == (4.0, 2.0)
    assert (row["HasFault"], row["HasError"], row["HasThrottle"], row["IsPartial"]) == (True, False, False, False)
    assert row["Http"] == {"HttpURL": "https://x/", "HttpMethod": "GET", "HttpStatus": 500}
    assert row["Annotations"]["plan"][0]["AnnotationValue"] == {"StringValue": "gold"}
    assert [each["UserName"] for each in row["Users"]] == ["ann"]
    assert row["EntryPoint"]["Name"] == "front"
    assert {each["Name"] for each in row["ServiceIds"]} == {"front", "worker", "things"}


def test_a_graph_has_every_service_its_client_and_who_called_whom() -> None:
    rows = {(row["Name"], row.get("Type", "")): row for row in graph.services([called(), called()])}
    assert set(rows) == {
        ("front", ""),
        ("front", "client"),
        ("worker", "AWS::Lambda"),
        ("things", "AWS::DynamoDB::Table"),
    }
    front = rows["front", ""]
    assert front["Root"] and front["SummaryStatistics"]["TotalCount"] == 2
    assert front["SummaryStatistics"]["FaultStatistics"] == {"OtherCount": 2, "TotalCount": 2}
    targets = {edge["ReferenceId"] for edge in front["Edges"]}
    assert targets == {
        rows["worker", "AWS::Lambda"]["ReferenceId"],
        rows["things", "AWS::DynamoDB::Table"]["ReferenceId"],
    }
    assert rows["front", "client"]["Edges"][0]["ReferenceId"] == front["ReferenceId"]
    assert front["ResponseTimeHistogram"] == [{"Value": 2.0, "Count": 2}]
