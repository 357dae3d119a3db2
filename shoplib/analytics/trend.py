"""Compares each day with the same weekday of earlier weeks, to find unusual days."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.errors import LabError

WEEKS, FEWEST_WEEKS, WIDTH = 8, 4, 4.0
# Scales a median absolute deviation to the standard deviation of a normal distribution.
NORMAL = 1.4826
Days = npt.NDArray[np.float64]


def daily(table: pd.DataFrame, value: str | None = None) -> pd.Series:
    """A daily series (UTC) of a table with a column `day`: the sum of its column `value`, or by default the number of
    rows (for `sessions`: sessions per day).
    """
    if "day" not in table or (value is not None and value not in table):
        raise LabError(f"the table has no column {'day' if 'day' not in table else value}", f"it has: {list(table)}")
    days = pd.to_datetime(table.day).rename("day")
    if value is None:
        return table.groupby(days).size().rename("rows")
    return table[value].astype("float64").groupby(days).sum().rename(value)


def trend(
    days: pd.Series | pd.DataFrame | Mapping[object, float],
    value: str | None = None,
    *,
    weeks: int = WEEKS,
    fewest: int = FEWEST_WEEKS,
    width: float = WIDTH,
) -> pd.DataFrame:
    """Compares each day with the same weekday in the `weeks` (8) weeks before it, without the day itself.

    `days` is a daily series, or a table with a column `day` (see `daily`). A missing day between the first and the last
    day is zero, which is right for counts and sums, but wrong for rates. The last day counts in full even if it is not
    over.

    Expected is the median of those same weekdays; the band is `width` (4) robust standard deviations to both sides:
    1.4826 * their median absolute deviation; for counts (whole numbers, none negative) no less than the square root of
    the expected (at least 1), which chance alone makes; times sqrt(1 + pi / (2 weeks)), as the median is uncertain too.
    A day outside the band is an anomaly; one at its edge is not. With fewer than `fewest` (4) of those weekdays
    there is no band and no verdict. Chance alone marks about 0.2 % of the days of independent Poisson counts (measured
    at means from 0.5 to 500), but 2 to 4 % of days that scatter 10 to 30 % more than such counts: look at the chart.

    Columns: day (timestamp, midnight UTC, every day from first to last), value, weeks (weekdays the band is made of),
    expected, low, high (nan without a verdict; low not below 0 for counts), verdict (normal, high, low, too little
    history), anomaly.
    """
    series = _complete(days if not isinstance(days, pd.DataFrame) else daily(days, value))
    if weeks < fewest or fewest < 2 or width <= 0:
        raise LabError("a band needs at least two weeks, and no more than its look-back", "weeks=8, fewest=4, width=4")
    values = series.to_numpy(dtype="float64")
    history = np.stack([_before(values, 7 * week) for week in range(1, weeks + 1)])
    known = (~np.isnan(history)).sum(axis=0)
    expected, spread = _band(history, known >= fewest)
    if counts := bool((values >= 0).all() and (values == np.floor(values)).all()):
        spread = np.maximum(spread, np.sqrt(np.maximum(expected, 1)))
    # The median itself is uncertain, the more so the fewer weeks there are.
    spread = spread * np.sqrt(1 + np.pi / 2 / np.maximum(known, 1))
    low, high = expected - width * spread, expected + width * spread
    low = np.maximum(low, 0) if counts else low
    verdict = np.select(
        [known < fewest, values > high, values < low], ["too little history", "high", "low"], default="normal"
    )
    table = pd.DataFrame({"day": series.index, "value": series.to_numpy(), "weeks": known, "expected": expected})
    return table.assign(low=low, high=high, verdict=verdict, anomaly=np.isin(verdict, ["high", "low"]))


def _complete(days: pd.Series | Mapping[object, float]) -> pd.Series:
    """Every day from the first to the last; missing days are zero."""
    series = pd.Series(days).astype("float64")
    try:
        series.index = pd.to_datetime(series.index, utc=True).tz_localize(None).normalize()
    except (ValueError, TypeError):
        raise LabError(
            "the index of the series is not made of days", "pass a series by day, or a table with a column day"
        ) from None
    if series.index.has_duplicates:
        raise LabError("a day occurs twice", "pass one value per day, or a table with a column day")
    if series.empty:
        return series.rename_axis("day")
    return series.reindex(pd.date_range(series.index.min(), series.index.max(), name="day"), fill_value=0.0)


def _before(values: Days, days: int) -> Days:
    return np.concatenate([np.full(min(days, len(values)), np.nan), values[: max(len(values) - days, 0)]])


def _band(history: Days, enough: npt.NDArray[np.bool_]) -> tuple[Days, Days]:
    """Median and scaled median absolute deviation per day, nan without enough history."""
    expected, spread = np.full((2, history.shape[1]), np.nan)
    if enough.any():
        expected[enough] = np.nanmedian(history[:, enough], axis=0)
        spread[enough] = NORMAL * np.nanmedian(np.abs(history[:, enough] - expected[enough]), axis=0)
    return expected, spread
