"""What is due later: one thread that sleeps until the earliest deadline and is woken by changes."""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from typing import Protocol

from shoplib.localaws import engine_clock

LOG = logging.getLogger(__name__)
# A sleeping laptop stops the clock on which threads wait, not the engine's: look again after it wakes.
LONGEST_SLEEP_S = 60.0
SPARE = 100  # dead deadlines that are not worth the work of removing them
Action = Callable[[], None]


class Clock(Protocol):
    """The time of day, and waiting for it. Tests put their own in place of the real one."""

    def now(self) -> float:
        """Seconds since 1970."""

    def wait(self, changed: threading.Condition, until: float | None) -> None:
        """Wait on `changed` (held by the caller) until it is notified or the time `until` comes. May end early."""


class EngineClock:
    """The time of `engine_clock`."""

    def now(self) -> float:
        return engine_clock.now()

    def wait(self, changed: threading.Condition, until: float | None) -> None:
        changed.wait(None if until is None else min(LONGEST_SLEEP_S, max(0.0, until - engine_clock.now())))


class Timetable:
    """Runs actions at their time, one after the other; they must be short. Thread-safe.

    An action is known by a key: setting a key again replaces what was due under it.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or EngineClock()
        self._heap: list[tuple[float, int, str]] = []
        self._actions: dict[str, tuple[int, Action]] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._is_paused = False
        self._acting = threading.Lock()  # held by an action at work, and by whoever wants none to be

    def set(self, key: str, at: float, action: Action) -> None:
        """Run `action` at the time `at` (seconds since 1970); a time that has passed means now."""
        with self._changed:
            if self._closed:
                return
            number = next(self._numbers)
            self._actions[key] = (number, action)
            heapq.heappush(self._heap, (at, number, key))
            self._compact()
            self._start()
            self._changed.notify_all()

    def drop(self, key: str) -> None:
        """What was due under `key` is not; unknown keys are no error."""
        with self._changed:
            self._actions.pop(key, None)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._actions.clear()
            self._changed.notify_all()

    def pause(self, limit_s: float) -> bool:
        """Begin no action; False when the one at work is not done within the limit."""
        self._is_paused = self._acting.acquire(timeout=limit_s)
        return self._is_paused

    def resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._acting.release()

    def state(self) -> None:
        """Who has something due says so again."""

    def restore(self, state: None) -> None:
        """Nothing is due any more, until the rooms plan it anew."""
        with self._changed:
            self._actions.clear()
            self._heap.clear()

    def _compact(self) -> None:
        """Deadlines that were replaced or dropped stay in the heap until they come; not when they are the most."""
        if len(self._heap) > 2 * len(self._actions) + SPARE:
            self._heap = [each for each in self._heap if self._actions.get(each[2], (None,))[0] == each[1]]
            heapq.heapify(self._heap)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="timetable", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (action := self._next()) is not None:
            try:
                with self._acting:
                    action()
            except Exception:  # one action's fault must not stop the clock for all others
                LOG.exception("An action of the timetable failed")

    def _next(self) -> Action | None:
        """Wait for the next action that is due; None when the timetable is closed."""
        with self._changed:
            while not self._closed:
                self._forget_replaced()
                until = self._heap[0][0] if self._heap else None
                if until is not None and until <= self.clock.now():
                    _, _, key = heapq.heappop(self._heap)
                    return self._actions.pop(key)[1]
                self.clock.wait(self._changed, until)
            return None

    def _forget_replaced(self) -> None:
        while self._heap and self._actions.get(self._heap[0][2], (None,))[0] != self._heap[0][1]:
            heapq.heappop(self._heap)
