"""Map Runs: the executions of a Map in mode DISTRIBUTED, how many are at work, and how many may fail."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from shoplib.localaws.state_machines.executions import ABORTED, FAILED, RUNNING, SUCCEEDED, TIMED_OUT, Execution
from shoplib.localaws.state_machines.interpreter.map_limits import Tolerance
from shoplib.localaws.state_machines.language import StateFailure
from shoplib.localaws.state_machines.language.failures import EXCEEDED
from shoplib.localaws.state_machines.map_runs.distribution import Batch, Outcome

AT_ONCE = 1_000  # executions of one Map Run that are at work here; AWS has 10,000
NAMES_OF_COUNTS = {
    RUNNING: "running",
    SUCCEEDED: "succeeded",
    FAILED: "failed",
    TIMED_OUT: "timedOut",
    ABORTED: "aborted",
}


class Starts(Protocol):
    """Whoever starts the executions of one Map Run, and ends them."""

    def begin(self, batch: Batch) -> Execution: ...

    def redrive(self, child: Execution) -> bool:
        """Let an execution that failed go on; False when another must begin in its place."""

    def abandon(self, child: Execution) -> None: ...

    def now(self) -> float: ...


@dataclass
class MapRun:
    """`batches` are the inputs of its executions, `children` the execution of each that was begun."""

    arn: str
    execution_arn: str
    machine_arn: str
    most_at_once: int
    tolerance: Tolerance
    most_items: int | None
    started: float
    starts: Starts | None = field(repr=False)
    batches: list[Batch] = field(default_factory=list, repr=False)
    children: list[Execution | None] = field(default_factory=list, repr=False)
    status: str = RUNNING
    stopped: float | None = None
    redrives: int = 0
    redriven: float | None = None
    _failed: int = 0  # items of executions that failed
    _changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """Who starts and waits does so in this process."""
        return {name: value for name, value in self.__dict__.items() if name not in ("starts", "_changed")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, starts=None, _changed=asyncio.Event())

    async def work(self, batches: list[Batch]) -> None:
        """Start an execution for each. Raises StateFailure when more fail than are tolerated."""
        self.batches, self.children = batches, [None] * len(batches)
        await self._go_on(self._begin)

    def begin_again(self) -> None:
        """After it failed."""
        assert self.starts is not None
        self.status, self.stopped = RUNNING, None
        self.redrives, self.redriven = self.redrives + 1, self.starts.now()

    async def redrive(self) -> None:
        """Go on with what did not succeed. Raises StateFailure when more fail than are tolerated."""
        await self._go_on(self._begin_again)

    def outcomes(self) -> list[Outcome]:
        return [_outcome(child) for child in self.begun()]

    def pending(self) -> list[Batch]:
        return [batch for batch, child in zip(self.batches, self.children, strict=True) if child is None]

    def finish(self, status: str) -> None:
        assert self.starts is not None
        self.status, self.stopped = status, self.starts.now()

    def stop_at(self, now: float) -> None:
        """What was at work in another process is not any more."""
        if self.status == RUNNING:
            self.status, self.stopped = ABORTED, now

    def begun(self) -> Iterator[Execution]:
        return (child for child in self.children if child is not None)

    async def change(self, most_at_once: int | None, tolerance: Tolerance) -> None:
        """Limits that hold from now on; None leaves one as it is. Called within the loop of the executions."""
        self.most_at_once = self.most_at_once if most_at_once is None else most_at_once
        self.tolerance = tolerance.over(self.tolerance)
        self._changed.set()

    async def _go_on(self, begin: Callable[[int], Execution]) -> None:
        """Have at most so many at work until each has ended. Raises StateFailure when too many fail."""
        waiting = deque(index for index, child in enumerate(self.children) if not _is_done(child))
        running, self._failed = set[int](), 0
        total = sum(batch.items for batch in self.batches)
        try:
            while waiting or running:
                while waiting and len(running) < min(self.most_at_once or AT_ONCE, AT_ONCE):
                    self._start(waiting.popleft(), begin, running)
                await self._changed.wait()
                self._changed.clear()
                if self.tolerance.is_exceeded(self._failed, total):
                    raise StateFailure(*EXCEEDED)
        finally:
            await self._end(running)

    def _start(self, index: int, begin: Callable[[int], Execution], running: set[int]) -> None:
        loop = asyncio.get_running_loop()
        child = self.children[index] = begin(index)
        running.add(index)
        child.ended.add_done_callback(lambda _: loop.call_soon_threadsafe(self._note_end, index, running))

    def _note_end(self, index: int, running: set[int]) -> None:
        running.discard(index)
        self._failed += 0 if _is_done(self.children[index]) else self.batches[index].items
        self._changed.set()

    async def _end(self, running: set[int]) -> None:
        """Abort what is still at work, and wait until it has ended."""
        children = [child for index in running if (child := self.children[index]) is not None]
        for child in children:
            assert self.starts is not None
            self.starts.abandon(child)
        await asyncio.gather(*(asyncio.wrap_future(child.ended) for child in children))

    def _begin(self, index: int) -> Execution:
        assert self.starts is not None
        return self.starts.begin(self.batches[index])

    def _begin_again(self, index: int) -> Execution:
        assert self.starts is not None
        child = self.children[index]
        return child if child is not None and self.starts.redrive(child) else self._begin(index)

    def described(self) -> dict[str, Any]:
        """As DescribeMapRun answers; times in seconds since 1970."""
        stopped = {} if self.stopped is None else {"stopDate": self.stopped}
        redriven = {} if self.redriven is None else {"redriveDate": self.redriven}
        return {
            "mapRunArn": self.arn,
            "executionArn": self.execution_arn,
            "status": self.status,
            "startDate": self.started,
            **stopped,
            "maxConcurrency": self.most_at_once,
            "toleratedFailurePercentage": float(self.tolerance.percentage or 0),
            "toleratedFailureCount": self.tolerance.count or 0,
            "itemCounts": self._counts(lambda batch: batch.items),
            "executionCounts": self._counts(lambda _: 1),
            "redriveCount": self.redrives,
            **redriven,
        }

    def listed(self) -> dict[str, Any]:
        """As ListMapRuns answers."""
        stopped = {} if self.stopped is None else {"stopDate": self.stopped}
        owner = {"executionArn": self.execution_arn, "mapRunArn": self.arn, "stateMachineArn": self.machine_arn}
        return {**owner, "startDate": self.started, **stopped}

    def _counts(self, weight: Callable[[Batch], int]) -> dict[str, int]:
        counts = dict.fromkeys(("pending", *NAMES_OF_COUNTS.values()), 0)
        for batch, child in zip(self.batches, self.children, strict=True):
            counts["pending" if child is None else NAMES_OF_COUNTS[child.status]] += weight(batch)
        written = counts["succeeded"] + counts["failed"] if self.status == SUCCEEDED else 0
        more = {"resultsWritten": written, "failuresNotRedrivable": 0, "pendingRedrive": 0}
        return {**counts, "total": sum(counts.values()), **more}


class MapRuns:
    """All Map Runs, the newest last."""

    def __init__(self) -> None:
        self._by_arn: dict[str, MapRun] = {}

    def add(self, run: MapRun) -> None:
        self._by_arn[run.arn] = run

    def find(self, arn: str) -> MapRun | None:
        return self._by_arn.get(arn)

    def of(self, execution_arn: str) -> list[MapRun]:
        return [run for run in list(self._by_arn.values()) if run.execution_arn == execution_arn]

    def all(self) -> list[MapRun]:
        return list(self._by_arn.values())

    def drop(self, run: MapRun) -> None:
        self._by_arn.pop(run.arn, None)

    def replace(self, runs: Iterable[MapRun]) -> None:
        self._by_arn = {run.arn: run for run in runs}


def _is_done(child: Execution | None) -> bool:
    return child is not None and child.status == SUCCEEDED


def _outcome(child: Execution) -> Outcome:
    output = None if child.output is None else json.loads(child.output)
    return Outcome(child.status, output, child.described())
