"""A/B tests: first a check of the split, then whether a variant converts better and earns more."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from shoplib.analytics import exact, proportions
from shoplib.analytics.bootstrap import means as means_of_resamples
from shoplib.analytics.conditions import has, part
from shoplib.analytics.sessions import columns_to_read, with_sessions
from shoplib.errors import LabError

# A split as odd as this is a fault more likely than chance.
RATIO_LIMIT = 0.001
PLAN_TOLERANCE = 1e-9
RESAMPLES = 2_000


@dataclass(frozen=True)
class Experiment:
    """The result of an experiment.

    `trustworthy`: whether the sample-ratio check holds; `ratio_p_value` its chi-square p-value (nan with one variant).
    `variants`: variant, users, expected_users (of the plan), conversions, rate, low, high (Wilson), revenue (Decimal,
    major units), revenue_per_user (float, major units), the control first. `differences` (variant - control): variant,
    difference, low, high (Newcombe), p_value (score test), revenue_difference, revenue_low, revenue_high (per user,
    major units, bootstrap); empty if the ratio check failed. `excluded`: users in two variants. `verdict`: the result
    in words.
    """

    name: str
    trustworthy: bool
    ratio_p_value: float
    variants: pd.DataFrame
    differences: pd.DataFrame
    excluded: int
    verdict: str

    def _repr_html_(self) -> str:
        tables = "".join(table.to_html(index=False) for table in (self.variants, self.differences) if len(table))
        return (
            f"<p><b>{escape(self.name)}</b>: {escape(self.verdict)} Users in two variants: {self.excluded}.</p>{tables}"
        )


def experiment(
    events: pd.DataFrame,
    name: str,
    planned: Mapping[str, float] | None = None,
    *,
    control: str | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
    despite_ratio: bool = False,
) -> Experiment:
    """The experiment `name` in cleaned events, by user (visitor: see `sessions.visitor`).

    A user takes part from their first event with this `experiment` and a `variant`; users who saw two variants are
    left out and counted. A user converts with a purchase from that event on (it included); the revenue is that of
    those purchases, without subtracting refunds. Replayed history and refunds are ignored.

    First the sample-ratio check: chi-square test of the users per variant against the `planned` shares (default: equal
    shares of the variants seen). Below 0.001 the assignment or the logging is broken and no difference can be trusted
    (A. Fabijan et al., 2019, doi:10.1145/3292500.3330722): `differences` stays empty, `verdict` says why;
    `despite_ratio=True` computes it all the same. `control` defaults to "control", else the first variant by name.

    The interval of revenue per user is a bootstrap percentile interval (B. Efron, 1979, doi:10.1214/aos/1176344552),
    95 %, of `resamples` seeded resamples of users. Of 400 pairs of equal groups with 5 % buyers it held the true
    difference 92 % of the time with 500 users each, 95 % with 2,000 and 96 % with 10,000: few buyers make it too
    narrow. LabError for an unknown experiment or a plan that does not fit.
    """
    users, excluded = _users(
        with_sessions(part(events, columns_to_read(events, ["value_minor", "currency", "experiment", "variant"]))),
        events,
        name,
    )
    plan = _plan(users, planned, control)
    table = _variants(users, plan)
    ratio = _ratio(table)
    sound = not ratio < RATIO_LIMIT
    differences = _differences(users, table, seed, resamples) if sound or despite_ratio else _NOTHING
    return Experiment(name, sound, ratio, table, differences, excluded, _verdict(table, differences, sound, ratio))


DIFFERENCES = ["variant", "difference", "low", "high", "p_value", "revenue_difference", "revenue_low", "revenue_high"]
_NOTHING = pd.DataFrame(columns=DIFFERENCES)


def _users(rows: pd.DataFrame, events: pd.DataFrame, name: str) -> tuple[pd.DataFrame, int]:
    """One row per user with one variant: variant, converted, units; and the number of users with several."""
    seen = rows[has(rows.experiment, name) & rows.variant.notna()]
    if seen.empty:
        known = sorted(events.experiment.dropna().unique())
        raise LabError(f"no user took part in experiment {name!r}", f"experiments: {', '.join(known) or 'none'}")
    # `rows` lie in order of (visitor, event_time, event_id): the row number is the order in time.
    starts = pd.Series(seen.index, index=seen.visitor).groupby(level=0).first()
    variants = seen.groupby("visitor").variant.agg(["first", "nunique"])
    purchases = rows[(rows.event_name == "purchase") & rows.visitor.isin(variants.index)]
    purchases = purchases[purchases.index >= starts.reindex(purchases.visitor).to_numpy()]
    exact.require_one_currency(purchases)
    worth = pd.Series(exact.units(purchases.value_minor), index=purchases.visitor).groupby(level=0).sum()
    table = variants.assign(converted=variants.index.isin(worth.index), units=worth).fillna({"units": 0})
    table = table.astype({"units": "int64"}).rename(columns={"first": "variant"})
    single = table["nunique"] == 1
    return table[single], int((~single).sum())


def _plan(users: pd.DataFrame, planned: Mapping[str, float] | None, control: str | None) -> pd.Series:
    """The planned shares, control first."""
    seen = sorted(users.variant.unique())
    plan = pd.Series(dict(planned) if planned else dict.fromkeys(seen, 1 / max(len(seen), 1)), dtype="float64")
    if unplanned := sorted(set(seen) - set(plan.index)):
        raise LabError(
            f"users saw {', '.join(unplanned)}, which are not in the plan", "add a share for each to the plan"
        )
    if len(plan) and (abs(plan.sum() - 1) > PLAN_TOLERANCE or (plan <= 0).any()):
        raise LabError(f"the planned shares add up to {plan.sum():g}, not 1, or one is 0", 'say {"a": 0.5, "b": 0.5}')
    first = control or ("control" if "control" in plan.index else min(plan.index, default=None))
    if first is not None and first not in plan.index:
        raise LabError(f"variant not found: {first}", f"variants: {', '.join(plan.index)}")
    return plan.loc[sorted(plan.index, key=lambda each: (each != first, each))]


def _variants(users: pd.DataFrame, plan: pd.Series) -> pd.DataFrame:
    sums = users.groupby("variant").agg(
        users=("units", "size"), conversions=("converted", "sum"), units=("units", "sum")
    )
    table = sums.reindex(plan.index, fill_value=0).astype("int64").rename_axis("variant").reset_index()
    table["expected_users"] = plan.to_numpy() * len(users)
    table = proportions.with_rates(table, "conversions", "users")
    table["revenue"] = table.units.map(exact.major).astype(object)
    table["revenue_per_user"] = table.units / exact.UNITS_A_MAJOR / table.users.where(table.users > 0)
    names = ["variant", "users", "expected_users", "conversions", "rate", "low", "high", "revenue", "revenue_per_user"]
    return table[names]


def _ratio(table: pd.DataFrame) -> float:
    if len(table) < 2 or not table.users.sum():
        return float("nan")
    from scipy.stats import chisquare  # takes half a second

    return float(chisquare(table.users, table.expected_users).pvalue)


def _differences(users: pd.DataFrame, table: pd.DataFrame, seed: int, resamples: int) -> pd.DataFrame:
    dice = np.random.default_rng(seed)
    pairs = list(zip(table.conversions.astype(int), table.users.astype(int), strict=True))
    means = [
        means_of_resamples(users.units[users.variant == variant].to_numpy(), resamples, dice)
        for variant in table.variant
    ]
    rows = []
    for place in range(1, len(table)):
        low, high = np.quantile(means[place] - means[0], [0.025, 0.975]) / exact.UNITS_A_MAJOR
        gap = table.revenue_per_user[place] - table.revenue_per_user[0]
        revenue = {"revenue_difference": gap, "revenue_low": float(low), "revenue_high": float(high)}
        rows.append({"variant": table.variant[place], **proportions.difference(pairs[place], pairs[0]), **revenue})
    return pd.DataFrame(rows, columns=DIFFERENCES)


def _verdict(table: pd.DataFrame, differences: pd.DataFrame, sound: bool, ratio: float) -> str:
    if not sound:
        return (
            f"Do not read this experiment: {_describe_split(table)}. "
            f"Chance gives a split as odd as this with p = {ratio:.1g}. "
            "Find out first why users are missing or doubled; no variant can be judged."
        )
    if len(table) < 2:
        return f"Only {table.variant[0]} was seen: there is nothing to compare." if len(table) else "No user is left."
    sentences = [_describe(row, table.variant[0]) for row in differences.itertuples()]
    return " ".join([f"The split is as planned (p = {ratio:.2g}).", *sentences])


def _describe_split(table: pd.DataFrame) -> str:
    parts = [f"{row.variant} has {row.users:,} users, planned {row.expected_users:,.0f}" for row in table.itertuples()]
    return "; ".join(parts)


def _describe(row: Any, control: str) -> str:
    reach = f"{row.low * 100:+.1f} to {row.high * 100:+.1f} points"
    money = f"revenue per user {row.revenue_low:+,.2f} to {row.revenue_high:+,.2f}"
    if not (row.low > 0 or row.high < 0):
        return f"{row.variant} and {control} cannot be told apart: conversion {reach}, {money}."
    better = "better" if row.low > 0 else "worse"
    return f"{row.variant} converts {better} than {control}: {row.difference * 100:+.1f} points ({reach}), {money}."
