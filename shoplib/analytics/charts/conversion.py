"""Charts of conversion by group and over time, and of abandoned carts."""

import pandas as pd

from shoplib.analytics.charts.chart import MARKS, Chart, axes_for, error_bars, group_names, nothing, rows_from_top
from shoplib.analytics.charts.over_time import bin_days, drawn_part, span_of_days
from shoplib.analytics.charts.palette import BLUE, COLOURS, GREY
from shoplib.analytics.headlines import behaviour, words
from shoplib.analytics.headlines.behaviour import unit_of
from shoplib.analytics.proportions import with_rates


def conversion(rates: pd.DataFrame) -> Chart:
    """`conversion_rate(sessions, by=...)` as dots with their 95 % intervals; the twelve largest groups that have a
    name.
    """
    key, unit = rates.columns[0], unit_of(rates)
    groups = behaviour.comparable(rates, [key])
    if groups.empty:
        return nothing(f"Conversion by {key}")
    finding = behaviour.conversion(rates) or f"Conversion by {key}: {behaviour.nothing_to_compare(rates, key)}"
    figure, axes = axes_for(finding, height=1.2 + 0.45 * len(groups))
    bars = error_bars(groups.rate, groups.low, groups.high)
    axes.errorbar(groups.rate * 100, range(len(groups)), xerr=bars, fmt="o", color=BLUE, capsize=4)
    rows_from_top(axes, words.short_names(list(groups[key])))
    axes.set_xlabel(
        f"{unit} with a purchase, % of the group's (bar: 95 % interval{_note_on_omissions(rates, groups, key)})"
    )
    axes.set_xlim(left=0)
    details = [f"{row[key]} {row.rate:.1%} ({row.low:.1%} to {row.high:.1%})" for _, row in groups.iterrows()]
    return Chart(figure, finding, f"{'; '.join(details)}.")


def _note_on_omissions(rates: pd.DataFrame, groups: pd.DataFrame, key: str) -> str:
    unit = unit_of(rates)
    nameless, with_name = rates[rates[key].isna()][unit].sum(), rates[rates[key].notna()]
    few = f"; the {len(groups)} largest of {len(with_name)} groups" if len(with_name) > len(groups) else ""
    return few + (f"; {words.count(nameless, unit[:-1])} without a {key} left out" if nameless else "")


def abandonment(table: pd.DataFrame) -> Chart:
    """`abandonment(sessions)`, also by segment: abandoned carts and checkouts, with their intervals."""
    rates = table.dropna(subset=["rate"])
    finding = behaviour.abandonment(table)
    if finding is None:
        return nothing("Abandonment")
    keys = list(table.columns[: table.columns.get_loc("stage")])
    rows = rates.assign(group=group_names(rates, keys) if keys else rates.stage)
    groups, stages = list(dict.fromkeys(rows.group)), list(dict.fromkeys(rows.stage))
    figure, axes = axes_for(finding, height=(1.6 if keys else 1.1) + 0.45 * len(groups))
    for number, stage in enumerate(stages):
        part = rows[rows.stage == stage]
        shift = (number - (len(stages) - 1) / 2) * 0.25 if keys else 0
        places = [groups.index(group) + shift for group in part.group]
        bars = error_bars(part.rate, part.low, part.high)
        axes.errorbar(
            part.rate * 100, places, xerr=bars, fmt=MARKS[number], color=COLOURS[number], capsize=3, label=stage
        )
    rows_from_top(axes, groups)
    axes.set_xlim(0, 104)
    axes.set_xlabel("sessions without a purchase, % of those with the stage (bar: 95 % interval)")
    if keys:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=2, frameon=False, fontsize=9)
    details = [
        f"{row.group} {row.stage if keys else ''} {row.rate:.1%} of {row.sessions:,}" for row in rows.itertuples()
    ]
    return Chart(figure, finding, f"{'; '.join(' '.join(each.split()) for each in details)}.")


def conversion_by_day(rates: pd.DataFrame) -> Chart:
    """`conversion_rate(sessions, by="day")` over time, by week beyond 120 days, with the interval of each and the
    overall rate.
    """
    if rates.empty:
        return nothing("Conversion by day")
    unit = unit_of(rates)
    inside, note = drawn_part(rates.sort_values("day", ignore_index=True), rates[unit])
    points, each = bin_days(inside, [unit, "purchases"])
    points = with_rates(points, "purchases", unit)
    finding = behaviour.conversion_over_time(points, each) or f"Conversion by day: {words.count(len(points), each)}"
    figure, axes = axes_for(finding, height=3.2)
    days, whole = pd.to_datetime(points.day), points.purchases.sum() / max(points[unit].sum(), 1)
    axes.axhline(whole * 100, color=GREY, lw=1, ls="--")
    bars = error_bars(points.rate, points.low, points.high)
    axes.errorbar(days, points.rate * 100, yerr=bars, fmt="o", color=BLUE, ms=4, elinewidth=1, capsize=2)
    axes.set_ylabel(f"{unit} with a purchase, %\n(bar: 95 % interval; line: all)", fontsize=9)
    axes.set_xlabel("; ".join(filter(None, ["weeks, from Monday" if each == "week" else "", note])))
    axes.set_ylim(bottom=0)
    span_of_days(axes, days)
    figure.autofmt_xdate(rotation=30)
    details = f"{words.count(len(points), each)} from {days.iloc[0]:%Y-%m-%d} to {days.iloc[-1]:%Y-%m-%d}."
    return Chart(figure, finding, details)
