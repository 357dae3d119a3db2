"""Charts of funnels: steps, groups side by side, differences, time to convert."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from shoplib.analytics.charts.chart import MARKS, Chart, axes_for, error_bars, group_names, nothing
from shoplib.analytics.charts.palette import BLUE, COLOURS, GREY, INK
from shoplib.analytics.headlines import behaviour, words
from shoplib.analytics.headlines.behaviour import unit_of
from shoplib.analytics.proportions import share

# Bars of less than so many percent have no room for a count.
NARROW = 15
TICKS = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 21600: "6 h", 86400: "1 day", 604800: "7 days"}


def funnel(table: pd.DataFrame) -> Chart:
    """`funnel(events, steps)` as bars, with the interval of each rate."""
    unit = unit_of(table)
    title = behaviour.funnel(table)
    if title is None:
        return nothing("Funnel")
    figure, axes = axes_for(title, height=1.2 + 0.55 * len(table))
    bars = axes.barh(table.step, table.rate_from_first * 100, color=BLUE, height=0.6)
    sides = error_bars(table.rate_from_first, table.low, table.high)
    axes.errorbar(table.rate_from_first * 100, table.step, xerr=sides, fmt="none", color=INK, capsize=4)
    for bar, count, top in zip(bars, table[unit], table.high, strict=True):
        inside = bar.get_width() > NARROW
        place = (1.5 if inside else max(top * 100, bar.get_width()) + 2, bar.get_y() + bar.get_height() / 2)
        axes.annotate(f"{count:,}", place, va="center", color="white" if inside else INK, weight="bold")
    axes.set_xlabel(f"{unit} that reach the step, % of the first (bar: 95 % interval)")
    axes.invert_yaxis()
    steps = zip(table.step, table[unit], table.rate_from_first, strict=True)
    details = ", ".join(f"{step} {count:,} ({rate:.0%})" for step, count, rate in steps)
    return Chart(figure, title, f"{details}.")


def funnel_by(table: pd.DataFrame) -> Chart:
    """`funnel(events, steps, by=...)`: the groups side by side at each step, with the interval of each rate; the six
    largest groups.
    """
    keys, unit = list(table.columns[: table.columns.get_loc("step")]), unit_of(table)
    if table.empty:
        return nothing("Funnel")
    rows = table.assign(group=group_names(table, keys))
    groups = rows.groupby("group", sort=False)[unit].max().sort_values(ascending=False, kind="stable").index
    largest, steps = list(groups[: len(COLOURS)]), list(dict.fromkeys(table.step))
    what = " and ".join(keys)
    title = _winner(rows[rows.group.isin(largest)], what, unit, steps[-1])
    figure, axes = axes_for(title, height=1.5 + len(steps) * (0.28 + 0.17 * len(largest)))
    for number, group in enumerate(largest):
        _dots(axes, rows[rows.group == group], group, number, len(largest))
    axes.set_yticks(range(len(steps)), steps)
    axes.set_ylim(len(steps) - 0.5, -0.5)
    axes.set_xlim(0, 104)
    few = f"; the {len(largest)} largest of {len(groups)} groups" if len(groups) > len(largest) else ""
    axes.set_xlabel(f"{unit} that reach the step, % of the first (bar: 95 % interval{few})")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=3, frameon=False, fontsize=9)
    return Chart(figure, title, f"{_describe(rows, largest, steps[-1])}.")


def _winner(rows: pd.DataFrame, what: str, unit: str, step: str) -> str:
    last = rows[rows.step == step].dropna(subset=["rate_from_first"])
    if len(last) < 2:
        return f"One {what} alone" if len(last) else f"Nobody of any {what} began"
    starts = rows.groupby("group")[unit].max().reindex(last.group)
    verb, best_is = f"reaches {step} more often", f"{step} is reached most often by"
    return behaviour.better(list(last.group), list(last[unit]), list(starts), what, verb, best_is, unit)


def _dots(axes, part: pd.DataFrame, group: str, number: int, of: int) -> None:
    places = np.arange(len(part)) + (number - (of - 1) / 2) * 0.7 / of
    colour, mark = COLOURS[number], MARKS[number]
    sides = error_bars(part.rate_from_first, part.low, part.high)
    rate = part.rate_from_first * 100
    axes.errorbar(rate, places, xerr=sides, fmt=mark, ms=5, color=colour, capsize=3, label=group)


def _describe(table: pd.DataFrame, groups: list[str], step: str) -> str:
    rows = table[table.group.isin(groups) & (table.step == step)]
    return f"{step}: " + "; ".join(
        f"{row.group} {row.rate_from_first:.1%} ({row.low:.1%} to {row.high:.1%})" for row in rows.itertuples()
    )


def time_to_convert(units: pd.DataFrame) -> Chart:
    """`funnel_units(events, steps)`: the distribution of the time from the first step to each step, among those who
    reach it; with the median of the last step and its 95 % interval (order statistics).
    """
    steps = [column.removesuffix(" at") for column in units.columns if column.endswith(" at")]
    waits = {step: _waits(units, steps[: place + 1]) for place, step in enumerate(steps) if place}
    waits = {step: wait for step, wait in waits.items() if len(wait)}
    if not waits:
        return nothing("Time to convert")
    last, wait = list(waits.items())[-1]
    half, most = np.quantile(wait, [0.5, 0.9])
    title = f"Half of those who reach {last} are there after {words.span(half)}, nine in ten after {words.span(most)}"
    figure, axes = axes_for(title, height=3.6)
    for number, (step, each) in enumerate(waits.items()):
        axes.step(
            np.maximum(each, 1),
            share(np.arange(1, len(each) + 1), np.full(len(each), len(each))) * 100,
            where="post",
            color=COLOURS[number % len(COLOURS)],
            lw=2,
            label=f"{step} ({len(each):,})",
        )
    low, high = _median_interval(wait)
    sides = [[max(half, 1) - max(low, 1)], [max(high, 1) - max(half, 1)]]
    axes.errorbar(
        [max(half, 1)], [50], xerr=sides, fmt="o", color=INK, capsize=4, label=f"median of {last}, 95 % interval"
    )
    axes.set_xscale("log")
    longest = max(each[-1] for each in waits.values())
    ticks = {place: name for place, name in TICKS.items() if place <= max(longest * 3, 60)}
    axes.set_xticks(list(ticks), ticks.values())
    axes.minorticks_off()
    axes.set_ylim(0, 102)
    axes.set_xlabel(f"time since {steps[0]} (up to a second shown as one)")
    axes.set_ylabel("of those who reach the step, %")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=9, loc="best")
    details = f"95 % interval of the median: {words.span(low)} to {words.span(high)}, {words.count(len(wait), 'time')}."
    return Chart(figure, title, details)


def _waits(units: pd.DataFrame, steps: list[str]) -> npt.NDArray[np.float64]:
    times = units.loc[units.reached >= len(steps), [f"{step} at" for step in steps]]
    return np.sort((times.max(axis=1) - times.min(axis=1)).dt.total_seconds().to_numpy(dtype="float64"))


def _median_interval(ordered: npt.NDArray[np.float64]) -> tuple[float, float]:
    from scipy.stats import binom  # takes half a second

    low, high = binom.ppf([0.025, 0.975], len(ordered), 0.5).astype(int)
    return float(ordered[max(low - 1, 0)]), float(ordered[min(high, len(ordered) - 1)])


def difference(table: pd.DataFrame, a: str = "a", b: str = "b") -> Chart:
    """`funnel_difference(a, b)`: the difference of the rates of `a` and `b` at each step, with Newcombe's interval."""
    rows = table.dropna(subset=["difference"])
    if rows.empty:
        return nothing("Difference of two funnels")
    apart = rows[(rows.low > 0) | (rows.high < 0)]
    title = f"{a} and {b} cannot be told apart at any step: every 95 % interval holds 0"
    if len(apart):
        widest = apart.loc[apart.difference.abs().idxmax()]
        title = f"{a} and {b} differ most at {widest.step}: {widest.difference * 100:+.1f} points for {a}"
    figure, axes = axes_for(title, height=1.3 + 0.45 * len(rows))
    axes.axvline(0, color=GREY, lw=1, ls="--")
    sides = error_bars(rows.difference, rows.low, rows.high)
    axes.errorbar(rows.difference * 100, rows.step, xerr=sides, fmt="o", color=COLOURS[0], capsize=4)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(f"{a} more than {b}, percentage points (bar: 95 % interval)")
    details = "; ".join(
        f"{row.step} {row.difference * 100:+.1f} ({row.low * 100:+.1f} to {row.high * 100:+.1f})"
        for row in rows.itertuples()
    )
    return Chart(figure, title, f"{details}.")
