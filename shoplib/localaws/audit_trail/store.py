"""The events of one account and region: bounded, the oldest are dropped first. Thread-safe."""

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.consistent_pickle import ConsistentPickle

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """`at` in seconds since 1970; `text` is the CloudTrail record as JSON."""

    id: str
    at: float
    name: str
    source: str
    user: str
    access_key: str
    read_only: bool
    resources: list[dict[str, str]]
    text: str

    def row(self) -> dict[str, Any]:
        """The event in LookupEvents' format."""
        known = {"Username": self.user, "AccessKeyId": self.access_key}
        return {
            "EventId": self.id,
            "EventName": self.name,
            "ReadOnly": str(self.read_only).lower(),
            "EventTime": self.at,
            "EventSource": self.source,
            "Resources": self.resources,
            "CloudTrailEvent": self.text,
            **{name: value for name, value in known.items() if value},
        }


class Events(ConsistentPickle):
    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=MOST)
        self._lock = threading.Lock()

    def add(self, event: Event) -> None:
        with self._lock:
            self._events.append(event)

    def newest_first(self) -> list[Event]:
        with self._lock:
            return sorted(self._events, key=lambda event: event.at, reverse=True)
