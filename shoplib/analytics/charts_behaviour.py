"""Plots of behaviour: attribution, experiments, trends."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from shoplib.analytics.charts import BLUE, FEWEST_DAYS, INK, ORANGE, Chart, _axes, _nothing, _short, _unit
from shoplib.analytics.experiment import Experiment

# Okabe and Ito (2008), in the order in which neighbours differ most.
COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
GREY, PALE = "#6b7785", "#c9d3dc"
MOST_CHANNELS, MOST_NAMED = 10, 6
# Of the axis, that the name of a day takes.
ROOM = 0.1


def attribution(table: pd.DataFrame) -> Chart:
    """`attribution(events)`: each channel's share of the revenue by each model, as numbers on a shade; the ten largest
    channels."""
    models = [column.removeprefix("revenue_") for column in table.columns if column.startswith("revenue_")]
    shares = pd.DataFrame({each: table[f"revenue_{each}"].astype("float64") for each in models})
    if table.empty or not models or not shares.to_numpy().sum():
        return _nothing("Attribution")
    shares = shares / shares.sum() * 100
    keys = list(table.columns[: table.columns.get_loc(f"revenue_{models[0]}")])
    names = group_names(table, keys)[:MOST_CHANNELS]
    shown = shares.head(MOST_CHANNELS)
    title = _moved(shown, names)
    figure, axes = _axes(title, height=1.5 + 0.36 * len(shown))
    shades(axes, shown, [f"{value:.1f}" for value in shown.to_numpy().flat], darkest=shown.to_numpy().max())
    axes.set_xticks(range(len(models)), [each.replace("_", "\n", 1).replace("_", "-") for each in models])
    axes.set_yticks(range(len(names)), names)
    few = f"; the {len(shown)} largest of {len(table)} channels" if len(table) > len(shown) else ""
    axes.set_xlabel(f"share of the revenue by model, % (each column adds up to 100{few})")
    return Chart(figure, f"{title}. {len(table)} channels, models: {', '.join(models)}.")


def shades(axes, table: pd.DataFrame, texts: Sequence[str], darkest: float) -> None:
    """Cells as shades of blue with their texts, row by row; `darkest` is the value of the darkest shade."""
    axes.imshow(table, cmap="Blues", vmin=0, vmax=max(darkest, 1e-9) * 1.3, aspect="auto")
    for (row, column), value in np.ndenumerate(table.to_numpy()):
        colour = "white" if value > 0.75 * darkest else INK
        axes.text(column, row, texts[row * table.shape[1] + column], ha="center", va="center", fontsize=9, color=colour)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def group_names(table: pd.DataFrame, keys: list[str]) -> list[str]:
    """Names of groups by one column or several, for labels."""
    rows = table[keys].astype(object).where(table[keys].notna(), "(none)")
    return [" / ".join(_short(value) for value in row) for row in rows.itertuples(index=False)]


def _moved(shown: pd.DataFrame, names: list[str]) -> str:
    """The channel whose credit depends most on the model."""
    gap = shown.max(axis=1) - shown.min(axis=1)
    row = shown.loc[gap.idxmax()]
    name = names[list(shown.index).index(gap.idxmax())]
    if gap.max() < 0.05:
        return f"All models agree: {names[0]} has {shown.iloc[0, 0]:.1f} % of the revenue"
    low, high = row.idxmin().replace("_", " "), row.idxmax().replace("_", " ")
    return f"{name} has from {row.min():.1f} % ({low}) to {row.max():.1f} % ({high}) of the revenue, by model"


def experiment(result: Experiment) -> Chart:
    """`experiment(events, name)`: the differences to the control with their 95 % intervals; users against the plan
    where the sample-ratio check failed or there is nothing to compare."""
    if not len(result.variants):
        return _nothing(f"Experiment {result.name}")
    alt = f"Experiment {result.name}. {result.verdict}"
    return Chart(_ratio_figure(result) if result.differences.empty else _difference_figure(result), alt)


def _ratio_figure(result: Experiment) -> Figure:
    variants = result.variants
    title = f"{result.name}: {result.verdict}"
    figure, axes = _axes(title, height=1.7 + 0.5 * len(variants))
    axes.barh(variants.variant, variants.users, color=[BLUE, *[ORANGE] * (len(variants) - 1)], height=0.55)
    axes.plot(variants.expected_users, variants.variant, "|", color=INK, ms=28, mew=2.5)
    axes.set_xlabel("users (line: planned)")
    axes.invert_yaxis()
    return figure


def _difference_figure(result: Experiment) -> Figure:
    table, control = result.differences, result.variants.variant[0]
    figure, axes = _axes(f"{result.name}: {_clear(result)}", height=1.9 + 0.55 * len(table))
    axes.remove()
    panels = (
        ("difference", "low", "high", 100.0, "conversion, percentage points"),
        ("revenue_difference", "revenue_low", "revenue_high", 1.0, "revenue per user, major units"),
    )
    for place, (middle, low, high, scale, said) in enumerate(panels, start=1):
        panel = figure.add_subplot(1, 2, place)
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=9)
        panel.axvline(0, color=GREY, lw=1, ls="--")
        reach = [(table[middle] - table[low]) * scale, (table[high] - table[middle]) * scale]
        panel.errorbar(table[middle] * scale, table.variant, xerr=np.maximum(reach, 0), fmt="o", color=BLUE, capsize=4)
        panel.set_ylim(len(table) - 0.5, -0.5)
        panel.set_xlabel(f"{said},\nmore than {control} (bar: 95 % interval)", fontsize=9)
        panel.margins(x=0.12)
    return figure


def _clear(result: Experiment) -> str:
    """The verdict, or in short which of many variants are clearly apart from the control."""
    table, control = result.differences, result.variants.variant[0]
    if len(table) == 1:
        return result.verdict
    apart = table[(table.low > 0) | (table.high < 0)]
    said = ", ".join(f"{row.variant} {row.difference * 100:+.1f} points" for row in apart.itertuples())
    return f"{len(apart)} of {len(table)} variants clearly apart from {control} in conversion: {said or 'none'}"


def conversion_by_day(rates: pd.DataFrame) -> Chart:
    """`conversion_rate(sessions, by="day")` over time, with the interval of each day and the rate of all of them."""
    if rates.empty:
        return _nothing("Conversion by day")
    rates = rates.sort_values("day", ignore_index=True)
    unit = _unit(rates)
    whole = rates.purchases.sum() / max(rates[unit].sum(), 1)
    apart = int(((rates.low > whole) | (rates.high < whole)).sum())
    title = (
        f"{whole:.1%} of {rates[unit].sum():,} {unit} end in a purchase; on {apart} of {len(rates)} days the interval "
        f"lies apart from that (chance alone: about {0.05 * len(rates):.0f})"
    )
    figure, axes = _axes(title, height=3.2)
    days = pd.to_datetime(rates.day)
    reach = [(rates.rate - rates.low).clip(lower=0) * 100, (rates.high - rates.rate).clip(lower=0) * 100]
    axes.axhline(whole * 100, color=GREY, lw=1, ls="--")
    axes.errorbar(days, rates.rate * 100, yerr=reach, fmt="o", color=BLUE, ms=4, elinewidth=1, capsize=2)
    axes.set_ylabel(f"{unit} with a purchase, %\n(bar: 95 % interval; line: all days)", fontsize=9)
    axes.set_ylim(bottom=0)
    if len(days) <= FEWEST_DAYS:
        axes.set_xticks(days, rates.day)
    figure.autofmt_xdate(rotation=30)
    return Chart(figure, f"{title}. {len(rates)} days from {rates.day.iloc[0]} to {rates.day.iloc[-1]}.")


def trend(table: pd.DataFrame, what: str = "value") -> Chart:
    """`trend(days)`: the days, the band of their weekday, and the anomalies marked with their dates."""
    if table.empty:
        return _nothing("Trend")
    odd = table[table.anomaly]
    title = _odd_days(table, odd, what)
    figure, axes = _axes(title, height=3.4)
    if table.expected.notna().any():
        axes.fill_between(table.day, table.low, table.high, color=PALE, label="ordinary for this weekday", lw=0)
        axes.plot(table.day, table.expected, color=GREY, lw=1, ls="--", label="median of this weekday")
    few = len(table) <= FEWEST_DAYS
    axes.plot(table.day, table.value, color=BLUE, lw=1.6, marker="o" if few else None, ms=4, label=what)
    if len(odd):
        axes.plot(odd.day, odd.value, "o", color=ORANGE, ms=8, label="out of the ordinary")
    for row in _named(table, odd).itertuples():
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
    axes.yaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    figure.autofmt_xdate(rotation=30)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=9)
    said = "; ".join(f"{row.day:%Y-%m-%d} {row.verdict}: {row.value:,.0f}" for row in odd.itertuples())
    return Chart(figure, f"{title}. {said or 'None is out of the ordinary'}.")


def _named(table: pd.DataFrame, odd: pd.DataFrame) -> pd.DataFrame:
    """The days furthest from what was expected, but none so near another that their names would overlap."""
    apart = pd.Timedelta(days=len(table) * ROOM)
    chosen: list[pd.Timestamp] = []
    for day in odd.day[(odd.value - odd.expected).abs().sort_values(ascending=False).index]:
        if len(chosen) < MOST_NAMED and all(abs(day - other) > apart for other in chosen):
            chosen.append(day)
    return odd[odd.day.isin(chosen)]


def _odd_days(table: pd.DataFrame, odd: pd.DataFrame, what: str) -> str:
    judged = int((table.verdict != "too little history").sum())
    if not judged:
        return f"{what}: too little history for a verdict (days: {len(table)})"
    if odd.empty:
        return f"{what}: none of {judged} days is out of the ordinary"
    gap = ((odd.value - odd.expected) / odd.expected.clip(lower=1)).abs()
    worst = odd.loc[gap.idxmax()]
    return (
        f"{what}: {len(odd)} of {judged} days out of the ordinary, most of all {worst.day:%d %B %Y} "
        f"with {worst.value:,.0f} where {worst.expected:,.0f} is usual"
    )
