"""DuckDB, pandas over a scan, and pandas over events in memory give the same cells."""

import random
import tempfile
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.analytics.folders import Folder
from shoplib.core import events
from shoplib.core.lake import parquet
from shoplib.errors import LabError
from tests.lake_events import Row, put, row
from tests.nightly import sized

GROUPS = (None, "device", ["day", "source"], ["country"])
STEPS: tuple[list[Any], ...] = (
    ["view_item", "add_to_cart", "purchase"],
    ["session_start", ("toys", {"event_name": ["view_item", "search"], "category": ["toys", None]}), "purchase"],
    [{"source": None}, "view_item", ("again", {"event_name": "view_item"})],
)
Question = Callable[[Any, str], pd.DataFrame]


def questions() -> dict[str, Question]:
    found: dict[str, Question] = {}
    for by in GROUPS:
        for per in ("session", "visitor"):
            found[f"conversion by {by} per {per}"] = lambda of, engine, by=by, per=per: analytics.conversion_rate(
                of, by, per=per, engine=engine
            )
            for steps in STEPS:
                found[f"funnel {steps} by {by} per {per}"] = lambda of, engine, s=steps, by=by, per=per: (
                    analytics.funnel(of, s, by, per=per, engine=engine)
                )
        found[f"abandonment by {by}"] = lambda of, engine, by=by: analytics.abandonment(of, by, engine=engine)
    for key in ("day", "month", "product", ["country", "category"], ["source", "device"]):
        found[f"sales by {key}"] = lambda of, engine, key=key: analytics.sales_by(of, key, engine=engine)
    return found


QUESTIONS = questions()
SOME = sized(list(QUESTIONS), list(QUESTIONS)[::3])


def of_memory(name: str, cleaned: pd.DataFrame) -> pd.DataFrame:
    visits = name.startswith(("conversion", "abandonment"))
    return QUESTIONS[name](analytics.sessions(cleaned) if visits else cleaned, "auto")


def assert_alike(folder: Path, questions: Iterable[str] = tuple(QUESTIONS)) -> None:
    scan = analytics.scan(folder)
    cleaned = analytics.clean(analytics.events(folder)).events
    for name in questions:
        ask = QUESTIONS[name]
        by_duckdb, by_pandas = ask(scan, "duckdb"), ask(scan, "pandas")
        pd.testing.assert_frame_equal(by_duckdb, by_pandas, check_exact=True, obj=name)
        pd.testing.assert_frame_equal(by_pandas, of_memory(name, cleaned), check_exact=True, obj=name)


def shoppers(dice: random.Random, count: int) -> list[Row]:
    """Few visitors, many ties, gaps of about 30 minutes, lines told twice, users of several devices, robots."""
    rows = []
    for number in range(count):
        name, visitor = dice.choice(events.NAMES), dice.choice("abcd")
        sale = name in events.SALES
        told = {
            "event_name": name,
            "user_id": dice.choice([None, None, "u1", "u2", "a"]),
            "device": dice.choice(events.DEVICES),
            "source": dice.choice([None, "google", "news"]),
            "country": dice.choice([None, "Norway"]),
            "category": dice.choice([None, "toys", "lamps"]),
            "product_id": dice.choice(["p1", "p2"]),
            "product_name": dice.choice([None, "Blue Mug"]),
            "channel": dice.choice(["web", "web", "web", None, "import"]),
            "user_agent": "Googlebot/2.1" if dice.random() < 0.02 else None,
            "quantity": dice.choice([None, 1, 3]),
            "order_id": f"o-{dice.randrange(6)}" if sale else None,
            "order_line": dice.choice([None, 1, 2]) if sale else None,
            "value_minor": Decimal(dice.randrange(5_000)) / 1_000 if sale else None,
        }
        rows.append(row(number, 900 * dice.randrange(40) + dice.choice([0, 0, 0.000001]), visitor, **told))
    for one in dice.sample(rows, count // 10):
        one["ingest_time"] += timedelta(seconds=dice.randrange(3))
    return rows


@given(st.randoms(use_true_random=False), st.integers(0, 90), st.sampled_from(["raw", "compacted", "both"]))
@settings(max_examples=6, deadline=None)
def test_engines_agree_on_odd_shoppers(dice: random.Random, count: int, state: str):
    rows = shoppers(dice, count)
    with tempfile.TemporaryDirectory() as path:
        put(Folder(Path(path)), "first", rows[: count // 2] + rows[:3])
        if state == "both":
            analytics.compact(path)
        put(Folder(Path(path)), "then", rows[count // 2 :])
        if state == "compacted":
            analytics.compact(path)
        assert_alike(Path(path), sized(list(QUESTIONS), dice.sample(list(QUESTIONS), 6)))


def test_several_parts_a_day_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 10)
    monkeypatch.setattr(parquet, "ROWS_OF_A_PART", 30)
    put(Folder(tmp_path), "all", shoppers(random.Random(3), 200))
    analytics.compact(tmp_path)
    assert len(list((tmp_path / "curated/events").rglob("*.parquet"))) > 3
    assert_alike(tmp_path, SOME)


def test_a_folder_may_have_any_name(tmp_path: Path):
    folder = tmp_path / "it's a* [b]"
    folder.mkdir()
    put(Folder(folder), "all", shoppers(random.Random(4), 60))
    analytics.compact(folder)
    assert_alike(folder, SOME)


def test_what_duckdb_cannot_count_is_left_to_pandas(tmp_path: Path):
    put(Folder(tmp_path), "all", shoppers(random.Random(5), 200))
    scan = analytics.scan(tmp_path)
    for options in ({"window": "1 h"}, {"mode": "strict"}, {"by": "quantity"}, {"by": "device", "touch": "all"}):
        same = [analytics.funnel(of, **options) for of in (scan, analytics.clean(analytics.events(tmp_path)).events)]
        pd.testing.assert_frame_equal(*same)
        with pytest.raises(LabError, match="DuckDB does not support this"):
            analytics.funnel(scan, engine="duckdb", **options)


def test_an_engine_that_is_none_and_rows_for_duckdb_are_refused(tmp_path: Path):
    put(Folder(tmp_path), "all", shoppers(random.Random(6), 50))
    rows = analytics.clean(analytics.events(tmp_path)).events
    with pytest.raises(LabError, match="engine='spark' is unknown"):
        analytics.sales_by(rows, "day", engine="spark")
    with pytest.raises(LabError, match="rows are in memory"):
        analytics.funnel(rows, engine="duckdb")
    with pytest.raises(LabError, match="cannot be grouped by category"):
        analytics.conversion_rate(analytics.scan(tmp_path), "category")
    with pytest.raises(LabError, match="unknown event: bought"):
        analytics.funnel(analytics.scan(tmp_path), ["bought"])


def test_a_damaged_part_is_named(tmp_path: Path):
    put(Folder(tmp_path), "all", shoppers(random.Random(7), 50))
    analytics.compact(tmp_path)
    scan = analytics.scan(tmp_path)
    part = next((tmp_path / "curated/events").rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-40] + b"x" * 40)
    for engine in ("duckdb", "pandas"):
        with pytest.raises(LabError, match=part.name):
            analytics.sales_by(scan, "day", engine=engine)


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_a_lake_in_two_currencies_is_not_added_up(tmp_path, engine):
    sale = {"event_name": "purchase", "value_minor": Decimal(100)}
    put(Folder(tmp_path), "all", [row(n, **sale, currency=code) for n, code in enumerate(("GBP", "EUR"))])
    with pytest.raises(LabError, match="amounts in EUR, GBP cannot be added up"):
        analytics.sales_by(analytics.scan(tmp_path), "day", engine=engine)
