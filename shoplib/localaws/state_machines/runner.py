"""Runs executions: from the first event of their history to the last."""

import asyncio
import json
import logging
from functools import partial
from typing import Any, Protocol

from shoplib.localaws import request_context
from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.executions import ABORTED, FAILED, SUCCEEDED, TIMED_OUT, Execution
from shoplib.localaws.state_machines.integrations import (
    Activities,
    Buckets,
    Callbacks,
    Caller,
    Partners,
    RoleClients,
    TaskWork,
)
from shoplib.localaws.state_machines.integrations.shapes import ended_answer
from shoplib.localaws.state_machines.interpreter import History, Run, Timers, Walk, follow, within
from shoplib.localaws.state_machines.interpreter.history import MOST_EVENTS, Event
from shoplib.localaws.state_machines.interpreter.map_limits import Tolerance
from shoplib.localaws.state_machines.language import EvaluationFailure, StateFailure
from shoplib.localaws.state_machines.language.failures import RUNTIME, runtime
from shoplib.localaws.state_machines.language.timestamps import written
from shoplib.localaws.state_machines.loop import Loop
from shoplib.localaws.state_machines.map_runs import Distributor, MapRun, MapRuns, distribute
from shoplib.localaws.state_machines.monitoring import tracing
from shoplib.localaws.state_machines.threads import Threads
from shoplib.localaws.state_machines.trials import Mocked, Trial, try_state
from shoplib.localaws.timetable import Timetable

LOG = logging.getLogger(__name__)
CALLS_AT_ONCE = 100  # threads that wait for answers of services; what waits for time or callbacks needs none
EXPRESS_S = 300  # an express execution is ended then
NOT_TRUNCATED = {"truncated": False}


class Observer(Protocol):
    """Hears of all executions."""

    def happened(self, execution: Execution, event: Event) -> None: ...

    def changed(self, execution: Execution) -> None:
        """The execution began, or is over."""


class MachineTimeout(StateFailure):
    """The whole execution took longer than it may."""


class Runner:
    """`observer` hears of every event and of every change of status."""

    def __init__(self, timetable: Timetable, observer: Observer) -> None:
        self._loop = Loop()
        self._observer = observer
        self.timers = Timers(timetable)
        self.callbacks = Callbacks(self.timers)
        self.activities = Activities(self.callbacks.is_open)
        self.clients = RoleClients()
        self._threads = Threads(CALLS_AT_ONCE)
        self._partners = Partners(self.clients, self.callbacks, self.activities, self, self._threads, self.timers)
        self._standard: dict[str, Execution] = {}
        self._begun: dict[str, Any] = {}
        self.map_runs = MapRuns()
        self.now = self.timers.now

    def start(self, execution: Execution) -> None:
        most = None if execution.origin.is_express else MOST_EVENTS
        execution.history = History(self.timers.now, lambda event: self._observer.happened(execution, event), most)
        if not execution.origin.is_express:
            self._standard[execution.arn] = execution
        execution.walk = self._walk(execution)
        self._begin(execution)

    def redrive(self, execution: Execution, token: str | None) -> None:
        """Go on where the execution stopped: what succeeded stays so."""
        assert execution.walk is not None
        execution.begin_again(self.timers.now(), token)
        context = execution.walk.context["Execution"]
        context |= {"RedriveCount": execution.redrives, "RedriveTime": written(execution.redriven or 0)}
        execution.walk.resume()
        self._begin(execution)

    def _begin(self, execution: Execution) -> None:
        self._observer.changed(execution)
        self._begun[execution.arn] = self._loop.begin(self._run(execution))

    def try_state(self, trial: Trial, caller: Caller, mocked: Mocked | None) -> dict[str, Any]:
        """What TestState answers."""
        integrations = mocked or TaskWork(self._partners, caller)
        return self._loop.run(try_state(trial, self.timers, integrations), EXPRESS_S + 30)

    def stop(self, execution: Execution, error: str | None, cause: str | None) -> None:
        """Abort the execution, unless it is over."""
        begun = self._begun.get(execution.arn)
        if begun is not None:
            execution.error, execution.cause = error, cause
            self._loop.end(begun)
            execution.ended.result(timeout=30)

    def pause(self, limit_s: float) -> bool:
        """No execution takes a turn; False when services that were called do not answer within the limit."""
        self._loop.pause()
        return self._threads.is_idle_within(limit_s)

    def resume(self) -> None:
        self._loop.resume()

    def executions(self) -> list[Execution]:
        """Of standard machines, as far as they are remembered."""
        return list(self._standard.values())

    def replace(self, executions: list[Execution]) -> None:
        """Have these in the place of all that there are; what runs is dropped."""
        for begun in list(self._begun.values()):
            self._loop.end(begun)
        self._begun.clear()
        self._standard = {execution.arn: execution for execution in executions}

    def find(self, arn: str) -> Execution | None:
        return self._standard.get(arn)

    def forget(self, execution: Execution) -> None:
        """With all that its Map Runs started."""
        self._standard.pop(execution.arn, None)
        for run in self.map_runs.of(execution.arn):
            self.map_runs.drop(run)
            for child in run.begun():
                self.forget(child)

    def change_map_run(self, run: MapRun, most_at_once: int | None, tolerance: Tolerance) -> None:
        self._loop.run(run.change(most_at_once, tolerance), EXPRESS_S)

    async def ended(self, arn: str) -> dict[str, Any]:
        """What DescribeExecution says of the execution when it is over."""
        child = self._standard.get(arn)
        if child is None:
            raise runtime(f"{arn} is no execution of a standard state machine, whose end could be waited for")
        await asyncio.shield(asyncio.wrap_future(child.ended))
        return ended_answer(child.described())

    def abandon(self, arn: str) -> None:
        if (begun := self._begun.get(arn)) is not None:
            self._loop.end(begun)

    def close(self) -> None:
        self.activities.close()
        self._loop.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, execution: Execution) -> None:
        trace = execution.trace or request_context.current().trace or request_context.new_trace()
        with request_context.on_behalf_of(execution.origin.owner_arn, tracing.begin(execution, trace)):
            walk = execution.walk
            assert walk is not None
            try:
                execution.output = compact(await self._output(execution, walk))
                execution.error = execution.cause = None  # of somebody who stopped it when it was over
                last = ("ExecutionSucceeded", {"output": execution.output, "outputDetails": NOT_TRUNCATED})
                self._end(execution, SUCCEEDED, last, walk.previous)
            except MachineTimeout as failure:
                execution.error = failure.error if execution.origin.is_express else None
                self._end(execution, TIMED_OUT, ("ExecutionTimedOut", {}), 0)
            except StateFailure as failure:
                self._fail(execution, walk, failure)
            except asyncio.CancelledError:
                self._end(execution, ABORTED, ("ExecutionAborted", _error(execution)), 0)
            except Exception:  # whatever the engine itself does wrong ends one execution and is told
                LOG.exception("The execution %s ends with a fault of the engine", execution.arn)
                self._fail(execution, walk, StateFailure(RUNTIME, "The local AWS failed; its log says where."))

    async def _output(self, execution: Execution, walk: Walk) -> Any:
        revision, document = execution.origin.revision, json.loads(execution.text)
        details = {"input": execution.text, "inputDetails": NOT_TRUNCATED, "roleArn": revision.role_arn}
        versions = {
            "stateMachineVersionArn": execution.origin.version_arn,
            "stateMachineAliasArn": execution.origin.alias_arn,
        }
        if execution.redrives:
            history = walk.run.history
            history.add("ExecutionRedriven", len(history.events), {"redriveCount": execution.redrives})
        else:
            walk.note("ExecutionStarted", **details, **versions)
        limit = revision.definition.get("TimeoutSeconds")
        if execution.origin.is_express:
            limit = min(limit or EXPRESS_S, EXPRESS_S)
        late = MachineTimeout("States.Timeout")
        return await within(self.timers, limit, follow(walk, revision.definition, document), late)

    def _walk(self, execution: Execution) -> Walk:
        origin = execution.origin
        caller = Caller(
            *(execution.arn, origin.owner_arn, origin.revision.role_arn, execution.account_id, execution.region)
        )
        assert execution.history is not None
        run = Run(
            execution.history,
            self.timers,
            TaskWork(self._partners, caller),
            execution.region,
            origin.revision.definition.get("QueryLanguage", "JSONPath"),
            follow,
            partial(distribute, Distributor(self, execution, Buckets(self._partners, caller))),
        )
        context = {
            "Id": execution.arn,
            "Input": json.loads(execution.text),
            **({} if origin.is_express else {"StartTime": written(execution.started)}),  # in the order of AWS
            "Name": execution.name,
            "RoleArn": origin.revision.role_arn,
            **({"StartTime": written(execution.started)} if origin.is_express else {"RedriveCount": 0}),
        }
        return Walk(
            run,
            {"Execution": context, "StateMachine": {"Id": origin.machine_arn, "Name": origin.machine_name}},
        )

    def _fail(self, execution: Execution, walk: Walk, failure: StateFailure) -> None:
        execution.error, execution.cause = failure.error, failure.cause
        # As on AWS, a Task whose parameters make no sense leaves an end that follows from nothing.
        # That of a field beside them, such as TimeoutSecondsPath, has a location.
        is_of_parameters = isinstance(failure, EvaluationFailure) and failure.error == RUNTIME and not failure.location
        is_lost = is_of_parameters and walk.kind == "Task"
        self._end(execution, FAILED, ("ExecutionFailed", _error(execution)), 0 if is_lost else walk.previous)

    def _end(self, execution: Execution, status: str, last: tuple[str, dict[str, Any]], previous: int) -> None:
        assert execution.history is not None
        execution.history.add(last[0], previous, last[1])
        execution.finish(status, self.timers.now())
        if status == SUCCEEDED:
            execution.walk = None  # nobody goes on from here
        self._begun.pop(execution.arn, None)
        try:
            self._observer.changed(execution)
        finally:
            execution.ended.set_result(execution)


def _error(execution: Execution) -> dict[str, Any]:
    return {"error": execution.error, "cause": execution.cause}
