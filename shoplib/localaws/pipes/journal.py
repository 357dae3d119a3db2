"""The log of a pipe that has a LogConfiguration: what happened to each batch."""

import json
import time
from typing import Any

from moto.logs.models import logs_backends

LEVELS = ("OFF", "ERROR", "INFO", "TRACE")
FAILURES = ("ExecutionFailed", "ExecutionPartiallyFailed")


def write(pipe: Any, execution_id: str, message_type: str, events: Any = None, error: str = "") -> None:
    """Nothing where the level leaves it out, or the log group is gone."""
    settings = pipe.log_configuration or {}
    level = "ERROR" if message_type in FAILURES else "INFO"
    arn = (settings.get("CloudwatchLogsLogDestination") or {}).get("LogGroupArn")
    if not arn or LEVELS.index(settings.get("Level") or "OFF") < LEVELS.index(level):
        return
    now = int(time.time() * 1000)
    line = {
        "resourceArn": pipe.arn,
        "timestamp": now,
        "executionId": execution_id,
        "messageType": message_type,
        "logLevel": level,
        **({"payload": json.dumps(events)} if events is not None and settings.get("IncludeExecutionData") else {}),
        **({"error": {"message": error}} if error else {}),
    }
    _put(pipe, arn.split("log-group:")[-1].removesuffix(":*"), json.dumps(line), now)


def _put(pipe: Any, group: str, text: str, now: int) -> None:
    backend, stream = logs_backends[pipe.account_id][pipe.region_name], f"pipes/{pipe.name}"
    if group not in backend.groups:
        return
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    backend.put_log_events(group, stream, [{"timestamp": now, "message": text}])
