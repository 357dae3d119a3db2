"""Log groups forget: events that are older than their group keeps them are deleted on the timetable.

moto 5.2.5 notes the days, any number of them, and keeps every event.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from moto.logs.exceptions import InvalidParameterException
from moto.logs.models import LogGroup, LogsBackend, LogStream, logs_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_patches import after, before, wrap
from shoplib.localaws.timetable import Timetable

DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
DAY_MS = 86_400_000


class Retention:
    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._planned: set[str] = set()  # ARNs of groups
        self._lock = threading.Lock()

    def install(self) -> None:
        """Idempotent; the last one installed wins."""
        before(LogsBackend, "put_retention_policy", _check)
        wrap(LogsBackend, "put_log_events", _refusing_expired)
        after(LogGroup, "set_retention_policy", lambda _, group, days: self._plan(group, engine_clock.now()))
        after(LogStream, "put_log_events", self._after_put)

    def plan_all(self) -> None:
        """Look through every group that forgets."""
        with self._lock:
            self._planned.clear()
        for account in list(logs_backends.values()):
            for backend in list(account.values()):
                for group in [each for each in list(backend.groups.values()) if each.retention_in_days]:
                    self._plan(group, engine_clock.now())

    def _after_put(self, _: Any, stream: Any, log_events: Sequence[dict[str, Any]]) -> None:
        group = stream.log_group
        if group.retention_in_days and log_events and group.arn not in self._planned:
            self._plan(group, _end_of(group, log_events[0]["timestamp"]))

    def _plan(self, group: Any, at: float) -> None:
        with self._lock:
            self._planned.add(group.arn)
        self._timetable.set(f"retention {group.arn}", at, lambda: self._expire(group))

    def _expire(self, group: Any) -> None:
        """Delete what is too old, and plan the next event's end."""
        with self._lock:
            self._planned.discard(group.arn)
        if not group.retention_in_days or logs_backends[group.account_id][group.region].groups.get(group.name) != group:
            return
        limit = _oldest(group)
        for stream in list(group.streams.values()):
            expired = [event for event in stream.events if event.timestamp < limit]
            if expired:
                stream.events = [event for event in stream.events if event.timestamp >= limit]
                stream.stored_bytes -= sum(len(event.message) for event in expired)
        remaining = [event.timestamp for stream in list(group.streams.values()) for event in stream.events]
        if remaining:
            self._plan(group, _end_of(group, min(remaining)))


def _check(_: LogsBackend, log_group_name: str, retention_in_days: Any) -> None:
    if int(retention_in_days) not in DAYS:
        raise InvalidParameterException(
            f"1 validation error detected: Value '{retention_in_days}' at 'retentionInDays' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(map(str, DAYS))}]"
        )


def _refusing_expired(original: Callable[..., Any]) -> Callable[..., Any]:
    """What a group would delete at once it does not take; events stand in the order of their time."""

    def put(backend: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> Any:
        group = backend.groups.get(log_group_name)
        limit = _oldest(group) if group is not None and group.retention_in_days else 0
        expired = sum(event["timestamp"] < limit for event in log_events)
        token, rejected = original(backend, log_group_name, log_stream_name, log_events[expired:])
        return token, {**rejected, "expiredLogEventEndIndex": expired} if expired else rejected

    return put


def _oldest(group: Any) -> float:
    """Milliseconds since 1970."""
    return engine_clock.milliseconds() - int(group.retention_in_days) * DAY_MS


def _end_of(group: Any, timestamp: float) -> float:
    return (timestamp + int(group.retention_in_days) * DAY_MS) / 1000 + 1
