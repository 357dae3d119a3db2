"""Funnels in every mode against a plain loop that tries every attempt, and what holds for any events."""

from datetime import timedelta
from itertools import product
from math import erf, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from shoplib import analytics
from shoplib.errors import LabError
from tests.unit.behaviour_events import START, STEPS, Event, crowd, event, frame, visits

MODES = ("strict", "ordered", "unordered")
WINDOWS = (None, timedelta(seconds=0), timedelta(minutes=7), timedelta(hours=2))


def is_step(row: Event, step: Any) -> bool:
    wanted = {"event_name": step} if isinstance(step, str) else step[1] if isinstance(step, tuple) else step
    return all(row[name] == value for name, value in wanted.items())


def key(value: Any) -> Any:
    return None if pd.isna(value) else value


def attempt(own: list[Event], start: int, steps: list[Any], mode: str, window: timedelta | None) -> list[int]:
    """Places of the steps of the attempt that starts here."""
    if mode != "unordered" and not is_step(own[start], steps[0]):
        return []
    if not any(is_step(own[start], step) for step in steps):
        return []
    end = None if window is None else own[start]["event_time"] + window
    found: list[int] = []
    for number, step in enumerate(steps):
        if mode == "unordered":
            places = range(start, len(own))
        elif not number:
            places = range(start, start + 1)
        elif mode == "strict":
            places = range(found[-1] + 1, min(found[-1] + 2, len(own)))
        else:
            places = range(found[-1] + 1, len(own))
        fits = [p for p in places if is_step(own[p], step) and (end is None or own[p]["event_time"] <= end)]
        if not fits:
            break
        found.append(fits[0])
    return found


def oracle(own: list[Event], steps: list[Any], mode: str, window: timedelta | None) -> list[int]:
    best: list[int] = []
    for start in range(len(own)):
        found = attempt(own, start, steps, mode, window)
        best = found if len(found) > len(best) else best
    return best


def waits(units: list[tuple[list[Event], list[int]]], step: int) -> tuple[list[float], list[float]]:
    """Seconds from the first and from the previous step, of everybody who reached this one."""
    first, previous = [], []
    for own, places in units:
        times = [own[place]["event_time"] for place in places]
        if len(times) > step:
            first.append((max(times[: step + 1]) - min(times[: step + 1])).total_seconds())
            previous.append((max(times[: step + 1]) - max(times[:step])).total_seconds() if step else 0.0)
    return first, previous


@pytest.mark.parametrize(("mode", "per", "window"), [*product(MODES, ("session", "visitor"), WINDOWS)])
def test_counts_and_times_equal_the_oracle(mode, per, window):
    rows = crowd(7, 1_500, tick=20)
    table = analytics.funnel(frame(*rows), STEPS, window=window, mode=mode, per=per)
    units = [(own, oracle(own, STEPS, mode, window)) for own in visits(rows, per)]
    assert table[f"{per}s"].tolist() == [sum(len(places) > step for _, places in units) for step in range(4)]
    for step, row in enumerate(table.itertuples()):
        first, previous = waits(units, step)
        told = (row.median_seconds, row.p90_seconds)
        assert told == pytest.approx(
            (np.median(first), np.quantile(first, 0.9)) if first else (np.nan,) * 2, nan_ok=True
        )
        if step and previous:
            told = (row.median_seconds_from_previous, row.p90_seconds_from_previous)
            assert told == pytest.approx((np.median(previous), np.quantile(previous, 0.9)))


@pytest.mark.parametrize(
    ("mode", "touch", "per", "window"),
    [*product(MODES, ("first", "last", "all"), ("session", "visitor"), (None, timedelta(minutes=7)))],
)
def test_groups_equal_the_oracle(mode, touch, per, window):
    rows = crowd(11, 700, visitors="abcdefghijklmnopqrstuvwxyz", tick=20)
    told = analytics.funnel(frame(*rows), STEPS, by="category", mode=mode, touch=touch, per=per, window=window)
    expected: dict[Any, list[int]] = {}
    for own in visits(rows, per):
        places = oracle(own, STEPS, mode, window)
        if not places:
            continue
        shown = {row["category"] for row in own}
        values = {
            "first": {own[places[0]]["category"]},
            "last": {own[places[-1]]["category"]},
            "all": (shown - {None}) or {None},
        }[touch]
        for value in values:
            counts = expected.setdefault(value, [0] * 4)
            for step in range(len(places)):
                counts[step] += 1
    found = {key(value): part[f"{per}s"].tolist() for value, part in told.groupby("category", dropna=False)}
    assert found == expected


@pytest.mark.parametrize("seed", range(3))
def test_steps_may_be_conditions(seed):
    rows = crowd(seed, 1_000)
    steps = [("toys seen", {"event_name": "view_item", "category": "toys"}), {"category": None}, "purchase"]
    table = analytics.funnel(frame(*rows), steps)
    places = [oracle(own, steps, "ordered", None) for own in visits(rows)]
    assert table.sessions.tolist() == [sum(len(each) > step for each in places) for step in range(3)]
    assert table.step.tolist() == ["toys seen", "None", "purchase"]


@given(st.integers(0, 10**6), st.integers(0, 120), st.sampled_from(WINDOWS), st.sampled_from(["session", "visitor"]))
@settings(max_examples=40, deadline=None)
def test_a_funnel_never_grows_and_strict_is_within_ordered_within_unordered(seed, count, window, per):
    rows = frame(*crowd(seed, count, spread=9_000, visitors="abc", tick=60))
    counts = [analytics.funnel(rows, STEPS, window=window, mode=mode, per=per)[f"{per}s"] for mode in MODES]
    assert all(column.is_monotonic_decreasing for column in counts)
    assert (counts[0] <= counts[1]).all()
    assert (counts[1] <= counts[2]).all()


@given(st.randoms(use_true_random=False), st.sampled_from(MODES))
@settings(max_examples=20, deadline=None)
def test_order_of_arrival_and_duplicates_change_nothing(dice, mode):
    rows = crowd(5, 200, tick=300)
    shuffled = rows + dice.sample(rows, 60)
    dice.shuffle(shuffled)
    tables = [analytics.funnel(analytics.clean(frame(*each)).events, STEPS, mode=mode) for each in (rows, shuffled)]
    pd.testing.assert_frame_equal(*tables)


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_groups_of_the_first_touch_add_up_to_the_whole(seed):
    rows = frame(*crowd(seed, 400))
    whole = analytics.funnel(rows, STEPS).sessions.tolist()
    for by in ("device", "day", ["source", "medium"]):
        parts = analytics.funnel(rows, STEPS, by=by)
        assert parts.groupby("step", sort=False).sessions.sum().tolist() == whole


def test_of_two_events_at_one_moment_the_smaller_id_is_first():
    first, second = sorted([event(1, "view_item", 0), event(2, "view_item", 0)], key=lambda row: row["event_id"])
    in_order = [first, second | {"event_name": "add_to_cart"}]
    against = [first | {"event_name": "add_to_cart"}, second]
    assert analytics.funnel(frame(*in_order), STEPS[:2]).sessions.tolist() == [1, 1]
    assert analytics.funnel(frame(*against), STEPS[:2]).sessions.tolist() == [1, 0]


def test_strict_takes_a_later_start_and_ordered_the_first():
    rows = frame(event(1, "view_item", 0), event(2, "view_item", 10), event(3, "add_to_cart", 30))
    strict, ordered = (analytics.funnel(rows, STEPS[:2], mode=mode) for mode in ("strict", "ordered"))
    assert strict.median_seconds[1] == 20
    assert ordered.median_seconds[1] == 30


def test_strict_ends_at_the_last_event_of_the_table():
    assert analytics.funnel(frame(event(1, "view_item", 0)), STEPS, mode="strict").sessions.tolist() == [1, 0, 0, 0]


def test_a_search_between_breaks_a_strict_funnel():
    rows = frame(event(1, "view_item", 0), event(2, "search", 10), event(3, "add_to_cart", 30))
    assert analytics.funnel(rows, STEPS, mode="strict").sessions.tolist() == [1, 0, 0, 0]


def test_a_purchase_without_session_start_and_without_steps_counts_in_no_order_alone():
    rows = frame(event(1, "purchase", 0))
    assert analytics.funnel(rows, ["purchase"]).sessions.tolist() == [1]
    assert analytics.funnel(rows, STEPS).sessions.tolist() == [0, 0, 0, 0]
    assert analytics.funnel(rows, ["purchase", "view_item"], mode="unordered").sessions.tolist() == [1, 0]


def test_the_end_of_the_window_belongs_to_it():
    rows = frame(event(1, "view_item", 0), event(2, "add_to_cart", 60), event(3, "begin_checkout", 60.000001))
    for mode in ("ordered", "unordered"):
        assert analytics.funnel(rows, STEPS, window="60 s", mode=mode).sessions.tolist() == [1, 1, 0, 0]


def test_a_visitor_who_comes_back_within_the_window_is_not_lost_by_an_early_look():
    rows = frame(event(1, "view_item", 0), event(2, "view_item", 90_000), event(3, "add_to_cart", 90_060))
    table = analytics.funnel(rows, STEPS[:2], window="1 h", per="visitor")
    assert (table.visitors.tolist(), table.median_seconds[1]) == ([1, 1], 60)


def test_steps_over_two_sessions_count_for_the_visitor_alone():
    rows = frame(event(1, "view_item", 0), event(2, "add_to_cart", 1800.000001))
    assert analytics.funnel(rows, STEPS[:2]).sessions.tolist() == [1, 0]
    assert analytics.funnel(rows, STEPS[:2], per="visitor").visitors.tolist() == [1, 1]
    together = frame(event(1, "view_item", 0), event(2, "add_to_cart", 1800))
    assert analytics.funnel(together, STEPS[:2]).sessions.tolist() == [1, 1]


def test_the_day_is_that_on_which_the_session_began():
    rows = frame(event(1, "search", 3590), event(2, "view_item", 3610), event(3, "view_item", 90_000))
    assert [str(day) for day in analytics.funnel(rows, ["view_item"], by="day").day] == ["2026-01-31", "2026-02-02"]


def test_one_device_only_and_nulls_only():
    rows = frame(event(1, "view_item", 0), event(2, "view_item", 0, "bob"))
    assert analytics.funnel(rows, STEPS[:1], by="device").values.tolist()[0][:3] == ["desktop", "view_item", 2]
    for touch in ("first", "last", "all"):
        nowhere = analytics.funnel(rows, STEPS[:1], by="source", touch=touch)
        assert nowhere.source.isna().all()
        assert nowhere.sessions.tolist() == [2]


@pytest.mark.parametrize(("mode", "per"), [*product(MODES, ("session", "visitor"))])
def test_nothing_in_gives_nothing_out(mode, per):
    table = analytics.funnel(frame(), STEPS, mode=mode, per=per, window="1 h")
    assert table[f"{per}s"].tolist() == [0, 0, 0, 0]
    assert table.drop(columns=["step", f"{per}s"]).isna().all(axis=None)
    assert analytics.funnel(frame(), STEPS, by=["device", "day"], mode=mode).empty
    assert analytics.funnel(frame(), STEPS, by="category", touch="all").columns[0] == "category"
    assert analytics.funnel_units(frame(), STEPS).empty


def test_units_lead_back_to_the_events():
    rows = frame(event(1, "view_item", 0), event(2, "add_to_cart", 5), event(3, "view_item", 0, "bob"))
    table = analytics.funnel_units(rows, STEPS)
    assert table.visitor.tolist() == ["ann", "bob"]
    assert table.reached.tolist() == [2, 1]
    assert table["add_to_cart event_id"].tolist()[0] == event(2, "", 0)["event_id"]
    assert table["add_to_cart event_id"].isna().tolist() == [False, True]
    assert table["add_to_cart at"][0] == pd.Timestamp(START) + pd.Timedelta(seconds=5)
    assert table["purchase at"].isna().all()


def test_the_difference_of_two_groups_has_newcombes_interval():
    def part(*counts: int) -> pd.DataFrame:
        return pd.DataFrame({"step": STEPS[: len(counts)], "sessions": counts})

    table = analytics.funnel_difference(part(70, 56, 20), part(80, 48, 0))
    assert table.step.tolist() == STEPS[1:3]
    assert table.loc[0, ["difference", "low", "high"]].tolist() == pytest.approx([0.2, 0.0524, 0.3339], abs=1e-4)
    # Newcombe (1998), table II, example (a): 56/70 - 48/80.
    assert table.loc[1, ["low", "high"]].tolist() == pytest.approx(
        confint_proportions_2indep(20, 70, 0, 80, method="newcomb")
    )
    chi = (56 * 32 - 48 * 14) ** 2 * 150 / (70 * 80 * 104 * 46)
    assert table.p_value[0] == pytest.approx(1 - erf(sqrt(chi / 2)))
    previous = analytics.funnel_difference(part(70, 56, 20), part(80, 48, 0), base="previous")
    assert previous.rate_a.tolist() == pytest.approx([0.8, 20 / 56])
    alike = analytics.funnel_difference(part(5, 0), part(0, 0))
    assert alike.p_value.isna().all()
    assert analytics.funnel_difference(part(5, 0), part(9, 0)).p_value.tolist() == [1]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"steps": ["view_itm"]}, "unknown event: view_itm"),
        ({"steps": ["view_item", "view_item"]}, "share a name"),
        ({"steps": []}, "none"),
        ({"steps": ["view_item", "refund"]}, "refund is not a step"),
        ({"steps": [{"colour": "red"}]}, "no column colour"),
        ({"by": "planet"}, "no column planet"),
        ({"mode": "loose"}, "mode='loose'"),
        ({"per": "week"}, "per='week'"),
        ({"by": "device", "touch": "middle"}, "touch='middle'"),
        ({"by": ["device", "source"], "touch": "all"}, "one column"),
        ({"window": "-1 s"}, "window"),
        ({"window": "soon"}, "window"),
    ],
)
def test_mistakes_are_told(asked, told):
    with pytest.raises(LabError, match=told):
        analytics.funnel(frame(event(1, "view_item", 0)), **asked)


def test_a_difference_needs_one_group_each():
    table = analytics.funnel(frame(*crowd(1, 300)), STEPS, by="device")
    with pytest.raises(LabError, match="one group"):
        analytics.funnel_difference(table, table)
    with pytest.raises(LabError, match="different steps"):
        analytics.funnel_difference(table[:4], table[:3])
    with pytest.raises(LabError, match="base|rate of"):
        analytics.funnel_difference(table[:4], table[4:], base="last")


@pytest.mark.parametrize("kind", ["object", "str", "string", "category"])
def test_text_may_be_of_any_kind(kind):
    rows = frame(*crowd(6, 300))
    names = ["event_id", "event_name", "anonymous_id", "channel", "category", "user_id"]
    other = rows.astype(dict.fromkeys(names, kind))
    told, expected = (analytics.funnel(each, STEPS, by="category") for each in (other, rows))
    assert [key(value) for value in told.category] == [key(value) for value in expected.category]
    pd.testing.assert_frame_equal(told.drop(columns="category"), expected.drop(columns="category"))


def test_missing_columns_are_told():
    with pytest.raises(LabError, match="no column user_id, channel"):
        analytics.funnel(frame().drop(columns=["user_id", "channel"]))


def test_a_visitor_without_any_id_is_told():
    with pytest.raises(LabError, match="1 events have no anonymous_id"):
        analytics.funnel(frame(event(1, "view_item", 0, None), event(2, "view_item", 0)))


def test_signing_in_on_two_devices_makes_one_visitor():
    rows = frame(
        event(1, "view_item", 0, "phone"),
        event(2, "login", 10, "phone", user_id="u"),
        event(3, "login", 5_000, "laptop", user_id="u"),
        event(4, "add_to_cart", 5_010, "laptop"),
    )
    assert analytics.funnel(rows, STEPS[:2], per="visitor").visitors.tolist() == [1, 1]


def test_an_id_that_two_users_signed_in_on_stays_its_own():
    rows = frame(
        event(1, "view_item", 0, "kiosk"),
        event(2, "login", 10, "kiosk", user_id="u"),
        event(3, "login", 20, "kiosk", user_id="w"),
        event(4, "add_to_cart", 30, "kiosk"),
    )
    assert sorted(analytics.sessions(rows).visitor) == ["kiosk", "u", "w"]
    assert analytics.funnel(rows, STEPS[:2]).sessions.tolist() == [1, 1]


def test_times_that_are_no_times_are_told():
    naive = frame(event(1, "view_item", 0)).assign(event_time=pd.Timestamp("2026-01-31"))
    with pytest.raises(LabError, match="event_time is datetime64"):
        analytics.funnel(naive)


@given(st.integers(0, 10**6), st.sampled_from(MODES), st.sampled_from(WINDOWS))
@settings(max_examples=25, deadline=None)
def test_the_parts_of_a_crowd_add_up_to_the_whole(seed, mode, window):
    rows = crowd(seed, 300, tick=60)
    parts = [frame(*[row for row in rows if (row["anonymous_id"] < "d") == early]) for early in (True, False)]
    whole = analytics.funnel(frame(*rows), STEPS, mode=mode, window=window).sessions
    assert sum(analytics.funnel(part, STEPS, mode=mode, window=window).sessions for part in parts).equals(whole)
