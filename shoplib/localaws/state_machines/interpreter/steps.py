"""The states that work for themselves: Pass, Wait, Choice, Succeed and Fail."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.interpreter.walk import Walk
from shoplib.localaws.state_machines.language import EvaluationFailure, Language, Result, Scope, StateFailure
from shoplib.localaws.state_machines.language.bounds import INTEGERS
from shoplib.localaws.state_machines.language.failures import QUERY, runtime
from shoplib.localaws.state_machines.language.timestamps import moment

NO_WAY_ON = "Failed to transition out of the state. The state does not point to a next state."
State = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """What a state came to, and the state that follows; None at the end."""

    next: str | None
    result: Result


async def pass_on(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    if "Output" in state:
        return Step(state.get("Next"), language.passed(state, scope))
    arguments = language.arguments(state, scope)
    value = deepcopy(state["Result"]) if "Result" in state else arguments
    return Step(state.get("Next"), language.result(state, scope, value))


async def wait(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    seconds = language.value(state, "Seconds", scope)
    timestamp = language.value(state, "Timestamp", scope)
    if timestamp is not None:
        await walk.run.timers.sleep_until(_due(timestamp, state.get("TimestampPath")))
    else:
        await walk.run.timers.sleep(_seconds(seconds))
    return Step(state.get("Next"), language.passed(state, scope))


def _due(timestamp: Any, path: str | None) -> float:
    due = moment(timestamp)
    if due is None and path:
        what = "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string"
        raise runtime(f"{what}: {path} == {_as_text(timestamp)}")
    if due is None:
        what = "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string"
        raise EvaluationFailure(QUERY, f"{what}: {_as_text(timestamp)}", "Timestamp")
    return due.timestamp()


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else compact(value)


def _seconds(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or value != int(value):
        raise runtime(f"The value of the Seconds parameter must be an integer: {value}")
    least, most = INTEGERS["Seconds"]
    if not least <= value <= most:
        raise runtime(f"The value of the Seconds parameter must be from {least} to {most}: {value}")
    return float(value)


async def choose(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    number = language.choice(state, scope)
    if number is None and "Default" not in state:
        raise EvaluationFailure("States.NoChoiceMatched", NO_WAY_ON)
    if number is None:
        return Step(state["Default"], language.passed(state, scope))
    rule = state["Choices"][number]
    # A rule's own Output and Assign take the place of the state's, which are those of the default.
    own = {name: rule[name] for name in ("Output", "Assign") if name in rule}
    selection = {name: state[name] for name in ("InputPath", "OutputPath") if name in state}
    return Step(rule["Next"], language.passed({"Type": "Choice", **selection, **own}, scope, f"Choices[{number}]/"))


async def succeed(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    return Step(None, language.passed(state, scope))


async def fail(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    raise StateFailure(*(_text(language.value(state, name, scope), name) for name in ("Error", "Cause")))


def _text(value: Any, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise runtime(f"The value of the {name} field must be a string")
    return value
