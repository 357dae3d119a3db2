"""The APIs, over HTTP."""

from functools import cache
from typing import Any

import urllib3

from shoplib.core import telemetry

PATIENCE = urllib3.Timeout(connect=2.0, read=5.0)


@cache
def http() -> Any:
    return urllib3.PoolManager(retries=False, timeout=PATIENCE)


def status(url: str) -> int | None:
    """The status of an address; None when nothing answers."""
    try:
        answer = http().request("GET", url, headers=telemetry.trace_headers())
    except urllib3.exceptions.HTTPError:
        return None
    return int(answer.status)
