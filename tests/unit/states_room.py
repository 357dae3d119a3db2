"""Runs a definition at once: its own clock goes on when nothing else can, and a function stands for what tasks call."""

import asyncio
import heapq
import inspect
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.state_machines.definition import faults
from shoplib.localaws.state_machines.interpreter import History, Run, Task, Timers, Walk, follow
from shoplib.localaws.state_machines.language import StateFailure
from tests import loops

BEGIN = 1_767_225_600.0  # 2026-01-01 00:00 UTC
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work"
TURNS = 30  # of the loop, after which whatever can go on has gone on
Work = Callable[[Task], Any]


class VirtualTimers(Timers):
    def __init__(self) -> None:
        self.time = BEGIN
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self.time

    async def sleep_until(self, at: float) -> None:
        due: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (at, next(self._order), due))
        await due

    async def drive(self, work: "asyncio.Task[Any]") -> None:
        while not work.done():
            for _ in range(TURNS):
                await asyncio.sleep(0)
            while self._waiting and self._waiting[0][2].done():
                heapq.heappop(self._waiting)
            if self._waiting and not work.done():
                self.time, _, due = heapq.heappop(self._waiting)
                self.time = max(self.time, BEGIN)
                due.set_result(None)


@dataclass
class FakeWork:
    """`work` answers each task; it may be a coroutine, or raise StateFailure."""

    work: Work
    tasks: list[Task] = field(default_factory=list)

    def new_token(self, resource: Any) -> str:
        return f"token-{len(self.tasks) + 1}"

    async def work_on(self, task: Task) -> Any:
        self.tasks.append(task)
        task.started(None)
        result = self.work(task)
        return await result if inspect.isawaitable(result) else result


class Integrations:
    def __init__(self, fake: FakeWork) -> None:
        self._fake = fake
        self.new_token = fake.new_token

    async def work(self, task: Task) -> Any:
        return await self._fake.work_on(task)


@dataclass
class Ran:
    """What became of an execution."""

    output: Any
    failure: StateFailure | None
    events: list[dict[str, Any]]
    tasks: list[Task]
    seconds: float

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def chain(self) -> list[tuple[int, int, str]]:
        return [(event["id"], event["previousEventId"], event["type"]) for event in self.events]

    @property
    def error(self) -> str | None:
        return self.failure.error if self.failure else None


def run(states: dict[str, Any], document: Any = None, work: Work = lambda task: task.arguments, **top: Any) -> Ran:
    """Run the states, of which the first is the start; `top` are fields of the definition beside them."""
    definition = {"StartAt": next(iter(states)), "States": states, **top}
    assert not faults(definition), list(map(str, faults(definition)))
    return loops.run(_run(json.loads(json.dumps(definition)), {} if document is None else document, work))


async def _run(definition: dict[str, Any], document: Any, work: Work) -> Ran:
    timers, fake = VirtualTimers(), FakeWork(work)
    history = History(timers.now, lambda event: None, 25_000)
    language = definition.get("QueryLanguage", "JSONPath")
    run_ = Run(history, timers, Integrations(fake), "us-east-1", language, follow)
    walk = Walk(run_, {"Execution": {"Id": "arn:execution", "Input": document}})
    task = asyncio.ensure_future(follow(walk, definition, document))
    await timers.drive(task)
    failure = task.exception()
    if failure is not None and not isinstance(failure, StateFailure):
        raise failure
    output = None if failure else task.result()
    return Ran(output, failure, history.events, fake.tasks, timers.time - BEGIN)
