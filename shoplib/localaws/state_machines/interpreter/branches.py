"""Parallel and Map: sequences of states side by side, which end together or fail together."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from shoplib.localaws.state_machines.definition.map_modes import is_distributed
from shoplib.localaws.state_machines.interpreter.map_limits import MOST_AT_ONCE, most_at_once, tolerance
from shoplib.localaws.state_machines.interpreter.retries import TERMINAL
from shoplib.localaws.state_machines.interpreter.steps import Step
from shoplib.localaws.state_machines.interpreter.walk import UNFINISHED, Walk
from shoplib.localaws.state_machines.language import EvaluationFailure, Language, Scope, StateFailure

ABORTED = ("Task", "Wait", "Parallel", "Map")  # whose end before time histories tell
State = Mapping[str, Any]
Work = Coroutine[Any, Any, Any]


async def parallel(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    arguments = language.arguments(state, scope)
    if not walk.branches:
        walk.record("ParallelStateStarted")
        walk.branches = [walk.fork() for _ in state["Branches"]]
    group = _Group(walk)
    for own, branch in zip(walk.branches, state["Branches"], strict=True):
        group.add(own, _branch(own, branch, arguments))
    outputs = await group.finish("ParallelStateFailed")
    walk.note("ParallelStateSucceeded")
    return Step(state.get("Next"), language.result(state, scope, outputs))


async def _branch(walk: Walk, machine: State, document: Any) -> Any:
    return await walk.run.follow(walk, machine, document)


async def map_items(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    """A Map: its processor once for each item."""
    if not is_distributed(state):
        return await _iterate(walk, state, scope, language)
    assert walk.run.distribute is not None
    step: Step = await walk.run.distribute(walk, state, scope, language)
    return step


async def _iterate(walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    items = language.items(state, scope)
    places = _Places(min(most_at_once(state, scope, language) or MOST_AT_ONCE, MOST_AT_ONCE))
    name = walk.context["State"]["Name"]
    if not walk.branches:
        walk.record("MapStateStarted", length=len(items))
        walk.branches = [walk.fork(Map={"Item": {"Index": index, "Value": item}}) for index, item in enumerate(items)]
    tolerance(state, scope, language)  # of no effect on the failures of an inline Map, but it must make sense
    group = _Group(walk, name)
    for index, (own, item) in enumerate(zip(walk.branches, items, strict=True)):
        document = language.item_input(state, scope.within(Map=own.context["Map"]), item)
        group.add(own, _iteration(own, state, document, places, {"name": name, "index": index}))
    outputs = await group.finish("MapStateFailed")
    walk.note("MapStateSucceeded")
    return Step(state.get("Next"), language.result(state, scope, outputs))


class _Places:
    """For so many iterations at once; one that takes the place of another follows from the other's last state."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._left: deque[int] = deque()

    @asynccontextmanager
    async def taken(self, walk: Walk) -> AsyncIterator[None]:
        async with self._free:
            if self._left:
                walk.previous = self._left.popleft()
            yield

    def leave(self, walk: Walk) -> None:
        self._left.append(walk.previous)


async def _iteration(walk: Walk, state: State, document: Any, places: _Places, place: dict[str, Any]) -> Any:
    if walk.output is not UNFINISHED:
        return walk.output
    async with places.taken(walk):
        if not walk.is_resumed:
            walk.record("MapIterationStarted", **place)
            walk.kind = "Iteration"
        await asyncio.sleep(0)  # all that begin together are told first
        try:
            output = await walk.run.follow(walk, state.get("ItemProcessor") or state["Iterator"], document)
        except StateFailure as failure:
            if failure.error not in TERMINAL:
                walk.note("MapIterationFailed", **place)
            raise
        places.leave(walk)
        walk.record("MapIterationSucceeded", **place)
        return output


class _Group:
    """Sequences at work side by side; `name` is that of their Map."""

    def __init__(self, walk: Walk, name: str | None = None) -> None:
        self._walk, self._name = walk, name
        self._walks: list[Walk] = []
        self._tasks: list[asyncio.Task[Any]] = []

    def add(self, walk: Walk, work: Work) -> None:
        self._walks.append(walk)
        self._tasks.append(asyncio.ensure_future(work))

    async def finish(self, failed: str) -> list[Any]:
        """All outputs in order. The first failure ends the others and is raised, told as `failed`."""
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
            if (number := self._failed()) is not None:
                raise self._end(number, failed)
            self._walk.previous = max([self._walk.previous, *(walk.previous for walk in self._walks)])
            return [task.result() for task in self._tasks]
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _failed(self) -> int | None:
        failures = [number for number, task in enumerate(self._tasks) if task.done() and task.exception()]
        return min(failures, key=lambda number: self._walks[number].previous, default=None)

    def _end(self, number: int, failed: str) -> BaseException:
        failure = self._tasks[number].exception()
        assert failure is not None
        self._walk.previous = self._walks[number].previous
        if isinstance(failure, StateFailure) and failure.error not in TERMINAL:
            self._tell_own(number, failure)
            self._tell_aborted()
            self._walk.record(failed)
        return failure

    def _tell_own(self, number: int, failure: StateFailure) -> None:
        """As on AWS, the task whose failure ends the others ends before time itself."""
        if self._walks[number].kind == "Task" and not isinstance(failure, EvaluationFailure):
            self._walk.note("TaskStateAborted")

    def _tell_aborted(self) -> None:
        for index, (walk, task) in enumerate(zip(self._walks, self._tasks, strict=True)):
            if task.done() or not walk.kind:
                continue
            if self._name is not None:
                self._walk.note("MapIterationAborted", name=self._name, index=index)
            if walk.kind in ABORTED:
                self._walk.note(f"{walk.kind}StateAborted")
