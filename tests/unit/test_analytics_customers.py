"""Customers and baskets against plain loops over any orders, and the real shop's tables as they were."""

import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.core import lake
from shoplib.errors import LabError
from shoplib.shoppers import online_retail
from tests.nightly import sized

START = datetime(2026, 1, 15, 12, tzinfo=UTC)
TABLES = Path(__file__).parents[1] / "data"
# (customer or a guest, hours since START, product, mills of a penny, a refund?)
SALE = st.tuples(
    st.sampled_from(["ann", "bob", "cy", "dee", None]),
    st.integers(0, 24 * 150),
    st.sampled_from(["cup", "plate", "spoon"]),
    st.integers(1, 5_000),
    st.booleans(),
)
SALES = st.lists(SALE, min_size=1, max_size=40)
Row = tuple[str | None, int, str, int, bool]


def frame(sales: list[Row]) -> pd.DataFrame:
    """One event per sale; sales of one customer at one hour are one order."""
    rows = [
        {
            "event_id": f"event-{number}",
            "event_time": START + timedelta(hours=hour),
            "ingest_time": START + timedelta(hours=hour),
            "event_name": "refund" if back else "purchase",
            "user_id": who,
            "anonymous_id": who or "guest",
            "order_id": f"{who}-{hour}",
            "order_line": number,
            "product_id": product,
            "quantity": 1,
            "value_minor": Decimal(mills) / 1000,
            "currency": "GBP",
            "channel": "web",
        }
        for number, (who, hour, product, mills, back) in enumerate(sales)
    ]
    blank = lake.SCHEMA.empty_table().to_pandas()
    made = pd.DataFrame(rows).reindex(columns=blank.columns)
    times = {name: blank[name].dtype for name in ("event_time", "ingest_time")}
    return made.astype({**times, "user_id": "object"})


def month(hour: int) -> int:
    moment = START + timedelta(hours=hour)
    return moment.year * 12 + moment.month - 1


def first_hours(sales: list[Row]) -> dict[str, int]:
    """When each customer first bought."""
    firsts: dict[str, int] = {}
    for who, hour, _, _, back in sales:
        if who and not back:
            firsts[who] = min(hour, firsts.get(who, hour))
    return firsts


@settings(max_examples=50, deadline=None)
@given(SALES)
def test_cohorts_are_those_of_a_plain_loop(sales):
    firsts = {who: month(hour) for who, hour in first_hours(sales).items()}
    last = max(month(hour) for _, hour, *_ in sales)
    buyers, orders, money = defaultdict(set), defaultdict(set), defaultdict(Decimal)
    for who, hour, _, mills, back in sales:
        if who in firsts and month(hour) >= firsts[who]:
            cell = (firsts[who], month(hour) - firsts[who])
            money[cell] += Decimal(-mills if back else mills) / 100_000
            if not back:
                buyers[cell].add(who)
                orders[cell].add(hour if who is None else (who, hour))
    events = frame(sales)
    for measure, expected in (("customers", buyers), ("orders", orders), ("revenue", money)):
        table = analytics.cohorts(events, measure)
        assert table["size"].tolist() == [count for _, count in sorted(Counter(firsts.values()).items())]
        for row in table.to_dict("records"):
            year, number = map(int, row["cohort"].split("-"))
            start = year * 12 + number - 1
            for age in (name for name in row if isinstance(name, int)):
                found = expected.get((start, age), 0)
                wanted = found if measure == "revenue" else len(found or ())
                assert pd.isna(row[age]) if start + age > last else row[age] == wanted


@settings(max_examples=50, deadline=None)
@given(SALES)
def test_recency_frequency_and_money_are_those_of_a_plain_loop(sales):
    midnight = max(START + timedelta(hours=hour) for _, hour, *_ in sales).replace(hour=0) + timedelta(days=1)
    table = analytics.rfm(frame(sales)).set_index("user_id")
    assert set(table.index) == set(first_hours(sales))
    for who, row in table.iterrows():
        theirs = [sale for sale in sales if sale[0] == who]
        bought = {hour for _, hour, _, _, back in theirs if not back}
        assert row.frequency == len(bought)
        assert row.recency_days == (midnight - (START + timedelta(hours=max(bought)))).days
        assert row.monetary == sum(Decimal(-mills if back else mills) for *_, mills, back in theirs) / 100_000
        assert row.score == f"{row.r}{row.f}{row.m}"
    for value, score in (("recency_days", "r"), ("frequency", "f"), ("monetary", "m")):
        ordered = table.sort_values(value, ascending=value != "recency_days")
        assert ordered[score].is_monotonic_increasing
        assert table.groupby(value)[score].nunique().le(1).all()


@settings(max_examples=50, deadline=None)
@given(SALES)
def test_segments_share_out_all_customers_and_all_revenue(sales):
    customers = analytics.rfm(frame(sales))
    table = analytics.rfm_segments(customers)
    assert table.customers.sum() == len(customers)
    assert sum(table.revenue) == sum(customers.monetary)


@settings(max_examples=50, deadline=None)
@given(SALES)
def test_who_comes_back_is_counted_as_by_a_plain_loop(sales):
    orders = defaultdict(set)
    for who, hour, _, _, back in sales:
        if who and not back:
            orders[who].add(hour)
    row = analytics.repeat_purchases(frame(sales)).iloc[0]
    again = sum(len(hours) > 1 for hours in orders.values())
    assert (row.customers, row.repeaters) == (len(orders), again)
    # Product-limit estimate by hand: days without a second order are censored at the last event.
    last = max(hour for _, hour, *_ in sales)
    waits = [
        (sorted(hours)[1] - min(hours), True) if len(hours) > 1 else (last - min(hours), False)
        for hours in orders.values()
    ]
    curve, left = [], 1.0
    for wait in sorted({wait for wait, came in waits if came}):
        risk = sum(other >= wait for other, _ in waits)
        left *= 1 - sum(other == wait and came for other, came in waits) / risk
        curve.append((wait / 24, 1 - left, risk))
    told = analytics.time_to_second_order(frame(sales))
    told = told[told.share.diff().fillna(told.share) > 1e-12]
    assert len(told) == len(curve)
    for (days, share, risk), found in zip(curve, told.itertuples(), strict=True):
        assert (math.isclose(days, found.days), math.isclose(share, found.share), risk) == (True, True, found.at_risk)


@settings(max_examples=50, deadline=None)
@given(SALES, st.integers(1, 3))
def test_pairs_are_those_of_a_plain_loop(sales, minimum):
    baskets = defaultdict(set)
    for who, hour, product, _, back in sales:
        if not back:
            baskets[(who, hour)].add(product)
    single = Counter(product for basket in baskets.values() for product in basket)
    pairs = Counter(pair for basket in baskets.values() for pair in combinations(sorted(basket), 2))
    table = analytics.basket(frame(sales), minimum)
    found = {(row.product_a, row.product_b): row for row in table.itertuples()}
    assert {pair: row.orders for pair, row in found.items()} == {p: n for p, n in pairs.items() if n >= minimum}
    for (a, b), row in found.items():
        assert math.isclose(row.support, row.orders / len(baskets))
        assert math.isclose(row.confidence_ab, row.orders / single[a])
        assert math.isclose(row.confidence_ba, row.orders / single[b])
        assert math.isclose(row.lift, row.orders * len(baskets) / (single[a] * single[b]))


def test_mistakes_are_told():
    with pytest.raises(LabError, match="cohorts have no 'visits'"):
        analytics.cohorts(frame([("ann", 0, "cup", 1, False)]), "visits")
    with pytest.raises(LabError, match="minimum=0 is not a positive number"):
        analytics.basket(frame([("ann", 0, "cup", 1, False)]), 0)


@pytest.fixture(scope="module")
def real_shop() -> Any:
    path = online_retail.find()
    if not path:
        pytest.skip(f"UCI Online Retail is not here: {online_retail.how_to_get_it()}")
    return analytics.load_orders(path).events


@pytest.mark.parametrize("name", sized(["cohorts", "rfm_segments", "baskets"], ["rfm_segments"]))
def test_the_real_shops_tables_are_what_they_were(real_shop, name):
    told = tables(real_shop)[name].to_csv(index=False, float_format="%.6f", lineterminator="\n")
    assert told == (TABLES / f"online_retail_{name}.csv").read_text()


def tables(events: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {
        "cohorts": analytics.cohorts(events),
        "rfm_segments": analytics.rfm_segments(analytics.rfm(events)),
        "baskets": analytics.basket(events, 200).head(50),
    }
