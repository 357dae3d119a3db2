"""TestState: one state by itself, with a real call or a mocked one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.definition.resources import Resource
from shoplib.localaws.state_machines.interpreter import History, Integrations, Run, Task, Timers, Walk, follow, within
from shoplib.localaws.state_machines.interpreter.machine import HANDLERS
from shoplib.localaws.state_machines.interpreter.retries import Retries, catcher_of
from shoplib.localaws.state_machines.interpreter.steps import Step
from shoplib.localaws.state_machines.language import (
    EvaluationFailure,
    JsonPath,
    Language,
    Result,
    Scope,
    StateFailure,
    paths,
)
from shoplib.localaws.state_machines.language.templates import filled

LONGEST_S = 300
NAME = "Test"  # of a state that has none
GROUPS = ("Parallel", "Map")
State = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """A state, what it gets, and how often it was tried before."""

    name: str
    state: State
    language: str
    document: Any
    variables: dict[str, Any]
    context: dict[str, Any]
    inspected: bool
    region: str


class Mocked:
    """In the place of calls: the mock's result, or its error."""

    def __init__(self, mock: Mapping[str, Any], result: Any) -> None:
        self._error = mock.get("errorOutput")
        self._result = result
        self.text = mock.get("result")

    def new_token(self, resource: Resource) -> str:
        return "token"

    async def work(self, task: Task) -> Any:
        task.started(None)
        return self.answer()

    def answer(self) -> Any:
        """Raises StateFailure."""
        if self._error is not None:
            raise StateFailure(self._error.get("error"), self._error.get("cause"))
        return self._result


async def try_state(trial: Trial, timers: Timers, integrations: Integrations) -> Answer:
    """What TestState answers."""
    history = History(timers.now, lambda event: None, None)
    walk = Walk(Run(history, timers, integrations, trial.region, trial.language, follow), dict(trial.context))
    walk.variables = dict(trial.variables)
    entered = walk.enter(trial.name, trial.state, trial.document)
    language = _Watched(walk.language_of(trial.state))
    try:
        answer = await within(timers, LONGEST_S, _succeeded(walk, trial, language), StateFailure("States.Timeout"))
    except StateFailure as failure:
        if isinstance(failure, EvaluationFailure):
            failure.place(trial.name, entered)
        answer = _failed(walk, trial, failure)
    return {**answer, "inspectionData": _inspected(walk, trial, language)} if trial.inspected else answer


class _Watched:
    """A query language that notes what a state worked on, and what came of it."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.noted: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._language, name)

    def arguments(self, state: State, scope: Scope) -> Any:
        self.noted["arguments"] = self._language.arguments(state, scope)
        return self.noted["arguments"]

    def result(self, state: State, scope: Scope, value: Any) -> Result:
        self.noted["result"] = value
        return self._language.result(state, scope, value)


async def _succeeded(walk: Walk, trial: Trial, language: Any) -> Answer:
    handler = _group if trial.state["Type"] in GROUPS else HANDLERS[trial.state["Type"]]
    step = await handler(walk, trial.state, walk.scope(trial.document), language)
    walk.leave(trial.name, step.result)
    following = {"nextState": step.next} if step.next else {}
    return {"status": "SUCCEEDED", "output": _text(walk, trial, step.result.output), **following}


def _text(walk: Walk, trial: Trial, output: Any) -> str:
    """What a mocked Map or Parallel hands on unchanged stays as it was written."""
    mocked: Any = walk.run.integrations
    if trial.state["Type"] in GROUPS and mocked.text and output == mocked.answer():
        return str(mocked.text)
    return compact(output)


async def _group(walk: Walk, state: State, scope: Scope, language: Any) -> Step:
    """A Map or a Parallel, of which only the mock's answer is tried."""
    if state["Type"] == "Map":
        language.noted["items"] = language.items(state, scope)
        language.noted["at once"] = language.value(state, "MaxConcurrency", scope) or 0
    else:
        language.arguments(state, scope)
    mocked: Any = walk.run.integrations
    return Step(state.get("Next"), language.result(state, scope, mocked.answer()))


def _failed(walk: Walk, trial: Trial, failure: StateFailure) -> Answer:
    failure_details = {name.lower(): value for name, value in failure.output.items()}
    if Retries(trial.state.get("Retry", [])).delay(failure) is not None:
        return {"status": "RETRIABLE", **failure_details}
    catcher = catcher_of(trial.state.get("Catch", []), failure)
    if catcher is None:
        return {"status": "FAILED", **failure_details}
    result = walk.language_of(trial.state).caught(catcher, walk.scope(trial.document), failure.output)
    return {"status": "CAUGHT_ERROR", **failure_details, "output": compact(result.output), "nextState": catcher["Next"]}


def _inspected(walk: Walk, trial: Trial, language: _Watched) -> Answer:
    """Input and output as they went through the state's fields."""
    noted, is_map = language.noted, trial.state["Type"] == "Map"
    has_result = "result" in noted and not is_map and (trial.state["Type"] != "Pass" or "Result" in trial.state)
    steps = {"input": trial.document, **({"result": noted["result"]} if has_result else {})}
    if isinstance(walk.language_of(trial.state), JsonPath):
        steps |= _by_path(walk.scope(trial.document), trial.state, noted)
    elif "arguments" in noted:
        steps["afterArguments"] = noted["arguments"]
    if walk.variables:
        steps["variables"] = walk.variables
    numbers = {"maxConcurrency": noted["at once"]} if "at once" in noted else {}
    return {name: compact(value) for name, value in steps.items()} | numbers


def _by_path(scope: Scope, state: State, noted: Mapping[str, Any]) -> dict[str, Any]:
    selected = paths.find(state.get("InputPath") or "$", scope)
    has_input = selected is not paths.MISSING and "Result" not in state  # a result of its own has nothing before it
    steps = {"afterInputPath": selected} if has_input else {}
    if "items" in noted:
        steps["afterItemsPath"] = noted["items"]
    if "arguments" in noted and "Result" not in state:
        steps["afterParameters"] = noted["arguments"]
    if "result" in noted:
        chosen = filled(state["ResultSelector"], scope.of(noted["result"])) if "ResultSelector" in state else None
        steps["afterResultSelector"] = noted["result"] if chosen is None else chosen
        steps["afterResultPath"] = paths.put(scope.document, state.get("ResultPath", "$"), steps["afterResultSelector"])
    return steps
