"""The environments of one function version, and the callers that wait for one of them."""

import threading
from collections import deque
from dataclasses import dataclass, field

from shoplib.localaws.functions.environment import Environment
from shoplib.localaws.functions.moto_types import Function

IDLE_LIMIT_S = 600.0
# A burst leaves environments behind, of 50 MB each with boto3: one of a function stays warm, the others end soon.
SURPLUS_LIMIT_S = 10.0


@dataclass(eq=False)
class Waiter:
    """A caller without an environment. `done` is set once `environment` or `error` is."""

    function: Function
    wait_until: float  # monotonic time until which one that is at work may come free before another is started
    done: threading.Event = field(default_factory=threading.Event)
    environment: Environment | None = None
    error: Exception | None = None

    def serve(self, environment: Environment) -> None:
        self.environment = environment
        self.done.set()

    def fail(self, error: Exception) -> None:
        self.error = error
        self.done.set()


@dataclass(eq=False)
class Pool:
    """One function version in one configuration (`revision`). Not thread-safe: Environments holds its lock."""

    revision: str
    idle: list[Environment] = field(default_factory=list)
    waiters: deque[Waiter] = field(default_factory=deque)
    starting: int = 0
    at_work: int = 0
    retired: bool = False
    function: Function | None = None
    provisioned: int = 0  # environments to keep initialised, whether or not anybody calls
    failing: bool = False  # the last provisioned one did not initialise

    @property
    def ready(self) -> int:
        return len(self.idle) + self.at_work

    @property
    def spare(self) -> list[Environment]:
        """Idle environments that may be ended, those idle longest first."""
        count = max(0, min(len(self.idle), self.ready - self.provisioned))
        return sorted(self.idle, key=lambda environment: environment.idle_since)[:count]

    def outdated(self, now: float) -> list[Environment]:
        """Those that have been idle for too long."""
        spare = self.spare
        surplus = [each for each in spare[:-1] if now - each.idle_since > SURPLUS_LIMIT_S]
        return surplus + [each for each in spare[-1:] if now - each.idle_since > IDLE_LIMIT_S]

    def take(self) -> Environment:
        self.at_work += 1
        return self.idle.pop()

    def offer(self, environment: Environment) -> None:
        """To the caller that waits longest; else it is idle."""
        if self.waiters:
            self.at_work += 1
            self.waiters.popleft().serve(environment)
        else:
            self.idle.append(environment)

    def impatient(self, now: float) -> list[Waiter]:
        return [waiter for waiter in self.waiters if waiter.wait_until <= now]
