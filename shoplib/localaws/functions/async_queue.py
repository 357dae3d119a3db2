"""Asynchronous invocations: a queue per function, retries, maximum age, dead-letter queue and destinations."""

import heapq
import itertools
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from shoplib.localaws import engine_clock
from shoplib.localaws.functions.targets import FunctionName
from shoplib.localaws.request_context import CallContext

# AWS waits one minute before the first retry and two before the second: here the same in seconds.
RETRY_DELAYS_S = (1.0, 2.0)
SECONDS_FOR_ONE = 60
THROTTLE_DELAY_LIMIT_S = 30.0
RUNNING_LIMIT = 10  # events of one function at work at the same time


@dataclass
class QueuedEvent:
    """One event from Invoke to its last attempt. `attempts` counts the runs that failed, throttled ones excluded."""

    name: FunctionName
    payload: bytes
    acting: CallContext = CallContext()
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    queued_at: float = field(default_factory=engine_clock.now)
    attempts: int = 0
    throttled: int = 0

    def age_at_retry_s(self) -> float:
        """How old the event would be on AWS at the retry after the runs so far: pauses count as long as they are
        there."""
        pauses = RETRY_DELAYS_S[: self.attempts]
        past = sum(pauses[:-1])  # the pauses behind it, of which the clock has seen only this
        return engine_clock.now() - self.queued_at - past + sum(pauses) * SECONDS_FOR_ONE


@dataclass
class Lane:
    """The events of one function that are due, so that a slow function delays only itself."""

    due: deque[QueuedEvent] = field(default_factory=deque)
    running: int = 0


class AsyncQueue:
    """Calls `run` for each event; `run` returns the seconds after which to try again, or None when it is done."""

    def __init__(self, run: Callable[[QueuedEvent], float | None]) -> None:
        self._run = run
        self._later: list[tuple[float, int, QueuedEvent]] = []
        self._order = itertools.count()
        self._lanes: dict[str, Lane] = {}
        self._changed = threading.Condition()
        self._closed = self._paused = False
        threading.Thread(target=self._schedule, daemon=True, name="lambda-async").start()

    def put(self, name: FunctionName, payload: bytes, acting: CallContext) -> str:
        """Queue an event for whoever acts; returns its request id."""
        event = QueuedEvent(name, payload, acting)
        self._put(event, 0.0)
        return event.request_id

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._later.clear()
            self._lanes.clear()
            self._changed.notify_all()

    def pause(self, limit_s: float) -> bool:
        """Hand out no more events; False when those at work are not done within the limit."""
        with self._changed:
            self._paused = True
            return self._changed.wait_for(lambda: not any(lane.running for lane in self._lanes.values()), limit_s)

    def resume(self) -> None:
        with self._changed:
            self._paused = False
            for key, lane in list(self._lanes.items()):
                self._run_more(key, lane)
            self._changed.notify_all()

    def events(self) -> list[tuple[float, QueuedEvent]]:
        """What waits, and for how many seconds. Only while paused."""
        now = time.monotonic()
        due = [(0.0, event) for lane in self._lanes.values() for event in lane.due]
        return due + [(max(0.0, at - now), event) for at, _, event in self._later]

    def replace(self, events: list[tuple[float, QueuedEvent]]) -> None:
        """Have these events wait, and no others. Only while paused."""
        with self._changed:
            self._later.clear()
            self._lanes.clear()
        for delay_s, event in events:
            self._put(event, delay_s)

    def _put(self, event: QueuedEvent, delay_s: float) -> None:
        with self._changed:
            heapq.heappush(self._later, (time.monotonic() + delay_s, next(self._order), event))
            self._changed.notify_all()

    def _schedule(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                while self._later and self._later[0][0] <= now and not self._paused:
                    self._make_due(heapq.heappop(self._later)[2])
                self._changed.wait(self._later[0][0] - now if self._later and not self._paused else None)

    def _make_due(self, event: QueuedEvent) -> None:
        key = f"{event.name.account_id}:{event.name.region}:{event.name.name}"
        lane = self._lanes.setdefault(key, Lane())
        lane.due.append(event)
        self._run_more(key, lane)

    def _run_more(self, key: str, lane: Lane) -> None:
        if lane.due and lane.running < RUNNING_LIMIT:
            lane.running += 1
            threading.Thread(target=self._work, args=(key, lane), daemon=True, name="lambda-event").start()

    def _work(self, key: str, lane: Lane) -> None:
        while True:
            with self._changed:
                if self._closed or self._paused or not lane.due:
                    self._end_worker(key, lane)
                    return
                event = lane.due.popleft()
            delay = self._run(event)
            if delay is not None:
                self._put(event, delay)

    def _end_worker(self, key: str, lane: Lane) -> None:
        lane.running -= 1
        if not (lane.running or lane.due):
            self._lanes.pop(key, None)
        self._changed.notify_all()


def throttle_delay(throttled: int) -> float:
    """Exponential back-off for an event that found no free concurrency."""
    return min(THROTTLE_DELAY_LIMIT_S, 0.25 * 2 ** min(throttled, 10))
