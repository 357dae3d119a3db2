"""What a machine does, state by state, under a clock that goes on by itself."""

import asyncio
from typing import Any

import pytest

from shoplib.localaws.state_machines.interpreter import Task
from shoplib.localaws.state_machines.interpreter.history import History
from shoplib.localaws.state_machines.language import EvaluationFailure, StateFailure
from tests.unit.states_room import FUNCTION, run

END = {"Type": "Pass", "End": True}
WORK = {"Type": "Task", "Resource": FUNCTION}


def failing(*names: str) -> Any:
    """Fails with each of the names in turn, and then answers."""
    left = list(names)

    def work(task: Task) -> Any:
        if left:
            raise StateFailure(left.pop(0), "why")
        return "done"

    return work


def test_what_a_state_reads_and_answers() -> None:
    state = {
        **WORK,
        "InputPath": "$.order",
        "Parameters": {"id.$": "$.id", "run.$": "$$.Execution.Id", "fixed": 1},
        "ResultSelector": {"got.$": "$.id"},
        "ResultPath": "$.answer",
        "OutputPath": "$.answer.got",
        "End": True,
    }
    ran = run({"A": state}, {"order": {"id": 7}})
    assert ran.tasks[0].arguments == {"id": 7, "run": "arn:execution", "fixed": 1}
    assert ran.output == 7


@pytest.mark.parametrize(
    ("state", "output"),
    [
        ({"Result": {"a": 1}}, {"a": 1}),
        ({"Result": 1, "ResultPath": "$.r"}, {"x": 5, "r": 1}),
        ({"ResultPath": None, "Result": 1}, {"x": 5}),
        ({"InputPath": None}, {}),
        ({"OutputPath": None}, {}),
        ({"Parameters": {"y.$": "$.x"}}, {"y": 5}),
        ({"Parameters": {"y.$": "$.x"}, "ResultPath": "$.p"}, {"x": 5, "p": {"y": 5}}),
    ],
)
def test_pass_states(state: dict[str, Any], output: Any) -> None:
    assert run({"A": {**END, **state}}, {"x": 5}).output == output


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Seconds": 5}, 5),
        ({"SecondsPath": "$.s"}, 7),
        ({"Timestamp": "2026-01-01T00:01:00Z"}, 60),
        ({"TimestampPath": "$.t"}, 3600),
        ({"Timestamp": "2020-01-01T00:00:00Z"}, 0),
        ({"Seconds": "{% $states.input.s + 1 %}", "QueryLanguage": "JSONata"}, 8),
    ],
)
def test_waits(fields: dict[str, Any], seconds: float) -> None:
    document = {"s": 7, "t": "2026-01-01T02:00:00+01:00"}
    ran = run({"A": {"Type": "Wait", **fields, "End": True}}, document)
    assert (ran.output, ran.seconds) == (document, seconds)


@pytest.mark.parametrize("seconds", ["soon", -1, 1.5, True])
def test_a_wait_for_no_number_of_seconds_fails(seconds: Any) -> None:
    ran = run({"A": {"Type": "Wait", "SecondsPath": "$.s", "End": True}}, {"s": seconds})
    assert ran.error == "States.Runtime"


def test_a_wait_for_nothing_fails_in_awss_words() -> None:
    ran = run({"A": {"Type": "Wait", "SecondsPath": "$.s", "End": True}})
    cause = "The SecondsPath parameter does not reference an input value: $.s"
    assert ran.failure and ran.failure.cause == (
        f"An error occurred while executing the state 'A' (entered at the event id #1). {cause}"
    )


def test_a_choice_goes_where_its_first_rule_says() -> None:
    rules = [
        {"Variable": "$.n", "NumericLessThan": 5, "Next": "Small"},
        {"Variable": "$.n", "NumericLessThan": 50, "Next": "Middle"},
    ]
    states = {
        "A": {"Type": "Choice", "Choices": rules, "Default": "Large"},
        **{name: {**END, "Result": name} for name in ("Small", "Middle", "Large")},
    }
    assert [run(states, {"n": n}).output for n in (1, 10, 100)] == ["Small", "Middle", "Large"]


def test_a_choice_without_a_way_on_fails() -> None:
    ran = run(
        {"A": {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsNull": True, "Next": "B"}]}, "B": END}, {"n": 1}
    )
    assert ran.error == "States.NoChoiceMatched"


def test_conditions_in_jsonata_assign_and_answer() -> None:
    rule = {"Condition": "{% $states.input.n > 1 %}", "Assign": {"big": True}, "Output": {"o": 1}, "Next": "B"}
    states = {
        "A": {"Type": "Choice", "Choices": [rule], "Default": "B"},
        "B": {"Type": "Pass", "Output": "{% $big %}", "End": True},
    }
    assert run(states, {"n": 2}, QueryLanguage="JSONata").output is True
    assert run(states, {"n": 1}, QueryLanguage="JSONata").error == "States.QueryEvaluationError"


@pytest.mark.parametrize(
    ("fields", "error", "cause"),
    [
        ({"Error": "E", "Cause": "c"}, "E", "c"),
        ({}, None, None),
        ({"ErrorPath": "$.e", "CausePath": "States.Format('it {}', $.c)"}, "mine", "it broke"),
        ({"QueryLanguage": "JSONata", "Error": "{% $states.input.e %}", "Cause": "x"}, "mine", "x"),
    ],
)
def test_fail_states(fields: dict[str, Any], error: str | None, cause: str | None) -> None:
    ran = run({"A": {"Type": "Fail", **fields}}, {"e": "mine", "c": "broke"})
    assert ran.failure and (ran.failure.error, ran.failure.cause) == (error, cause)
    assert ran.kinds == ["FailStateEntered"]


def test_a_task_is_tried_again_with_growing_pauses() -> None:
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 3, "MaxDelaySeconds": 10}]
    ran = run({"A": {**WORK, "Retry": retry, "End": True}}, work=failing("Busy", "Busy", "Busy"))
    assert (ran.output, ran.seconds, len(ran.tasks)) == ("done", 2 + 6 + 10, 4)
    assert ran.kinds == [
        "TaskStateEntered",
        *["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"] * 3,
        *["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded", "TaskStateExited"],
    ]
    assert [previous for _, previous, _ in ran.chain] == list(range(len(ran.events)))


def test_each_retrier_counts_for_itself_and_an_exhausted_one_is_followed_by_catchers() -> None:
    retry = [
        {"ErrorEquals": ["Busy"], "MaxAttempts": 1, "IntervalSeconds": 1},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 10},
    ]
    catch = [{"ErrorEquals": ["Busy"], "ResultPath": "$.error", "Next": "B"}]
    states = {"A": {**WORK, "Retry": retry, "Catch": catch, "End": True}, "B": END}
    ran = run(states, {"x": 1}, work=failing("Busy", "Other", "Busy"))
    assert ran.output == {"x": 1, "error": {"Error": "Busy", "Cause": "why"}}
    assert ran.seconds == 11


def test_how_often_a_state_was_tried_is_in_its_context() -> None:
    state = {
        **WORK,
        "Parameters": {"n.$": "$$.State.RetryCount", "name.$": "$$.State.Name"},
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "End": True,
    }
    ran = run({"A": state}, work=failing("E", "E"))
    assert [task.arguments for task in ran.tasks] == [{"n": n, "name": "A"} for n in range(3)]


@pytest.mark.parametrize(
    ("names", "error", "is_caught"),
    [
        (["States.ALL"], "Anything", True),
        (["States.TaskFailed"], "Anything", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.Timeout"], "States.Timeout", True),
        (["States.Timeout"], "States.HeartbeatTimeout", True),
        (["States.HeartbeatTimeout"], "States.HeartbeatTimeout", True),
        (["States.HeartbeatTimeout"], "States.Timeout", False),
        (["States.ALL"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["A", "B"], "B", True),
        (["b"], "B", False),
    ],
)
def test_which_errors_a_name_stands_for(names: list[str], error: str, is_caught: bool) -> None:
    states = {"A": {**WORK, "Catch": [{"ErrorEquals": names, "Next": "B"}], "End": True}, "B": END}
    ran = run(states, work=failing(error))
    assert (ran.failure is None) is is_caught


async def _never() -> None:
    await asyncio.Event().wait()


def test_a_task_that_takes_too_long_is_ended() -> None:
    ran = run({"A": {**WORK, "TimeoutSecondsPath": "$.t", "End": True}}, {"t": 5}, work=lambda _: _never())
    assert (ran.error, ran.failure and ran.failure.cause, ran.seconds) == ("States.Timeout", None, 5)
    assert ran.events[1]["lambdaFunctionScheduledEventDetails"]["timeoutInSeconds"] == 5
    assert ran.kinds[-1] == "LambdaFunctionTimedOut"


def test_a_result_that_is_too_large_fails() -> None:
    ran = run({"A": {**WORK, "End": True}}, work=lambda _: "é" * 140_000)
    assert ran.error == "States.DataLimitExceeded"
    assert ran.failure and f"The state/task '{FUNCTION}' returned a result" in (ran.failure.cause or "")
    ran = run({"A": {"Type": "Pass", "Result": "é" * 140_000, "End": True}})
    assert ran.failure and (ran.failure.cause or "").startswith("The state/task 'A' returned a result")


def branch(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {**state, "End": True} if state["Type"] != "Fail" else state}}


def test_branches_end_together_in_their_order() -> None:
    branches = [branch("L", {"Type": "Wait", "Seconds": 9}), branch("R", {"Type": "Pass", "Result": 2})]
    ran = run({"A": {"Type": "Parallel", "Branches": branches, "End": True}}, {"x": 1})
    assert (ran.output, ran.seconds) == ([{"x": 1}, 2], 9)
    assert ran.chain == [
        (1, 0, "ParallelStateEntered"),
        (2, 1, "ParallelStateStarted"),
        (3, 2, "WaitStateEntered"),
        (4, 2, "PassStateEntered"),
        (5, 4, "PassStateExited"),
        (6, 3, "WaitStateExited"),
        (7, 6, "ParallelStateSucceeded"),
        (8, 6, "ParallelStateExited"),
    ]


def test_the_first_branch_that_fails_ends_the_others() -> None:
    branches = [branch("L", {"Type": "Wait", "Seconds": 9}), branch("R", {"Type": "Fail", "Error": "E", "Cause": "c"})]
    catch = [{"ErrorEquals": ["E"], "Next": "B"}]
    ran = run({"A": {"Type": "Parallel", "Branches": branches, "Catch": catch, "End": True}, "B": END})
    assert (ran.output, ran.seconds) == ({"Error": "E", "Cause": "c"}, 0)
    assert ran.chain[2:8] == [
        (3, 2, "WaitStateEntered"),
        (4, 2, "FailStateEntered"),
        (5, 4, "WaitStateAborted"),
        (6, 4, "ParallelStateFailed"),
        (7, 6, "ParallelStateExited"),
        (8, 7, "PassStateEntered"),
    ]


def each(state: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": branch("I", state), **more, "End": True}


def test_a_map_goes_through_its_items() -> None:
    selector = {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "all.$": "$.k"}
    ran = run({"A": each({"Type": "Pass"}, ItemsPath="$.items", ItemSelector=selector)}, {"items": ["a", "b"], "k": 9})
    assert ran.output == [{"i": 0, "v": "a", "all": 9}, {"i": 1, "v": "b", "all": 9}]
    assert ran.chain == [
        (1, 0, "MapStateEntered"),
        (2, 1, "MapStateStarted"),
        (3, 2, "MapIterationStarted"),
        (4, 2, "MapIterationStarted"),
        (5, 3, "PassStateEntered"),
        (6, 5, "PassStateExited"),
        (7, 4, "PassStateEntered"),
        (8, 7, "PassStateExited"),
        (9, 6, "MapIterationSucceeded"),
        (10, 8, "MapIterationSucceeded"),
        (11, 10, "MapStateSucceeded"),
        (12, 10, "MapStateExited"),
    ]
    assert ran.events[1]["mapStateStartedEventDetails"] == {"length": 2}
    assert ran.events[3]["mapIterationStartedEventDetails"] == {"name": "A", "index": 1}


@pytest.mark.parametrize(("at_once", "seconds"), [(1, 30), (2, 20), (0, 10), (3, 10)])
def test_a_map_works_on_so_many_at_once(at_once: int, seconds: int) -> None:
    ran = run({"A": each({"Type": "Wait", "Seconds": 10}, MaxConcurrency=at_once)}, [1, 2, 3])
    assert (ran.output, ran.seconds) == ([1, 2, 3], seconds)


def test_an_empty_map_and_one_of_forty_at_most() -> None:
    assert run({"A": each({"Type": "Pass"})}, []).output == []
    assert run({"A": each({"Type": "Wait", "Seconds": 10})}, list(range(81))).seconds == 30


def test_what_is_no_list_cannot_be_gone_through() -> None:
    ran = run({"A": each({"Type": "Pass"}, ItemsPath="$.x")}, {"x": 1})
    assert ran.failure and 'Reference path "$.x" must point to array.' in (ran.failure.cause or "")


def test_an_iteration_that_fails_ends_the_map() -> None:
    def work(task: Task) -> Any:
        if task.arguments == 2:
            raise StateFailure("E", "two")
        return _never()

    ran = run({"A": each(WORK)}, [1, 2], work)
    assert (ran.error, ran.failure and ran.failure.cause) == ("E", "two")
    failed = ran.events[-5:]
    assert [event["type"] for event in failed] == [
        *("MapIterationFailed", "TaskStateAborted", "MapIterationAborted", "TaskStateAborted", "MapStateFailed"),
    ]
    assert {event["previousEventId"] for event in failed} == {failed[0]["id"] - 1}


def test_a_map_is_tried_again_as_a_whole() -> None:
    ran = run({"A": each(WORK, Retry=[{"ErrorEquals": ["E"]}])}, [1], work=failing("E"))
    assert ran.output == ["done"]


def test_a_map_in_jsonata() -> None:
    state = each({"Type": "Pass", "Output": "{% $states.input.v * $rate %}"}, Items="{% $states.input.n %}")
    state["ItemSelector"] = {"v": "{% $states.context.Map.Item.Value %}"}
    states = {"S": {"Type": "Pass", "Assign": {"rate": 10}, "Next": "A"}, "A": state}
    assert run(states, {"n": [1, 2]}, QueryLanguage="JSONata").output == [10, 20]


def test_variables_are_seen_within_and_kept_there() -> None:
    inner = {"Type": "Pass", "Assign": {"mine": 2, "outer": 3}}
    states = {
        "A": {"Type": "Pass", "Assign": {"outer": 1, "all.$": "$"}, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [branch("I", inner)], "Next": "Z"},
        "Z": {"Type": "Pass", "Parameters": {"outer.$": "$outer", "all.$": "$all.x"}, "End": True},
    }
    assert run(states, {"x": 5}).output == {"outer": 1, "all": 5}


def test_a_task_in_jsonata() -> None:
    state = {
        **WORK,
        "Arguments": {"n": "{% $states.input.n + 1 %}"},
        "Assign": {"kept": "{% $states.result.n %}"},
        "Output": "{% $states.result.n * 2 %}",
        "Next": "B",
    }
    states = {
        "A": state,
        "B": {"Type": "Pass", "Output": {"kept": "{% $kept %}", "out": "{% $states.input %}"}, "End": True},
    }
    ran = run(states, {"n": 1}, QueryLanguage="JSONata")
    assert ran.output == {"kept": 2, "out": 4}
    exited = next(event for event in ran.events if event["type"] == "TaskStateExited")["stateExitedEventDetails"]
    assert exited["assignedVariables"] == {"kept": "2"}


def test_an_expression_that_fails_is_told_and_can_be_caught() -> None:
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Output": "{% $states.errorOutput.Error %}", "Next": "B"}]
    states = {"A": {**WORK, "Arguments": "{% $states.input.zz %}", "Catch": catch, "End": True}, "B": END}
    ran = run(states, QueryLanguage="JSONata")
    assert ran.output == "States.QueryEvaluationError"
    told = ran.events[1]["evaluationFailedEventDetails"]
    assert (ran.kinds[1], told["location"], told["state"]) == ("EvaluationFailed", "Arguments", "A")


def test_a_callback_gets_its_token() -> None:
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"MessageBody": {"t.$": "$$.Task.Token"}},
        "HeartbeatSeconds": 60,
        "End": True,
    }
    ran = run({"A": state})
    assert ran.output == {"MessageBody": {"t": ran.tasks[0].token}}
    assert ran.events[1]["taskScheduledEventDetails"]["heartbeatInSeconds"] == 60


def test_a_history_is_finite() -> None:
    history = History(lambda: 0.0, lambda event: None, 3)
    history.add("A", 0)
    history.add("B", 1)
    with pytest.raises(EvaluationFailure, match="maximum number of history events"):
        history.add("C", 2)
    assert history.add("ExecutionFailed", 2) == 3
