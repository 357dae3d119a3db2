"""Execution events in CloudWatch Logs, as the machine's loggingConfiguration wants them."""

import contextlib
import uuid
from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogsBackend, logs_backends

from shoplib.localaws.arns import Arn
from shoplib.localaws.json_text import compact
from shoplib.localaws.state_machines.executions import Execution
from shoplib.localaws.state_machines.interpreter.history import Event, details_of, without_data
from shoplib.localaws.state_machines.language.timestamps import moment, written

FATAL = ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
ERRORS = ("Failed", "TimedOut", "Aborted")  # how events end that say so


def is_wanted(level: str, kind: str) -> bool:
    if level == "ALL":
        return True
    return kind in FATAL if level == "FATAL" else level == "ERROR" and kind.endswith(ERRORS)


def write(execution: Execution, event: Event) -> None:
    configuration = execution.origin.revision.logging
    if not is_wanted(configuration.get("level", "OFF"), event["type"]):
        return
    message = _message(execution, event, configuration.get("includeExecutionData", False))
    for destination in configuration.get("destinations", []):
        _put(execution, destination["cloudWatchLogsLogGroup"]["logGroupArn"], event["timestamp"], message)


def is_group(arn: str) -> bool:
    backend, group = _place(arn)
    return group in backend.groups


def _place(arn: str) -> tuple[LogsBackend, str]:
    parsed = Arn.parse(arn)
    return logs_backends[parsed.account_id][parsed.region], parsed.resource.removeprefix("log-group:").removesuffix(
        ":*"
    )


def _put(execution: Execution, arn: str, at: float, message: str) -> None:
    backend, group = _place(arn)
    stream = _stream(execution)
    # A group that was deleted gets nothing, and the execution goes on.
    with contextlib.suppress(ResourceNotFoundException):
        if group in backend.groups and stream not in backend.groups[group].streams:
            backend.create_log_stream(group, stream)
        backend.put_log_events(group, stream, [{"timestamp": int(at * 1000), "message": message}])


def _stream(execution: Execution) -> str:
    begun = moment(written(execution.started))
    part = uuid.uuid5(uuid.NAMESPACE_URL, execution.arn).hex[:8]
    return f"states/{execution.origin.machine_name}/{begun:%Y-%m-%d-%H-%M}/{part}"


def _message(execution: Execution, event: Event, with_data: bool) -> str:
    visible: dict[str, Any] = event if with_data else without_data(event)
    return compact(
        {
            "id": str(event["id"]),
            "type": event["type"],
            "details": details_of(visible),
            "previous_event_id": str(event["previousEventId"]),
            "event_timestamp": str(int(event["timestamp"] * 1000)),
            "execution_arn": execution.arn,
            "redrive_count": str(execution.redrives),
        }
    )
