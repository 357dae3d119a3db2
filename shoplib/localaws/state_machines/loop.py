"""The one thread on which all executions take their turns."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Loop:
    """Starts with its first work. Thread-safe."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._may_go_on = threading.Event()

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Future[asyncio.Task[None]]":
        """Do the work, in the context of the caller; the answer gives its task, to end it by."""
        loop = self._started()
        begun: asyncio.Future[asyncio.Task[None]] = loop.create_future()
        loop.call_soon_threadsafe(lambda: begun.set_result(loop.create_task(work)))
        return begun

    def run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Do the work and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._started()).result(seconds)

    def end(self, begun: "asyncio.Future[asyncio.Task[None]]") -> None:
        """Cancel work that was begun, after its first turn."""
        loop = self._started()
        loop.call_soon_threadsafe(lambda: loop.call_soon(lambda: begun.result().cancel()))

    def pause(self) -> None:
        """Nothing takes a turn until `resume`."""
        with self._starting:
            loop = self._loop
        if loop is not None:
            self._may_go_on.clear()
            stopped = threading.Event()
            loop.call_soon_threadsafe(_hold, stopped, self._may_go_on)
            stopped.wait()

    def resume(self) -> None:
        self._may_go_on.set()

    def close(self) -> None:
        """What is at work is cancelled."""
        loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        loop.call_soon_threadsafe(lambda: loop.create_task(_stop(loop)))
        self._thread.join(5)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(self._loop,), name="state-machines", daemon=True)
                self._thread.start()
            return self._loop


def _hold(stopped: threading.Event, may_go_on: threading.Event) -> None:
    stopped.set()
    may_go_on.wait()


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _stop(loop: asyncio.AbstractEventLoop) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    loop.stop()
