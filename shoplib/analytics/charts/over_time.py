"""Time axes: within the plausible span, by week if there are too many days to see."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from shoplib.analytics import plausible
from shoplib.analytics.charts.chart import FEWEST_DAYS
from shoplib.analytics.headlines import words

# More days than this are drawn by weeks.
MOST_DAYS = 120
FEWEST_TICKS = 12


def drawn_part(table: pd.DataFrame, rows: pd.Series | None = None) -> tuple[pd.DataFrame, str]:
    """The drawn part of a table with a column `day`, and a note on the rest. `rows`: the number of rows behind each."""
    days = pd.to_datetime(table.day)
    span = plausible.span(days, rows)
    if span is None or not span.outside:
        return table, ""
    inside = span.has(days)
    return table[inside].reset_index(
        drop=True
    ), f"{words.count(int((~inside).sum()), 'day')} outside of this span not drawn"


def bin_days(table: pd.DataFrame, sums: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Days unchanged, or sums by week (`day` is then Monday); and the unit: day or week."""
    days = pd.to_datetime(table.day)
    if table.empty or (days.max() - days.min()).days < MOST_DAYS:
        return table, "day"
    monday = (days - pd.to_timedelta(days.dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    weeks = table[list(sums)].groupby(monday).agg(lambda column: column.sum())
    return weeks.rename_axis("day").reset_index(), "week"


def span_of_days(axes: Any, days: pd.Series) -> None:
    """The axis span: a few days are drawn no wider than among many."""
    margin = pd.Timedelta(days=max(1.0, (FEWEST_DAYS - len(days)) / 2))
    axes.set_xlim(days.min() - margin, days.max() + margin)
    if len(days) <= FEWEST_TICKS:
        axes.set_xticks(days, days.dt.strftime("%Y-%m-%d"))
