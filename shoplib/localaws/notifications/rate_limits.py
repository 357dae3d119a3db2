"""Who may be called only so often: calls wait for their turn."""

import threading

from shoplib.localaws import engine_clock


class RateLimits:
    """Thread-safe."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, name: str, per_second: float) -> float:
        """Seconds until whoever has this name may be called once more; that turn is taken."""
        with self._lock:
            now = engine_clock.now()
            at = max(now, self._free_at.get(name, now))
            self._free_at[name] = at + 1 / per_second
            return at - now

    def forget(self, name: str) -> None:
        with self._lock:
            self._free_at.pop(name, None)
