"""Processes whose parents have ended: on Linux the worker adopts its own, so that they end with it, whatever session
they have put themselves into.

`_ctypes` instead of `ctypes`: a worker that imports the latter for one call starts 3 ms later.
"""

import os
import sys

ADOPT = 36  # prctl's PR_SET_CHILD_SUBREAPER
KILL = 9
ROUNDS = 100  # an end to racing a process that starts others without end


def adopt() -> None:
    if sys.platform != "linux":
        return
    try:
        import _ctypes

        library = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type]  # None is this process
        _ctypes.call_function(_ctypes.dlsym(library, "prctl"), (ADOPT, 1, 0, 0, 0))
    except (OSError, ImportError):
        return


def end_children() -> None:
    """All of them, and theirs: with their parents gone they are children of this process."""
    for _ in range(ROUNDS):
        if not (pids := children()):
            return
        end(pids)
        for pid in pids:
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:  # the handler has waited for it
                continue


def end(pids: set[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, KILL)
        except (ProcessLookupError, PermissionError):
            continue


def children() -> set[int]:
    """Nothing where the system does not say."""
    threads = "/proc/self/task"
    try:
        return {pid for thread in os.listdir(threads) for pid in _children_of(f"{threads}/{thread}")}  # noqa: PTH208
    except OSError:
        return set()


def _children_of(thread: str) -> list[int]:
    with open(f"{thread}/children", encoding="ascii") as file:  # noqa: PTH123
        return [int(pid) for pid in file.read().split()]
