"""What happened in one execution, as GetExecutionHistory tells it."""

import time
from collections.abc import Callable
from typing import Any

from shoplib.localaws.state_machines.language.failures import runtime

MOST_EVENTS = 25_000
LAST = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
DATA = ("input", "output", "parameters", "assignedVariables")
Event = dict[str, Any]


class History:
    """Events, numbered from 1. `observe` gets each as it is added."""

    def __init__(self, clock: Callable[[], float], observe: Callable[[Event], None], most: int | None) -> None:
        self._clock = clock
        self._observe = observe
        self._most = most
        self.events: list[Event] = []

    def __getstate__(self) -> list[Event]:
        return self.events

    def __setstate__(self, state: list[Event]) -> None:
        """Of an execution that is over: nobody observes it any more."""
        self.__init__(time.time, lambda event: None, None)  # type: ignore[misc]
        self.events = state

    def add(self, kind: str, previous: int, details: dict[str, Any] | None = None) -> int:
        """The id of the new event. Raises EvaluationFailure when the history is full, but for the last event."""
        if self._most and len(self.events) >= self._most - 1 and kind not in LAST:
            raise runtime(f"The execution reached the maximum number of history events ({self._most}).")
        number = len(self.events) + 1
        event: Event = {"timestamp": self._clock(), "type": kind, "id": number, "previousEventId": previous}
        if details is not None:
            event[_member(kind)] = {name: value for name, value in details.items() if value is not None}
        self.events.append(event)
        self._observe(event)
        return number

    def previous_of(self, number: int) -> int:
        previous: int = self.events[number - 1]["previousEventId"]
        return previous


def details_of(event: Event) -> dict[str, Any]:
    details: dict[str, Any] = event.get(_member(event["type"]), {})
    return details


def without_data(event: Event) -> Event:
    """The event as it is without execution data."""
    member = _member(event["type"])
    if member not in event:
        return event
    hidden = {*DATA, *(f"{name}Details" for name in DATA)}
    return {**event, member: {name: value for name, value in event[member].items() if name not in hidden}}


def _member(kind: str) -> str:
    for end in ("StateEntered", "StateExited"):
        if kind.endswith(end):
            return f"s{end[1:]}EventDetails"
    return f"{kind[0].lower()}{kind[1:]}EventDetails"
