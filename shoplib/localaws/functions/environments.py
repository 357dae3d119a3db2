"""All execution environments: reused when warm, started when load asks for more, ended when idle or out of date."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shoplib.localaws.functions.environment import Environment
from shoplib.localaws.functions.errors import TooManyRequestsException
from shoplib.localaws.functions.moto_types import Function

IDLE_LIMIT_S = 600.0
REAP_EVERY_S = 15.0
# More processes starting at once than processors only makes each of them slower; callers wait for the first free one.
STARTS_AT_ONCE = max(2, os.cpu_count() or 2)
START_WAIT_S = 1.0
# Most functions are done sooner than another process starts: one that is at work is given this long to come free.
PATIENCE_S = 0.05
ON_DEMAND, PROVISIONED = "on-demand", "provisioned-concurrency"  # as AWS_LAMBDA_INITIALIZATION_TYPE says it
# All processes the machine can hold are busy: AWS would have room, so a late answer is nearer to it than an error.
ROOM_WAIT_S = 30.0


@dataclass
class Pool:
    """The environments of one function version in one configuration (`revision`)."""

    revision: str
    idle: list[Environment] = field(default_factory=list)
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


class Environments:
    """Hands out one environment per concurrent invocation, at most `limit` processes in all. Thread-safe."""

    def __init__(self, build: Callable[[Function, str], Environment], limit: int) -> None:
        self._build = build
        self._limit = limit
        self._pools: dict[tuple[str, str], Pool] = {}
        self._changed = threading.Condition()
        self._live = 0
        self._closed = threading.Event()
        self._owner: dict[Environment, Pool] = {}
        threading.Thread(target=self._reap, daemon=True, name="lambda-reaper").start()

    def acquire(self, function: Function) -> Environment:
        """A warm environment, or a new one whose init phase is over (its first `invoke` tells how that went).

        Raises TooManyRequestsException when every process the machine may run stays busy for ROOM_WAIT_S.
        """
        while True:
            environment, pool, retired = self._take(function)
            _kill(retired)
            if environment is None:
                return self._start(function, pool)
            if environment.is_alive():
                return environment
            self.release(environment, reusable=False)

    def release(self, environment: Environment, *, reusable: bool) -> None:
        """Give an environment back; one that is not reusable, or out of date, is ended."""
        with self._changed:
            pool = self._owner[environment]
            pool.at_work -= 1
            keep = reusable and not pool.retired and not self._closed.is_set()
            if keep:
                pool.idle.append(environment)
            else:
                self._forget(environment)
            self._changed.notify_all()  # callers of all functions wait on the one condition
        if not keep:
            environment.kill()
            self._replace(pool)

    def _replace(self, pool: Pool) -> None:
        """A provisioned environment that ended is followed by another one."""
        if pool.provisioned and pool.function is not None and not pool.failing:
            self.provision(pool.function, pool.provisioned)

    def provision(self, function: Function, count: int) -> None:
        """Keep `count` environments of this version initialised; they come up in the background."""
        with self._changed:
            pool, retired = self._pool(_key(function), function.revision_id)
            pool.function, pool.provisioned, pool.failing = function, count, False
        _kill(retired)
        if count:
            threading.Thread(target=self._fill, args=(function, pool), daemon=True, name="lambda-provision").start()

    def provisioned(self, function: Function) -> tuple[int, bool]:
        """How many of this version are initialised, and whether the last one failed to."""
        with self._changed:
            pool = self._pools.get(_key(function))
            return (pool.ready, pool.failing) if pool else (0, False)

    def _fill(self, function: Function, pool: Pool) -> None:
        while self._claim(pool):
            environment = self._start(function, pool, PROVISIONED)
            pool.failing = environment.failed_to_start
            self.release(environment, reusable=not pool.failing)
            if pool.failing:
                return

    def _claim(self, pool: Pool) -> bool:
        """Count one more environment as starting, when the pool lacks one and the machine has room for it."""
        with self._changed:
            wanted = not pool.retired and not self._closed.is_set() and pool.ready + pool.starting < pool.provisioned
            if not wanted or self._live >= self._limit:
                return False
            pool.starting += 1
            self._live += 1
            return True

    def retire(self, function_arn: str) -> None:
        """End the environments of a function that was deleted; busy ones when they are done."""
        with self._changed:
            keys = [key for key in self._pools if key[0] == function_arn or key[0].startswith(f"{function_arn}:")]
            idle = [environment for key in keys for environment in self._retire(self._pools.pop(key))]
        _kill(idle)

    def close(self) -> None:
        """End every environment. One at work loses its process; the thread that waits for it cleans up."""
        self._closed.set()
        with self._changed:
            idle = self._drop([environment for pool in self._pools.values() for environment in pool.idle])
            busy = list(self._owner)
            self._changed.notify_all()
        _kill(idle)
        for environment in busy:
            environment.end_process()

    def _take(self, function: Function) -> tuple[Environment | None, Pool, list[Environment]]:
        """An idle environment, or None when the caller is to start one: it then counts as live and starting."""
        began = time.monotonic()
        with self._changed:
            pool, retired = self._pool(_key(function), function.revision_id)
            while not pool.idle:
                waited_s = time.monotonic() - began
                patient_for_s = _wait_before_start(pool) - waited_s
                if patient_for_s <= 0 and self._has_room(waited_s):
                    retired += self._make_room()
                    pool.starting += 1
                    self._live += 1
                    return None, pool, retired
                self._changed.wait(patient_for_s if patient_for_s > 0 else START_WAIT_S)
            pool.at_work += 1
            return pool.idle.pop(), pool, retired

    def _start(self, function: Function, pool: Pool, initialization: str = ON_DEMAND) -> Environment:
        environment = None
        try:
            environment = self._build(function, initialization)
            environment.start()
        finally:
            with self._changed:
                pool.starting -= 1
                if environment is None:
                    self._live -= 1
                else:
                    self._owner[environment] = pool
                    pool.at_work += 1
                self._changed.notify_all()
        return environment

    def _pool(self, key: tuple[str, str], revision: str) -> tuple[Pool, list[Environment]]:
        pool, retired = self._pools.get(key), []
        if pool is not None and pool.revision != revision:
            retired, pool = self._retire(pool), None
        if pool is None:
            pool = self._pools[key] = Pool(revision)
        return pool, retired

    def _retire(self, pool: Pool) -> list[Environment]:
        pool.retired = True
        idle, pool.idle = pool.idle, []
        for environment in idle:
            self._forget(environment)
        return idle

    def _has_room(self, waited_s: float) -> bool:
        """Whether one more process may start; TooManyRequestsException when that took too long to come."""
        if self._live < self._limit or any(pool.spare for pool in self._pools.values()):
            return True
        if waited_s > ROOM_WAIT_S or self._closed.is_set():
            raise TooManyRequestsException("ConcurrentInvocationLimitExceeded")
        return False

    def _make_room(self) -> list[Environment]:
        """At the limit, give up the environment that was idle longest."""
        if self._live < self._limit:
            return []
        idle = [environment for pool in self._pools.values() for environment in pool.spare]
        return self._drop([min(idle, key=lambda environment: environment.idle_since)])

    def _drop(self, environments: Iterable[Environment]) -> list[Environment]:
        dropped = list(environments)
        for environment in dropped:
            self._owner[environment].idle.remove(environment)
            self._forget(environment)
        return dropped

    def _forget(self, environment: Environment) -> None:
        self._owner.pop(environment)
        self._live -= 1

    def _reap(self) -> None:
        while not self._closed.wait(REAP_EVERY_S):
            oldest = time.monotonic() - IDLE_LIMIT_S
            with self._changed:
                idle = [environment for pool in self._pools.values() for environment in pool.spare]
                old = self._drop(environment for environment in idle if environment.idle_since < oldest)
            _kill(old)


def _key(function: Function) -> tuple[str, str]:
    return function.function_arn, str(function.version)


def _wait_before_start(pool: Pool) -> float:
    """How long a caller waits for an environment of the pool to come free before it starts one more (seconds)."""
    if pool.starting >= STARTS_AT_ONCE:
        return START_WAIT_S
    return PATIENCE_S if pool.at_work else 0.0


def _kill(environments: Iterable[Environment]) -> None:
    for environment in environments:
        environment.kill()
