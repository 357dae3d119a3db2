"""Activities: work that machines put into a queue, and that workers fetch with GetActivityTask."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

POLL_S = 60.0  # how long a worker waits for work, as on AWS


@dataclass(frozen=True)
class Errand:
    """One task for a worker. `begin` tells the machine that somebody, perhaps with a name, has it."""

    token: str
    text: str
    begin: Callable[[str | None], None]


@dataclass
class Activity:
    arn: str
    name: str
    created: float
    tags: dict[str, str]
    errands: deque[Errand] = field(default_factory=deque)


class Activities:
    """Thread-safe; `is_open` says whether an errand's token still waits."""

    def __init__(self, is_open: Callable[[str], bool]) -> None:
        self.by_arn: dict[str, Activity] = {}
        self._is_open = is_open
        self._changed = threading.Condition()
        self._closed = False

    def put(self, arn: str, errand: Errand) -> bool:
        """False when there is no such activity."""
        with self._changed:
            activity = self.by_arn.get(arn)
            if activity is not None:
                activity.errands.append(errand)
                self._changed.notify_all()
            return activity is not None

    def fetch(self, activity: Activity, worker: str | None, patience: float = POLL_S) -> Errand | None:
        """The oldest errand that somebody still waits for; None when none comes in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._drop_ended(activity), patience)
            errand = activity.errands.popleft() if self._drop_ended(activity) else None
        if errand:
            errand.begin(worker)
        return errand

    def close(self) -> None:
        """Workers that wait are sent home."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _drop_ended(self, activity: Activity) -> bool:
        while activity.errands and not self._is_open(activity.errands[0].token):
            activity.errands.popleft()
        return bool(activity.errands)


def from_any_thread(begin: Callable[[str | None], None]) -> Callable[[str | None], None]:
    """`begin`, called within the loop that is running now."""
    loop = asyncio.get_running_loop()

    def hand_over(worker: str | None) -> None:
        loop.call_soon_threadsafe(begin, worker)

    return hand_over
