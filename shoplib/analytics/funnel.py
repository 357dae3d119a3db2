"""Step by step: how many sessions reach each step, and how long it takes them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics.conversion import wilson
from shoplib.analytics.sessions import with_sessions

STEPS = ("view_item", "add_to_cart", "begin_checkout", "purchase")
NEVER = np.iinfo(np.int64).max


def funnel(
    events: pd.DataFrame, steps: Sequence[str] = STEPS, by: str | None = None, window: pd.Timedelta | None = None
) -> pd.DataFrame:
    """Sessions that did the steps in this order. Step k is the session's earliest occurrence after its match of step
    k-1 (other events may lie between); with a `window`, within that time of the first step.

    `by` (a column, for example device) gives one funnel per value of the session's first event. Columns: [by,] step,
    sessions, rate_from_first, rate_from_previous, low, high (Wilson's 95 % interval of rate_from_first),
    median_seconds, p90_seconds (from the first step).
    """
    rows = with_sessions(events)
    if not by:
        return _table(rows, steps, window)
    group = rows.groupby("session")[by].transform("first")
    values = [*sorted(group.dropna().unique()), *([None] if group.isna().any() else [])]
    parts = [_table(rows[_is(group, value)], steps, window).assign(**{by: value}) for value in values]
    if not parts:
        return _table(rows, steps, window).assign(**{by: None}).iloc[:0]
    return pd.concat(parts, ignore_index=True)[[by, *parts[0].columns.drop(by)]]


def _is(group: pd.Series, value: object) -> pd.Series:
    return group.isna() if value is None else group == value


def _table(rows: pd.DataFrame, steps: Sequence[str], window: pd.Timedelta | None) -> pd.DataFrame:
    times = _match(rows, steps, window)
    reached = [int((column != NEVER).sum()) for column in times]
    first = reached[0] if reached else 0
    bounds = [wilson(count, first) for count in reached]
    waits = [_seconds(times[0], column) for column in times]
    return pd.DataFrame(
        {
            "step": list(steps),
            "sessions": reached,
            "rate_from_first": [_share(count, first) for count in reached],
            "rate_from_previous": [
                _share(count, before) for count, before in zip(reached, [first, *reached], strict=False)
            ],
            "low": [low for low, _ in bounds],
            "high": [high for _, high in bounds],
            "median_seconds": [float(np.median(wait)) if len(wait) else float("nan") for wait in waits],
            "p90_seconds": [float(np.quantile(wait, 0.9)) if len(wait) else float("nan") for wait in waits],
        }
    )


def _match(rows: pd.DataFrame, steps: Sequence[str], window: pd.Timedelta | None) -> list[npt.NDArray[np.int64]]:
    """For each step, the time (microseconds) at which each session matched it, or NEVER."""
    codes, sessions = pd.factorize(rows.session)
    moments = rows.event_time.astype("datetime64[us, UTC]").astype("int64").to_numpy()
    names = rows.event_name.to_numpy()
    place = np.full(len(sessions), -1, dtype=np.int64)
    limit = np.full(len(sessions), NEVER, dtype=np.int64)
    found = []
    for number, step in enumerate(steps):
        positions = np.flatnonzero(names == step)
        owners = codes[positions]
        fits = (positions > place[owners]) & (place[owners] != NEVER) & (moments[positions] <= limit[owners])
        nearest = np.full(len(sessions), NEVER, dtype=np.int64)
        np.minimum.at(nearest, owners[fits], positions[fits])
        place = nearest
        when = (
            np.where(place == NEVER, NEVER, moments[np.minimum(place, max(len(moments) - 1, 0))])
            if len(moments)
            else place
        )
        if number == 0 and window is not None:
            limit = np.where(when == NEVER, NEVER, when + window // pd.Timedelta(microseconds=1))
        found.append(when)
    return found


def _seconds(first: npt.NDArray[np.int64], later: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    both = later != NEVER
    return (later[both] - first[both]) / 1e6


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
