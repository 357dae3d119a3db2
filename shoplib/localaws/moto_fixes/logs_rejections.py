"""Which events of PutLogEvents are rejected: moto 5.2.5 names the last one that is too new, and the last one that is
too old as if it had been taken. And of a stream that is not there: moto says that its group is not.

On AWS tooOldLogEventEndIndex is the first one behind those too old, tooNewLogEventStartIndex the first too new:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedLogEventsInfo.html
"""

from datetime import timedelta
from typing import Any

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend

from shoplib.localaws.moto_patches import Method, before, wrap

OLDEST, NEWEST = timedelta(days=14), timedelta(hours=2)


def install() -> None:
    wrap(LogsBackend, "put_log_events", _counting_from_the_right_end)
    before(LogGroup, "get_log_events", _require_stream)
    before(LogGroup, "delete_log_stream", _require_stream)


def _require_stream(group: LogGroup, log_stream_name: str, *_: Any, **__: Any) -> None:
    if log_stream_name not in group.streams:
        raise ResourceNotFoundException("The specified log stream does not exist.")


def _counting_from_the_right_end(original: Method) -> Method:
    def put_log_events(
        backend: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
    ) -> tuple[str, dict[str, int]]:
        token, rejected = original(backend, log_group_name, log_stream_name, log_events)
        return token, _rejected(log_events) if rejected else {}

    return put_log_events


def _rejected(log_events: list[dict[str, Any]]) -> dict[str, int]:
    """Of events in the order of time."""
    oldest, newest = unix_time_millis(utcnow() - OLDEST), unix_time_millis(utcnow() + NEWEST)
    old = sum(event["timestamp"] < oldest for event in log_events)
    new = sum(event["timestamp"] > newest for event in log_events)
    ends = {"tooOldLogEventEndIndex": old} if old else {}
    return ends | ({"tooNewLogEventStartIndex": len(log_events) - new} if new else {})
