"""The threads that wait for answers of services, and how many are at work."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from shoplib.localaws.turns import AtWork


class Threads(ThreadPoolExecutor):
    def __init__(self, most: int) -> None:
        super().__init__(most, thread_name_prefix="task")
        self._at_work = AtWork()
        self.is_idle_within = self._at_work.pause

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **kwargs: Any) -> Future[Any]:
        future = super().submit(call, *arguments, **kwargs)
        self._at_work.add(1)
        future.add_done_callback(lambda _: self._at_work.add(-1))
        return future
