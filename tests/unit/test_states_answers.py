"""What AWS answers, word by word, where an expression or a path leads to what a state cannot use."""

from typing import Any

import pytest

from shoplib.localaws.state_machines.definition import faults
from tests.unit.states_room import run

PASS = {"Type": "Pass", "End": True}
CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}
EACH = {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": PASS}}, "End": True}


@pytest.mark.parametrize(
    ("call", "document", "value"),
    [
        ("States.StringToJson($)", "", None),
        ("States.StringToJson($)", " \n", None),
        ("States.StringToJson($)", "-0", 0),
        (r"States.StringToJson('\{\}')", "", {}),
        (r"States.Format('\{{}\}', $)", 1, "{1}"),
        (r"States.Format('\\{}', $)", 1, "\\1"),
        ("States.Format('{}', $)", {"a": [1, None]}, '{"a":[1,null]}'),
        ("States.StringSplit('a\nb', '\n')", {}, ["a", "b"]),
        ("States.StringSplit($, ',')", ", ,,b", [" ", "b"]),
    ],
)
def test_intrinsic_functions_at_their_edges(call: str, document: Any, value: Any) -> None:
    ran = run({"A": {**PASS, "Parameters": {"r.$": call}}}, document)
    assert ran.output == {"r": value}


@pytest.mark.parametrize(
    "call",
    [
        r"""States.StringToJson('{"a":"an \"escape\""}')""",
        r"""States.Format('he said \"{}\"', $.a)""",
        r"States.Format('\n')",
        "States.Nope()",
        "States.Array(States.Nope($.a))",
        "States.Array(1",
    ],
)
def test_what_is_no_call_of_a_function_is_refused_before_it_runs(call: str) -> None:
    (fault,) = faults({"StartAt": "A", "States": {"A": {**PASS, "Parameters": {"r.$": call}}}})
    what = "The value for the field 'r.$' must be a valid JSONPath or a valid intrinsic function call"
    assert str(fault) == f"SCHEMA_VALIDATION_FAILED: {what} at /States/A/Parameters"


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        ({**PASS, "InputPath": "$.no"}, "Invalid path '$.no' : No results for path: $['no']"),
        (
            {**PASS, "OutputPath": "$$.Execution.no"},
            "Invalid path '$$.Execution.no' : No results for path: $['Execution']['no']",
        ),
        ({**PASS, "InputPath": "$.no.b"}, "Invalid path '$.no.b' : Missing property in path $['no']"),
        ({**PASS, "InputPath": "$['l'][7]"}, "Invalid path '$['l'][7]' : No results for path: $['l'][7]"),
        ({**CALL, "TimeoutSecondsPath": "$.no"}, "Invalid path '$.no' : No results for path: $['no']"),
        ({**CALL, "HeartbeatSecondsPath": "$.no"}, "Invalid path '$.no' : No results for path: $['no']"),
        (
            {"Type": "Fail", "ErrorPath": "$.no"},
            "The JSONPath '$.no' specified for the field 'ErrorPath' could not be found in the input '{\"l\":[1]}'",
        ),
        ({**EACH, "ItemsPath": "$$.Execution"}, 'Reference path "$.Execution" must point to array.'),
    ],
)
def test_a_path_that_leads_nowhere(state: dict[str, Any], cause: str) -> None:
    failure = run({"A": state}, {"l": [1]}).failure
    where = "An error occurred while executing the state 'A' (entered at the event id #1)."
    assert failure and (failure.error, failure.cause) == ("States.Runtime", f"{where} {cause}")


@pytest.mark.parametrize(("path", "is_own"), [("$", True), ("$.a", True), ("$$.State.Name", False), ("$v", False)])
def test_a_path_into_null_leads_nowhere(path: str, is_own: bool) -> None:
    states = {"A": {"Type": "Pass", "Result": None, "Assign": {"v": 1}, "Next": "B"}}
    failure = run({**states, "B": {**PASS, "Parameters": {"p.$": path}}}).failure
    assert (failure is not None) is is_own
    end = "Unable to apply Path transformation to null or empty input."
    assert failure is None or (failure.error == "States.Runtime" and (failure.cause or "").endswith(end))


@pytest.mark.parametrize(
    ("value", "text"), [({}, "{}"), ("many", "many"), (1.5, "1.5"), (None, "null"), (True, "true")]
)
def test_how_many_at_once_is_an_integer(value: Any, text: str) -> None:
    ran = run({"A": {**EACH, "ItemsPath": "$.l", "MaxConcurrencyPath": "$.m"}}, {"l": [1], "m": value})
    cause = f'The MaxConcurrencyPath field refers to value "{text}" which is not a valid integer: $.m'
    assert ran.failure and (ran.failure.cause or "").endswith(cause)
    assert ran.kinds == ["MapStateEntered"]


COUNT, SHARE = "ToleratedFailureCount", "ToleratedFailurePercentage"


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        (COUNT, "many", f'The {COUNT}Path field refers to value "many" which is not a valid integer: $.m'),
        (COUNT, {}, f'The {COUNT}Path field refers to value "{{}}" which is not a valid integer: $.m'),
        (COUNT, -1, f"{COUNT} cannot be negative."),
        (SHARE, -1, f"{SHARE} must be between 0 and 100."),
        (SHARE, 100.1, f"{SHARE} must be between 0 and 100."),
        (SHARE, 1.1, None),
        (COUNT, 1, None),
    ],
)
def test_how_many_may_fail_is_a_number(name: str, value: Any, cause: str | None) -> None:
    ran = run({"A": {**EACH, "ItemsPath": "$.l", f"{name}Path": "$.m"}}, {"l": [1], "m": value})
    assert ran.output == (None if cause else [1])
    assert cause is None or (ran.failure and (ran.failure.cause or "").endswith(cause))
    assert cause is None or ran.kinds == ["MapStateEntered", "MapStateStarted"]


def test_an_iteration_that_waited_follows_from_the_one_whose_place_it_took() -> None:
    ran = run({"A": {**EACH, "MaxConcurrency": 1}}, [1, 2])
    assert ran.chain[2:] == [
        (3, 2, "MapIterationStarted"),
        (4, 3, "PassStateEntered"),
        (5, 4, "PassStateExited"),
        (6, 5, "MapIterationSucceeded"),
        (7, 5, "MapIterationStarted"),
        (8, 7, "PassStateEntered"),
        (9, 8, "PassStateExited"),
        (10, 9, "MapIterationSucceeded"),
        (11, 10, "MapStateSucceeded"),
        (12, 10, "MapStateExited"),
    ]
