"""Plots of customers and baskets, in the form of `charts`."""

import numpy as np
import pandas as pd

from shoplib.analytics.charts import BLUE, INK, ORANGE, Chart, _axes, _money, _nothing, _short


def cohorts(shares: pd.DataFrame) -> Chart:
    """`retention(cohorts(events))` as a heat map; cells that could not be observed yet stay hatched."""
    if shares.empty:
        return _nothing("Cohorts")
    ages = [column for column in shares.columns if isinstance(column, int)]
    cells = shares[ages].astype("Float64").to_numpy(dtype="float64", na_value=np.nan) * 100
    title = _kept(cells)
    figure, axes = _axes(title, height=1.6 + 0.33 * len(shares))
    axes.set_facecolor("#eef1f5")
    axes.patch.set_hatch("////")
    axes.patch.set_edgecolor("#c9d1db")
    later = cells[:, 1:]
    top = float(np.nanmax(later)) if np.isfinite(later).any() else 100.0
    axes.imshow(np.ma.masked_invalid(cells), cmap="Blues", vmin=0, vmax=top, aspect="auto")
    for (row, age), share in np.ndenumerate(cells):
        if np.isfinite(share):
            dark = share > top * 0.55
            axes.text(age, row, f"{share:.0f}", ha="center", va="center", size=8, color="white" if dark else INK)
    axes.set_xticks(range(len(ages)), ages)
    labels = [f"{cohort}  ({size:,})" for cohort, size in zip(shares.cohort, shares["size"], strict=True)]
    axes.set_yticks(range(len(shares)), labels)
    partial = shares.attrs.get("partial")
    note = f"\n{partial} is not over: the last cell of each row will still grow" if partial else ""
    axes.set_xlabel(f"months since the first order; % of the cohort that ordered (hatched: not yet to be seen){note}")
    axes.xaxis.label.set_size(9)
    axes.set_ylabel("first order (customers)")
    return Chart(figure, f"{title}. {len(shares)} monthly cohorts, {int(shares['size'].sum()):,} customers.")


def _kept(cells: np.ndarray) -> str:
    if cells.shape[1] < 2 or not np.isfinite(cells[:, 1]).any():
        return "Cohorts: there is only one month to see"
    return f"In the month after their first order {np.nanmedian(cells[:, 1]):.0f} % of a cohort order again (median)"


def rfm_segments(table: pd.DataFrame, currency: str = "GBP") -> Chart:
    """`rfm_segments(rfm(events))`: share of customers beside share of revenue."""
    if table.empty:
        return _nothing("Customer segments")
    best = table.loc[table.revenue.astype("float64").idxmax()]
    title = f"{best.segment.capitalize()}: {best.share:.0%} of customers bring {best.revenue_share:.0%} of revenue"
    figure, axes = _axes(title, height=1.5 + 0.55 * len(table))
    place = np.arange(len(table))
    axes.barh(place - 0.2, table.share * 100, height=0.38, color=BLUE, label="of customers")
    axes.barh(place + 0.2, table.revenue_share * 100, height=0.38, color=ORANGE, label="of revenue, net")
    axes.set_yticks(place, [f"{row.segment} ({row.customers:,})" for row in table.itertuples()])
    axes.invert_yaxis()
    axes.set_xlabel("share, %")
    # Beside the bars: any corner of the axes may hold one.
    figure.legend(frameon=False, fontsize=9, loc="outside lower right", ncols=2)
    said = "; ".join(
        f"{row.segment} {row.customers:,}, {_money(float(row.revenue), currency)}" for row in table.itertuples()
    )
    return Chart(figure, f"{title}. {said}.")


def _days(count: float) -> str:
    return "a day" if round(count) <= 1 else f"{count:,.0f} days"


def second_order(curve: pd.DataFrame) -> Chart:
    """`time_to_second_order(events)` as a curve with its 95 % band."""
    if curve.empty:
        return _nothing("Second orders")
    last = curve.iloc[-1]
    title = f"{last.share:.0%} of customers order again within {_days(last.days)}"
    half = curve[curve.share >= 0.5]
    if len(half):
        title = f"Half of the customers order again within {_days(half.days.iloc[0])}"
    figure, axes = _axes(title, height=3.2)
    axes.step(curve.days, curve.share * 100, where="post", color=BLUE)
    axes.fill_between(curve.days, curve.low * 100, curve.high * 100, step="post", color=BLUE, alpha=0.2, linewidth=0)
    axes.set_xlabel("days since the first order")
    axes.set_ylabel("ordered again, % (band: 95 %)")
    axes.set_ylim(0, min(100.0, max(float(curve.high.max()) * 120, 10.0)))
    axes.set_xlim(left=0)
    return Chart(figure, f"{title}. Kaplan-Meier estimate: who has not come back yet still may.")


def basket(pairs: pd.DataFrame, names: pd.Series | None = None, count: int = 12) -> Chart:
    """The strongest of `basket(events)` by lift; `names` (product_id -> name) for people."""
    if pairs.empty:
        return _nothing("Bought together")
    shown = pairs.sort_values(["lift", "orders"], ascending=False).head(count)
    known = names if names is not None else pd.Series(dtype="object")
    labels = [f"{_called(row.product_a, known)} + {_called(row.product_b, known)}" for row in shown.itertuples()]
    title = f"{labels[0]}:\n{_times(shown.lift.iloc[0])} as often in one order as by chance"
    if shown.lift.iloc[0] <= 1:
        title = "No pair of products is bought together more often than by chance"
    figure, axes = _axes(title, height=1.4 + 0.36 * len(shown))
    sizes = 30 + 220 * shown.orders / shown.orders.max()
    axes.scatter(shown.lift, range(len(shown)), s=sizes, color=BLUE, zorder=3)
    for place, row in enumerate(shown.itertuples()):
        axes.annotate(
            f"{row.orders:,} orders", (row.lift, place), xytext=(12, 0), textcoords="offset points", va="center", size=8
        )
    axes.set_yticks(range(len(shown)), [_short(label) if len(label) > 60 else label for label in labels], fontsize=8)
    axes.invert_yaxis()
    axes.axvline(1, color=INK, linewidth=0.8, linestyle=":")
    axes.set_xlim(0, float(shown.lift.max()) * 1.2)
    axes.set_xlabel("lift (1: as by chance); dot: orders with both")
    said = "; ".join(f"{label} {row.lift:.1f}" for label, row in zip(labels, shown.itertuples(), strict=True))
    return Chart(figure, f"{title}. {said}.")


def _times(lift: float) -> str:
    return f"{lift:,.0f} times" if lift >= 10 else f"{lift:.1f} times"


def _called(product: str, names: pd.Series) -> str:
    text = str(names.get(product, product))
    return text if len(text) <= 26 else text[:25].rstrip() + "…"
