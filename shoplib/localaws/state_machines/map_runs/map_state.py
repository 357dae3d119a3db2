"""A Map in mode DISTRIBUTED: an execution of its processor for each item, or each batch of items."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from shoplib.localaws.state_machines.definition.map_modes import processor
from shoplib.localaws.state_machines.executions import ABORTED, FAILED, SUCCEEDED
from shoplib.localaws.state_machines.interpreter.map_limits import Tolerance, most_at_once, most_items, tolerance
from shoplib.localaws.state_machines.interpreter.steps import Step
from shoplib.localaws.state_machines.interpreter.walk import Walk
from shoplib.localaws.state_machines.language import Language, Scope, StateFailure
from shoplib.localaws.state_machines.map_runs import item_reader, result_writer
from shoplib.localaws.state_machines.map_runs.batches import batched
from shoplib.localaws.state_machines.map_runs.distribution import Batch, Distribution
from shoplib.localaws.state_machines.map_runs.distributor import Distributor
from shoplib.localaws.state_machines.map_runs.item_reader import Item
from shoplib.localaws.state_machines.map_runs.map_run import MapRun

State = Mapping[str, Any]


async def distribute(distributor: Distributor, walk: Walk, state: State, scope: Scope, language: Language) -> Step:
    items = None if "ItemReader" in state else language.items(state, scope, (list, dict))
    is_redriven = walk.map_run is not None
    run = _resume_run(walk) if is_redriven else _begin_run(distributor, walk, state, scope, language, items)
    work = _Work(distributor, run, state, scope, language)
    try:
        output = await (work.redo(items) if is_redriven else work.do(items))
    except StateFailure as failure:
        run.finish(FAILED)
        walk.record("MapRunFailed", error=failure.error, cause=failure.cause)
        walk.record("MapStateFailed")
        raise
    except asyncio.CancelledError:
        run.finish(ABORTED)
        walk.record("MapRunAborted")
        raise
    begun = walk.previous
    walk.record("MapRunSucceeded")
    walk.note("MapStateSucceeded")
    walk.previous = begun  # as AWS has it since 2024: what comes next follows from the beginning of the run
    return Step(state.get("Next"), language.result(state, scope, output))


def _resume_run(walk: Walk) -> MapRun:
    run: MapRun = walk.map_run
    walk.record("MapRunRedriven", mapRunArn=run.arn, redriveCount=run.redrives + 1)
    return run


def _begin_run(
    distributor: Distributor, walk: Walk, state: State, scope: Scope, language: Language, items: Any
) -> MapRun:
    at_once = most_at_once(state, scope, language)
    walk.record("MapStateStarted", length=0 if items is None else len(items))
    distribution = _distribution(state, scope, language, at_once)
    walk.map_run = run = distributor.begin(distribution)
    walk.record("MapRunStarted", mapRunArn=run.arn)
    return run


def _distribution(state: State, scope: Scope, language: Language, at_once: int) -> Distribution:
    limits = tolerance(state, scope, language)
    if limits.count is None and limits.percentage is None:
        limits = Tolerance(0, None)
    config = (state.get("ItemReader") or {}).get("ReaderConfig") or {}
    most = most_items(config, scope.of(language.arguments(state, scope)), language)
    machine = processor(state)
    is_express = machine["ProcessorConfig"].get("ExecutionType") == "EXPRESS"
    return Distribution(state.get("Label") or str(uuid.uuid4()), is_express, machine, at_once, limits, most)


class _Work:
    """One attempt of a Map Run."""

    def __init__(self, distributor: Distributor, run: MapRun, state: State, scope: Scope, language: Language) -> None:
        self._buckets, self._run = distributor.buckets, run
        self._state, self._scope, self._language = state, scope, language
        self._input = scope.of(language.arguments(state, scope))
        self._writer = state.get("ResultWriter") or {}

    async def do(self, values: Any) -> Any:
        """The state's result. Raises StateFailure."""
        batches = await self._batches(values)
        return await self._finish(lambda: self._run.work(batches))

    async def redo(self, values: Any) -> Any:
        """The same of a Map Run that failed: what succeeded stays so. Raises StateFailure."""
        self._run.begin_again()
        return await (self._finish(self._run.redrive) if self._run.batches else self.do(values))

    async def _finish(self, work: Callable[[], Awaitable[None]]) -> Any:
        """The result of the work, which is exported also when it fails."""
        place = result_writer.destination(self._writer, self._input, self._language)
        try:
            await work()
        except StateFailure:
            await self._export(place)
            raise
        exported = await self._export(place)
        self._run.finish(SUCCEEDED)
        return exported or result_writer.results(self._run, self._writer)

    async def _export(self, place: dict[str, Any] | None) -> Any:
        return await result_writer.export(self._buckets, self._run, self._writer, place) if place else None

    async def _batches(self, values: Any) -> list[Batch]:
        inputs = [self._input_of(item, index) for index, item in enumerate(await self._items(values))]
        return batched(inputs, self._state.get("ItemBatcher"), self._input, self._language)

    async def _items(self, values: Any) -> list[Item]:
        if values is not None:
            return item_reader.items_of(values, item_reader.OF_INPUT)
        reader = self._state["ItemReader"]
        return await item_reader.read(self._buckets, reader, self._input, self._language, self._run.most_items)

    def _input_of(self, item: Item, index: int) -> Any:
        scope = self._scope.within(Map=item.context(index))
        return self._language.item_input(self._state, scope, item.value)
