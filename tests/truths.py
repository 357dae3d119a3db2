"""Every analysis beside truth.json of simulated shoppers, which was counted before anything was told or spoilt."""

from decimal import Decimal
from typing import Any

import pandas as pd

from shoplib import analytics
from shoplib.analytics.sources import Source

Truth = dict[str, Any]
STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
TRAITS = ("device", "source", "country", "day")
MODELS = ("first", "last", "last_non_direct", "linear")


def assert_visits(source: Source, truth: Truth, engine: str = "auto") -> None:
    """Sessions, conversion, abandonment and funnel, over all and by every trait. `source` is a scan or events."""
    visits = source if isinstance(source, analytics.Scan) else analytics.sessions(source)
    for trait in ("all", *TRAITS):
        by, told = (None if trait == "all" else trait), truth["sessions"][trait]
        rates = _by(analytics.conversion_rate(visits, by, engine=engine), by)
        assert rates.sessions.to_dict() == {name: each["sessions"] for name, each in told.items()}, trait
        assert rates.purchases.to_dict() == {name: each.get("purchased", 0) for name, each in told.items()}, trait
        left = _by(analytics.abandonment(visits, by, engine=engine), by)
        for stage in ("cart", "checkout"):
            these = left[left.stage == stage]
            expected = {name: (each.get(stage, 0), each.get("purchased", 0)) for name, each in told.items()}
            assert dict(zip(these.index, zip(these.sessions, these.purchased, strict=True), strict=True)) == expected
        assert_funnel(source, truth["funnel"][trait], by, engine)
    people = analytics.conversion_rate(visits, per="visitor", engine=engine)
    assert people.visitors.tolist() == [truth["visitors"]]


def assert_funnel(source: Source, told: Truth, by: str | None, engine: str) -> None:
    table = _by(analytics.funnel(source, by=by, engine=engine), by)
    found = {(name, row.step): row.sessions for name, row in zip(table.index, table.itertuples(), strict=True)}
    expected = {(name, step): each.get(step, 0) for name, each in told.items() for step in STEPS}
    assert found == {key: number for key, number in expected.items() if told[key[0]].get(STEPS[0])}


def assert_sales(source: Source, truth: Truth, engine: str = "auto") -> None:
    """Orders, pieces and revenue by every trait, to a thousandth of a penny."""
    for trait in (*TRAITS, "category", "product"):
        rows = analytics.sales_by(source, trait, engine=engine)
        found = {row[trait]: (row["orders"], row["pieces"], row["revenue"] * 100) for row in rows.to_dict("records")}
        expected = {
            name: (figures["orders"], figures["pieces"], Decimal(figures["revenue_minor"]))
            for name, figures in truth["sales"][trait].items()
        }
        assert found == expected, trait


def assert_behaviour(events: pd.DataFrame, truth: Truth) -> None:
    """What is counted from events in memory: totals, customers, cohorts, pairs, credits and the experiment."""
    totals, sold = analytics.totals(events), truth["sales"]["all"]["all"]
    assert totals["net_revenue"] * 100 == Decimal(sold["revenue_minor"])
    assert (totals["orders"], totals["lines"]) == (sold["orders"], sold["lines"])
    assert analytics.paths(events).sessions.sum() == truth["sessions"]["all"]["all"]["sessions"]
    _assert_customers(events, truth)
    _assert_pairs(events, truth)
    for model in MODELS:
        credits = analytics.attribution(events, model, by="source").set_index("source").revenue
        expected = {name: Decimal(value) for name, value in truth["attribution"][model].items()}
        assert {name: value * 100 for name, value in credits.items() if value} == expected, model
    _assert_experiment(events, truth["experiment"])


def _assert_customers(events: pd.DataFrame, truth: Truth) -> None:
    again = analytics.repeat_purchases(events).iloc[0]
    told = truth["customers"]
    assert again.customers == told["customers"]
    assert again.repeaters == told["customers"] - told["by_orders"]["1"]
    table = analytics.cohorts(events).set_index("cohort").drop(columns="size")
    found = {
        month: {str(age): int(count) for age, count in row.items() if pd.notna(count) and count}
        for month, row in table.iterrows()
    }
    assert found == truth["cohorts"]
    assert analytics.rfm(events).shape[0] == told["customers"]


def _assert_pairs(events: pd.DataFrame, truth: Truth) -> None:
    pairs = analytics.basket(events, minimum=1)
    found = {(row.product_a, row.product_b): row.orders for row in pairs.itertuples()}
    assert {(pair["a"], pair["b"]): pair["orders"] for pair in truth["pairs"]}.items() <= found.items()


def _assert_experiment(events: pd.DataFrame, told: Truth) -> None:
    result = analytics.experiment(events, told["name"], resamples=10)
    found = {row.variant: (row.users, row.conversions, row.revenue * 100) for row in result.variants.itertuples()}
    assert found == {
        name: (arm["users"], arm["converters"], Decimal(arm["revenue_minor"])) for name, arm in told["arms"].items()
    }


def _by(table: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Rows under the names that truth.json has for them."""
    names = ["all"] * len(table) if by is None else table[by].map(str)
    return table.set_index(pd.Index(names, name="name"))
