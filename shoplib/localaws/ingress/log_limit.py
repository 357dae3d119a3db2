"""A log that nobody can flood: of each kind of message a few in a while, and how many were left out."""

import logging
import time

MOST, WHILE_S = 20, 10.0
KINDS = 1_000  # that are counted at once; more begin anew


class RateLimit(logging.Filter):
    """Kinds are distinguished by logger, level and the message's text before its values."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind, now = (record.name, record.levelno, str(record.msg)[:200]), time.monotonic()
        start, count = self._seen.get(kind, (now, 0))
        if now - start > WHILE_S:
            if count > MOST:
                record.msg, record.args = f"{record.getMessage()} ({count - MOST} like it were left out)", ()
            start, count = now, 0
        if len(self._seen) > KINDS:
            self._seen.clear()
        self._seen[kind] = (start, count + 1)
        return count < MOST
