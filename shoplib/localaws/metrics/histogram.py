"""The values of one metric in one span of time: their count, sum and extremes, and how they are distributed."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_VALUES = 200  # different values that are kept of a distribution
FINEST = 0.02  # width of a bucket relative to its value: wrong by 1 % at most


@dataclass(slots=True)
class Histogram:
    """A statistic set with its distribution, which is exact up to MOST_VALUES different values; more are put into
    buckets as fine as that number allows, so that a cell stays small however many values it has.
    """

    count: float = 0.0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    values: dict[float, float] = field(default_factory=dict)  # how often each was there
    width: float = 0.0  # of a bucket; 0 while the values are exact
    complete: bool = True  # False when a statistic set came in: its distribution is not known

    def add(self, value: float, times: float = 1.0) -> None:
        self._widen(times, value * times, value, value)
        self._keep(value, times)

    def add_set(self, count: float, total: float, low: float, high: float) -> None:
        """A statistic set. Only with one value, or all of them equal, is the distribution known."""
        if count == 1 or low == high:
            self.add(low if low == high else total, count)
            return
        self._widen(count, total, low, high)
        self.complete = False

    def merge(self, other: "Histogram") -> None:
        if not other.count:
            return
        self._widen(other.count, other.total, other.low, other.high)
        self.complete &= other.complete
        if other.width > self.width:
            self._coarsen(other.width)
        for value, times in other.values.items():
            self._keep(value, times)

    def percentile(self, percent: float) -> float | None:
        """The smallest value that is not below `percent` of all; None where the distribution is not known."""
        if not self.complete or not self.count:
            return None
        rank, passed = self.count * percent / 100, 0.0
        for value in sorted(self.values):
            passed += self.values[value]
            if passed >= rank - 1e-9:
                return min(max(value, self.low), self.high)
        return self.high

    def _widen(self, count: float, total: float, low: float, high: float) -> None:
        self.count += count
        self.total += total
        self.low, self.high = min(self.low, low), max(self.high, high)

    def _keep(self, value: float, times: float) -> None:
        bucket = _bucket(value, self.width) if self.width else value
        self.values[bucket] = self.values.get(bucket, 0.0) + times
        while len(self.values) > MOST_VALUES:
            self._coarsen(2 * self.width or FINEST)

    def _coarsen(self, width: float) -> None:
        before, self.values, self.width = self.values, {}, width
        for value, times in before.items():
            bucket = _bucket(value, width)
            self.values[bucket] = self.values.get(bucket, 0.0) + times


def _bucket(value: float, width: float) -> float:
    """The value that stands for all within half a width of it, relative to it."""
    if not value:
        return 0.0
    return math.copysign(math.exp(round(math.log(abs(value)) / width) * width), value)


def merged(cells: Iterable[Histogram]) -> Histogram:
    """All cells as one."""
    total = Histogram()
    for cell in cells:
        total.merge(cell)
    return total
