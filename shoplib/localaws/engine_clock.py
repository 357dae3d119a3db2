"""The local AWS has a clock of its own, as AWS has: setting the laptop's moves nothing that waits.

It is set by the laptop's clock when the engine starts, and steady from then on. Deadlines, ages and stamps of the
services are in it, so that they agree with each other. Where the system can tell (Linux), a laptop's sleep counts.
"""

import time
from datetime import UTC, datetime
from functools import cache

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> float:
    """Seconds since 1970."""
    return _offset() + time.clock_gettime(_STEADY)


def milliseconds() -> float:
    """Milliseconds since 1970."""
    return now() * 1000.0


def naive_utc() -> datetime:
    """The time of day in UTC without a zone, as moto keeps it."""
    return datetime.fromtimestamp(now(), UTC).replace(tzinfo=None)


@cache
def _offset() -> float:
    return time.time() - time.clock_gettime(_STEADY)
