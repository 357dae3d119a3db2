"""Operations by name. What is not among them is refused by its name."""

from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.ingress.json_service import Operation, Place
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.model_constraints import Manner, breaches
from shoplib.localaws.state_machines.api.execution_operations import ExecutionOperations
from shoplib.localaws.state_machines.api.machine_operations import MachineOperations
from shoplib.localaws.state_machines.api.map_run_operations import MapRunOperations
from shoplib.localaws.state_machines.api.task_operations import TaskOperations
from shoplib.localaws.state_machines.api.trial_operations import TrialOperations
from shoplib.localaws.state_machines.api.version_operations import VersionOperations
from shoplib.localaws.state_machines.machines import Machines
from shoplib.localaws.state_machines.runner import Runner

OWN_WORDS = ("name", "definition", "input", "traceHeader")  # members whose emptiness is refused in words of its own
ARNS = (
    *("stateMachineArn", "stateMachineVersionArn", "stateMachineAliasArn"),
    *("executionArn", "mapRunArn", "activityArn", "resourceArn"),
)
MISSING = {
    "stateMachine": ("StateMachineDoesNotExist", "State Machine Does Not Exist: '{}'"),
    "execution": ("ExecutionDoesNotExist", "Execution Does Not Exist: '{}'"),
    "activity": ("ActivityDoesNotExist", "Activity Does Not Exist: '{}'"),
}
MISSING_OTHER = ("ResourceNotFound", "Resource not found: '{}'")
MANNER = Manner(orders=(("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"),))


def operations_by_name(machines: Machines, runner: Runner) -> Mapping[str, Operation]:
    machine, version = MachineOperations(machines, runner), VersionOperations(machines)
    execution, task = ExecutionOperations(machines, runner), TaskOperations(machines, runner)
    map_run = MapRunOperations(runner)
    by_name: dict[str, Operation] = {
        "CreateStateMachine": machine.create,
        "UpdateStateMachine": machine.update,
        "DescribeStateMachine": machine.describe,
        "DescribeStateMachineForExecution": machine.describe_for_execution,
        "ListStateMachines": machine.list_machines,
        "DeleteStateMachine": machine.delete,
        "ValidateStateMachineDefinition": machine.validate,
        "PublishStateMachineVersion": version.publish,
        "ListStateMachineVersions": version.list_versions,
        "DeleteStateMachineVersion": version.delete,
        "CreateStateMachineAlias": version.create_alias,
        "UpdateStateMachineAlias": version.update_alias,
        "DescribeStateMachineAlias": version.describe_alias,
        "ListStateMachineAliases": version.list_aliases,
        "DeleteStateMachineAlias": version.delete_alias,
        "StartExecution": execution.start,
        "StartSyncExecution": execution.start_sync,
        "StopExecution": execution.stop,
        "RedriveExecution": execution.redrive,
        "DescribeExecution": execution.describe,
        "ListExecutions": execution.list_executions,
        "GetExecutionHistory": execution.history,
        "DescribeMapRun": map_run.describe,
        "ListMapRuns": map_run.list_map_runs,
        "UpdateMapRun": map_run.update,
        "TestState": TrialOperations(runner).try_state,
        "SendTaskSuccess": task.succeed,
        "SendTaskFailure": task.fail,
        "SendTaskHeartbeat": task.beat,
        "CreateActivity": task.create_activity,
        "DescribeActivity": task.describe_activity,
        "ListActivities": task.list_activities,
        "DeleteActivity": task.delete_activity,
        "GetActivityTask": task.fetch,
        "TagResource": task.tag,
        "UntagResource": task.untag,
        "ListTagsForResource": task.list_tags,
    }
    return {name: _checked(name, operation) for name, operation in by_name.items()}


def _checked(name: str, operation: Operation) -> Operation:
    """The operation, which takes what AWS's model allows."""

    def checked(place: Place, parameters: dict[str, Any]) -> Mapping[str, Any]:
        if objection := breaches("stepfunctions", name, _modelled(parameters), MANNER):
            raise Refusal("ValidationException", objection)
        if far := next((arn for arn in _arns(parameters) if Arn.parse(arn).region != place.region), None):
            return _elsewhere(name, far)
        return operation(place, parameters)

    return checked


def _arns(parameters: Mapping[str, Any]) -> Iterator[str]:
    return (arn for each in ARNS if is_arn(arn := str(parameters.get(each, ""))))


def _elsewhere(name: str, arn: str) -> Mapping[str, Any]:
    """A region knows nothing of what is in others."""
    if name.startswith("Delete"):  # of what is not there is no error
        return {}
    code, text = MISSING.get(Arn.parse(arn).resource.partition(":")[0], MISSING_OTHER)
    raise Refusal(code, text.format(arn))


def _modelled(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name not in OWN_WORDS or value}
