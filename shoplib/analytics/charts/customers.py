"""Charts of customers and baskets."""

import numpy as np
import pandas as pd

from shoplib.analytics.basket import with_bound, with_names
from shoplib.analytics.charts.chart import Chart, axes_for, nothing, rows_from_top, shades
from shoplib.analytics.charts.palette import BLUE, INK, ORANGE
from shoplib.analytics.headlines import customers, words

# Characters of a product's name in a pair.
NAME = 26


def cohorts(shares: pd.DataFrame) -> Chart:
    """`retention(cohorts(events))` as a heat map; cells that cannot be observed yet are hatched."""
    if shares.empty:
        return nothing("Cohorts")
    ages = [column for column in shares.columns if isinstance(column, int)]
    cells = shares[ages].astype("Float64").to_numpy(dtype="float64", na_value=np.nan) * 100
    finding = customers.cohorts(shares) or f"Cohorts: {customers.no_cohorts(shares)}"
    figure, axes = axes_for(finding, height=1.6 + 0.33 * len(shares))
    later = cells[:, 1:]
    darkest = float(np.nanmax(later)) if np.isfinite(later).any() else 100.0
    axes.set_xlim(-0.5, len(ages) - 0.5)
    shades(axes, cells, [words.number(value) if np.isfinite(value) else "" for value in cells.flat], darkest or 100.0)
    axes.set_xticks(range(len(ages)), ages)
    rows_from_top(
        axes, [f"{row.cohort}  ({row.size_:,})" for row in shares.rename(columns={"size": "size_"}).itertuples()]
    )
    partial = shares.attrs.get("partial")
    note = f"\n{partial} is not over: the last cell of each row will still grow" if partial else ""
    axes.set_xlabel(f"months since the first order; % of the cohort that ordered (hatched: not yet to be seen){note}")
    axes.xaxis.label.set_size(9)
    axes.set_ylabel("first order in this data (customers)")
    details = f"{words.count(len(shares), 'monthly cohort')}, {words.count(shares['size'].sum(), 'customer')}."
    return Chart(figure, finding, details)


def rfm_segments(table: pd.DataFrame, currency: str | None = None) -> Chart:
    """`rfm_segments(rfm(events))`: share of customers next to share of revenue."""
    if table.empty:
        return nothing("Customer segments")
    finding = customers.segments(table) or "Customer segments: there is nothing to compare"
    figure, axes = axes_for(finding, height=1.5 + 0.55 * len(table))
    place = np.arange(len(table))
    axes.barh(place - 0.2, table.share * 100, height=0.38, color=BLUE, label="of customers with a purchase")
    axes.barh(place + 0.2, table.revenue_share * 100, height=0.38, color=ORANGE, label="of their revenue, net")
    rows_from_top(axes, [f"{row.segment} ({row.customers:,})" for row in table.itertuples()])
    axes.set_xlabel("share, %")
    # Beside the bars: any corner of the axes may hold one.
    figure.legend(frameon=False, fontsize=9, loc="outside lower right", ncols=2)
    details = [f"{row.segment} {row.customers:,}, {words.money(row.revenue, currency)}" for row in table.itertuples()]
    return Chart(figure, finding, f"{'; '.join(details)}.")


def second_order(curve: pd.DataFrame) -> Chart:
    """`time_to_second_order(events)` as a curve with its 95 % band."""
    finding = customers.second_order(curve)
    if finding is None:
        return nothing("Second orders")
    figure, axes = axes_for(finding, height=3.2)
    axes.step(curve.days, curve.share * 100, where="post", color=BLUE)
    axes.fill_between(curve.days, curve.low * 100, curve.high * 100, step="post", color=BLUE, alpha=0.2, linewidth=0)
    axes.set_xlabel("days since the first order")
    axes.set_ylabel("ordered again, % (band: 95 %)")
    axes.set_ylim(0, min(100.0, max(float(curve.high.max()) * 120, 10.0)))
    axes.set_xlim(left=0)
    return Chart(figure, finding, "Kaplan-Meier estimate: who has not come back yet still may.")


def basket(pairs: pd.DataFrame, names: pd.Series | None = None, count: int = 12) -> Chart:
    """The pairs of `basket(events)` with the highest lower bound of the lift; `names` are `product_names(events)`."""
    if pairs.empty:
        return nothing("Bought together")
    known = names if names is not None else pd.Series(dtype="object")
    rows = with_names(with_bound(pairs).head(count), known)
    sides = [words.short_names(list(rows[side]), NAME) for side in ("name_a", "name_b")]
    labels = [f"{one} + {other}" for one, other in zip(*sides, strict=True)]
    finding = customers.pairs(rows, labels) or "Bought together"
    figure, axes = axes_for(finding, height=1.4 + 0.36 * len(rows))
    axes.hlines(range(len(rows)), rows.lift_low, rows.lift, color=BLUE, lw=2)
    axes.scatter(rows.lift, range(len(rows)), s=30 + 150 * rows.orders / rows.orders.max(), color=BLUE, zorder=3)
    for place, row in enumerate(rows.itertuples()):
        where = {"xytext": (12, 0), "textcoords": "offset points", "va": "center", "size": 8}
        axes.annotate(words.count(row.orders, "order"), (row.lift, place), **where)
    rows_from_top(axes, labels)
    axes.tick_params(axis="y", labelsize=8)
    axes.axvline(1, color=INK, linewidth=0.8, linestyle=":")
    axes.set_xlim(0, float(rows.lift.max()) * 1.3)
    axes.set_xlabel("lift (1: by chance); line: down to the 95 % bound")
    details = [f"{label} {row.lift:.1f}" for label, row in zip(labels, rows.itertuples(), strict=True)]
    return Chart(figure, finding, f"{'; '.join(details)}.")
