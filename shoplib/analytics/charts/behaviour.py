"""Charts of attribution and experiments."""

import pandas as pd
from matplotlib.figure import Figure

from shoplib.analytics.charts.chart import Chart, axes_for, error_bars, group_names, nothing, shades
from shoplib.analytics.charts.palette import BLUE, GREY, INK, ORANGE
from shoplib.analytics.experiment import Experiment

MOST_CHANNELS = 10


def attribution(table: pd.DataFrame) -> Chart:
    """`attribution(events)`: each channel's share of the revenue by each model, as a heat map with numbers; the ten
    largest channels.
    """
    models = [column.removeprefix("revenue_") for column in table.columns if column.startswith("revenue_")]
    shares = pd.DataFrame({each: table[f"revenue_{each}"].astype("float64") for each in models})
    if table.empty or not models or not shares.to_numpy().sum():
        return nothing("Attribution")
    shares = shares / shares.sum() * 100
    keys = list(table.columns[: table.columns.get_loc(f"revenue_{models[0]}")])
    names = group_names(table, keys)[:MOST_CHANNELS]
    largest = shares.head(MOST_CHANNELS)
    title = _most_model_dependent(largest, names)
    figure, axes = axes_for(title, height=1.5 + 0.36 * len(largest))
    shades(axes, largest, [f"{value:.1f}" for value in largest.to_numpy().flat], darkest=largest.to_numpy().max())
    axes.set_xticks(range(len(models)), [each.replace("_", "\n", 1).replace("_", "-") for each in models])
    axes.set_yticks(range(len(names)), names)
    few = f"; the {len(largest)} largest of {len(table)} channels" if len(table) > len(largest) else ""
    axes.set_xlabel(f"share of the revenue by model, % (each column adds up to 100{few})")
    return Chart(figure, title, f"{len(table)} channels, models: {', '.join(models)}.")


def _most_model_dependent(shares: pd.DataFrame, names: list[str]) -> str:
    """The channel whose credit depends most on the model."""
    gap = shares.max(axis=1) - shares.min(axis=1)
    row = shares.loc[gap.idxmax()]
    name = names[list(shares.index).index(gap.idxmax())]
    if gap.max() < 0.05:
        return f"All models agree: {names[0]} has {shares.iloc[0, 0]:.1f} % of the revenue"
    low, high = row.idxmin().replace("_", " "), row.idxmax().replace("_", " ")
    return f"{name} has from {row.min():.1f} % ({low}) to {row.max():.1f} % ({high}) of the revenue, by model"


def experiment(result: Experiment) -> Chart:
    """`experiment(events, name)`: the differences from the control with their 95 % intervals; if the sample-ratio check
    failed or there is nothing to compare, users against the plan.
    """
    if not len(result.variants):
        return nothing(f"Experiment {result.name}")
    figure = _ratio_figure(result) if result.differences.empty else _difference_figure(result)
    return Chart(figure, f"Experiment {result.name}", result.verdict)


def _ratio_figure(result: Experiment) -> Figure:
    variants = result.variants
    title = f"{result.name}: {result.verdict}"
    figure, axes = axes_for(title, height=1.7 + 0.5 * len(variants))
    axes.barh(variants.variant, variants.users, color=[BLUE, *[ORANGE] * (len(variants) - 1)], height=0.55)
    axes.plot(variants.expected_users, variants.variant, "|", color=INK, ms=28, mew=2.5)
    axes.set_xlabel("users (line: planned)")
    axes.invert_yaxis()
    return figure


def _difference_figure(result: Experiment) -> Figure:
    table, control = result.differences, result.variants.variant[0]
    figure, axes = axes_for(f"{result.name}: {_summarize_verdict(result)}", height=1.9 + 0.55 * len(table))
    axes.remove()
    panels = (
        ("difference", "low", "high", 100.0, "conversion, percentage points"),
        ("revenue_difference", "revenue_low", "revenue_high", 1.0, "revenue per user, major units"),
    )
    for place, (middle, low, high, scale, label) in enumerate(panels, start=1):
        panel = figure.add_subplot(1, 2, place, facecolor="none")
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=9)
        panel.axvline(0, color=GREY, lw=1, ls="--")
        bars = error_bars(table[middle], table[low], table[high], scale)
        panel.errorbar(table[middle] * scale, table.variant, xerr=bars, fmt="o", color=BLUE, capsize=4)
        panel.set_ylim(len(table) - 0.5, -0.5)
        panel.set_xlabel(f"{label},\nmore than {control} (bar: 95 % interval)", fontsize=9)
        panel.margins(x=0.12)
    return figure


def _summarize_verdict(result: Experiment) -> str:
    """The verdict, or for many variants, which of them clearly differ from the control."""
    table, control = result.differences, result.variants.variant[0]
    if len(table) == 1:
        return result.verdict
    apart = table[(table.low > 0) | (table.high < 0)]
    changes = ", ".join(f"{row.variant} {row.difference * 100:+.1f} points" for row in apart.itertuples())
    return f"{len(apart)} of {len(table)} variants clearly apart from {control} in conversion: {changes or 'none'}"
