"""Conversion and abandonment against plain counts, per session and per visitor."""

from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.errors import LabError
from tests.unit.behaviour_events import Event, crowd, event, frame, visits


def has(part: list[Event], name: str) -> bool:
    return any(row["event_name"] == name for row in part)


def key(value: object) -> object:
    return None if pd.isna(value) else value


@pytest.mark.parametrize("by", [None, "device", "source", "day"])
@pytest.mark.parametrize("per", ["session", "visitor"])
def test_rates_equal_the_oracle(per, by):
    rows = crowd(2, 1_200, spread=200_000, visitors="abcdefghijklmnop")
    expected: dict[object, list[int]] = defaultdict(lambda: [0, 0])
    for own in visits(rows, per):
        first = visits(own)[0]
        told = [row[by] for row in first if row.get(by) is not None] if by else []
        value = first[0]["event_time"].date() if by == "day" else told[0] if told else None
        expected[value][0] += 1
        expected[value][1] += has(own, "purchase")
    table = analytics.conversion_rate(analytics.sessions(frame(*rows)), by=by, per=per)
    names = table[by] if by else [None]
    counts = zip(names, table[f"{per}s"], table.purchases, strict=True)
    assert {key(name): [units, bought] for name, units, bought in counts} == expected
    for row in table.itertuples():
        units = getattr(row, f"{per}s")
        assert row.rate == pytest.approx(row.purchases / units)
        assert (row.low, row.high) == pytest.approx(analytics.wilson(row.purchases, units))


@pytest.mark.parametrize("by", [None, "device"])
def test_abandonment_equals_the_oracle(by):
    rows = crowd(4, 1_200)
    table = analytics.abandonment(analytics.sessions(frame(*rows)), by=by)
    for row in table.itertuples():
        name = {"cart": "add_to_cart", "checkout": "begin_checkout"}[row.stage]
        parts = [part for part in visits(rows) if not by or part[0]["device"] == row.device]
        begun = [part for part in parts if has(part, name)]
        bought = sum(has(part, "purchase") for part in begun)
        assert (row.sessions, row.purchased, row.abandoned) == (len(begun), bought, len(begun) - bought)
        assert row.rate == pytest.approx(1 - bought / len(begun))
        assert (row.low, row.high) == pytest.approx(analytics.wilson(len(begun) - bought, len(begun)))
    assert table.stage.tolist() == ["cart", "checkout"] * (len(table) // 2)


@given(st.integers(0, 10**6), st.integers(0, 200))
@settings(max_examples=25, deadline=None)
def test_sessions_partition_events_and_groups_partition_sessions(seed, count):
    events = frame(*crowd(seed, count))
    sessions = analytics.sessions(events)
    assert sessions.events.sum() == len(events)
    assert (sessions.start <= sessions.end).all()
    whole = analytics.conversion_rate(sessions)
    for by in ("device", ["source", "day"]):
        parts = analytics.conversion_rate(sessions, by=by)
        assert (parts.sessions.sum(), parts.purchases.sum()) == (whole.sessions[0], whole.purchases[0])
        assert parts.sessions.is_monotonic_decreasing
        assert ((parts.low <= parts.rate) & (parts.rate <= parts.high)).all()


def test_a_group_without_a_cart_is_shown_and_has_no_rate():
    rows = frame(event(1, "add_to_cart", 0), event(2, "view_item", 0, "bob", device="mobile"))
    table = analytics.abandonment(analytics.sessions(rows), by="device").set_index(["device", "stage"])
    assert table.sessions.to_dict() == {
        ("desktop", "cart"): 1,
        ("desktop", "checkout"): 0,
        ("mobile", "cart"): 0,
        ("mobile", "checkout"): 0,
    }
    assert table.rate[("desktop", "cart")] == 1
    assert table.loc["mobile", ["rate", "low", "high"]].isna().all(axis=None)


def test_buying_in_another_session_leaves_the_cart_abandoned_and_the_visitor_converted():
    rows = frame(event(1, "add_to_cart", 0), event(2, "purchase", 1800.000001))
    sessions = analytics.sessions(rows)
    assert analytics.abandonment(sessions).rate.tolist()[0] == 1
    assert analytics.conversion_rate(sessions).rate.tolist() == [0.5]
    assert analytics.conversion_rate(sessions, per="visitor").rate.tolist() == [1]


def test_a_visitor_stands_under_the_first_session():
    rows = frame(event(1, "view_item", 0, device="mobile"), event(2, "purchase", 90_000))
    table = analytics.conversion_rate(analytics.sessions(rows), by="device", per="visitor")
    assert table[["device", "visitors", "purchases"]].values.tolist() == [["mobile", 1, 1]]


def test_a_visit_that_crosses_the_end_of_the_month_belongs_to_its_first_day():
    rows = frame(event(1, "view_item", 3599.999999), event(2, "purchase", 3600), event(3, "view_item", 3600, "bob"))
    table = analytics.conversion_rate(analytics.sessions(rows), by="day")
    assert [str(day) for day in table.day] == ["2026-01-31", "2026-02-01"]
    assert table.purchases.tolist() == [1, 0]


def test_nothing_in_gives_nothing_out():
    nothing = analytics.sessions(frame())
    for per in ("session", "visitor"):
        table = analytics.conversion_rate(nothing, per=per)
        assert table[f"{per}s"].tolist() == [0]
        assert table[["rate", "low", "high"]].isna().all(axis=None)
        assert analytics.conversion_rate(nothing, by="device", per=per).empty
    assert analytics.abandonment(nothing).sessions.tolist() == [0, 0]
    assert analytics.abandonment(nothing, by="device").empty


def test_mistakes_are_told():
    sessions = analytics.sessions(frame(event(1, "view_item", 0)))
    with pytest.raises(LabError, match="no column planet"):
        analytics.conversion_rate(sessions, by="planet")
    with pytest.raises(LabError, match="per='week'"):
        analytics.conversion_rate(sessions, per="week")
    with pytest.raises(LabError, match="no column planet"):
        analytics.abandonment(sessions, by="planet")
