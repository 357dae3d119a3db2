"""What is measured, and when it counts as flat."""

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60

# figure -> (unit, by how much it may have grown over the second half of the run, as the fitted line says)
LIMITS = {
    "processes": ("", 3.0),
    "engine threads": ("", 5.0),
    "engine open files": ("", 10.0),
    "engine memory": ("MB", 12.0),
    "workers' memory": ("MB", 150.0),
}


@dataclass
class Samples:
    """Figures of the engine over time: `at` in seconds since the start, `figures` one list per figure."""

    engine: psutil.Process
    at: list[float] = field(default_factory=list)
    figures: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in LIMITS})
    _began: float = field(default_factory=time.monotonic)

    def run(self, every_s: float, over: threading.Event) -> None:
        while not over.wait(every_s):
            self.take()

    def take(self) -> None:
        workers = [size for child in self.engine.children(recursive=True) if (size := _resident_mb(child))]
        with self.engine.oneshot():
            now = {
                "processes": 1 + len(workers),
                "engine threads": self.engine.num_threads(),
                "engine open files": _open_files(self.engine),
                "engine memory": _resident_mb(self.engine),
                "workers' memory": sum(workers),
            }
        self.at.append(time.monotonic() - self._began)
        for name, value in now.items():
            self.figures[name].append(value)

    def growth(self, name: str) -> float:
        """Of the line that fits the second half best: how much higher it ends than it begins."""
        half = len(self.at) // 2
        at, values = self.at[half:], self.figures[name][half:]
        return statistics.linear_regression(at, values).slope * (at[-1] - at[0])


def _resident_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / 1e6)
    except psutil.NoSuchProcess:  # it ended while we looked
        return 0.0


def _open_files(process: psutil.Process) -> int:
    return int(process.num_fds() if psutil.POSIX else process.num_handles())


def sparkline(values: Sequence[float], width: int = WIDTH) -> str:
    """The means of `width` equal stretches, as bars between the lowest and the highest."""
    edges = [round(place * len(values) / width) for place in range(width + 1)]
    means = [statistics.fmean(values[a:b]) for a, b in zip(edges, edges[1:], strict=False) if b > a]
    low, high = min(means), max(means)
    return "".join(BARS[round((mean - low) / (high - low or 1) * (len(BARS) - 1))] for mean in means)
