"""TestState: what a state knows of its surroundings, and what is told of its errors, as AWS answers."""

import json
from typing import Any

import pytest

from tests.cloud.test_state_machines import END, Machines, machines, refusal_of

__all__ = ["machines"]
CALL = "arn:aws:states:::"
INVOKE = {"Type": "Task", "Resource": f"{CALL}lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}
ENDED = {"Type": "Pass", "End": True}
CONFIG = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
PROCESSOR = {"ProcessorConfig": CONFIG, "StartAt": "I", "States": {"I": ENDED}}
MAP = {"Type": "Map", "QueryLanguage": "JSONata", "Items": "{% $states.input %}", "ItemProcessor": PROCESSOR}
EACH = {**MAP, "ToleratedFailureCount": 1, "End": True}
FAILED = {"errorOutput": {"error": "E", "cause": "c"}}
DONE = {"result": "[1, 1, 1]"}
THRESHOLD = ["States.ExceedToleratedFailureThreshold"]
CAUSE = "The specified tolerated failure threshold was exceeded"
ANSWER = {"result": "{}"}
INVALID = "Invalid Context object provided:"


def told_of(machines: Machines, state: dict[str, Any], **options: Any) -> dict[str, Any]:
    told = machines.client.test_state(definition=json.dumps(state), inspectionLevel="DEBUG", **options)
    return dict(told)


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"Map": {}}, "'Map' field is not supported when mocking a Context object"),
        ({"Pokedex": {}}, "Field 'Pokedex' is not allowed"),
        ({"Execution": {"pokemon": 1}}, "Field 'pokemon' is not allowed"),
        ({"Execution": {"Id": 1}}, "Execution.Id must be a string"),
        (
            {"Task": {"Token": "t"}},
            "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' "
            "service integration pattern",
        ),
    ],
)
def test_a_context_object_has_what_a_state_may_know(machines: Machines, context: Any, message: str) -> None:
    refused = refusal_of(lambda: told_of(machines, INVOKE, mock=ANSWER, context=json.dumps(context)))
    assert refused == ("ValidationException", f"{INVALID} {message}")


@pytest.mark.parametrize("context", [{}, {"Execution": {}, "State": {}}, {"Execution": {"Input": [1]}}])
def test_a_context_object_that_is_given_is_all_that_a_state_knows(machines: Machines, context: Any) -> None:
    state = {**INVOKE, "ResultSelector": {"c.$": "$$"}}
    told = told_of(machines, state, mock=ANSWER, context=json.dumps(context))
    assert json.loads(told["output"]) == {"c": context}


def test_a_token_of_the_context_object_is_that_of_the_task(machines: Machines) -> None:
    resource = f"{CALL}sqs:sendMessage.waitForTaskToken"
    state = {"Type": "Task", "Resource": resource, "Parameters": {"t.$": "$$.Task.Token"}, "End": True}
    told = told_of(machines, state, mock=ANSWER, context=json.dumps({"Task": {"Token": "abc"}}))
    assert json.loads(told["inspectionData"]["afterParameters"]) == {"t": "abc"}


def test_without_a_context_object_a_state_is_in_an_express_execution(machines: Machines) -> None:
    told = told_of(machines, {**END, "Parameters": {"c.$": "$$"}}, input='{"a": 1}', roleArn=machines.role)
    context = json.loads(told["output"])["c"]
    execution, machine = context["Execution"], context["StateMachine"]
    assert list(execution) == ["Id", "Input", "Name", "RoleArn", "StartTime"]
    assert (execution["Input"], execution["RoleArn"], context["State"]["Name"]) == (
        {"a": 1},
        machines.role,
        "StateName",
    )
    assert execution["Id"].split(":")[5:] == ["express", machine["Name"], execution["Name"]]
    assert machine["Id"].endswith(f":stateMachine:{machine['Name']}")


def test_a_cause_is_told_without_the_place(machines: Machines) -> None:
    told = told_of(machines, {**END, "InputPath": "$.no"})
    assert (told["error"], told["cause"]) == ("States.Runtime", "Invalid path '$.no' : No results for path: $['no']")
    state = {"Type": "Map", "ItemsPath": "$$.Execution", "ItemProcessor": PROCESSOR, "End": True}
    told = told_of(machines, state, mock=DONE, context='{"Execution": {}}', input="[1]")
    assert told["cause"] == 'Reference path "$.Execution" must point to array.'
    assert told["inspectionData"] == {"input": "[1]", "afterInputPath": "[1]"}


RETRY = [{"ErrorEquals": ["X"]}, {"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 5}]
CATCH = [{"ErrorEquals": ["X"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}]


@pytest.mark.parametrize(
    ("more", "retries", "status", "details"),
    [
        ({"Retry": RETRY}, 0, "RETRIABLE", {"retryIndex": 1, "retryBackoffIntervalSeconds": 1}),
        ({"Retry": RETRY}, 4, "RETRIABLE", {"retryIndex": 1, "retryBackoffIntervalSeconds": 16}),
        ({"Retry": RETRY}, 5, "FAILED", {"retryIndex": 1}),
        ({"Retry": RETRY, "Catch": CATCH}, 5, "CAUGHT_ERROR", {"retryIndex": 1, "catchIndex": 1}),
        ({"Catch": CATCH}, 0, "CAUGHT_ERROR", {"catchIndex": 1}),
        ({}, 0, "FAILED", None),
    ],
)
def test_what_handles_an_error_is_told(
    machines: Machines, more: dict[str, Any], retries: int, status: str, details: Any
) -> None:
    told = told_of(machines, {**INVOKE, **more}, mock=FAILED, stateConfiguration={"retrierRetryCount": retries})
    assert (told["status"], told["inspectionData"].get("errorDetails")) == (status, details)


@pytest.mark.parametrize(
    ("state", "failed", "mock", "status", "error"),
    [
        (EACH, 0, DONE, "SUCCEEDED", None),
        (EACH, 1, DONE, "SUCCEEDED", None),
        (EACH, 2, DONE, "FAILED", (*THRESHOLD, CAUSE)),
        (EACH, 2, FAILED, "FAILED", ("E", "c")),
        ({**EACH, "Retry": [{"ErrorEquals": THRESHOLD}]}, 2, DONE, "RETRIABLE", (*THRESHOLD, CAUSE)),
        ({**MAP, "End": True}, 3, DONE, "SUCCEEDED", None),
        ({**MAP, "ToleratedFailurePercentage": 50, "End": True}, 2, DONE, "FAILED", (*THRESHOLD, CAUSE)),
    ],
)
def test_iterations_of_a_map_that_failed(
    machines: Machines, state: dict[str, Any], failed: int, mock: Any, status: str, error: Any
) -> None:
    told = told_of(
        machines, state, input="[1, 2, 3]", mock=mock, stateConfiguration={"mapIterationFailureCount": failed}
    )
    assert (told["status"], (told["error"], told["cause"]) if "error" in told else None) == (status, error)
    assert told["inspectionData"]["maxConcurrency"] == 0
    assert told["inspectionData"].get("toleratedFailureCount") == state.get("ToleratedFailureCount")


READER = {
    "Resource": f"{CALL}s3:getObject",
    "ReaderConfig": {"InputType": "JSON"},
    "Arguments": {"Bucket": "b", "Key": "k"},
}


def test_what_a_map_has_read(machines: Machines) -> None:
    reading = {name: value for name, value in {**EACH, "ItemReader": READER}.items() if name != "Items"}
    read = {"mapItemReaderData": "[1, 2, 3]", "errorCausedByState": "I"}
    assert told_of(machines, reading, mock=DONE, stateConfiguration=read)["output"] == DONE["result"]
    told = told_of(machines, reading, mock=FAILED, stateConfiguration=read)
    assert (told["status"], set(told["inspectionData"])) == (
        "FAILED",
        {"input", "maxConcurrency", "toleratedFailureCount"},
    )


@pytest.mark.parametrize(
    ("state", "given"),
    [
        (INVOKE, {"mapIterationFailureCount": 1}),
        (EACH, {"errorCausedByState": "Nobody"}),
        (EACH, {"mapItemReaderData": "[]"}),
    ],
)
def test_what_cannot_have_happened_is_refused(machines: Machines, state: dict[str, Any], given: Any) -> None:
    assert (
        refusal_of(lambda: told_of(machines, state, mock=FAILED, stateConfiguration=given))[0] == "ValidationException"
    )


def test_a_mock_is_json(machines: Machines) -> None:
    refused = refusal_of(lambda: told_of(machines, INVOKE, mock={"result": "no"}))
    assert refused == ("ValidationException", "Mocked result must be valid JSON")


INNER = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.context.State.Name %}", "End": True}
MACHINE = {
    "StartAt": "M",
    "States": {
        "M": {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": INNER}}, "Next": "F"},
        "F": {"Type": "Fail", "Error": "E"},
    },
}


def test_a_state_of_a_machine_is_tried_by_its_name(machines: Machines) -> None:
    assert told_of(machines, MACHINE, stateName="I")["output"] == '"I"'
    failed = told_of(machines, MACHINE, stateName="F")
    assert (failed["status"], failed["error"], failed["inspectionData"]) == ("FAILED", "E", {"input": "{}"})
    refused = refusal_of(lambda: told_of(machines, MACHINE, stateName="Nobody"))
    assert refused == ("ValidationException", "State not found in definition")
    wrong = {"StartAt": "A", "States": {"A": {"Type": "Pause", "End": True}}}
    types = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"
    reason = f"The field 'Type' should have one of these values: {types} at /States/A/Type"
    refused = refusal_of(lambda: told_of(machines, wrong, stateName="A"))
    message = f"Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {reason}'"
    assert refused == ("InvalidDefinition", message)
