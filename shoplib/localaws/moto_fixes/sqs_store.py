"""The messages of one queue, indexed: what can be received next, what is hidden until when, which handle is whose."""

import heapq
import itertools
from collections.abc import Iterator
from typing import Any

from shoplib.localaws import engine_clock

Line = list[tuple[int, int, Any]]


class MessageStore:
    """Not thread-safe by itself: callers hold the queue's lock. Times are milliseconds since 1970.

    A message is *ready* (in the line of its group, oldest first), or *hidden* (delayed or received, due at some time).
    Standard queues have one line, for the group None. What was sent to a group after a message that is in flight waits
    for it. Groups take turns: one that was served goes behind the others.
    """

    def __init__(self) -> None:
        self._serials: dict[Any, int] = {}
        self._count = itertools.count()
        self._tie = itertools.count()  # messages themselves have no order
        self._handles: dict[str, Any] = {}
        self._lines: dict[str | None, Line] = {}
        self._ready: set[Any] = set()
        self._hidden: list[tuple[float, int, Any]] = []
        self._in_flight: dict[Any, str | None] = {}
        self._flying: dict[str, set[int]] = {}  # serials by group

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._serials))

    def __len__(self) -> int:
        return len(self._serials)

    def add(self, message: Any, fifo: bool) -> None:
        self._serials[message] = next(self._count)
        message.line = message.group_id if fifo else None
        if message.delayed_until > engine_clock.milliseconds():
            self._hide(message, message.delayed_until)
        else:
            self._make_ready(message)

    def remove(self, message: Any) -> None:
        self._land(message)
        self._ready.discard(message)
        self._serials.pop(message, None)
        for handle in filter(None, message.all_receipt_handles):
            self._handles.pop(handle, None)

    def of_handle(self, handle: str) -> Any | None:
        return self._handles.get(handle)

    def is_in_flight(self, message: Any, handle: str) -> bool:
        """Whether the message was received under this handle, and not since, and is still hidden."""
        self._mature()
        return message in self._in_flight and message.receipt_handle == handle

    def ready(self) -> list[Any]:
        self._mature()
        return sorted(self._ready, key=self._serials.__getitem__)

    @property
    def ready_count(self) -> int:
        self._mature()
        return len(self._ready)

    @property
    def in_flight(self) -> set[Any]:
        self._mature()
        return set(self._in_flight)

    @property
    def delayed_count(self) -> int:
        self._mature()
        return len(self._serials) - len(self._ready) - len(self._in_flight)

    def take(self) -> Iterator[Any]:
        """Ready messages in order of delivery, taken out of their lines; put each back, hide it or remove it."""
        self._mature()
        self._lines = {group: line for group, line in self._lines.items() if line}
        for group, line in list(self._lines.items()):
            while line and not self._is_behind(group, line[0][0]):
                message = heapq.heappop(line)[2]
                if message in self._ready:
                    self._ready.discard(message)
                    self._lines[group] = self._lines.pop(group)
                    yield message

    def _is_behind(self, group: str | None, serial: int) -> bool:
        """Whether an earlier message of its group is in flight."""
        return group in self._flying and min(self._flying[group]) < serial

    def fly(self, message: Any) -> None:
        """It was received: hidden until `visible_at`, findable by its new receipt handle; its group waits."""
        self._handles[message.receipt_handle] = message
        self._in_flight[message] = message.line
        if message.line is not None:
            self._flying.setdefault(message.line, set()).add(self._serials[message])
        self._hide(message, message.visible_at)

    def reschedule(self, message: Any) -> None:
        """Its `visible_at` was changed."""
        self._hide(message, message.visible_at)

    def next_due(self) -> float | None:
        """When the next hidden message may become ready."""
        return self._hidden[0][0] if self._hidden else None

    def _mature(self) -> None:
        now = engine_clock.milliseconds()
        while self._hidden and self._hidden[0][0] <= now:
            message = heapq.heappop(self._hidden)[2]
            if message not in self._serials or message in self._ready:
                continue
            due = max(message.visible_at, message.delayed_until)
            if due > now:
                self._hide(message, due)
            else:
                self._land(message)
                self._make_ready(message)

    def _hide(self, message: Any, due: float) -> None:
        heapq.heappush(self._hidden, (due, next(self._tie), message))

    def _make_ready(self, message: Any) -> None:
        self._ready.add(message)
        place = (self._serials[message], next(self._tie), message)
        heapq.heappush(self._lines.setdefault(message.line, []), place)

    def _land(self, message: Any) -> None:
        """No longer in flight; its group is free when it was the last one."""
        line = self._in_flight.pop(message, None)
        if line is not None:
            self._flying[line].discard(self._serials[message])
            if not self._flying[line]:
                del self._flying[line]
