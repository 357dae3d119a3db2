"""Wakes a poller when its source has new data, so that waiting uses no processor time."""

import heapq
import threading
import time
from weakref import WeakValueDictionary

GRAIN_S = 0.05  # times closer than this share a wake-up


class Wakeup:
    """A signal that one source's pollers wait on. Thread-safe; a notification before `wait` is not lost."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._times: list[float] = []
        self._known: set[float] = set()

    @property
    def count(self) -> int:
        """How often the source has changed; read it before the source, then pass it to `wait`."""
        return self._count

    def notify(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def notify_at(self, when: float) -> None:
        """Notify at monotonic time `when` or shortly after, when a message becomes visible again."""
        grain = (when // GRAIN_S + 1) * GRAIN_S
        with self._changed:
            if grain in self._known:
                return
            self._known.add(grain)
            heapq.heappush(self._times, grain)
            self._changed.notify_all()

    def wait(self, seen: int, limit_s: float) -> None:
        """Return once the source has changed since `seen` was read, or after `limit_s`."""
        end = time.monotonic() + limit_s
        with self._changed:
            while self._count == seen:
                now = time.monotonic()
                if self._take_due(now):
                    return
                until = min([end, *self._times[:1]])
                if now >= end:
                    return
                self._changed.wait(until - now)

    def _take_due(self, now: float) -> bool:
        due = False
        while self._times and self._times[0] <= now:
            self._known.discard(heapq.heappop(self._times))
            due = True
        if due:
            self._count += 1
            self._changed.notify_all()
        return due


class Wakeups:
    """One Wakeup per source ARN, as long as a poller references it. Thread-safe."""

    def __init__(self) -> None:
        self._by_source: WeakValueDictionary[str, Wakeup] = WeakValueDictionary()
        self._making = threading.Lock()

    def of(self, source_arn: str) -> Wakeup:
        with self._making:
            return self._by_source.setdefault(source_arn, Wakeup())

    def existing(self, source_arn: str) -> Wakeup | None:
        """The Wakeup of a source that has a poller; None for all others."""
        return self._by_source.get(source_arn)

    def notify_all(self) -> None:
        for wakeup in list(self._by_source.values()):
            wakeup.notify()
