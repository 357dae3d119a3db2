"""What AWS answers to JSONata at its edges: what is refused before it runs, what has no answer, and in which words."""

from typing import Any

import pytest

from shoplib.localaws.state_machines.definition import faults
from tests.unit.states_room import run

QUERY = "States.QueryEvaluationError"
END = {"Type": "Pass", "End": True}
WRONG = "UNSUPPORTED_JSONATA_EXPRESSION: "
AT_TOP = "Reference to '{}' at the top level is not supported."


def whole(state: dict[str, Any], **more: Any) -> list[str]:
    states = {"A": state, "E": END} if "Catch" in state or "Choices" in state else {"A": state}
    found = faults({"StartAt": "A", "States": states, "QueryLanguage": "JSONata", **more})
    return [str(fault) for fault in found]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("phone", AT_TOP.format("phone")),
        ("$states.input.a & b.c", AT_TOP.format("b")),
        ("{'k': k}", AT_TOP.format("k")),
        ("$map($states.input.a, function($x) { b })", AT_TOP.format("b")),
        ("($x := y; $x)", AT_TOP.format("y")),
        ("$$", "Reference to '$$' is not supported."),
        ("$states.errorOutput.Cause", "Field '$states.errorOutput' does not exist."),
    ],
)
def test_what_an_expression_cannot_refer_to(expression: str, message: str) -> None:
    state = {**END, "Output": {"v": f"{{% {expression} %}}"}}
    assert whole(state) == [f"{WRONG}{message} at /States/A/Output/v"]


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.items[value > 3].name",
        "$states.input.items^(age)",
        "$states.input.items{name: age}",
        "$map($states.input.a, function($x) { $x.b })",
        "$states.context.Execution.Id",
        "($f := function($n) { $n + 1 }; $f(1))",
        "$sort($states.input.l, function($l, $r) { $l.a > $r.a })",
    ],
)
def test_what_a_step_refers_to_is_its_own(expression: str) -> None:
    assert whole({**END, "Output": f"{{% {expression} %}}"}) == []


def test_a_catcher_has_an_error_to_read() -> None:
    call = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}}
    catch = {"ErrorEquals": ["States.ALL"], "Next": "E", "Output": "{% $states.errorOutput %}"}
    assert whole({**call, "Catch": [catch], "End": True}) == []
    (fault,) = whole({**call, "Catch": [{**catch, "Assign": {"a": "{% b %}"}}], "End": True})
    assert fault == f"{WRONG}{AT_TOP.format('b')} at /States/A/Catch[0]/Assign/a"


def test_what_cannot_be_read_has_a_code_of_its_own() -> None:
    (fault,) = whole({**END, "Output": "{% ( %}"})
    assert fault.startswith("INVALID_JSONATA_EXPRESSION: ") and fault.endswith(" at /States/A/Output")
    rule = {"Condition": "{% a = 1 %}", "Next": "E"}
    (fault,) = whole({"Type": "Choice", "Choices": [rule], "Default": "E"})
    assert fault == f"{WRONG}{AT_TOP.format('a')} at /States/A/Choices[0]/Condition"


@pytest.mark.parametrize(
    ("value", "message"),
    [("jsonata", "Value should be one of the following: [JSONPath, JSONata]"), (1, "Expected value of type [STRING]")],
)
def test_a_query_language_is_one_of_two(value: Any, message: str) -> None:
    assert whole(END, QueryLanguage=value) == [f"SCHEMA_VALIDATION_FAILED: {message} at /QueryLanguage"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$range(1, 9, 9)", 1),
        ("$append([], $range(7, 7, 1))", [7]),
        ("$range(-1.7, 2, 1)", [-1, 0, 1, 2]),
        ("$range(8, 1, -2)", [8, 6, 4, 2]),
        ("$append([], $range(3, 1, 1))", []),
        ("$partition([0], 2)", [[0]]),
        ("$partition([0, 1, 2], 2.9)", [[0, 1], [2]]),
        ("$count($states.input.none)", 1),
        ("$exists($states.input.none)", True),
        ("$contains('a$b', /^a\\$/)", True),
        ("$string(1234567890123456)", "1234567890123460"),
        ("'id-' & 1700000000000000", "id-1700000000000000"),
        ("$string(1e20)", "100000000000000000000"),
        ("$string(1e21)", "1e+21"),
        ("$string(-0.00001)", "-0.00001"),
        ("$string(1e-7)", "1e-7"),
        ("$string(1/3)", "0.333333333333333"),
        ("$string(12345678901234567890)", "12345678901234600000"),
        ("$string({'a': [1.0, null, 'ü'], 'b': {}})", '{"a":[1,null,"ü"],"b":{}}'),
        ("$string({'a': [1, true]}, true)", '{\n  "a": [\n    1,\n    true\n  ]\n}'),
        ("$string(function($x) { 1 })", ""),
    ],
)
def test_functions_of_step_functions(expression: str, value: Any) -> None:
    assert evaluated(expression).output == value


@pytest.mark.parametrize(
    ("expression", "end"),
    [
        ("$range(1, 3)", "returned nothing (undefined)."),
        ("$range(1, 3, 0)", "returned nothing (undefined)."),
        ("$range(1, 3, -1)", "returned nothing (undefined)."),
        ("$partition([], 2)", "returned nothing (undefined)."),
        ("$partition([1], 0)", "returned nothing (undefined)."),
        ("$hash('a')", "returned nothing (undefined)."),
        ("$range('0', 4, 1)", '. T0410: Argument 1 of function "range" does not match function signature'),
        ("$range(0, 4, 1, 2)", '. T0410: Argument 4 of function "range" does not match function signature'),
        ("$range(1, 400000, 1)", ": Expression evaluation memory limit exceeded"),
        ("$parse('{')", ". D3137: Invalid JSON"),
        ("'a' + 1", '. T2001: The left side of the "+" operator must evaluate to a number'),
        ("$error('boom')", ". D3137: boom"),
        ("$eval('1')", ". T1006: Attempted to invoke a non-function"),
    ],
)
def test_what_has_no_answer(expression: str, end: str) -> None:
    what = f"The JSONata expression '{expression}' specified for the field 'Output'"
    between = " " if end.startswith("returned") else " threw an error during evaluation"
    failure = evaluated(expression).failure
    assert failure and failure.error == QUERY
    assert (failure.cause or "").endswith(f"{what}{between}{end}")


def evaluated(expression: str) -> Any:
    return run({"A": {**END, "Output": f"{{% {expression} %}}"}}, {"none": None}, QueryLanguage="JSONata")


NOTHING = {"v": ["{% $states.input.zz %}"]}
CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {}, "End": True}
RULES = [{"Condition": False, "Next": "E"}, {"Condition": True, "Next": "E", "Output": NOTHING}]
CATCH = [{"ErrorEquals": ["X"], "Next": "E"}, {"ErrorEquals": [QUERY], "Next": "E", "Assign": NOTHING}]


@pytest.mark.parametrize(
    ("state", "location"),
    [
        ({"Type": "Choice", "Choices": RULES, "Default": "E"}, "Choices[1]/Output/v[0]"),
        ({"Type": "Choice", "Choices": RULES[:1], "Default": "E", "Assign": NOTHING}, "Assign/v[0]"),
        ({**CALL, "Output": "{% $states.input.zz %}", "Catch": CATCH}, "Catch[1]/Assign/v[0]"),
    ],
)
def test_a_field_is_named_with_the_rule_that_it_is_of(state: dict[str, Any], location: str) -> None:
    ran = run({"A": state, "E": END}, QueryLanguage="JSONata")
    failed = [event for event in ran.events if event["type"] == "EvaluationFailed"][-1]
    assert failed["evaluationFailedEventDetails"]["location"] == location


EACH = {"Type": "Map", "Items": [1], "ItemProcessor": {"StartAt": "I", "States": {"I": END}}, "End": True}
WAIT, FAIL, TASK = {"Type": "Wait", "End": True}, {"Type": "Fail"}, {**CALL, "Arguments": {}}
KIND = "specified for the field '{}' returned an unexpected result type. Expected '{}', but was '{}' for value: {}"


@pytest.mark.parametrize(
    ("state", "name", "expression", "end"),
    [
        (WAIT, "Seconds", "'x'", KIND.format("Seconds", "number", "string", '"x"')),
        (WAIT, "Seconds", "1.5", "The Seconds field cannot be parsed as an integer: 1.5"),
        (WAIT, "Timestamp", "1", KIND.format("Timestamp", "string", "number", "1")),
        (TASK, "TimeoutSeconds", "[1]", KIND.format("TimeoutSeconds", "number", "array", "[1]")),
        (TASK, "HeartbeatSeconds", "0", "HeartbeatSeconds must be between 1 and 99999999."),
        (EACH, "MaxConcurrency", "true", KIND.format("MaxConcurrency", "number", "boolean", "true")),
        (EACH, "ToleratedFailurePercentage", "101", "ToleratedFailurePercentage must be between 0 and 100."),
        (FAIL, "Error", "null", KIND.format("Error", "string", "null", "null")),
        (FAIL, "Cause", "{'a': 1}", KIND.format("Cause", "string", "object", '{"a":1}')),
    ],
)
def test_a_field_is_of_one_kind(state: dict[str, Any], name: str, expression: str, end: str) -> None:
    ran = run({"A": {**state, name: f"{{% {expression} %}}"}}, QueryLanguage="JSONata")
    assert ran.failure and ran.failure.error == QUERY and (ran.failure.cause or "").endswith(end)
    failed = next(event for event in ran.events if event["type"] == "EvaluationFailed")
    assert failed["evaluationFailedEventDetails"]["location"] == name
