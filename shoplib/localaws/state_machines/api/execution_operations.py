"""StartExecution and what else there is to do with executions."""

import uuid
from concurrent.futures import TimeoutError as StillRunning

from shoplib.documents import load_json
from shoplib.localaws import engine_clock
from shoplib.localaws.ingress.json_service import Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.api.answers import Parameters, Result, page, require_name, without_nulls
from shoplib.localaws.state_machines.api.map_run_operations import require_map_run
from shoplib.localaws.state_machines.definition.json_faults import json_fault
from shoplib.localaws.state_machines.executions import INCLUDED, RUNNING, Execution, Origin
from shoplib.localaws.state_machines.interpreter.history import without_data
from shoplib.localaws.state_machines.machines import EXPRESS, Machine, Machines, Target, require_arn
from shoplib.localaws.state_machines.runner import EXPRESS_S, Runner

MOST_CLOSED = 2_000  # executions of a machine that are kept after their end
BILLED_MB, BILLED_STEP_MS = 64, 100
NOT_SUPPORTED = "This operation is not supported by this type of state machine"


class ExecutionOperations:
    def __init__(self, machines: Machines, runner: Runner) -> None:
        self._machines, self._runner = machines, runner

    def start(self, place: Place, parameters: Parameters) -> Result:
        target = self._machines.target(parameters["stateMachineArn"])
        text, name = _input(parameters), require_name(parameters.get("name") or str(uuid.uuid4()))
        if target.machine.kind == EXPRESS:
            execution = self._begin(target, name, text, parameters)
        else:
            execution = self._begin_once(target, name, text, parameters)
        return {"executionArn": execution.arn, "startDate": execution.started}

    def start_sync(self, place: Place, parameters: Parameters) -> Result:
        target = self._machines.target(parameters["stateMachineArn"])
        if target.machine.kind != EXPRESS:
            raise Refusal("StateMachineTypeNotSupported", NOT_SUPPORTED)
        name = require_name(parameters.get("name") or str(uuid.uuid4()))
        execution = self._begin(target, name, _input(parameters), parameters)
        try:
            execution.ended.result(timeout=EXPRESS_S + 30)
        except StillRunning:
            raise Refusal("InternalFailure", f"{execution.arn} does not end", 500) from None
        return _sync_answer(execution)

    def stop(self, place: Place, parameters: Parameters) -> Result:
        execution = self._require(parameters)
        self._runner.stop(execution, parameters.get("error"), parameters.get("cause"))
        return {"stopDate": execution.stopped}

    def redrive(self, place: Place, parameters: Parameters) -> Result:
        execution, token = self._require(parameters), parameters.get("clientToken")
        with self._machines.lock:
            if token is None or token != execution.redrive_token:
                if reason := execution.objection_to_redrive():
                    raise Refusal("ExecutionNotRedrivable", reason)
                self._runner.redrive(execution, token)
        return {"redriveDate": execution.redriven}

    def describe(self, place: Place, parameters: Parameters) -> Result:
        described = self._require(parameters).described()
        if parameters.get("includedData") == "METADATA_ONLY":
            hidden = ("input", "output", "inputDetails", "outputDetails", "error", "cause")
            return {name: value for name, value in described.items() if name not in hidden}
        return described

    def list_executions(self, place: Place, parameters: Parameters) -> Result:
        if ("mapRunArn" in parameters) == ("stateMachineArn" in parameters):
            raise Refusal("ValidationException", "Must provide either a StateMachine ARN or a MapRun ARN")
        status = parameters.get("statusFilter")
        rows = [
            each.listed()
            for each in self._requested(parameters)
            if (not status or each.status == status) and _is_redriven(each, parameters)
        ]
        return page("executions", rows, parameters)

    def _requested(self, parameters: Parameters) -> list[Execution]:
        """Those of a machine, of its version or its alias, or of a Map Run; the newest first."""
        if arn := parameters.get("mapRunArn"):
            return list(require_map_run(self._runner, arn).begun())[::-1]
        requested = parameters["stateMachineArn"]
        target = self._machines.target(requested)
        if target.machine.kind == EXPRESS:
            raise Refusal("StateMachineTypeNotSupported", NOT_SUPPORTED)
        return [each for each in reversed(_copied(target.machine)) if _is_of(each, requested)]

    def history(self, place: Place, parameters: Parameters) -> Result:
        execution = self._require(parameters)
        events = list(execution.history.events) if execution.history else []
        if parameters.get("reverseOrder"):
            events.reverse()
        if parameters.get("includeExecutionData") is False:
            events = [without_data(event) for event in events]
        return page("events", events, parameters)

    def _begin_once(self, target: Target, name: str, text: str, parameters: Parameters) -> Execution:
        """As on AWS a name is free for 90 days after its execution, unless it is asked for once more while it runs."""
        machine = target.machine
        with machine.lock:
            existing = machine.executions.get(name)
            if existing is None:
                return self._begin(target, name, text, parameters)
        if existing.status == RUNNING and existing.text == text:
            return existing
        raise Refusal("ExecutionAlreadyExists", f"Execution Already Exists: '{existing.arn}'")

    def _begin(self, target: Target, name: str, text: str, parameters: Parameters) -> Execution:
        machine = target.machine
        is_express = machine.kind == EXPRESS
        kind, more = ("express", f":{uuid.uuid4()}") if is_express else ("execution", "")
        arn = f"{machine.arn.replace(':stateMachine:', f':{kind}:')}:{name}{more}"
        origin = Origin(*(machine.arn, machine.name, is_express, target.revision, target.version_arn, target.alias_arn))
        execution = Execution(arn, name, origin, text, engine_clock.now(), parameters.get("traceHeader"))
        if not is_express:
            machine.executions[name] = execution
            self._forget_oldest(machine)
        self._runner.start(execution)
        return execution

    def _forget_oldest(self, machine: Machine) -> None:
        """What ended long ago, when there is too much of it."""
        if len(machine.executions) > MOST_CLOSED:
            oldest = next((each for each in machine.executions.values() if each.status != RUNNING), None)
            if oldest is not None:
                del machine.executions[oldest.name]
                self._runner.forget(oldest)

    def _require(self, parameters: Parameters) -> Execution:
        arn = parameters["executionArn"]
        require_arn(arn, "execution")
        execution = self._runner.find(arn)
        if execution is None:
            raise Refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return execution


def _copied(machine: Machine) -> list[Execution]:
    with machine.lock:
        return list(machine.executions.values())


def _is_of(execution: Execution, arn: str) -> bool:
    """A version's or an alias's ARN means those that were started by it."""
    origin = execution.origin
    return arn in (origin.machine_arn, origin.version_arn, origin.alias_arn)


def _is_redriven(execution: Execution, parameters: Parameters) -> bool:
    requested = parameters.get("redriveFilter")
    return requested is None or (requested == "REDRIVEN") == (execution.redrives > 0)


def _input(parameters: Parameters) -> str:
    """Raises InvalidExecutionInput."""
    text = parameters.get("input", "{}")
    try:
        load_json(text)
    except ValueError as error:
        raise _invalid_input(_reason(text, error)) from None
    return str(text)


def _reason(text: str, error: ValueError) -> str:
    if not text.strip():
        return "Invalid execution input."
    wrong = json_fault(text)
    return wrong.message if wrong else str(error)


def _invalid_input(reason: str) -> Refusal:
    return Refusal("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{reason}'")


def _sync_answer(execution: Execution) -> Result:
    assert execution.stopped is not None
    ms = (execution.stopped - execution.started) * 1000
    billed = max(1, -(-round(ms) // BILLED_STEP_MS)) * BILLED_STEP_MS
    return without_nulls(
        {
            "executionArn": execution.arn,
            "stateMachineArn": execution.origin.machine_arn,
            "name": execution.name,
            "startDate": execution.started,
            "stopDate": execution.stopped,
            "status": execution.status,
            "error": execution.error,
            "cause": execution.cause,
            "input": execution.text,
            "inputDetails": INCLUDED,
            "output": execution.output,
            "outputDetails": INCLUDED,
            "traceHeader": execution.trace,
            "billingDetails": {"billedDurationInMilliseconds": billed, "billedMemoryUsedInMB": BILLED_MB},
        }
    )
