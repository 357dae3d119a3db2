"""Waiting on the engine's one timetable, from within coroutines."""

import asyncio
import itertools
from collections.abc import Coroutine
from typing import Any, TypeVar

from shoplib.localaws.timetable import Timetable

T = TypeVar("T")


class Timers:
    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._numbers = itertools.count()

    def now(self) -> float:
        return self._timetable.clock.now()

    async def sleep_until(self, at: float) -> None:
        loop = asyncio.get_running_loop()
        due: asyncio.Future[None] = loop.create_future()
        key = f"state machines {next(self._numbers)}"
        self._timetable.set(key, at, lambda: _wake(loop, due))
        try:
            await due
        finally:
            self._timetable.drop(key)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now() + seconds)


def _wake(loop: asyncio.AbstractEventLoop, due: "asyncio.Future[None]") -> None:
    loop.call_soon_threadsafe(_resolve, due)


def _resolve(due: "asyncio.Future[None]") -> None:
    if not due.done():
        due.set_result(None)


async def within(timers: Timers, seconds: float | None, work: Coroutine[Any, Any, T], late: Exception) -> T:
    """The result of `work`, which is ended after so many seconds; then `late` is raised."""
    if seconds is None:
        return await work
    working, alarm = asyncio.ensure_future(work), asyncio.ensure_future(timers.sleep(seconds))
    try:
        await asyncio.wait({working, alarm}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise late
    finally:
        alarm.cancel()
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
