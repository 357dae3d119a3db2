"""Lakes that this project did not write: other names, missing columns, nulls everywhere; both engines agree."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shoplib import analytics
from shoplib.errors import LabError
from tests.nightly import sized

STEPS = (["view", "addtocart", "purchase"], ["view_item", ("unnamed", {"event_name": None}), "purchase"])


def other_lake(folder: Path, seed: int = 1, count: int = 400) -> Path:
    """Nobody's schema: few columns, times in ns without a zone, amounts as floats, no event ids."""
    dice, rows = random.Random(seed), []
    for _ in range(count):
        rows.append({
            "event_time": datetime(2026, 3, 28, 20) + timedelta(minutes=dice.randrange(2_000)),
            "event_name": dice.choice(["view", "addtocart", "purchase", "view_item", None]),
            "anonymous_id": dice.choice(["a", "b", "c", None]),
            "user_id": dice.choice([None, None, "u1"]),
            "device": dice.choice([None, "mobile", "tv"]),
            "source": dice.choice([None, "news"]),
            "country": dice.choice([None, "NO"]),
            "value_minor": dice.choice([None, 100.5, 20.0]),
            "quantity": dice.choice([None, 2.5, 1.0]),
            "order_id": dice.choice([None, "o1", "o2"]),
        })  # fmt: skip
    frame = pd.DataFrame(rows).astype({"event_time": "datetime64[ns]"})
    for day, part in frame.groupby(frame.event_time.dt.date):
        place = folder / "raw" / "events" / f"dt={day}"
        place.mkdir(parents=True)
        pq.write_table(pa.Table.from_pandas(part, preserve_index=False), place / "part-0.parquet")
    return folder


def assert_engines_agree(scan: analytics.Scan, events: pd.DataFrame) -> None:
    for by in (None, "day", ["device", "source"]):
        answers = [analytics.conversion_rate(scan, by, engine=engine) for engine in ("duckdb", "pandas")]
        answers.append(analytics.conversion_rate(analytics.sessions(events), by))
        for steps in STEPS:
            funnels = [analytics.funnel(scan, steps, by, engine=engine) for engine in ("duckdb", "pandas", "auto")]
            for other in (*funnels[1:], analytics.funnel(events, steps, by)):
                pd.testing.assert_frame_equal(other, funnels[0])
        for other in answers[1:]:
            pd.testing.assert_frame_equal(other, answers[0])
    for key in ("day", "month", "device"):
        sums = [analytics.sales_by(scan, key, engine=engine) for engine in ("duckdb", "pandas")]
        for other in (*sums[1:], analytics.sales_by(events, key)):
            pd.testing.assert_frame_equal(other, sums[0])


@pytest.mark.parametrize("zone", sized(["UTC", "America/New_York"], ["America/New_York"]))
def test_both_engines_agree_on_a_lake_of_others(tmp_path, zone):
    lake = other_lake(tmp_path)
    arrived = analytics.events(lake)
    assert (len(arrived), arrived.event_id.nunique(), arrived.anonymous_id.isna().sum()) == (400, 400, 0)
    pd.testing.assert_frame_equal(analytics.events(lake, engine="duckdb"), arrived)
    events = analytics.seen_from(analytics.clean(arrived).events, zone)
    assert_engines_agree(analytics.scan(lake, time_zone=zone), events)
    analytics.compact(lake)
    assert_engines_agree(analytics.scan(lake, time_zone=zone), events)


def test_a_name_that_nobody_uses_is_said_by_both_engines(tmp_path):
    scan = analytics.scan(other_lake(tmp_path, count=20))
    for engine in ("duckdb", "pandas"):
        with pytest.raises(LabError, match="unknown event: nothing"):
            analytics.funnel(scan, ["view", "nothing"], engine=engine)


def test_visits_with_unknown_names_are_as_many_in_either_engine(tmp_path):
    lake = tmp_path / "lake"
    file = tmp_path / "clicks.csv"
    file.write_text("time,event,user_id\n2026-01-01 10:00,view,a\n2026-01-01 11:00,view,a\n2026-01-01 12:00,like,b\n")
    analytics.add(analytics.load_events(file), lake)
    scan = analytics.scan(lake)
    for engine in ("duckdb", "pandas", "auto"):
        assert analytics.conversion_rate(scan, engine=engine).sessions.tolist() == [3]
    assert scan.days[0].day == date(2026, 1, 1)


def test_own_events_in_a_lake_are_the_file_once_however_often_they_are_added(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text("order_id,date,qty,price\n1,2026-01-01,2.5,4.00\n2,2026-01-02 23:30,1,x\n3,2026-01-02 23:30,1,5\n")
    loaded = analytics.load_orders(file, time_zone="Europe/Berlin")
    for _ in range(2):
        added = analytics.add(loaded, tmp_path / "lake")
    assert (added.events, added.days, added.rejected) == (2, 2, 1)
    events = analytics.clean(analytics.events(tmp_path / "lake")).events
    assert analytics.revenue(events) == analytics.revenue(loaded.events) == 15
    assert events.quantity.tolist() == [2.5, 1]
    assert sum(analytics.count_malformed(tmp_path / "lake").values()) == 1
