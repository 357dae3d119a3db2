"""What histories tell of JSONata that comes to what a state cannot use."""

import json
from typing import Any

import pytest

from tests.cloud.test_state_machines import END, Machines, machines

__all__ = ["machines"]
QUERY = "States.QueryEvaluationError"
PROCESSOR = {"StartAt": "P", "States": {"P": END}}
MAP = {"Type": "Map", "ItemProcessor": PROCESSOR, "End": True}
Events = list[dict[str, Any]]


def history_of(machines: Machines, states: dict[str, Any], document: Any = None) -> Events:
    ended = machines.run(states, document or {}, top={"QueryLanguage": "JSONata"})
    return machines.events(ended["executionArn"])


def order(events: Events) -> list[tuple[str, int]]:
    return [(event["type"], event["previousEventId"]) for event in events]


def evaluation(events: Events) -> dict[str, Any]:
    (details,) = (event["evaluationFailedEventDetails"] for event in events if event["type"] == "EvaluationFailed")
    return details


def at(state: str, number: int, why: str) -> str:
    return f"An error occurred while executing the state '{state}' (entered at the event id #{number}). {why}"


@pytest.mark.parametrize(
    ("value", "kind"),
    [("text", "string"), (True, "boolean"), ({"a": 1}, "object"), (None, "null"), (1, "number")],
)
def test_a_map_goes_through_lists_only(machines: Machines, value: Any, kind: str) -> None:
    before = {"Type": "Pass", "Assign": {"list": value}, "Output": value, "Next": "M"}
    written = json.dumps(value, separators=(",", ":"))
    end = [("EvaluationFailed", 3), ("MapStateFailed", 5), ("ExecutionFailed", 6)]

    events = history_of(machines, {"A": before, "M": {**MAP, "Items": "{% $list %}"}})
    assert order(events)[4:] == end
    why = "The JSONata expression '$list' specified for the field 'Items' returned an unexpected result type. Expected"
    cause = at("M", 4, f"{why} 'array', but was '{kind}' for value: {written}")
    assert evaluation(events) == {"error": QUERY, "cause": cause, "location": "Items", "state": "M"}

    events = history_of(machines, {"A": before, "M": MAP})
    assert order(events)[4:] == end
    cause = at("M", 4, f"Map state input must be an array but was: {written}")
    assert evaluation(events) == {"error": QUERY, "cause": cause, "state": "M"}
    assert events[-1]["executionFailedEventDetails"] == {"error": QUERY, "cause": cause}


def test_a_condition_is_a_boolean(machines: Machines) -> None:
    rule = {"Condition": "{% 'yes' %}", "Next": "B"}
    events = history_of(machines, {"A": {"Type": "Choice", "Choices": [rule]}, "B": END})
    what = "The JSONata expression ''yes'' specified for the field 'Choices[0]/Condition' returned"
    why = "an unexpected result type. Expected 'boolean', but was 'string' for value: \"yes\""
    assert evaluation(events)["cause"] == at("A", 2, f"{what} {why}")


@pytest.mark.parametrize("stamp", ["2016-12-05 21:29:29Z", "2016-12-05T21:29:29", "2016-13-05T21:29:29Z"])
def test_a_wait_ends_at_a_timestamp(machines: Machines, stamp: str) -> None:
    wait = {"Type": "Wait", "Timestamp": "{% $states.input.at %}", "End": True}
    events = history_of(machines, {"A": wait}, {"at": stamp})
    why = f"The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {stamp}"
    assert order(events)[2:] == [("EvaluationFailed", 2), ("ExecutionFailed", 3)]
    assert evaluation(events) == {"error": QUERY, "cause": at("A", 2, why), "location": "Timestamp", "state": "A"}


def test_only_the_state_that_evaluates_tells_of_its_failure(machines: Machines) -> None:
    inner = {"StartAt": "P", "States": {"P": {**END, "Output": "{% $nothing %}"}}}
    events = history_of(machines, {"M": {**MAP, "Items": [1], "ItemProcessor": inner}})
    assert evaluation(events)["state"] == "P"
    assert [event["type"] for event in events[-3:]] == ["MapIterationFailed", "MapStateFailed", "ExecutionFailed"]
