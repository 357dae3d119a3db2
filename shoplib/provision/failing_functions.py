"""Errors of functions since the last check, read from their logs as Lambda's runtimes write them."""

import re
import time
from collections.abc import Iterable, Iterator

from shoplib.provision.functions import Function, log_lines
from shoplib.provision.target import Target

SECONDS_BETWEEN_LOOKS = 1.0
# Of the runtimes themselves: what a handler's own logger calls an error is no failure.
FAILURES = re.compile(
    r"^\[ERROR\] (?P<python>\S.*)"
    r"|\tERROR\t(?P<node>(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection).*)"
    r"|(?P<end>Task timed out after .*)"
    r"|Error: (?P<exit>Runtime exited .*)",
    re.DOTALL,
)
OF_NO_CALL = "\nTraceback (most recent call last):"  # the runtime writes it, too, where nothing was called


class FailingFunctions:
    """The failures of the functions of one stack."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._since = _now()
        self._next = time.monotonic()
        self._seen: set[tuple[int, str, str]] = set()

    def look(self, functions: Iterable[Function]) -> Iterator[tuple[str, str]]:
        """Return (function, reason) of each new failure; empty right after the last check. On AWS nothing
        looks: it would cost money each second, and rights that a deployer may lack."""
        if self._target.is_real or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_LOOKS
        lines = {(line.at, line.function, line.text) for line in log_lines(functions, self._target, self._since)}
        for at, function, text in sorted(lines - self._seen):
            if failure := FAILURES.search(text):
                yield function, next(part for part in failure.groups() if part).removesuffix(OF_NO_CALL)
            self._since = max(self._since, at)  # more lines of the same millisecond may come
        self._seen = {line for line in lines if line[0] >= self._since}


def _now() -> int:
    return int(time.time() * 1000)
