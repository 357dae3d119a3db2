"""Paths and transitions against plain counts; choosing parts of the events."""

from collections import Counter
from datetime import date, datetime
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.errors import LabError
from tests.unit.behaviour_events import START, crowd, event, frame, visits


@pytest.mark.parametrize("k", [1, 2, 5, 20])
def test_paths_equal_the_oracle(k):
    rows = crowd(k, 800, tick=30)
    parts = [[row["event_name"] for row in part] for part in visits(rows)]
    expected = Counter((*names[:k], *(["(end)"] if len(names) <= k else [])) for names in parts)
    table = analytics.paths(frame(*rows), k)
    assert dict(zip(table.path, table.sessions, strict=True)) == expected
    assert table.rate.sum() == pytest.approx(1)
    assert table.sessions.is_monotonic_decreasing


def test_transitions_equal_the_oracle():
    rows = crowd(8, 900, tick=30)
    expected = Counter(
        step for part in visits(rows) for step in pairwise(["(start)", *(row["event_name"] for row in part), "(end)"])
    )
    table = analytics.transitions(frame(*rows), counts=True).stack()
    assert table[table > 0].to_dict() == expected


@given(st.integers(0, 10**6), st.integers(1, 200))
@settings(max_examples=25, deadline=None)
def test_rows_of_the_transitions_add_up_to_one(seed, count):
    table = analytics.transitions(frame(*crowd(seed, count)))
    assert table.sum(axis=1).tolist() == pytest.approx([1.0] * len(table))
    whole = analytics.transitions(frame(*crowd(seed, count)), counts=True)
    assert whole.loc["(start)"].sum() == whole["(end)"].sum()
    assert whole.to_numpy().sum() == count + whole["(end)"].sum()


def test_an_end_is_marked_only_where_the_session_ends():
    rows = frame(event(1, "view_item", 0), event(2, "search", 1), event(3, "view_item", 0, "bob"))
    assert analytics.paths(rows, 1).path.tolist() == [("view_item",), ("view_item", "(end)")]
    assert analytics.paths(rows, 2).path.tolist() == [("view_item", "(end)"), ("view_item", "search", "(end)")]


def test_the_lines_of_one_order_are_one_purchase():
    lines = [event(n, "purchase", n, order_id="o", order_line=n) for n in (2, 3, 4)]
    rows = frame(event(1, "view_item", 0), *lines, event(5, "purchase", 9, order_id="p"))
    assert analytics.paths(rows, 5).path.tolist() == [("view_item", "purchase", "purchase", "(end)")]
    assert analytics.transitions(rows, counts=True).loc["purchase"].to_dict() == {
        "view_item": 0,
        "purchase": 1,
        "(end)": 1,
    }


def test_nothing_in_gives_nothing_out():
    assert analytics.paths(frame()).empty
    assert analytics.transitions(frame()).empty


@pytest.mark.parametrize("k", [0, 21])
def test_a_path_has_a_length(k):
    with pytest.raises(LabError, match="1 to 20"):
        analytics.paths(frame(), k)


ROWS = frame(
    event(1, "view_item", 0, device="mobile", source="google"),
    event(2, "view_item", 10, category="toys"),
    event(3, "view_item", 3600, "bob", category="lamps"),
    event(4, "refund", 7200),
)


def ids(table: pd.DataFrame) -> list[int]:
    return [ROWS.event_id.tolist().index(each) + 1 for each in table.event_id]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (None, None, [1, 2, 3, 4]),
        ("2026-02-01", None, [3, 4]),
        (None, "2026-01-31", [1, 2]),
        (date(2026, 1, 31), date(2026, 2, 1), [1, 2, 3, 4]),
        (START, datetime(2026, 1, 31, 23, 0, 10), [1]),
        ("2026-01-31 23:00:10", "2026-02-01 00:00:00", [2]),
        ("2026-02-01T02:00:00+02:00", None, [3, 4]),
        ("2027-01-01", None, []),
    ],
)
def test_a_span_has_its_start_and_a_day_its_end(start, end, found):
    assert ids(analytics.between(ROWS, start, end)) == found


def test_a_segment_has_the_values():
    assert ids(analytics.segment(ROWS, device="mobile")) == [1]
    assert ids(analytics.segment(ROWS, source=["google", None], device="desktop")) == [2, 3, 4]
    assert ids(analytics.segment(ROWS, source=None)) == [2, 3, 4]


def test_a_segment_of_sessions_keeps_their_other_events():
    assert ids(analytics.segment(ROWS, per="session", category="toys")) == [1, 2]
    assert ids(analytics.segment(ROWS, per="visitor", device="mobile")) == [1, 2]
    assert list(analytics.segment(ROWS, per="visitor", device="mobile").columns) == list(ROWS.columns)
    sessions = analytics.sessions(ROWS)
    assert len(analytics.segment(sessions, device="mobile")) == 1


def test_segments_split_sessions_without_loss():
    rows = frame(*crowd(3, 500))
    parts = [analytics.segment(rows, device=device) for device in ("mobile", "desktop")]
    assert sum(map(len, parts)) == len(rows)
    assert analytics.segment(frame(), device="mobile").empty


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: analytics.segment(ROWS, device="phone"), "seen: desktop, mobile"),
        (lambda: analytics.segment(ROWS, planet="mars"), "no column planet"),
        (lambda: analytics.segment(ROWS, per="week", device="mobile"), "per='week'"),
        (lambda: analytics.segment(ROWS, campaign="may"), "no value at all"),
        (lambda: analytics.between(ROWS, "soon"), "is not a valid date or moment"),
        (lambda: analytics.between(ROWS, "2026-02-02", "2026-02-01"), "the range from"),
    ],
)
def test_mistakes_are_told(call, told):
    with pytest.raises(LabError, match=told):
        call()
