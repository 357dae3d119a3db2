"""All execution environments: reused when warm, started when load asks for more, ended when idle or out of date."""

import os
import threading
import time
from collections.abc import Callable, Iterable

from shoplib.localaws.functions.environment import Environment
from shoplib.localaws.functions.environment_pool import Pool, Waiter
from shoplib.localaws.functions.errors import TooManyRequestsException
from shoplib.localaws.functions.moto_types import Function

REAP_EVERY_S = 5.0
# More processes starting at once than processors only makes each of them slower.
STARTS_AT_ONCE = max(2, os.cpu_count() or 2)
# Most functions are done sooner than another process starts: one that is at work is given this long to come free.
PATIENCE_S = 0.05
LOOK_AGAIN_S = 1.0
# All processes the machine can hold are busy: AWS would have room, so a late answer is nearer to it than an error.
ROOM_WAIT_S = 30.0
ON_DEMAND, PROVISIONED = "on-demand", "provisioned-concurrency"  # as AWS_LAMBDA_INITIALIZATION_TYPE says it


class Environments:
    """Hands out one environment per concurrent invocation, at most `limit` processes in all. Thread-safe.

    A caller gets whichever environment is ready first, in the order of calling: one that comes free or a new one. New
    ones are started while callers that have lost patience outnumber the starts under way.
    """

    def __init__(self, build: Callable[[Function, str], Environment], limit: int) -> None:
        self._build = build
        self._limit = limit
        self._pools: dict[tuple[str, str], Pool] = {}
        self._awaited: dict[Pool, None] = {}  # the pools that callers wait for, in the order of their first caller
        self._lock = threading.RLock()
        self._live = 0
        self._starting = 0
        self._closed = threading.Event()
        self._owner: dict[Environment, Pool] = {}
        threading.Thread(target=self._reap, daemon=True, name="lambda-reaper").start()

    def acquire(self, function: Function) -> Environment:
        """A warm environment, or a new one whose init phase is over (its first `invoke` reports how that went).

        Raises TooManyRequestsException when every process the machine may run stays busy for ROOM_WAIT_S.
        """
        while True:
            environment = self._next(function)
            if environment.is_alive() or environment.failed_to_start:
                return environment
            self.release(environment, reusable=False)

    def release(self, environment: Environment, *, reusable: bool) -> None:
        """Give an environment back; one that is not reusable, or out of date, is ended."""
        with self._lock:
            pool = self._owner[environment]
            pool.at_work -= 1
            is_useful = not self._closed.is_set() and (not pool.retired or bool(pool.waiters))
            if reusable and is_useful:
                pool.offer(environment)
            else:
                self._forget(environment)
            self._scale_out()
        if not (reusable and is_useful):
            environment.kill()
            self._replace(pool)

    def provision(self, function: Function, count: int) -> None:
        """Keep `count` environments of this version initialised; they come up in the background."""
        with self._lock:
            pool, retired = self._pool(_key(function), function.revision_id)
            pool.function, pool.provisioned, pool.failing = function, count, False
        _kill(retired)
        if count:
            threading.Thread(target=self._fill, args=(function, pool), daemon=True, name="lambda-provision").start()

    def provisioned(self, function: Function) -> tuple[int, bool]:
        """How many of this version are initialised, and whether the last one failed to."""
        with self._lock:
            pool = self._pools.get(_key(function))
            return (pool.ready, pool.failing) if pool else (0, False)

    def retire(self, function_arn: str) -> None:
        """End the environments of a function that was deleted; busy ones when they are done."""
        with self._lock:
            keys = [key for key in self._pools if key[0] == function_arn or key[0].startswith(f"{function_arn}:")]
            idle = [environment for key in keys for environment in self._retire(self._pools.pop(key))]
        _kill(idle)

    def retire_all(self) -> None:
        """End all environments; busy ones when they are done."""
        with self._lock:
            idle = [environment for pool in self._pools.values() for environment in self._retire(pool)]
            self._pools.clear()
        _kill(idle)

    def close(self) -> None:
        """End every environment. One at work loses its process; the thread that waits for it cleans up."""
        self._closed.set()
        with self._lock:
            idle = self._drop([environment for pool in self._pools.values() for environment in pool.idle])
            busy = list(self._owner)
            for pool in self._awaited:
                while pool.waiters:
                    pool.waiters.popleft().fail(TooManyRequestsException("ConcurrentInvocationLimitExceeded"))
        _kill(idle)
        for environment in busy:
            environment.end_process()

    def _next(self, function: Function) -> Environment:
        with self._lock:
            pool, retired = self._pool(_key(function), function.revision_id)
            environment = pool.take() if pool.idle else None
            if environment is None:
                patience_s = PATIENCE_S if pool.at_work else 0.0
                waiter = Waiter(function, time.monotonic() + patience_s)
                pool.waiters.append(waiter)
                self._awaited[pool] = None
                self._scale_out()
        _kill(retired)
        return environment or self._await(waiter, pool)

    def _await(self, waiter: Waiter, pool: Pool) -> Environment:
        start = time.monotonic()
        while not waiter.done.wait(_until(waiter.wait_until)):
            with self._lock:
                if not waiter.done.is_set() and time.monotonic() - start > ROOM_WAIT_S and not self._has_room():
                    pool.waiters.remove(waiter)
                    raise TooManyRequestsException("ConcurrentInvocationLimitExceeded")
                self._scale_out()
        if waiter.error is not None:
            raise waiter.error
        assert waiter.environment is not None
        return waiter.environment

    def _scale_out(self) -> None:
        """Start environments for callers who have waited long enough, as far as there is room. The lock is held."""
        now = time.monotonic()
        for pool in list(self._awaited):
            if not pool.waiters:
                del self._awaited[pool]
                continue
            impatient = pool.impatient(now)
            while len(impatient) > pool.starting and self._starting < STARTS_AT_ONCE and self._has_room():
                evicted = self._make_room()
                self._count_start(pool)
                arguments = (impatient[0].function, pool, evicted)
                threading.Thread(
                    target=self._start_for_waiters, args=arguments, daemon=True, name="lambda-init"
                ).start()

    def _start_for_waiters(self, function: Function, pool: Pool, evicted: list[Environment]) -> None:
        _kill(evicted)
        try:
            environment = self._start(function, pool, ON_DEMAND)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to a caller: this thread has none
            with self._lock:
                if pool.waiters:
                    pool.waiters.popleft().fail(error)
                self._scale_out()
            return
        self.release(environment, reusable=True)

    def _start(self, function: Function, pool: Pool, initialization: str) -> Environment:
        """A start that was counted before; its environment is at work until it is released."""
        environment = None
        try:
            environment = self._build(function, initialization)
            environment.start()
        finally:
            with self._lock:
                pool.starting -= 1
                self._starting -= 1
                if environment is None:
                    self._live -= 1
                else:
                    self._owner[environment] = pool
                    pool.at_work += 1
        return environment

    def _count_start(self, pool: Pool) -> None:
        pool.starting += 1
        self._starting += 1
        self._live += 1

    def _replace(self, pool: Pool) -> None:
        """A provisioned environment that ended is followed by another one."""
        if pool.provisioned and pool.function is not None and not pool.failing:
            self.provision(pool.function, pool.provisioned)

    def _fill(self, function: Function, pool: Pool) -> None:
        while self._lacks(pool):
            evicted = self._claim(pool)
            if evicted is None:
                self._closed.wait(LOOK_AGAIN_S)
                continue
            _kill(evicted)
            self._start_provisioned(function, pool)

    def _start_provisioned(self, function: Function, pool: Pool) -> None:
        try:
            environment = self._start(function, pool, PROVISIONED)
        except Exception:
            pool.failing = True  # the status of the configuration shows it
            raise
        pool.failing = environment.failed_to_start
        self.release(environment, reusable=not pool.failing)

    def _lacks(self, pool: Pool) -> bool:
        """Whether the pool needs one more provisioned environment, and may have it."""
        with self._lock:
            ended = pool.retired or pool.failing or self._closed.is_set()
            return not ended and pool.ready + pool.starting < pool.provisioned

    def _claim(self, pool: Pool) -> list[Environment] | None:
        """Count one more as starting; answers the environments that give way to it. None while there is no room."""
        with self._lock:
            if not (self._lacks(pool) and self._has_room()):
                return None
            evicted = self._make_room()
            self._count_start(pool)
            return evicted

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

    def _has_room(self) -> bool:
        return not self._closed.is_set() and (
            self._live < self._limit or any(pool.spare for pool in self._pools.values())
        )

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
            now = time.monotonic()
            with self._lock:
                old = self._drop([environment for pool in self._pools.values() for environment in pool.outdated(now)])
            _kill(old)


def _key(function: Function) -> tuple[str, str]:
    return function.function_arn, str(function.version)


def _until(moment: float) -> float:
    """Seconds until the waiter loses patience, then between two looks."""
    remaining = moment - time.monotonic()
    return remaining if remaining > 0 else LOOK_AGAIN_S


def _kill(environments: Iterable[Environment]) -> None:
    for environment in environments:
        environment.kill()
