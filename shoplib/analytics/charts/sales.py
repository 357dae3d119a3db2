"""Charts of sales: over time, and the largest countries or products."""

import pandas as pd

from shoplib.analytics.charts.chart import Chart, axes_for, nothing, rows_from_top, whole_numbers
from shoplib.analytics.charts.over_time import bin_days, drawn_part, span_of_days
from shoplib.analytics.charts.palette import BLUE, ORANGE
from shoplib.analytics.headlines import sales, words


def sales_by_day(table: pd.DataFrame, currency: str | None = None) -> Chart:
    """`sales_by(events, "day")` as bars over time; by week beyond 120 days."""
    inside, note = drawn_part(table, table.orders)
    if inside.empty:
        return nothing("Sales by day")
    bars, each = bin_days(inside, ["revenue"])
    finding = sales.best(bars, currency, each) or f"Sales on {words.day(bars.day.iloc[0])}"
    figure, axes = axes_for(finding, height=3.2)
    days, money = pd.to_datetime(bars.day), bars.revenue.astype("float64")
    colours = [BLUE if amount >= 0 else ORANGE for amount in money]
    axes.bar(days, money, color=colours, width=6.3 if each == "week" else 0.9)
    span_of_days(axes, days)
    axes.set_ylabel(words.net_revenue(currency))
    axes.set_xlabel("; ".join(filter(None, ["weeks, from Monday" if each == "week" else "", note])))
    whole_numbers(axes.yaxis)
    figure.autofmt_xdate(rotation=30)
    details = f"{words.count(len(bars), each)} with sales from {days.iloc[0]:%Y-%m-%d} to {days.iloc[-1]:%Y-%m-%d}."
    return Chart(figure, finding, details)


def top(table: pd.DataFrame, count: int = 10, currency: str | None = None) -> Chart:
    """The largest rows of `sales_by(events, "product" | "country" | ...)` as bars; lines without a name are left
    out.
    """
    key = table.columns[0]
    with_name = table[table[key].notna()]
    if with_name.empty:
        return nothing(f"Sales by {key}")
    largest = with_name.sort_values("revenue", ascending=False, kind="stable").head(count)
    finding = sales.top(table, currency) or f"Sales by {key}: {sales.nothing_to_rank(table)}"
    money, names = largest.revenue.astype("float64"), words.short_names(list(largest[key]))
    figure, axes = axes_for(finding, height=1.2 + 0.34 * len(largest))
    colours = [BLUE if amount >= 0 else ORANGE for amount in money]
    axes.barh(range(len(largest)), money, color=colours, height=0.7)
    rows_from_top(axes, names)
    whole_numbers(axes.xaxis)
    axes.set_xlabel(words.net_revenue(currency))
    details = [f"{name} {words.money(amount, currency)}" for name, amount in zip(names, largest.revenue, strict=True)]
    return Chart(figure, finding, f"{', '.join(details)}.")
