"""The processes that a worker has started, and theirs."""

import contextlib
import os
import signal
import sys
from pathlib import Path

import psutil


def descendants(pid: int) -> list[int]:
    """All living processes below `pid`, also those in sessions of their own; not those whose parents have ended."""
    pids, parents = list[int](), [pid]
    while parents:
        children = _children(parents.pop())
        pids += children
        parents += children
    return pids


def end(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    if sys.platform == "linux" and (threads := Path(f"/proc/{pid}/task")).is_dir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            texts = [(thread / "children").read_text(encoding="ascii") for thread in threads.iterdir()]
            return [int(child) for text in texts for child in text.split()]
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []
