"""The plausible time span of a table: one row in 1970 or 9999 must not stretch an axis over decades."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

# Days without any row that part one cluster of dates from the next; the share of all rows below which a cluster is a
# slip; and years of which a lone cluster always is one (1970 is where clocks begin, 1900 where spreadsheets do).
APART, FEW, FIRST, LAST = 366, 0.01, 1990, 2100


@dataclass(frozen=True)
class Span:
    """The first and last plausible day (timestamps at midnight), and the rows outside them."""

    first: pd.Timestamp
    last: pd.Timestamp
    before: int
    after: int

    @property
    def outside(self) -> int:
        return self.before + self.after

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def has(self, times: pd.Series) -> npt.NDArray[np.bool_]:
        """Which of these times are inside."""
        days = _days(times)
        return (days >= _day(self.first)) & (days <= _day(self.last))


def span(times: pd.Series, rows: pd.Series | None = None) -> Span | None:
    """The plausible span of `times` (or days), each with a number of `rows` (default 1); None if there are none.

    Dates are grouped into clusters, more than a year apart. Kept are the cluster with most rows, and around it the
    clusters with at least one row in a hundred, and those in the years 1990 to 2099 that have at least as many; the
    others are errors.
    """
    days, counts = _count_by_day(times, rows)
    if not len(days):
        return None
    cluster = np.cumsum(np.diff(days, prepend=days[0]) > APART)
    sizes = np.bincount(cluster, weights=counts)
    odd = np.array([_is_odd(_years(days[cluster == each])) for each in range(len(sizes))])
    large = np.flatnonzero((sizes >= FEW * counts.sum()) & ~odd | (np.arange(len(sizes)) == sizes.argmax()))
    inside = np.flatnonzero((cluster >= large.min()) & (cluster <= large.max()))
    first, last = inside[0], inside[-1]
    return Span(_stamp(days[first]), _stamp(days[last]), int(counts[:first].sum()), int(counts[last + 1 :].sum()))


def _count_by_day(times: pd.Series, rows: pd.Series | None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    weights = np.ones(len(times)) if rows is None else rows.to_numpy(dtype="float64")
    days, places = np.unique(_days(times), return_inverse=True)
    return days, np.bincount(places, weights=weights, minlength=len(days)).astype("float64")


def _days(times: pd.Series) -> npt.NDArray[np.int64]:
    """Days since 1970, in the time zone of the times."""
    stamps = pd.Series(times)
    if isinstance(stamps.dtype, pd.DatetimeTZDtype):
        stamps = stamps.dt.tz_localize(None)
    return stamps.to_numpy(dtype="datetime64[s]").astype("datetime64[D]").astype("int64")


def _years(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype("int64") + 1970


def _is_odd(years: npt.NDArray[np.int64]) -> bool:
    return bool(years.max() < FIRST or years.min() >= LAST)


def _day(moment: pd.Timestamp) -> int:
    return int(np.datetime64(moment.to_datetime64(), "D").astype("int64"))


def _stamp(day: int) -> pd.Timestamp:
    return pd.Timestamp(np.datetime64(int(day), "D").astype("datetime64[s]"))
