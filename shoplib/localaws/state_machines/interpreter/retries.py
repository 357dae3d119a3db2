"""Which retrier or catcher an error is for, and how long to wait before a state is tried again."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from shoplib.localaws.state_machines.language.failures import RUNTIME, StateFailure

TERMINAL = (RUNTIME, "States.DataLimitExceeded")  # no wildcard means these
HEARTBEAT = "States.HeartbeatTimeout"
TIMEOUTS = ("States.Timeout", HEARTBEAT)
Handler = Mapping[str, Any]


class Retries:
    """Counts the attempts of each retrier of one state, of which each was `used` before."""

    def __init__(self, retriers: list[Handler], used: int = 0) -> None:
        self._retriers = retriers
        self._used = [used] * len(retriers)

    def index(self, failure: StateFailure) -> int | None:
        """Which retrier the failure is for."""
        return index_of(self._retriers, failure)

    def delay(self, failure: StateFailure) -> float | None:
        """Seconds until the next attempt; None when there is none."""
        number = self.index(failure)
        return None if number is None else self._next(number, self._retriers[number])

    def _next(self, number: int, retrier: Handler) -> float | None:
        if failure_is_final(self._used[number], retrier):
            return None
        delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** self._used[number]
        self._used[number] += 1
        delay = min(delay, retrier.get("MaxDelaySeconds", delay))
        return random.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay


def failure_is_final(used: int, retrier: Handler) -> bool:
    return bool(used >= retrier.get("MaxAttempts", 3))


def index_of(handlers: Sequence[Handler], failure: StateFailure) -> int | None:
    """Which is the first for the failure."""
    return next((at for at, each in enumerate(handlers) if matches(each["ErrorEquals"], failure)), None)


def matches(names: list[str], failure: StateFailure) -> bool:
    return any(_means(names, error) for error in failure.names)


def _means(names: list[str], error: str) -> bool:
    if error in names and error != RUNTIME:
        return True
    if error in TERMINAL:
        return False
    if error == HEARTBEAT and TIMEOUTS[0] in names:
        return True
    return "States.ALL" in names or ("States.TaskFailed" in names and error not in TIMEOUTS)
