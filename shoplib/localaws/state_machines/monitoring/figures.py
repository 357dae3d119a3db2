"""The metrics of AWS/States: of executions, and of what their tasks call."""

from collections.abc import Mapping

from shoplib.localaws import service_metrics
from shoplib.localaws.state_machines.executions import ABORTED, FAILED, RUNNING, SUCCEEDED, TIMED_OUT, Execution
from shoplib.localaws.state_machines.interpreter.history import Event, details_of

NAMESPACE = "AWS/States"
MILLISECONDS = {"ExecutionTime": "Milliseconds"}
STATUSES = {
    RUNNING: "ExecutionsStarted",
    SUCCEEDED: "ExecutionsSucceeded",
    FAILED: "ExecutionsFailed",
    TIMED_OUT: "ExecutionsTimedOut",
    ABORTED: "ExecutionsAborted",
}
# The event's prefix -> the metrics' prefix, and the dimension that says what was called.
CALLS: Mapping[str, tuple[str, str]] = {
    "LambdaFunction": ("LambdaFunctions", "LambdaFunctionArn"),
    "Activity": ("Activities", "ActivityArn"),
    "Task": ("ServiceIntegrations", "ServiceIntegrationResourceArn"),
}
ENDS = ("Scheduled", "Started", "Succeeded", "Failed", "TimedOut")


def count_execution(execution: Execution) -> None:
    values: dict[str, float] = {STATUSES[execution.status]: 1.0}
    if execution.stopped is not None:
        values["ExecutionTime"] = (execution.stopped - execution.started) * 1000
    _publish(execution, values, {"StateMachineArn": execution.origin.owner_arn})


def count_call(execution: Execution, event: Event) -> None:
    """Events of tasks count for what the task calls."""
    for prefix, (metric, dimension) in CALLS.items():
        end = event["type"].removeprefix(prefix)
        if event["type"].startswith(prefix) and end in ENDS:
            _publish(execution, {f"{metric}{end}": 1.0}, {dimension: _called(execution, event, prefix)})


def _called(execution: Execution, event: Event, prefix: str) -> str:
    """The ARN of what the event's task calls: it stands in the event of its scheduling."""
    events = execution.history.events if execution.history else []
    while event["type"] != f"{prefix}Scheduled":
        event = events[event["previousEventId"] - 1]
    details = details_of(event)
    return (
        f"arn:aws:states:::{details['resourceType']}:{details['resource']}" if prefix == "Task" else details["resource"]
    )


def _publish(execution: Execution, values: dict[str, float], dimensions: dict[str, str]) -> None:
    place = (execution.account_id, execution.region)
    service_metrics.publish(place, NAMESPACE, values, dimensions, units=MILLISECONDS)
