"""How long a client is waited for that is sending a body: less where many are, for each of them has a thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

MOST_SLOW = 500
CROWDED_S = 3.0
CROWDED_RATE = 64 * 1024  # bytes a second that a body has to come with while more than `MOST_SLOW` are waited for
_counting = threading.Lock()
_waiting = 0


class Patience:
    """With one body, for `seconds` at most."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._seconds = seconds
        self._received = 0

    @contextmanager
    def waits(self, silence: float) -> Iterator[float]:
        """For how many seconds to wait for the next bytes. Raises TimeoutError where it is to be no longer."""
        with _count() as waiting:
            passed = time.monotonic() - self._began
            if passed >= self._seconds or (waiting > MOST_SLOW and self._is_slow(passed)):
                raise TimeoutError
            yield min(silence, self._seconds - passed)

    def note(self, received: int) -> None:
        self._received += received

    def _is_slow(self, passed: float) -> bool:
        return passed > CROWDED_S and self._received < passed * CROWDED_RATE


@contextmanager
def _count() -> Iterator[int]:
    global _waiting
    with _counting:
        _waiting += 1
        waiting = _waiting
    try:
        yield waiting
    finally:
        with _counting:
            _waiting -= 1
