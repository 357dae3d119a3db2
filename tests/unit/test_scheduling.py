"""Which worker gets which tests: homes stay together while there is other work, and nobody waits for ever."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.scheduling import WORTH_HELPING, ByHome

SHOP = [f"tests/cloud/shop/test_{name}.py::test_{n}" for name in "abcdef" for n in range(4)]
LESSONS = [f"tests/notebooks/test_lessons_run.py::test_runs[0{n}-lesson]" for n in range(4)]
OTHERS = [f"tests/unit/test_{name}.py::test_{n}" for name in "xyz" for n in range(4)]


class Worker:
    """Runs what it is given as xdist's does: the last test only when it knows what follows, or that nothing does."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.queue: list[int] = []
        self.done: list[str] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.queue += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    @property
    def can_go_on(self) -> bool:
        return len(self.queue) > (0 if self.shutting_down else 1)


def run(tests: list[str], speeds: tuple[int, ...]) -> list[Worker]:
    """Workers take turns; each does as many tests in its turn as its speed says."""
    config: Any = SimpleNamespace(option=SimpleNamespace(loadscopereorder=False, maxprocesses=None, tx=[], px=[]))
    config.getvalue = lambda name: [f"{len(speeds)}*popen"] if name == "tx" else []
    scheduler, workers = ByHome(config), [Worker(f"w{n}") for n in range(len(speeds))]
    for worker in workers:
        scheduler.add_node(worker)  # type: ignore[arg-type]
        scheduler.add_node_collection(worker, tests)  # type: ignore[arg-type]
    scheduler.schedule()
    while any(worker.can_go_on for worker in workers):
        for worker, speed in zip(workers, speeds, strict=True):
            for _ in range(speed):
                if worker.can_go_on:
                    index = worker.queue.pop(0)
                    worker.done.append(tests[index])
                    scheduler.mark_test_complete(worker, index)  # type: ignore[arg-type]
    assert not scheduler.workqueue and all(worker.shutting_down and not worker.queue for worker in workers)
    return workers


@pytest.mark.parametrize("speeds", [(1, 1), (3, 1), (1, 3), (1, 1, 1), (5, 1, 2), (1,), (1, 9, 9, 9)])
def test_every_test_is_done_once_whoever_is_quick(speeds: tuple[int, ...]) -> None:
    for tests in (SHOP + LESSONS + OTHERS, SHOP, LESSONS, OTHERS, OTHERS + SHOP, SHOP[:5], OTHERS[:1]):
        done = [test for worker in run(tests, speeds) for test in worker.done]
        assert sorted(done) == sorted(tests)


def test_a_home_is_one_workers_while_there_is_other_work() -> None:
    first, second = run(SHOP + OTHERS, (2, 1))
    assert set(SHOP) <= set(first.done)
    assert set(OTHERS) <= set(second.done)


def test_who_has_nothing_else_helps_but_not_with_the_last_files() -> None:
    first, second = run(SHOP + OTHERS, (1, 4))
    assert set(OTHERS) <= set(second.done)
    assert set(SHOP[:4]) <= set(first.done)
    helped = {test.partition("::")[0] for test in second.done} - {test.partition("::")[0] for test in OTHERS}
    assert 0 < len(helped) < WORTH_HELPING


def test_a_file_is_one_workers() -> None:
    for workers in (run(SHOP + LESSONS + OTHERS, speeds) for speeds in ((1, 2, 3), (3, 2, 1))):
        files = [{test.partition("::")[0] for test in worker.done if test not in LESSONS} for worker in workers]
        assert sum(map(len, files)) == len(set().union(*files))
