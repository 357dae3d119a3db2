"""The chart of unusual days."""

import pandas as pd

from shoplib.analytics import plausible
from shoplib.analytics.charts.chart import FEWEST_DAYS, Chart, axes_for, nothing, whole_numbers
from shoplib.analytics.charts.palette import BLUE, GREY, ORANGE, PALE
from shoplib.analytics.headlines import sales, words

MOST_LABELS = 6
# Of the axis, that the name of a day takes.
ROOM = 0.1


def trend(table: pd.DataFrame, what: str = "value") -> Chart:
    """`trend(days)`: the days, the band of their weekday, and the anomalies marked with their dates."""
    if table.empty:
        return nothing("Trend")
    span = plausible.span(table.day[table.value != 0])
    table = table[span.has(table.day)] if span else table
    odd = table[table.anomaly]
    title = sales.trend(table, what)
    figure, axes = axes_for(title, height=3.4)
    if table.expected.notna().any():
        low = table.low.clip(lower=0) if (table.value >= 0).all() else table.low
        axes.fill_between(table.day, low, table.high, color=PALE, label="ordinary for this weekday", lw=0)
        axes.plot(table.day, table.expected, color=GREY, lw=1, ls="--", label="median of this weekday")
    few = len(table) <= FEWEST_DAYS
    axes.plot(table.day, table.value, color=BLUE, lw=1.6, marker="o" if few else None, ms=4, label=what)
    if len(odd):
        axes.plot(odd.day, odd.value, "o", color=ORANGE, ms=8, label="out of the ordinary")
    for row in _days_to_label(table, odd).itertuples():
        # Beside the dot: anomalies often follow each other, and their lines lead up or down.
        axes.annotate(
            f"{row.day:%d %b}", (row.day, row.value), (8, 0), textcoords="offset points", va="center", fontsize=9
        )
    margin = pd.Timedelta(days=max(2.0, 0.07 * len(table), (FEWEST_DAYS - len(table)) / 2))
    axes.set_xlim(table.day.min() - margin / 2, table.day.max() + margin)
    axes.margins(y=0.1)
    if (table.value >= 0).all():
        axes.set_ylim(bottom=0)
    axes.set_ylabel(what)
    whole_numbers(axes.yaxis)
    figure.autofmt_xdate(rotation=30)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=2, frameon=False, fontsize=9)
    anomalies = "; ".join(f"{row.day:%Y-%m-%d} {row.verdict}: {words.number(row.value)}" for row in odd.itertuples())
    return Chart(figure, title, f"{anomalies or 'None is out of the ordinary'}.")


def _days_to_label(table: pd.DataFrame, odd: pd.DataFrame) -> pd.DataFrame:
    """The days furthest from their expected value, so far apart that their labels do not overlap."""
    apart = pd.Timedelta(days=len(table) * ROOM)
    chosen: list[pd.Timestamp] = []
    for day in odd.day[(odd.value - odd.expected).abs().sort_values(ascending=False).index]:
        if len(chosen) < MOST_LABELS and all(abs(day - other) > apart for other in chosen):
            chosen.append(day)
    return odd[odd.day.isin(chosen)]
