"""A machine's states, one after the other, each tried again and caught as it says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from shoplib.localaws.state_machines.interpreter import branches, steps, tasks
from shoplib.localaws.state_machines.interpreter.retries import Retries, index_of
from shoplib.localaws.state_machines.interpreter.steps import Step
from shoplib.localaws.state_machines.interpreter.walk import UNFINISHED, Walk
from shoplib.localaws.state_machines.language import EvaluationFailure, Language, Scope, StateFailure
from shoplib.localaws.state_machines.language.failures import QUERY

State = Mapping[str, Any]
HANDLERS: Mapping[str, Callable[[Walk, State, Scope, Language], Awaitable[Step]]] = {
    "Pass": steps.pass_on,
    "Wait": steps.wait,
    "Choice": steps.choose,
    "Succeed": steps.succeed,
    "Fail": steps.fail,
    "Task": tasks.work,
    "Parallel": branches.parallel,
    "Map": branches.map_items,
}


async def follow(walk: Walk, machine: State, document: Any) -> Any:
    """The machine's output. Raises StateFailure."""
    if walk.output is not UNFINISHED:
        return walk.output
    name: str | None = machine["StartAt"]
    if walk.is_resumed and walk.place:
        name, document = walk.place.state, walk.place.document
    while name is not None:
        step = await _run(walk, name, machine["States"][name], document)
        document, name = step.result.output, step.next
        await asyncio.sleep(0)  # a loop of states leaves room for others
    walk.output = document
    return document


async def _run(walk: Walk, name: str, state: State, document: Any) -> Step:
    entered = walk.place.event_id if walk.is_resumed and walk.place else walk.enter(name, state, document)
    walk.is_resumed = False
    retries = Retries(state.get("Retry", []))
    while True:
        try:
            step = await HANDLERS[state["Type"]](walk, state, walk.scope(document), walk.language_of(state))
            walk.leave(name, step.result)
            return step
        except StateFailure as failure:
            _record_failure(walk, name, entered, failure)
            delay = retries.delay(failure)
            if delay is None:
                return _caught_at(entered, walk, name, state, document, failure)
            await walk.run.timers.sleep(delay)
            walk.try_again()


def _record_failure(walk: Walk, name: str, entered: int, failure: StateFailure) -> None:
    if not isinstance(failure, EvaluationFailure) or not failure.place(name, entered):
        return
    if failure.error == QUERY:
        _record_query(walk, name, entered, failure)


def _record_query(walk: Walk, name: str, entered: int, failure: EvaluationFailure) -> None:
    """As on AWS, a Map that could not begin fails, and that follows from what was before the Map."""
    is_unbegun = walk.kind == "Map" and walk.previous == entered
    if is_unbegun:
        walk.previous = walk.run.history.previous_of(entered)
    details = {"error": failure.error, "cause": failure.cause, "location": failure.location or None, "state": name}
    walk.record("EvaluationFailed", **details)
    if is_unbegun:
        walk.record("MapStateFailed")


def _caught_at(entered: int, walk: Walk, name: str, state: State, document: Any, failure: StateFailure) -> Step:
    try:
        return _caught(walk, name, state, document, failure)
    except EvaluationFailure as wrong:  # what the catcher itself says cannot be evaluated
        _record_failure(walk, name, entered, wrong)
        raise


def _caught(walk: Walk, name: str, state: State, document: Any, failure: StateFailure) -> Step:
    number = index_of(state.get("Catch", []), failure)
    if number is None:
        raise failure
    catcher, scope = state["Catch"][number], walk.scope(document)
    result = walk.language_of(state).caught(catcher, scope, failure.output, f"Catch[{number}]/")
    step = Step(catcher["Next"], result)
    walk.leave(name, step.result)
    return step
