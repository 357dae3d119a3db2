"""Whether a process lives. One that is dead and not yet reaped does not: in a container without an init it stays for
ever, because process 1 there reaps nobody."""

import time

import psutil

LOOK_EVERY_SECONDS = 0.02


def is_alive(pid: int, created: float | None = None) -> bool:
    """`created` (seconds since 1970) distinguishes the process from a later one with the same number."""
    try:
        process = psutil.Process(pid)
        same = created is None or abs(process.create_time() - created) < 5
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_dead(pid: int, created: float, limit_seconds: float) -> bool:
    """False when it still lives after `limit_seconds`."""
    end = time.monotonic() + limit_seconds
    while is_alive(pid, created):
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_EVERY_SECONDS)
    return True
