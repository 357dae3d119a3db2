"""All metrics of one account in one region, summed up per minute (per second where asked for). Bounded in memory."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shoplib.localaws.consistent_pickle import ConsistentPickle
from shoplib.localaws.metrics.histogram import Histogram, merged

MINUTE, HOUR = 60, 3600
MOST_CELLS = 500  # of one metric: eight hours of traffic in every minute
MOST_SERIES = 5_000


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's identity: as on AWS every combination of dimensions is a metric of its own."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Mapping[str, str]) -> "Metric":
        return cls(namespace, name, frozenset(dimensions.items()))


@dataclass(slots=True)
class Series:
    """The cells of one metric by unit and the second at which they begin."""

    cells: dict[tuple[str, int], Histogram] = field(default_factory=dict)

    def cell(self, unit: str, second: int) -> Histogram:
        cell = self.cells.get((unit, second))
        if cell is None:
            if len(self.cells) >= MOST_CELLS:
                self._fold()
            cell = self.cells[unit, second] = Histogram()
        return cell

    def _fold(self) -> None:
        """The older half becomes coarse: one cell per hour, one per day when that is not enough."""
        ordered = sorted(self.cells, key=lambda key: key[1])
        for step in (HOUR, 24 * HOUR):
            for unit, second in ordered[: MOST_CELLS // 2]:
                cell = self.cells.pop((unit, second), None)
                if cell is not None:
                    self.cells.setdefault((unit, second // step * step), Histogram()).merge(cell)
            if len(self.cells) < MOST_CELLS:
                return
        for key in ordered[: MOST_CELLS // 2]:
            self.cells.pop(key, None)


class Store(ConsistentPickle):
    """Thread-safe. The metrics that had no data for longest are forgotten beyond MOST_SERIES."""

    def __init__(self) -> None:
        self._series: OrderedDict[Metric, Series] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, metric: Metric, at: float, value: float, *, unit: str = "None", times: float = 1.0) -> None:
        """One value at the time `at` (seconds since 1970), counted `times`."""
        with self._lock:
            self._cell(metric, at, unit, MINUTE).add(value, times)

    def add_cell(self, metric: Metric, at: float, cell: Histogram, *, unit: str, resolution: int = MINUTE) -> None:
        """Many values at once; `resolution` is 1 or 60 seconds."""
        with self._lock:
            self._cell(metric, at, unit, resolution).merge(cell)

    def metrics(self) -> list[Metric]:
        with self._lock:
            return list(self._series)

    def cells(self, metric: Metric, start: float, end: float) -> list[tuple[str, int, Histogram]]:
        """Unit, second and values of the metric from `start` to before `end`, in the order of time."""
        with self._lock:
            series = self._series.get(metric)
            histograms = [] if series is None else list(_within(series, start, end))
        return sorted(histograms, key=lambda each: each[1])

    def clear(self) -> None:
        with self._lock:
            self._series.clear()

    def _cell(self, metric: Metric, at: float, unit: str, resolution: int) -> Histogram:
        series = self._series.get(metric)
        if series is None:
            series = self._series[metric] = Series()
            if len(self._series) > MOST_SERIES:
                self._series.popitem(last=False)
        self._series.move_to_end(metric)
        return series.cell(unit, int(at) // resolution * resolution)


def _within(series: Series, start: float, end: float) -> Iterator[tuple[str, int, Histogram]]:
    for (unit, second), cell in series.cells.items():
        if start <= second < end:
            yield unit, second, merged([cell])
