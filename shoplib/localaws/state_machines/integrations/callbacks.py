"""Tasks that somebody else ends with SendTaskSuccess or SendTaskFailure."""

import asyncio
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.state_machines.interpreter import Timers
from shoplib.localaws.state_machines.language import StateFailure
from shoplib.localaws.state_machines.language.failures import HeartbeatMissed

MOST_CLOSED = 10_000  # tokens that are remembered after their task


@dataclass
class Waiting:
    """A task that waits; `beat` is when it was last heard of."""

    answer: "asyncio.Future[Any]"
    beat: float


class Callbacks:
    """Open tokens. Thread-safe."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._open: dict[str, Waiting] = {}
        self._closed: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, token: str) -> None:
        """From now on the token can be answered."""
        with self._lock:
            self._open[token] = Waiting(asyncio.get_running_loop().create_future(), self._timers.now())

    def is_open(self, token: str) -> bool:
        return token in self._open

    async def answer(self, token: str, heartbeat: float | None) -> Any:
        """What the task was answered. Raises StateFailure."""
        waiting = self._open.get(token)
        if waiting is None:
            raise HeartbeatMissed
        waiting.beat = self._timers.now()
        while heartbeat is not None and not waiting.answer.done():
            due = waiting.beat + heartbeat
            if due <= self._timers.now():
                raise HeartbeatMissed
            alarm = asyncio.ensure_future(self._timers.sleep_until(due))
            try:
                await asyncio.wait({waiting.answer, alarm}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                alarm.cancel()
        return await waiting.answer

    def close(self, token: str) -> None:
        """The token's task is over."""
        with self._lock:
            if self._open.pop(token, None) is not None:
                self._remember(token)

    def succeed(self, token: str, output: Any) -> None:
        """Raises TaskTimedOut or InvalidToken."""
        waiting = self._take(token)
        _settle(waiting, lambda: waiting.answer.set_result(output))

    def fail(self, token: str, error: str | None, cause: str | None) -> None:
        waiting = self._take(token)
        _settle(waiting, lambda: waiting.answer.set_exception(StateFailure(error, cause)))

    def beat(self, token: str) -> None:
        with self._lock:
            self._require(token).beat = self._timers.now()

    def _take(self, token: str) -> Waiting:
        with self._lock:
            waiting = self._require(token)
            if waiting.answer.done() or token in self._closed:
                raise _over()
            self._remember(token)
            return waiting

    def _require(self, token: str) -> Waiting:
        if token in self._closed:
            raise _over()
        if token not in self._open:
            raise Refusal("InvalidToken", "Invalid Token: 'Invalid token'")
        return self._open[token]

    def _remember(self, token: str) -> None:
        self._closed[token] = None
        if len(self._closed) > MOST_CLOSED:
            self._closed.popitem(last=False)


def _over() -> Refusal:
    return Refusal("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")


def _settle(waiting: Waiting, settle: Any) -> None:
    loop = waiting.answer.get_loop()
    loop.call_soon_threadsafe(lambda: waiting.answer.done() or settle())
