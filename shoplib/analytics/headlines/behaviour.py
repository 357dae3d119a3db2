"""Findings on visits: the funnel, conversion by group, abandoned carts, unusual days."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from shoplib.analytics import proportions
from shoplib.analytics.headlines import words

# Of so many groups each is compared with each; more would leave no pair to be found.
MOST_GROUPS = 12
LEVEL = 0.05


def unit_of(table: pd.DataFrame) -> str:
    return "visitors" if "visitors" in table else "sessions"


def funnel(table: pd.DataFrame) -> str | None:
    """Where most are lost in `funnel(events, steps)`; None if nobody reached the first step."""
    unit = unit_of(table)
    if table.empty or not table[unit].iloc[0]:
        return None
    one = words.count(table[unit].iloc[0], unit[:-1])
    if len(table) == 1:
        return (
            f"All {one} are at {table.step.iloc[0]}" if table[unit].iloc[0] > 1 else f"{one} is at {table.step.iloc[0]}"
        )
    lost = (-table[unit].diff()).iloc[1:].astype("int64")
    if not lost.max():
        return f"None of {one} is lost from {table.step.iloc[0]} to {table.step.iloc[-1]}"
    worst = lost.index[lost == lost.max()]
    steps = words.enumerate_in_words([table.step[place] for place in worst])
    if len(worst) > 1:
        return f"Most {unit} are lost before {steps}: {words.number(lost.max())} at each"
    return (
        f"Most {unit} are lost before {steps}: {words.number(lost.max())} of {words.number(table[unit][worst[0] - 1])}"
    )


def buyers(rates: pd.DataFrame) -> pd.Series:
    """Sessions (visitors) with a purchase; computed from the rates if the table has only those."""
    return rates.purchases if "purchases" in rates else (rates.rate * rates[unit_of(rates)]).round().astype("int64")


def comparable(rates: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """The groups of `conversion_rate(sessions, by=keys)` that can be compared: named, not empty, the twelve largest."""
    groups = rates[rates[list(keys)].notna().all(axis=1) & (rates[unit_of(rates)] > 0)]
    return groups.sort_values(unit_of(rates), ascending=False, kind="stable").head(MOST_GROUPS)


def nothing_to_compare(rates: pd.DataFrame, key: str) -> str | None:
    """Why `conversion_rate(sessions, by=key)` allows no comparison; None if it does."""
    groups, unit = comparable(rates, [key]), unit_of(rates)
    if groups.empty:
        return f"no {unit[:-1]} names a {key}"
    if len(groups) == 1:
        return f"every {unit[:-1]} that names a {key} names {groups[key].iloc[0]}: there is nothing to compare"
    if not buyers(groups).sum():
        return f"no {unit[:-1]} that names a {key} has a purchase"
    return None


def conversion(rates: pd.DataFrame) -> str | None:
    """Which group of `conversion_rate(sessions, by=key)` converts best, if tests of all pairs support it."""
    key = rates.columns[0]
    groups, unit = comparable(rates, [key]), unit_of(rates)
    if nothing_to_compare(rates, key):
        return None
    names = [str(name) for name in groups[key]]
    return better(names, buyers(groups), groups[unit], str(key), "converts better", "Conversion is highest for", unit)


def better(
    names: Sequence[str], successes: Sequence[int], trials: Sequence[int], what: str, verb: str, best_is: str, unit: str
) -> str:
    """The result of comparing every pair of groups, with p-values adjusted by Holm's method.

    One group is the best only if it differs from every other one; else the clearest difference is named, and "no ...
    clearly" only when no pair differs.
    """
    pairs = proportions.pairs(list(successes), list(trials))
    rates = np.array(successes, float) / np.array(trials, float)
    apart = pairs[pairs.p_adjusted < LEVEL]
    if apart.empty:
        return f"No {what} clearly {verb}: no pair differs (smallest {words.p_value(pairs.p_adjusted.min())}, Holm)"
    best = int(rates.argmax())
    beaten = apart[(apart.a == best) | (apart.b == best)]
    if len(beaten) == len(names) - 1:
        worst_p = words.p_value(beaten.p_adjusted.max())
        return (
            f"{best_is} {what} {names[best]}: {words.share(rates[best])} of {words.count(trials[best], unit[:-1])} "
            f"({worst_p} or less against each other one)"
        )
    clear = apart.loc[apart.p_adjusted.idxmin()]
    high, low = sorted((int(clear.a), int(clear.b)), key=lambda place: -rates[place])
    return (
        f"{names[high]} {verb} than {names[low]}: {words.share(rates[high])} against {words.share(rates[low])} "
        f"({words.p_value(clear.p_adjusted)}; {len(apart)} of {words.count(len(pairs), 'pair')} differ)"
    )


def abandonment(table: pd.DataFrame) -> str | None:
    """`abandonment(sessions)`, also by groups: how many carts and checkouts are abandoned; None if there are none."""
    stages = table[table.sessions > 0].groupby("stage", sort=False)[["abandoned", "sessions"]].sum()
    parts = [
        f"{words.share(row.abandoned / row.sessions)} of {words.count(row.sessions, str(stage))} "
        f"{'is' if row.sessions == 1 else 'are'} abandoned"
        for stage, row in stages.iterrows()
    ]
    return "; ".join(parts) or None


def conversion_over_time(rates: pd.DataFrame, each: str = "day") -> str | None:
    """`conversion_rate(sessions, by="day")`, or by week: the overall rate, and on how many days the rate differs; None
    with one day or without a purchase.
    """
    unit = unit_of(rates)
    if len(rates) < 2 or not rates.purchases.sum():
        return None
    whole = rates.purchases.sum() / rates[unit].sum()
    apart = int(((rates.low > whole) | (rates.high < whole)).sum())
    rate_of_all = f"{words.share(whole)} of {words.count(rates[unit].sum(), unit[:-1])} end in a purchase"
    if not apart:
        return f"{rate_of_all}; no {each} of {len(rates)} is clearly apart from that"
    return (
        f"{rate_of_all}; {words.count(apart, each)} of {len(rates)} {'is' if apart == 1 else 'are'} apart from that "
        f"(chance alone: about {0.05 * len(rates):.0f})"
    )
