"""State machines are kept and not run: their definitions are AWS's or refused, their executions refused by name."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Aws = Callable[..., Any]
ROLE = "arn:aws:iam::123456789012:role/r"
END = {"Type": "Pass", "End": True}


def machine(aws: Aws, **states: Any) -> str:
    definition = json.dumps({"StartAt": "A", "States": states})
    answer = aws("stepfunctions").create_state_machine(
        name=f"m-{uuid.uuid4().hex}", definition=definition, roleArn=ROLE
    )
    return str(answer["stateMachineArn"])


def test_an_execution_is_refused_by_name(aws: Aws) -> None:
    client, arn = aws("stepfunctions"), machine(aws, A=END)
    with pytest.raises(ClientError, match=arn) as refused:
        client.start_execution(stateMachineArn=arn)
    assert refused.value.response["Error"]["Code"] == "NotImplemented"
    assert client.list_executions(stateMachineArn=arn)["executions"] == []
    with pytest.raises(client.exceptions.StateMachineDoesNotExist):
        client.start_execution(stateMachineArn=f"{arn}x")


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (
            {"A": {"Type": "Pass", "Next": "C"}, "B": END},
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next, "
            'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
        ),
        (
            {"A": {"Type": "Pass", "Next": "NOPE"}},
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next, "
            "MISSING_END_STATE: Workflow has no terminal state",
        ),
        (
            {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}},
            "MISSING_END_STATE: Workflow has no terminal state",
        ),
        (
            {"A": {"Type": "Errand", "End": True}},
            "SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: "
            "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type",
        ),
        (
            {"A": {"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True}], "Default": "B"}, "B": END},
            "SCHEMA_VALIDATION_FAILED: These fields are required: [Next] at /States/A/Choices[0]",
        ),
        (
            {"A": {"Type": "Task", "End": True}},
            "SCHEMA_VALIDATION_FAILED: These fields are required: [Resource] at /States/A",
        ),
        (
            {"A": {"Type": "Parallel", "End": True, "Branches": [{"StartAt": "X", "States": {"Y": END}}]}},
            "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Branches[0]/StartAt, "
            'MISSING_TRANSITION_TARGET: State "Y" is not reachable. at /States/A/Branches[0]/States/Y',
        ),
    ],
)
def test_an_invalid_definition_is_refused(aws: Aws, states: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError) as refused:
        machine(aws, **states)
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidDefinition", f"Invalid State Machine Definition: '{said}'")


def test_an_update_is_checked_too(aws: Aws) -> None:
    client, arn = aws("stepfunctions"), machine(aws, A=END)
    with pytest.raises(client.exceptions.InvalidDefinition):
        client.update_state_machine(stateMachineArn=arn, definition='{"StartAt": "B", "States": {}}')


def test_everything_that_the_language_has(aws: Aws) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    inner = {"StartAt": "X", "States": {"X": {**task, "End": True}}}
    machine(
        aws,
        A={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "B"}], "Default": "C"},
        B={**task, "Next": "D", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "G"}]},
        C={"Type": "Wait", "Seconds": 1, "Next": "D"},
        D={"Type": "Parallel", "Branches": [inner], "Next": "E"},
        E={"Type": "Map", "ItemProcessor": inner, "Next": "F"},
        F={"Type": "Succeed"},
        G={"Type": "Fail", "Error": "E"},
    )
