"""What the load tests share: an engine of their own, producers, a killer of workers, and readable differences."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psutil

T = TypeVar("T")
PRODUCERS = 8
SEED = 20_250_101
KILL_EVERY_S = (0.2, 0.8)
SHOWN = 5
LOOK_EVERY_S = 0.5


def produce(work: Callable[[int], None]) -> None:
    """Run `work(producer)` in eight producers at once; the first one's error is raised."""
    with ThreadPoolExecutor(PRODUCERS) as pool:
        list(pool.map(work, range(PRODUCERS)))


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    return iter(lambda: list(itertools.islice(rest, size)), [])


@dataclass
class Killer:
    """SIGKILLs a worker process of the engine at random moments. `killed` holds their process ids."""

    engine_pid: int
    seconds: float
    killed: list[int] = field(default_factory=list)
    _random: random.Random = field(default_factory=lambda: random.Random(SEED))
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        engine = psutil.Process(self.engine_pid)
        end = time.monotonic() + self.seconds
        while time.monotonic() < end and not self._over.wait(self._random.uniform(*KILL_EVERY_S)):
            workers = [child for child in engine.children(recursive=True) if is_worker(child)]
            if workers:
                victim = self._random.choice(workers)
                if kill(victim):
                    self.killed.append(victim.pid)

    def stop(self) -> None:
        self._over.set()


def kill(worker: psutil.Process) -> bool:
    """Whether it was still there to be killed."""
    try:
        worker.kill()
    except psutil.NoSuchProcess:
        return False
    return True


def is_worker(process: psutil.Process) -> bool:
    """Not the process that forks workers: it runs the same program, as the engine's own child."""
    try:
        return _runs_bootstrap(process) and not _forks_workers(process)
    except psutil.Error:  # it has ended, and may not be reaped yet
        return False


def is_fork_server(process: psutil.Process) -> bool:
    try:
        return _forks_workers(process)
    except psutil.Error:
        return False


def _forks_workers(process: psutil.Process) -> bool:
    parent = process.parent()
    command = process.cmdline()  # empty when it has just ended
    names_no_handler = bool(command) and command[-1].endswith("bootstrap.py")
    return names_no_handler and not (parent is not None and _runs_bootstrap(parent))


def _runs_bootstrap(process: psutil.Process) -> bool:
    return any("bootstrap.py" in part for part in process.cmdline())


@contextmanager
def killing_workers(engine_pid: int, seconds: float) -> Iterator[list[int]]:
    """Kill workers while the block runs, so many seconds at most; gives the list of those that were killed."""
    killer = Killer(engine_pid, seconds)
    thread = threading.Thread(target=killer.run)
    thread.start()
    try:
        yield killer.killed
    finally:
        killer.stop()
        thread.join()


def differences(expected: Mapping[str, Sequence[Any]], seen: Mapping[str, Sequence[Any]]) -> list[str]:
    """How the effects of each key differ from those expected: what is lost, doubled, unknown or out of order."""
    return [text for key in sorted({*expected, *seen}) if (text := _difference(key, expected, seen))]


def _difference(key: str, expected: Mapping[str, Sequence[Any]], seen: Mapping[str, Sequence[Any]]) -> str:
    wanted, found = list(expected.get(key, [])), list(seen.get(key, []))
    if wanted == found:
        return ""
    lost = list((Counter(wanted) - Counter(found)).elements())
    surplus = list((Counter(found) - Counter(wanted)).elements())
    if not lost and not surplus:
        at = next(place for place, pair in enumerate(zip(wanted, found, strict=True)) if pair[0] != pair[1])
        return f"{key}: out of order at {at}: {found[at : at + SHOWN]} instead of {wanted[at : at + SHOWN]}"
    return f"{key}: {len(lost)} lost {lost[:SHOWN]}, {len(surplus)} too many {surplus[:SHOWN]}"


def left_over(look: Callable[[], T], limit_s: float) -> T:
    """What `look` finds at last: nothing, or what is still there after `limit_s`."""
    end = time.monotonic() + limit_s
    while (found := look()) and time.monotonic() < end:
        threading.Event().wait(LOOK_EVERY_S)
    return found
