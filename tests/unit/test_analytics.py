"""Analyses against an independent oracle, their edge cases by name, and promises that hold for any events."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.analytics import exact
from shoplib.core import ids, lake
from shoplib.errors import LabError

START = datetime(2026, 1, 31, 23, 0, tzinfo=UTC)
STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]


def event(number: int, name: str, seconds: float, visitor: str = "ann", **fields: Any) -> dict[str, Any]:
    moment = START + timedelta(seconds=seconds)
    sale = {"order_id": f"order-{number}", "order_line": 1, "value_minor": Decimal(850), "quantity": 1}
    return {
        "event_id": ids.derived_id(number),
        "event_time": moment,
        "ingest_time": moment + timedelta(seconds=1),
        "event_name": name,
        "schema_version": 1,
        "anonymous_id": visitor,
        "device": "desktop",
        "channel": "web",
        "currency": "GBP",
        **(sale if name in ("purchase", "refund") else {}),
        **fields,
    }


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    """Events as the lake gives them."""
    blank = lake.SCHEMA.empty_table().to_pandas()
    if not rows:
        return blank
    made = pd.DataFrame(rows)
    for name in ("event_time", "ingest_time"):
        made[name] = made[name].astype(blank[name].dtype)
    return made.reindex(columns=blank.columns).astype({"user_id": "object", "user_agent": "object"})


def crowd(seed: int, count: int) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    names = [*STEPS, "search"]
    return [
        event(
            number,
            dice.choice(names),
            dice.randrange(0, 40_000),
            dice.choice("abcdefgh"),
            device=dice.choice(["mobile", "desktop"]),
        )
        for number in range(count)
    ]


def oracle(rows: list[dict[str, Any]]) -> tuple[int, list[int]]:
    """Sessions and funnel counts by a plain loop, one event at a time."""
    by_visitor = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["event_time"], row["event_id"])):
        by_visitor[row["anonymous_id"]].append(row)
    sessions = []
    for own in by_visitor.values():
        last = None
        for row in own:
            if last is None or row["event_time"] - last > timedelta(minutes=30):
                sessions.append([])
            sessions[-1].append(row["event_name"])
            last = row["event_time"]
    reached = [0] * len(STEPS)
    for names in sessions:
        at = 0
        for name in names:
            if at < len(STEPS) and name == STEPS[at]:
                reached[at] += 1
                at += 1
    return len(sessions), reached


@pytest.mark.parametrize("seed", range(5))
def test_sessions_and_funnel_equal_the_oracle(seed):
    rows = crowd(seed, 2_000)
    sessions, reached = oracle(rows)
    assert len(analytics.sessions(frame(*rows))) == sessions
    assert analytics.funnel(frame(*rows), STEPS).sessions.tolist() == reached


@given(st.integers(0, 10**6), st.integers(1, 300))
@settings(max_examples=25, deadline=None)
def test_a_funnel_never_grows_and_sessions_partition_the_events(seed, count):
    rows = frame(*crowd(seed, count))
    assert analytics.funnel(rows, STEPS).sessions.is_monotonic_decreasing
    assert analytics.sessions(rows).events.sum() == len(rows)


@given(st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_duplicates_and_order_of_arrival_change_nothing(dice):
    rows = crowd(3, 200)
    shuffled = rows + dice.sample(rows, 50)
    dice.shuffle(shuffled)
    once, twice = analytics.clean(frame(*rows)), analytics.clean(frame(*shuffled))
    pd.testing.assert_frame_equal(once.events, twice.events)
    assert twice.dropped["duplicate event_id"] == 50


def test_a_gap_of_exactly_thirty_minutes_does_not_end_a_session():
    assert len(analytics.sessions(frame(event(1, "view_item", 0), event(2, "view_item", 1800)))) == 1
    assert len(analytics.sessions(frame(event(1, "view_item", 0), event(2, "view_item", 1800.000001)))) == 2


def test_a_session_over_midnight_belongs_to_its_first_day():
    table = analytics.sessions(frame(event(1, "view_item", 3500), event(2, "purchase", 3700)))
    assert [str(day) for day in table.day] == ["2026-01-31"]


def test_signing_in_does_not_split_a_visit():
    rows = frame(event(1, "view_item", 0), event(2, "add_to_cart", 60, user_id="u1"))
    assert analytics.sessions(rows).visitor.tolist() == ["u1"]


def test_an_order_line_told_twice_under_two_ids_counts_once():
    rows = frame(event(1, "purchase", 0, order_id="o"), event(2, "purchase", 5, order_id="o"))
    cleaned = analytics.clean(rows)
    assert analytics.revenue(cleaned.events) == Decimal("8.50")
    assert cleaned.dropped["duplicate order line"] == 1


def test_bots_are_left_out_and_counted():
    bot = [event(n, "view_item", n, "bot", user_agent="Googlebot/2.1") for n in range(3)]
    fast = [event(100 + n, "view_item", n / 10, "fast") for n in range(130)]
    cleaned = analytics.clean(frame(*bot, *fast, event(1000, "view_item", 0)))
    assert cleaned.events.anonymous_id.tolist() == ["ann"]
    assert cleaned.dropped["bots"] == 133


def test_late_events_are_kept_and_counted():
    late = event(1, "view_item", 0, ingest_time=START + timedelta(days=3, seconds=1))
    cleaned = analytics.clean(frame(late))
    assert (len(cleaned.events), cleaned.dropped["late, kept"]) == (1, 1)


def test_the_window_counts_from_the_first_step():
    rows = frame(event(1, "view_item", 0), event(2, "add_to_cart", 60), event(3, "begin_checkout", 61))
    table = analytics.funnel(rows, STEPS, window=pd.Timedelta(seconds=60))
    assert table.sessions.tolist() == [1, 1, 0, 0]


def test_the_funnel_by_device_adds_up_to_the_whole():
    rows = frame(*crowd(1, 1_000))
    parts = analytics.funnel(rows, STEPS, by="device").groupby("step").sessions.sum()
    assert parts[STEPS[0]] == analytics.funnel(rows, STEPS).sessions[0]


def test_wilson_equals_its_published_form():
    assert analytics.wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert np.isnan(analytics.wilson(0, 0)).all()


def test_abandonment_needs_a_cart():
    assert analytics.abandonment(analytics.sessions(frame(event(1, "view_item", 0)))).rate.isna().all()
    rows = frame(event(1, "add_to_cart", 0), event(2, "add_to_cart", 0, "bob"), event(3, "purchase", 9, "bob"))
    assert analytics.abandonment(analytics.sessions(rows)).rate.tolist()[0] == 0.5


def test_three_decimals_survive():
    rows = frame(
        event(1, "purchase", 0, value_minor=Decimal("42.5")),
        event(2, "purchase", 1, value_minor=Decimal("0.001")),
        event(3, "refund", 2, value_minor=Decimal("10")),
    )
    assert analytics.revenue(rows) == Decimal("0.32501")


@given(st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=3), max_size=50))
@settings(deadline=None)
def test_sums_are_exact(amounts):
    assert exact.major(exact.units(pd.Series(amounts, dtype=object)).sum()) * 100 == sum(amounts, Decimal(0))


def test_sales_by_country_add_up_to_the_revenue():
    rows = frame(
        event(1, "purchase", 0, country="Norway", product_name="Mug"),
        event(2, "purchase", 1, country=None, product_name="Clock", value_minor=Decimal(1000)),
        event(3, "refund", 2, country="Norway", product_name="Mug", value_minor=Decimal(100)),
    )
    table = analytics.sales_by(rows, "country")
    assert sum(table.revenue, Decimal(0)) == analytics.revenue(rows) == Decimal("17.50")
    assert table[table.country == "Norway"].aov.item() == Decimal("7.50")


def test_nothing_in_gives_nothing_out():
    nothing = frame()
    assert analytics.clean(nothing).events.empty
    assert analytics.sessions(nothing).empty
    assert analytics.funnel(nothing).sessions.tolist() == [0, 0, 0, 0]
    assert analytics.revenue(nothing) == 0
    assert analytics.sales_by(nothing, "day").empty
    assert analytics.conversion_rate(analytics.sessions(nothing)).sessions.tolist() == [0]


def test_the_report_needs_nothing_else_and_escapes_what_customers_typed(tmp_path):
    rows = frame(*crowd(2, 500), event(900, "purchase", 5, product_name="<script>alert(1)</script>"))
    page = analytics.report.write(analytics.clean(rows), tmp_path / "report.html", proofs=[("a < b", True, "1 < 2")])
    text = page.read_text()
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert text.count("<img alt=") == text.count("<img ") > 0
    assert "a &lt; b" in text


def test_an_empty_report_says_so(tmp_path):
    text = analytics.report.write(analytics.clean(frame()), tmp_path / "empty.html").read_text()
    assert "There are no sessions" in text
    assert "There are no purchases" in text


def test_a_chart_claims_a_winner_only_when_the_intervals_are_apart():
    def rates(*counts: tuple[str, int, int]) -> pd.DataFrame:
        rows = [(name, *analytics.wilson(bought, of), bought / of, of) for name, bought, of in counts]
        return pd.DataFrame(rows, columns=["device", "low", "high", "rate", "sessions"])

    assert "No device clearly" in analytics.charts.conversion(rates(("tablet", 5, 12), ("mobile", 10, 59))).alt
    assert "highest for device tablet" in analytics.charts.conversion(rates(("tablet", 90, 100), ("mobile", 9, 90))).alt


def test_nobody_signed_in_is_no_special_case():
    table = pa.Table.from_pylist([event(1, "view_item", 0) | {"shard_id": "0", "sequence_number": "1"}], lake.SCHEMA)
    assert analytics.sessions(table.to_pandas()).visitor.tolist() == ["ann"]


def test_a_funnel_by_source_keeps_those_who_came_from_nowhere():
    rows = frame(event(1, "view_item", 0, source="google"), event(2, "view_item", 0, "bob"))
    assert analytics.funnel(rows, STEPS, by="source").groupby("step").sessions.sum()["view_item"] == 2


@pytest.mark.parametrize("name", ["refund", "cancellation"])
def test_what_comes_days_later_is_no_visit(name: str):
    rows = frame(event(1, "purchase", 0), event(2, name, 3 * 86_400))
    assert analytics.sessions(rows).purchased.tolist() == [True]


def test_lines_without_a_number_are_not_taken_for_each_other():
    rows = frame(event(1, "purchase", 0, order_line=None), event(2, "purchase", 1, order_id="order-1", order_line=None))
    assert analytics.clean(rows).dropped["duplicate order line"] == 0


def test_a_telephone_is_no_bot():
    rows = frame(event(1, "view_item", 0, user_agent="Mozilla/5.0 (Linux; Android 12; CUBOT X19)"))
    assert analytics.clean(rows).dropped["bots"] == 0


def test_amounts_that_cannot_be_added_up_are_an_error_not_a_number():
    with pytest.raises(LabError, match="too large"):
        analytics.revenue(frame(*[event(n, "purchase", n, value_minor=Decimal(10**15 - 1)) for n in range(12)]))


@pytest.mark.parametrize(
    "ask",
    [
        analytics.revenue,
        analytics.totals,
        lambda events: analytics.sales_by(events, "day"),
        analytics.rfm,
        lambda events: analytics.attribution(events, model="last"),
        lambda events: analytics.experiment(events, "colour"),
    ],
)
def test_amounts_in_two_currencies_are_never_added_up(ask):
    group = {"experiment": "colour", "variant": "red", "user_id": "u-1", "source": "ads"}
    rows = frame(*[event(n, "purchase", n, currency=code, **group) for n, code in enumerate(["GBP", "EUR"])])
    with pytest.raises(LabError, match="amounts in EUR, GBP cannot be added up"):
        ask(rows)
    ask(rows[rows.currency == "EUR"])
