"""A definition that AWS refuses is refused, where and in which words."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.definition import faults, require_definition
from shoplib.localaws.state_machines.definition.check import faults_of_text
from shoplib.localaws.state_machines.integrations import refusal, unknown

END = {"Type": "Pass", "End": True}
INNER = {"StartAt": "I", "States": {"I": END}}
TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}


def said(states: dict[str, Any], **top: Any) -> list[str]:
    return list(map(str, faults({"StartAt": "A", "States": states, **top}, top.pop("kind", "STANDARD"))))


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ({"Type": "Errand", "End": True}, "The field 'Type' should have one of these values: [Task, Wait, Pass, "
         "Succeed, Fail, Choice, Parallel, Map] at /States/A/Type"),
        ({"End": True}, "These fields are required: [Type] at /States/A"),
        ({"Type": "Task", "End": True}, "These fields are required: [Resource] at /States/A"),
        ({"Type": "Choice"}, "These fields are required: [Choices] at /States/A"),
        ({**END, "Catch": []}, "Field 'Catch' is not supported at /States/A"),
        ({**END, "TimeoutSeconds": 1}, "Field 'TimeoutSeconds' is not supported at /States/A"),
        ({**END, "Colour": "red"}, "Field 'Colour' is not supported at /States/A"),
        ({"Type": "Succeed", "End": True}, "Field 'End' is not supported at /States/A"),
        ({**END, "Next": "A"}, "There should only be one of the following fields: [Next, End] at /States/A"),
        ({"Type": "Pass"}, "One of the following fields is required: [Next, End] at /States/A"),
        ({**END, "Output": {}}, "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the "
         "'JSONata' QueryLanguage at /States/A"),
        ({**END, "QueryLanguage": "JSONata", "InputPath": "$"}, "The QueryLanguage is set to 'JSONata', but field "
         "'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/A"),
        ({**END, "InputPath": "a.b"}, "Value is not a valid JSONPath at /States/A/InputPath"),
        ({**END, "ResultPath": "$.a[*]"}, "Value is not a Reference Path at /States/A/ResultPath"),
        ({**END, "Parameters": {"x.$": "nothing"}}, "The value for the field 'x.$' must be a valid JSONPath or a valid "
         "intrinsic function call at /States/A/Parameters"),
        ({**END, "Parameters": {"x": [{"y.$": 1}]}}, "The value for the field 'y.$' must be a STRING that contains a "
         "JSONPath but was NUMBER at /States/A/Parameters/x[0]"),
        ({**END, "Parameters": "$.x"}, "Expected value of type Object at /States/A/Parameters"),
        ({**END, "Assign": [1]}, "Expected value of type Object at /States/A/Assign"),
        ({**END, "Assign": {"1st": 1}}, "'1st' is not a valid variable name at /States/A/Assign"),
        ({"Type": "Wait", "End": True}, "One of the following fields is required: [Seconds, SecondsPath, Timestamp, "
         "TimestampPath] at /States/A"),
        ({"Type": "Wait", "End": True, "Seconds": -1}, "Minimum value is 0 at /States/A/Seconds"),
        ({"Type": "Wait", "End": True, "Seconds": 1, "SecondsPath": "$.s"}, "There should only be one of the following "
         "fields: [Seconds, SecondsPath, Timestamp, TimestampPath] at /States/A"),
        ({"Type": "Wait", "End": True, "Timestamp": "2026-01-01"}, "String does not match RFC3339 timestamp at "
         "/States/A/Timestamp"),
        ({**TASK, "End": True, "TimeoutSeconds": 0}, "Minimum value is 1 at /States/A/TimeoutSeconds"),
        ({**TASK, "End": True, "TimeoutSeconds": 5, "HeartbeatSeconds": 5}, "'HeartbeatSeconds' must be smaller than "
         "'TimeoutSeconds' at /States/A"),
        ({"Type": "Task", "Resource": "f", "End": True}, "Value is not a valid resource ARN at /States/A/Resource"),
        ({**TASK, "End": True, "Retry": [{"MaxAttempts": 1}]}, "These fields are required: [ErrorEquals] at "
         "/States/A/Retry[0]"),
        ({**TASK, "End": True, "Retry": [{"ErrorEquals": ["States.ALL", "E"]}]}, "'States.ALL' must appear alone at "
         "/States/A/Retry[0]/ErrorEquals"),
        ({**TASK, "End": True, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A"},
                                         {"ErrorEquals": ["E"], "Next": "A"}]},
         "'States.ALL' must be in the last element at /States/A/Catch[0]/ErrorEquals"),
        ({**TASK, "End": True, "Catch": [{"ErrorEquals": ["E"]}]}, "These fields are required: [Next] at "
         "/States/A/Catch[0]"),
        ({**TASK, "End": True, "Retry": [{"ErrorEquals": ["E"], "BackoffRate": 0.5}]}, "Minimum value is 1.0 at "
         "/States/A/Retry[0]/BackoffRate"),
        ({"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True}]}, "These fields are required: [Next] at "
         "/States/A/Choices[0]"),
        ({"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": "1", "Next": "A"}]}, "Expected value of "
         "type Number at /States/A/Choices[0]/NumericEquals"),
        ({"Type": "Choice", "Choices": [{"NumericEquals": 1, "Next": "A"}]}, "These fields are required: [Variable] at "
         "/States/A/Choices[0]"),
        ({"Type": "Choice", "Choices": [{"Not": {"Variable": "$", "IsNull": True, "Next": "A"}, "Next": "A"}]},
         "Field 'Next' is not supported at /States/A/Choices[0]/Not"),
        ({"Type": "Choice", "Choices": [{"Variable": "$", "Looks": "red", "Next": "A"}]}, "Field 'Looks' is not "
         "supported at /States/A/Choices[0]"),
        ({"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{"Next": "A"}]}, "These fields are required: "
         "[Condition] at /States/A/Choices[0]"),
        ({"Type": "Map", "End": True}, "These fields are required: [ItemProcessor] at /States/A"),
        ({"Type": "Map", "End": True, "ItemProcessor": INNER, "Label": "l"}, "Field "
         "'Label' is only supported for Map states in DISTRIBUTED mode at /States/A"),
        ({"Type": "Map", "End": True, "ItemProcessor": INNER, "ToleratedFailurePercentage": 101}, "Maximum value is "
         "100 at /States/A/ToleratedFailurePercentage"),
        ({"Type": "Map", "End": True, "ItemProcessor": {**INNER, "ProcessorConfig": {"Pace": 1}}}, "Field 'Pace' is "
         "not supported at /States/A/ItemProcessor/ProcessorConfig"),
        ({"Type": "Map", "End": True, "ItemProcessor": INNER, "ToleratedFailureCountPath": "$..a"}, "Value is not a "
         "Reference Path at /States/A/ToleratedFailureCountPath"),
        ({"Type": "Map", "End": True, "ItemProcessor": {**INNER, "QueryLanguage": "JSONata"}}, "Field 'QueryLanguage' "
         "is not supported at /States/A/ItemProcessor"),
    ],
)  # fmt: skip
def test_a_state_that_makes_no_sense_is_named(state: dict[str, Any], fault: str) -> None:
    found = said({"A": state})
    assert any(each.startswith(f"SCHEMA_VALIDATION_FAILED: {fault}") for each in found), found


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (
            {"A": {"Type": "Pass", "Next": "C"}, "B": END},
            [
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next",
                'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
            ],
        ),
        (
            {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}},
            ["MISSING_END_STATE: Workflow has no terminal state at null"],
        ),
        (
            {"A": {"Type": "Parallel", "End": True, "Branches": [{"StartAt": "X", "States": {"Y": END}}]}},
            [
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Branches[0]/StartAt",
                'MISSING_TRANSITION_TARGET: State "Y" is not reachable. at /States/A/Branches[0]/States/Y',
            ],
        ),
        (
            {"A": {"Type": "Parallel", "End": True, "Branches": [{"StartAt": "A", "States": {"A": END}}]}},
            ["DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/Branches[0]/States/A"],
        ),
    ],
)
def test_states_that_lead_nowhere_are_named(states: dict[str, Any], expected: list[str]) -> None:
    assert said(states) == expected


def test_a_whole_definition_in_jsonata_has_no_state_in_json_path() -> None:
    expected = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A"
    assert said({"A": {**END, "QueryLanguage": "JSONPath"}}, QueryLanguage="JSONata") == [
        f"SCHEMA_VALIDATION_FAILED: {expected}"
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object"),
        ("[]", "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object"),
        ("{}", "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /"),
        ("not", "INVALID_JSON_DESCRIPTION: Unrecognized token 'not': was expecting (JSON String"),
        ('{"StartAt": "A", "States": {}, "Coment": ""}', "SCHEMA_VALIDATION_FAILED: Field 'Coment' is not supported"),
    ],
)
def test_what_is_no_definition_is_refused(text: str, code: str) -> None:
    assert str(faults_of_text(text, "STANDARD")[0]).startswith(code)
    with pytest.raises(Refusal, match="Invalid State Machine Definition: '") as refused:
        require_definition(text)
    assert refused.value.code == "InvalidDefinition"


def test_express_machines_wait_for_nobody() -> None:
    callback = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True}
    (fault,) = faults({"StartAt": "A", "States": {"A": callback}}, "EXPRESS")
    assert (fault.location, fault.message) == (
        "/States/A/Resource",
        "Express state machine does not support '.waitForTaskToken' service integration ",
    )


@pytest.mark.parametrize(
    ("resource", "missing"),
    [
        ("arn:aws:states:::http:invoke", "arn:aws:states:::http:invoke of /States/A"),
        ("arn:aws:states:::glue:startJobRun.sync", "arn:aws:states:::glue:startJobRun.sync of /States/A"),
        ("arn:aws:states:::aws-sdk:translate:translateText", "aws-sdk:translate:translateText of /States/A"),
        ("arn:aws:states:::aws-sdk:s3:getObject", ""),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", ""),
        ("arn:aws:states:::apigateway:invoke", ""),
    ],
)
def test_what_is_not_here_is_refused_by_name(resource: str, missing: str) -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": resource, "End": True}}}
    assert not faults(definition)
    assert refusal(definition).endswith(missing) and bool(refusal(definition)) == bool(missing)


@pytest.mark.parametrize(
    ("field", "missing"),
    [
        ({"ItemReader": {"ReaderConfig": {"InputType": "PARQUET"}}}, "items of Parquet files (/States/A)"),
        (
            {"ResultWriter": {"WriterConfig": {"OutputType": "JSONL"}}},
            "results as JSON Lines that are not exported (/States/A)",
        ),
        ({}, ""),
    ],
)
def test_what_a_distributed_map_does_not_do_here_is_refused_by_name(field: dict[str, Any], missing: str) -> None:
    inner = {"StartAt": "I", "States": {"I": END}, "ProcessorConfig": {"Mode": "DISTRIBUTED"}}
    definition = {"StartAt": "A", "States": {"A": {"Type": "Map", "ItemProcessor": inner, "End": True, **field}}}
    assert refusal(definition) == missing


def test_a_call_by_the_policy_of_an_api_is_refused_by_name() -> None:
    call = {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "End": True}
    state = {**call, "Parameters": {"ApiEndpoint": "e", "Method": "GET", "AuthType": "RESOURCE_POLICY"}}
    missing = "calls of APIs with AuthType RESOURCE_POLICY (/States/A)"
    assert refusal({"StartAt": "A", "States": {"A": state}}) == missing


def test_a_call_that_no_service_has_is_unknown() -> None:
    call = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:sendLetter", "End": True}
    (fault,) = unknown({"StartAt": "A", "States": {"A": call}})
    assert "arn:aws:states:::aws-sdk:sqs:sendLetter is not recognized" in fault.message


def test_everything_that_the_language_has() -> None:
    inner = {"StartAt": "X", "States": {"X": {**TASK, "End": True}}}
    states = {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "B"}], "Default": "C"},
        "B": {**TASK, "Next": "D", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "G"}]},
        "C": {"Type": "Wait", "Seconds": 1, "Next": "D"},
        "D": {"Type": "Parallel", "Branches": [inner], "Next": "E"},
        "E": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Y", "States": {"Y": END}, "ProcessorConfig": {"Mode": "INLINE"}},
            "Next": "F",
        },
        "F": {"Type": "Succeed"},
        "G": {"Type": "Fail", "ErrorPath": "$.Error", "CausePath": "States.Format('{}', $.Cause)"},
    }
    definition = {"Comment": "all", "Version": "1.0", "TimeoutSeconds": 60, "StartAt": "A", "States": states}
    assert require_definition(json.dumps(definition)) == definition


WHOLE: dict[str, Any] = {
    "StartAt": "A",
    "TimeoutSeconds": 3,
    "States": {
        "A": {
            **TASK,
            "Parameters": {"a.$": "$.x", "b": [{"c.$": "States.Format('{}', $.x)"}]},
            "Retry": [{"ErrorEquals": ["E"], "BackoffRate": 2.0}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B", "ResultPath": "$.e"}],
            "Next": "B",
        },
        "B": {
            "Type": "Choice",
            "Choices": [{"And": [{"Variable": "$.y", "StringMatches": "a*"}], "Next": "C"}],
            "Default": "D",
        },
        "C": {"Type": "Wait", "Seconds": 1, "Next": "D"},
        "D": {"Type": "Parallel", "Branches": [{"StartAt": "X", "States": {"X": END}}], "Next": "E"},
        "E": {
            "Type": "Map",
            "ItemSelector": {"v.$": "$$.Map.Item.Value"},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Y",
                "States": {"Y": {**END, "QueryLanguage": "JSONata", "Assign": {"v": "{% $states.input %}"}}},
            },
            "End": True,
        },
    },
}
ODD = [None, True, 0, -1, 1.5, "", "x", "$.a[", "{% ( %}", "States.Nope(", [], {}, [1], [{}], [None], {"a": 1}, 10**12]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def test_whatever_stands_anywhere_is_refused_or_taken() -> None:
    for path in places(WHOLE):
        for odd in ODD:
            changed = deepcopy(WHOLE)
            within: Any = changed
            for key in path[:-1]:
                within = within[key]
            within[path[-1]] = odd
            assert all(str(fault) for fault in faults(changed)), path
