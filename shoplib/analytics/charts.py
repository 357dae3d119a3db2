"""Plots made for looking: the title says the finding, intervals are drawn, the palette suits colour-blind eyes."""

import base64
import io
from dataclasses import dataclass
from html import escape
from textwrap import fill

import pandas as pd
from matplotlib.figure import Figure

# Okabe and Ito (2008), distinguishable with any colour vision.
BLUE, ORANGE, INK = "#0072B2", "#D55E00", "#16202c"
DOTS_PER_INCH = 160
FEWEST_DAYS = 14
TITLE_WIDTH = 84
# Bars of less than so many percent have no room for a count.
NARROW = 15


@dataclass(frozen=True)
class Chart:
    """A figure and its words. Shows itself in a notebook as an image with alternative text."""

    figure: Figure
    alt: str

    def png(self) -> bytes:
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=DOTS_PER_INCH, facecolor="white")
        return out.getvalue()

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.png()).decode()
        return f'<img alt="{escape(self.alt)}" style="max-width:100%;width:760px" src="data:image/png;base64,{source}">'


def conversion(rates: pd.DataFrame) -> Chart:
    """`conversion_rate(sessions, by=...)` as dots with their 95 % intervals."""
    if rates.empty:
        return _nothing("Conversion")
    key = rates.columns[0]
    names = [str(name) for name in rates[key]]
    title = _finding(rates, key)
    figure, axes = _axes(title, height=1.2 + 0.45 * len(rates))
    low, high = (rates.rate - rates.low).clip(lower=0), (rates.high - rates.rate).clip(lower=0)
    axes.errorbar(rates.rate * 100, names, xerr=[low * 100, high * 100], fmt="o", color=BLUE, capsize=4)
    axes.set_xlabel(f"{_unit(rates)} with a purchase, % (bar: 95 % interval)")
    axes.set_xlim(left=0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    said = "; ".join(
        f"{name} {row.rate:.1%} ({row.low:.1%} to {row.high:.1%})"
        for name, row in zip(names, rates.itertuples(), strict=True)
    )
    return Chart(figure, f"{title}. {said}.")


def _finding(rates: pd.DataFrame, key: str) -> str:
    """The best rate is a finding only when its interval lies above all the others'."""
    best = rates.loc[rates.rate.idxmax()]
    others = rates[rates[key] != best[key]]
    if len(others) and best.low <= others.high.max():
        return f"No {key} clearly converts better: the 95 % intervals overlap"
    return f"Conversion is highest for {key} {best[key]}: {best.rate:.0%} of {best[_unit(rates)]:,} {_unit(rates)}"


def _unit(table: pd.DataFrame) -> str:
    return "visitors" if "visitors" in table else "sessions"


def funnel(table: pd.DataFrame) -> Chart:
    """`funnel(events, steps)` as bars, with the interval of each rate."""
    unit = _unit(table)
    if table.empty or not table[unit].iloc[0]:
        return _nothing("Funnel")
    lost = (-table[unit].diff()).iloc[1:]
    title = f"All {table[unit].iloc[0]:,} {unit} are at {table.step.iloc[0]}"
    if len(lost):
        worst = lost.idxmax()
        title = f"Most {unit} are lost before {table.step[worst]}: {lost[worst]:,.0f} of {table[unit][worst - 1]:,}"
    figure, axes = _axes(title, height=1.2 + 0.55 * len(table))
    low, high = (table.rate_from_first - table.low).clip(lower=0), (table.high - table.rate_from_first).clip(lower=0)
    bars = axes.barh(table.step, table.rate_from_first * 100, color=BLUE, height=0.6)
    axes.errorbar(
        table.rate_from_first * 100, table.step, xerr=[low * 100, high * 100], fmt="none", color=INK, capsize=4
    )
    for bar, count, top in zip(bars, table[unit], table.high, strict=True):
        inside = bar.get_width() > NARROW
        place = (1.5 if inside else max(top * 100, bar.get_width()) + 2, bar.get_y() + bar.get_height() / 2)
        axes.annotate(f"{count:,}", place, va="center", color="white" if inside else INK, weight="bold")
    axes.set_xlabel(f"{unit} that reach the step, % of the first (bar: 95 % interval)")
    axes.invert_yaxis()
    counted = zip(table.step, table[unit], table.rate_from_first, strict=True)
    said = ", ".join(f"{step} {count:,} ({rate:.0%})" for step, count, rate in counted)
    return Chart(figure, f"{title}. {said}.")


def sales_by_day(table: pd.DataFrame, currency: str = "GBP") -> Chart:
    """`sales_by(events, "day")` as bars over time."""
    if table.empty:
        return _nothing("Sales by day")
    money = table.revenue.astype("float64")
    best = money.idxmax()
    title = f"Best day: {table.day[best]} with {_money(money[best], currency)} net"
    figure, axes = _axes(title, height=3.2)
    days = pd.to_datetime(table.day)
    axes.bar(days, money, color=[BLUE if amount >= 0 else ORANGE for amount in money], width=0.9)
    # Few days keep the width that they have among many.
    margin = pd.Timedelta(days=max(1.0, (FEWEST_DAYS - len(days)) / 2))
    axes.set_xlim(days.min() - margin, days.max() + margin)
    axes.set_ylabel(f"net revenue, {currency}")
    axes.yaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    if len(days) <= 12:
        axes.set_xticks(days, table.day)
    figure.autofmt_xdate(rotation=30)
    return Chart(figure, f"{title}. {len(table):,} days from {table.day.iloc[0]} to {table.day.iloc[-1]}.")


def top(table: pd.DataFrame, count: int = 10, currency: str = "GBP", whole: str = "all") -> Chart:
    """The largest rows of `sales_by(events, "product" | "country" | ...)` as bars; `whole`: what the table is of."""
    key = table.columns[0]
    if table.empty:
        return _nothing(f"Sales by {key}")
    shown = table.head(count)
    money = shown.revenue.astype("float64")
    total = float(table.revenue.sum())
    share = f", {money.iloc[0] / total:.0%} of {whole}" if total > 0 else ""
    title = f"Top {key}: {_short(shown[key].iloc[0])} with {_money(money.iloc[0], currency)}{share}"
    figure, axes = _axes(title, height=1.2 + 0.34 * len(shown))
    axes.barh([_short(name) for name in shown[key]], money, color=BLUE, height=0.7)
    axes.xaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    axes.set_xlabel(f"net revenue, {currency}")
    axes.invert_yaxis()
    said = ", ".join(
        f"{_short(name)} {_money(amount, currency)}" for name, amount in zip(shown[key], money, strict=True)
    )
    return Chart(figure, f"{title}. {said}.")


def _axes(title: str, height: float):
    figure = Figure(figsize=(7.6, height), layout="constrained")
    axes = figure.add_subplot()
    # Over the figure, not the axes: long labels push the axes to the right, and would push the title off the edge.
    figure.suptitle(
        "\n".join(fill(line, TITLE_WIDTH) for line in title.split("\n")),
        x=0.01,
        ha="left",
        fontsize=11,
        fontweight="bold",
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
    return figure, axes


def _nothing(what: str) -> Chart:
    figure, axes = _axes(f"{what}: no data", height=1.0)
    axes.set_axis_off()
    return Chart(figure, f"{what}: there is no data to draw.")


def _money(amount: float, currency: str) -> str:
    return f"{amount:,.0f} {currency}"


def _short(name: object) -> str:
    text = str(name)
    return text if len(text) <= 36 else text[:35].rstrip() + "…"
