"""Processes that tests start and count, the same for all tests. A zombie is dead: whoever should reap it does not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

import psutil

# It adopts what its child leaves behind, as process 1 of a container does, and never reaps any of it.
_NEVER_REAPS = """
import ctypes, os, signal, subprocess, sys
PR_SET_CHILD_SUBREAPER = 36
if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
    sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
child = subprocess.Popen(sys.argv[1:])
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
code = child.wait()
print("ended", code, flush=True)
signal.pause()
"""
_DEAF = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"


def under_a_parent_that_never_reaps(command: Iterable[str]) -> list[str]:
    """Runs `command`, passes SIGTERM on, says `ended <exit code>` when it has ended, and stays until it is killed."""
    return [sys.executable, "-c", _NEVER_REAPS, *command]


def deaf_to_interrupts(command: Iterable[str]) -> list[str]:
    """As a shell starts a job in the background."""
    return [sys.executable, "-c", _DEAF, *command]


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a later process with the number of one of them does not count."""
    return [each for each in processes if each.is_running() and lives(each.pid)]


def wait_until(condition: Callable[[], bool], what: str, limit_seconds: float) -> None:
    end = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < end, f"not within {limit_seconds} s: {what}"
        time.sleep(0.05)


def wait_until_dead(processes: Iterable[psutil.Process], limit_seconds: float) -> None:
    awaited = list(processes)
    wait_until(lambda: not living(awaited), f"the end of {living(awaited)}", limit_seconds)


def kill_group(process: subprocess.Popen[str]) -> None:
    """The group of a process that was started in a session of its own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
