"""The threads that wait for answers of services, and how many are at work."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Threads(ThreadPoolExecutor):
    def __init__(self, most: int) -> None:
        super().__init__(most, thread_name_prefix="task")
        self._changed = threading.Condition()
        self._at_work = 0

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(call, *arguments, **kwargs)
        self._count(1)
        future.add_done_callback(lambda _: self._count(-1))
        return future

    def is_idle_within(self, limit_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._at_work, limit_s)

    def _count(self, change: int) -> None:
        with self._changed:
            self._at_work += change
            self._changed.notify_all()
