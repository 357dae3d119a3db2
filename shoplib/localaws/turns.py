"""Work that goes on behind requests: whoever reads or replaces the state waits until nothing is at work."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class AtWork:
    """How many things are at work. `pause` holds nobody: it suits work that only work which has begun begins."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def add(self, change: int) -> None:
        with self._changed:
            self._count += change
            self._changed.notify_all()

    def pause(self, limit_s: float) -> bool:
        """False when what is at work is not done within the limit."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._count, limit_s)

    def resume(self) -> None:
        """Nothing was held."""


class Turns(AtWork):
    """Work that is done in turns, of which none begins while they are paused."""

    def __init__(self) -> None:
        super().__init__()
        self._is_held = False

    @contextmanager
    def take(self) -> Iterator[None]:
        """Within: something is at work. Waits while turns are paused."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_held)
            self._count += 1
        try:
            yield
        finally:
            self.add(-1)

    def pause(self, limit_s: float) -> bool:
        with self._changed:
            self._is_held = True
            return super().pause(limit_s)

    def resume(self) -> None:
        with self._changed:
            self._is_held = False
            self._changed.notify_all()
