"""One log stream of CloudWatch Logs per execution environment."""

import contextlib
import logging
import threading
import time
import uuid
from datetime import UTC, datetime

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import logs_backends

from shoplib.localaws.functions.blueprint import Blueprint
from shoplib.localaws.functions.output import LogEvent
from shoplib.localaws.permissions import Access, first_denied

LOG = logging.getLogger(__name__)

# moto looks a group up and makes it in two steps: without the lock two environments make it twice and one is lost.
_creation = threading.Lock()
FLUSH_AFTER_MS = 500


class LogStream:
    """Collects an environment's log events and writes them to its stream in moto's CloudWatch Logs."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._backend = logs_backends[blueprint.account_id][blueprint.region]
        self._role, self._session = blueprint.role, blueprint.function_name
        self.group = blueprint.log_group
        self.name = f"{datetime.now(UTC):%Y/%m/%d}/[{blueprint.version}]{uuid.uuid4().hex}"
        self._arn = f"arn:aws:logs:{blueprint.region}:{blueprint.account_id}:log-group:{self.group}"
        self._is_silent = False
        self._pending: list[LogEvent] = []
        self._tail: list[str] = []
        self._last = 0

    def add(self, event: LogEvent) -> None:
        """Events keep the order in which they came, whatever their own clock says."""
        self._last = max(self._last, event.timestamp)
        self._pending.append(LogEvent(self._last, event.message))
        self._tail.append(event.message)

    def add_line(self, message: str) -> None:
        self.add(LogEvent(time.time_ns() // 1_000_000, f"{message}\n"))

    def begin_tail(self) -> None:
        """From now on events belong to the invocation that begins."""
        self._tail.clear()

    def tail(self, size: int) -> bytes:
        """The last `size` bytes of what the current invocation logged."""
        return "".join(self._tail).encode()[-size:]

    def flush_aged(self) -> None:
        """Make the lines of a long invocation readable while it still runs."""
        if self._pending and time.time_ns() // 1_000_000 - self._pending[0].timestamp > FLUSH_AFTER_MS:
            self.flush()

    def flush(self) -> None:
        """Write what is pending, if the function's role may. The group and the stream are made when missing."""
        pending, self._pending = self._pending, []
        if not pending or not self._may_write():
            return
        self._ensure_stream()
        events = [{"timestamp": event.timestamp, "message": event.message} for event in pending]
        # Someone may delete the group between two statements; then these lines went with it.
        with contextlib.suppress(ResourceNotFoundException):
            self._backend.put_log_events(self.group, self.name, events)

    def _may_write(self) -> bool:
        """On AWS a function whose role may not write its logs works, and has none."""
        denied = first_denied(self._role, self._session, self._writes())
        if denied and not self._is_silent:
            LOG.warning("%s has no logs: its role %s may not do %s", self._session, self._role, denied.action)
        self._is_silent = denied is not None
        return not denied

    def _writes(self) -> list[Access]:
        streams = f"{self._arn}:log-stream:"
        accesses = [Access("logs:CreateLogStream", streams), Access("logs:PutLogEvents", streams + self.name)]
        return accesses if self.group in self._backend.groups else [Access("logs:CreateLogGroup", self._arn), *accesses]

    def _ensure_stream(self) -> None:
        with _creation, contextlib.suppress(ResourceNotFoundException):
            self._backend.ensure_log_group(self.group)
            self._backend.ensure_log_stream(self.group, self.name)
