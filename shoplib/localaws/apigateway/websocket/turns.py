"""What WebSocket clients cause takes turns that can be held, as long as the engine's state is saved or replaced."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_held = False
        self._at_work = 0

    @contextmanager
    def take(self) -> Iterator[None]:
        """Within: something is at work. Waits while turns are held."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_held)
            self._at_work += 1
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    def hold(self, limit_s: float) -> bool:
        """Begin nothing more; False when what is at work is not done within the limit."""
        with self._changed:
            self._is_held = True
            return self._changed.wait_for(lambda: not self._at_work, limit_s)

    def go_on(self) -> None:
        with self._changed:
            self._is_held = False
            self._changed.notify_all()
