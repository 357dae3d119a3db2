"""Which fields each type of state has, and in which query language."""

from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.state_machines.definition.faults import Fault, only_one, required, schema, unsupported
from shoplib.localaws.state_machines.definition.map_fields import OF_MAP_RUN

TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
LAST = ("Succeed", "Fail")  # nothing comes after a state of these types
EVERY = {"Type", "Comment", "QueryLanguage"}
WAY_ON = {"Next", "End"}
SELECTION = {"InputPath", "OutputPath"}
SHAPED = {*SELECTION, "ResultPath", "Parameters", "ResultSelector"}
ERRORS = {"Retry", "Catch"}
COMPUTED = {"Output", "Assign"}
TOLERANCE = {
    *("ToleratedFailureCount", "ToleratedFailureCountPath"),
    *("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
}
TIMES = {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"}
FIELDS: Mapping[str, set[str]] = {
    "Pass": {*WAY_ON, *SELECTION, *COMPUTED, "ResultPath", "Parameters", "Result"},
    "Task": {*WAY_ON, *SHAPED, *COMPUTED, *ERRORS, *TIMES, "Arguments", "Resource", "Credentials"},
    "Choice": {*SELECTION, *COMPUTED, "Choices", "Default"},
    "Wait": {*WAY_ON, *SELECTION, *COMPUTED, "Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Succeed": {*SELECTION, "Output"},
    "Fail": {"Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": {*WAY_ON, *SHAPED, *COMPUTED, *ERRORS, "Arguments", "Branches"},
    "Map": {
        *(*WAY_ON, *SHAPED, *COMPUTED, *ERRORS, *OF_MAP_RUN, *TOLERANCE),
        *("ItemProcessor", "Iterator", "ItemsPath", "Items", "ItemSelector", "MaxConcurrency", "MaxConcurrencyPath"),
    },
}
JSONATA_ALONE = {"Arguments", "Output", "Items"}
JSONPATH_ALONE = {
    *(*SHAPED, "Result", "ItemsPath", "MaxConcurrencyPath", "ErrorPath", "CausePath", "SecondsPath", "TimestampPath"),
    *("TimeoutSecondsPath", "HeartbeatSecondsPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
}
NEEDED: Mapping[str, str] = {"Task": "Resource", "Choice": "Choices", "Parallel": "Branches"}
# Of these a state has at most one.
ALTERNATIVES = (
    *(("Next", "End"), ("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath")),
    *(("Error", "ErrorPath"), ("Cause", "CausePath"), ("MaxConcurrency", "MaxConcurrencyPath")),
    ("ToleratedFailureCount", "ToleratedFailureCountPath"),
    ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    *(("ItemProcessor", "Iterator"), ("ItemSelector", "Parameters"), ("Result", "Output")),
    ("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
)


def of_state(state: Mapping[str, Any], language: str, at: str) -> Iterator[Fault]:
    """Fields that are missing, unknown, of the other query language, or there twice."""
    kind = state["Type"]
    yield from (unsupported(name, at) for name in state if name not in EVERY | FIELDS[kind])
    lacking = [NEEDED[kind]] if kind in NEEDED and not state.get(NEEDED[kind]) else []
    if kind == "Map" and not (state.get("ItemProcessor") or state.get("Iterator")):
        lacking = ["ItemProcessor"]
    if lacking:
        yield required(lacking, at)
    yield from _of_language(state, language, at)
    yield from _of_alternatives(state, at)


def _of_language(state: Mapping[str, Any], language: str, at: str) -> Iterator[Fault]:
    other, foreign = ("JSONPath", JSONPATH_ALONE) if language == "JSONata" else ("JSONata", JSONATA_ALONE)
    for name in state:
        if name in foreign and name in FIELDS[state["Type"]]:
            text = f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the '{other}'"
            yield schema(f"{text} QueryLanguage", at)


def _of_alternatives(state: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for names in ALTERNATIVES:
        present = [name for name in names if state.get(name, False) is not False]
        if len(present) > 1:
            yield only_one(list(names), at)
    if state["Type"] == "Wait" and not any(name in state for name in ALTERNATIVES[-1]):
        yield schema(f"One of the following fields is required: [{', '.join(ALTERNATIVES[-1])}]", at)
    needs_way_on = "Next" in FIELDS[state["Type"]] and "Next" not in state and state.get("End") is not True
    if needs_way_on:
        yield schema("One of the following fields is required: [Next, End]", at)
