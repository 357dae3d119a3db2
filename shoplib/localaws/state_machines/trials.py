"""TestState: one state by itself, with a real call or a mocked one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.definition.resources import Resource
from shoplib.localaws.state_machines.interpreter import History, Integrations, Run, Task, Timers, Walk, follow, within
from shoplib.localaws.state_machines.interpreter.machine import HANDLERS
from shoplib.localaws.state_machines.interpreter.map_limits import most_at_once, tolerance
from shoplib.localaws.state_machines.interpreter.retries import Retries, index_of
from shoplib.localaws.state_machines.interpreter.steps import Step
from shoplib.localaws.state_machines.language import (
    JsonPath,
    Language,
    Result,
    Scope,
    StateFailure,
    paths,
)
from shoplib.localaws.state_machines.language.failures import EXCEEDED
from shoplib.localaws.state_machines.language.templates import filled

LONGEST_S = 300
NAME = "StateName"  # of a state that has none, as on AWS
GROUPS = ("Parallel", "Map")
State = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """A state, and what it gets. `execution` is what the context object says of the execution, `context` stands for
    all of the object."""

    name: str
    state: State
    language: str
    document: Any
    variables: dict[str, Any]
    execution: dict[str, Any]
    context: dict[str, Any] | None
    inspected: bool
    region: str
    settings: "Settings"


@dataclass(frozen=True)
class Settings:
    """What happened before: retries of the state's retrier, iterations of a Map that failed, and what it has read."""

    retries: int = 0
    failed: int = 0
    items: list[Any] | None = None


class Mocked:
    """In the place of calls: the mock's result, or its error."""

    def __init__(self, mock: Mapping[str, Any], result: Any, token: str = "token") -> None:
        self._error = mock.get("errorOutput")
        self._result = result
        self._token = token
        self.text = mock.get("result")

    def new_token(self, resource: Resource) -> str:
        return self._token

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
    walk = Walk(Run(history, timers, integrations, trial.region, trial.language, follow), dict(trial.execution))
    walk.variables = dict(trial.variables)
    walk.enter(trial.name, trial.state, trial.document)
    if trial.context is not None:
        walk.context = dict(trial.context)
    details: Answer = {}
    language = _Watched(walk.language_of(trial.state), trial.settings)
    try:
        answer = await within(timers, LONGEST_S, _succeeded(walk, trial, language), StateFailure("States.Timeout"))
    except StateFailure as failure:
        answer, details = _failed(walk, trial, failure)
    return {**answer, "inspectionData": _inspected(walk, trial, language) | details} if trial.inspected else answer


class _Watched:
    """A query language that notes what a state worked on, and what came of it."""

    def __init__(self, language: Language, settings: Settings) -> None:
        self._language = language
        self.settings = settings
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
    mocked: Any = walk.run.integrations
    if state["Type"] == "Map":
        result = _iterated(state, scope, language, mocked)
    else:
        language.arguments(state, scope)
        result = mocked.answer()
    return Step(state.get("Next"), language.result(state, scope, result))


def _iterated(state: State, scope: Scope, language: Any, mocked: Any) -> Any:
    settings = language.settings
    items = language.items(state, scope) if settings.items is None else settings.items
    if settings.items is None:
        language.noted["items"] = items
    language.noted["at once"] = most_at_once(state, scope, language)
    language.noted["tolerance"] = tolerance(state, scope, language)
    result = mocked.answer()
    if language.noted["tolerance"].is_exceeded(settings.failed, len(items)):
        raise StateFailure(*EXCEEDED)
    return result


def _failed(walk: Walk, trial: Trial, failure: StateFailure) -> tuple[Answer, Answer]:
    """What TestState answers, and what it tells of the retrier and the catcher."""
    known = {name.lower(): value for name, value in failure.output.items()}
    retries, catchers = Retries(trial.state.get("Retry", []), trial.settings.retries), trial.state.get("Catch", [])
    details: Answer = {} if retries.index(failure) is None else {"retryIndex": retries.index(failure)}
    if (delay := retries.delay(failure)) is not None:
        details["retryBackoffIntervalSeconds"] = int(delay)
        return {"status": "RETRIABLE", **known}, {"errorDetails": details}
    at = index_of(catchers, failure)
    if at is None:
        return {"status": "FAILED", **known}, {"errorDetails": details} if details else {}
    result = walk.language_of(trial.state).caught(
        catchers[at], walk.scope(trial.document), failure.output, f"Catch[{at}]/"
    )
    way_on = {"output": compact(result.output), "nextState": catchers[at]["Next"]}
    return {"status": "CAUGHT_ERROR", **known, **way_on}, {"errorDetails": {**details, "catchIndex": at}}


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
    if "tolerance" in noted:
        tolerated = {"toleratedFailure" + name.title(): value for name, value in asdict(noted["tolerance"]).items()}
        numbers |= {name: value for name, value in tolerated.items() if value is not None}
    return {name: compact(value) for name, value in steps.items()} | numbers


def _by_path(scope: Scope, state: State, noted: Mapping[str, Any]) -> dict[str, Any]:
    selected = paths.find(state.get("InputPath") or "$", scope)
    is_read = state["Type"] != "Fail" and "Result" not in state  # a result of its own has nothing before it
    has_input = selected is not paths.MISSING and is_read
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
