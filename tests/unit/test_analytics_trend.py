"""The band of a trend against a plain loop; gaps, short histories, and planted incidents."""

import math
import random
from datetime import date, timedelta
from statistics import median

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.errors import LabError
from tests.unit.behaviour_events import crowd, frame

FIRST = date(2026, 1, 1)


def series(values: list[float], skip: tuple[int, ...] = ()) -> pd.Series:
    days = {FIRST + timedelta(days=place): value for place, value in enumerate(values) if place not in skip}
    return pd.Series(days, dtype="float64")


def oracle(values: list[float], place: int, weeks: int = 8, fewest: int = 4, width: float = 4) -> str:
    past = [values[place - 7 * week] for week in range(1, weeks + 1) if place >= 7 * week]
    if len(past) < fewest:
        return "too little history"
    expected = median(past)
    spread = 1.4826 * median(abs(value - expected) for value in past)
    if all(value >= 0 and value == int(value) for value in values):
        spread = max(spread, math.sqrt(max(expected, 1)))
    band = width * spread * math.sqrt(1 + math.pi / 2 / len(past))
    return "high" if values[place] > expected + band else "low" if values[place] < expected - band else "normal"


@given(st.integers(0, 10**6), st.integers(1, 120), st.booleans())
@settings(max_examples=30, deadline=None)
def test_every_verdict_equals_the_oracle(seed, count, whole):
    dice = random.Random(seed)
    values = [dice.choice([5, 20, 20, 21, 400]) * (1 if whole else dice.uniform(0.9, 1.1)) for _ in range(count)]
    table = analytics.trend(series(values))
    assert table.verdict.tolist() == [oracle(values, place) for place in range(count)]
    assert (table.anomaly == table.verdict.isin(["high", "low"])).all()


def test_planted_incidents_are_found_and_ordinary_weeks_are_not():
    week = [100, 90, 95, 100, 140, 220, 200]
    values = [week[place % 7] + (place * 7) % 5 for place in range(84)]
    values[70], values[75] = 10, 900
    table = analytics.trend(series(values))
    assert table.index[table.anomaly].tolist() == [70, 75]
    assert table.verdict[[70, 75]].tolist() == ["low", "high"]


def test_missing_days_are_zero():
    values = [50.0] * 60
    table = analytics.trend(series(values, skip=(50, 51)))
    assert len(table) == 60
    assert table.value[[50, 51]].tolist() == [0, 0]
    assert table.verdict[50] == "low"


def test_a_short_history_has_no_verdict():
    table = analytics.trend(series([1, 1000] * 14))
    assert (table.verdict == "too little history").all()
    assert table[["expected", "low", "high"]].isna().all(axis=None)
    assert analytics.trend(series([10] * 29)).verdict.tolist()[-1] == "normal"


def test_one_anomaly_does_not_spoil_the_weeks_after_it():
    values = [40.0] * 90
    values[60] = 4000
    assert analytics.trend(series(values)).anomaly.sum() == 1


def test_money_has_no_floor_of_counts():
    values = [40.5] * 60
    values[50] = 41.5
    assert analytics.trend(series(values)).anomaly.tolist()[50]


def test_tables_of_days_are_trends_too():
    rows = frame(*crowd(1, 400, spread=40 * 86_400))
    sessions, sales = analytics.sessions(rows), analytics.sales_by(rows, "day")
    assert analytics.trend(sessions).value.sum() == len(sessions)
    assert analytics.trend(sales, "revenue").value.sum() == pytest.approx(float(analytics.revenue(rows)))
    assert analytics.daily(sessions, "events").sum() == len(rows)


def test_days_in_any_form_and_in_any_order():
    given_ = {"2026-01-03": 3, "2026-01-01": 1}
    assert analytics.trend(given_).value.tolist() == [1, 0, 3]
    zoned = pd.Series([1.0], index=pd.DatetimeIndex(["2026-01-01T00:00Z"]))
    assert analytics.trend(zoned).day.tolist() == [pd.Timestamp("2026-01-01")]


def test_nothing_in_gives_nothing_out():
    assert analytics.trend(pd.Series(dtype="float64")).empty
    assert analytics.trend(analytics.sessions(frame())).empty


def test_mistakes_are_told():
    with pytest.raises(LabError, match="twice"):
        analytics.trend(pd.Series([1, 2], index=["2026-01-01", "2026-01-01"]))
    with pytest.raises(LabError, match="no column day"):
        analytics.trend(pd.DataFrame({"a": [1]}))
    with pytest.raises(LabError, match="no column profit"):
        analytics.trend(pd.DataFrame({"day": ["2026-01-01"]}), "profit")
    with pytest.raises(LabError, match="two weeks"):
        analytics.trend(series([1]), weeks=3)
    with pytest.raises(LabError, match="is not made of days"):
        analytics.trend({"someday": 1})
