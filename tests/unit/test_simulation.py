"""Simulated shoppers: the same whatever they are made with, valid, near published levels, and true to truth.json."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.core import events
from shoplib.errors import LabError
from shoplib.shoppers import simulation
from shoplib.shoppers.simulation import corruption, destinations, running
from shoplib.shoppers.simulation.edges import edges
from shoplib.shoppers.simulation.truth import Truth, as_json
from shoplib.shoppers.simulation.world import World
from tests.nightly import sized

WORLD = World(seed=11, sessions=1_900)
CROWD = World(seed=11, sessions=20_000)
STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]


def simulated(town: World, spoilt: bool = False, at_once: int = running.AT_ONCE) -> tuple[pa.Table, dict[str, Any]]:
    made, truth = list(simulation.generate(town, spoilt, at_once)), Truth()
    for each in made:
        truth += each.truth
    return running.total(made), as_json(town, truth, {})


@pytest.fixture(scope="module")
def plain() -> tuple[pa.Table, dict[str, Any]]:
    return simulated(WORLD)


@pytest.fixture(scope="module")
def spoilt() -> tuple[pa.Table, dict[str, Any]]:
    return simulated(WORLD, spoilt=True)


@pytest.fixture(scope="module")
def crowd() -> tuple[pa.Table, dict[str, Any]]:
    return simulated(CROWD)


@given(st.integers(1, 400), st.booleans())
@settings(max_examples=sized(4, 2), deadline=None)
def test_the_size_of_the_parts_changes_nothing(at_once, spoil):
    town = replace(WORLD, sessions=sized(300, 120))
    one, many = simulated(town, spoil), simulated(town, spoil, at_once)
    assert one[0].sort_by("sequence_number").equals(many[0].sort_by("sequence_number"))
    assert one[1] == many[1]


def test_another_seed_is_another_crowd(plain):
    others, _ = simulated(replace(WORLD, seed=12))
    assert not set(others["event_id"].to_pylist()) & set(plain[0]["event_id"].to_pylist())


def test_every_event_is_one_that_the_pipeline_takes(plain):
    wrong = [problem for event in destinations.to_events(plain[0]) if (problem := events.problem(event))]
    assert wrong == []


def people(table: pa.Table) -> list[dict[str, Any]]:
    """Events in order, without robots, which the oracle knows by their name or by their speed."""
    rows = sorted(table.to_pylist(), key=lambda row: (row["event_time"], row["event_id"]))
    pace = Counter((row["anonymous_id"], row["event_time"].replace(second=0, microsecond=0)) for row in rows)
    robots = {who for (who, _), count in pace.items() if count > 120}
    robots |= {row["anonymous_id"] for row in rows if "Googlebot" in row["user_agent"]}
    return [row for row in rows if row["anonymous_id"] not in robots]


def visits(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Sessions by a plain loop over each visitor's events."""
    known = {row["anonymous_id"]: row["user_id"] for row in rows if row["user_id"]}
    by_visitor = defaultdict(list)
    for row in rows:
        if row["event_name"] != "refund":
            by_visitor[known.get(row["anonymous_id"], row["anonymous_id"])].append(row)
    found = []
    for own in by_visitor.values():
        for place, row in enumerate(own):
            if not place or row["event_time"] - own[place - 1]["event_time"] > timedelta(minutes=30):
                found.append([])
            found[-1].append(row)
    return found


def test_the_truth_equals_a_plain_recount(plain):
    table, truth = plain
    assert len(table) > 10_000
    rows = people(table)
    sessions = visits(rows)
    told = {"sessions": len(sessions)}
    for stage, name in (("cart", "add_to_cart"), ("checkout", "begin_checkout"), ("purchased", "purchase")):
        told[stage] = sum(any(row["event_name"] == name for row in own) for own in sessions)
    assert truth["sessions"]["all"]["all"] == told
    for trait in ("device", "source", "country"):
        counted = Counter(own[0][trait] for own in sessions)
        assert {name: figures["sessions"] for name, figures in truth["sessions"][trait].items()} == counted
    days = Counter(str(own[0]["event_time"].date()) for own in sessions)
    assert {day: figures["sessions"] for day, figures in truth["sessions"]["day"].items()} == days
    assert truth["events"] == Counter(row["event_name"] for row in rows) | {
        name: 0 for name in events.NAMES if name not in {row["event_name"] for row in rows}
    }
    net = sum((row["value_minor"] or 0) * (-1 if row["event_name"] == "refund" else 1) for row in rows)
    assert Decimal(truth["sales"]["all"]["all"]["revenue_minor"]) == net
    customers = {row["user_id"] for row in rows if row["event_name"] == "purchase" and row["user_id"]}
    assert truth["customers"]["customers"] == len(customers)


def test_the_analyses_find_the_truth_in_what_was_spoilt(spoilt):
    table, truth = spoilt
    cleaned = analytics.clean(table.to_pandas())
    sessions = analytics.sessions(cleaned.events)
    told = truth["sessions"]["all"]["all"]
    assert (len(sessions), sessions.cart.sum(), sessions.purchased.sum()) == (
        told["sessions"], told["cart"], told["purchased"],
    )  # fmt: skip
    assert sessions.visitor.nunique() == truth["visitors"]
    assert analytics.funnel(cleaned.events).sessions.tolist() == [truth["funnel"]["all"]["all"][step] for step in STEPS]
    totals, sold = analytics.totals(cleaned.events), truth["sales"]["all"]["all"]
    assert totals["net_revenue"] * 100 == Decimal(sold["revenue_minor"])
    assert (totals["orders"], totals["lines"]) == (sold["orders"], sold["lines"])
    for trait in ("day", "category", "product", "country", "device", "source"):
        rows = analytics.sales_by(cleaned.events, trait)
        found = {row[trait]: (row["orders"], row["pieces"], row["revenue"] * 100) for row in rows.to_dict("records")}
        expected = {
            name: (figures["orders"], figures["pieces"], Decimal(figures["revenue_minor"]))
            for name, figures in truth["sales"][trait].items()
        }
        assert found == expected, trait


def test_what_was_spoilt_is_written_down_and_can_be_taken_back(plain, spoilt):
    made = list(simulation.generate(WORLD, spoilt=True))
    log = pa.concat_tables([each.records.log for each in made])
    assert set(log["kind"].to_pylist()) == {"duplicate", "retold line", "late", "out of order"}
    back = corruption.restore(spoilt[0], log)
    assert back.sort_by("sequence_number").equals(plain[0].sort_by("sequence_number"))


def test_junk_is_no_event():
    junk = [record for each in simulation.generate(WORLD, spoilt=True) for record in each.records.junk]
    assert junk
    for record in junk:
        try:
            event = events.json.loads(record)
        except ValueError:
            continue
        assert events.problem(event)


def test_levels_are_near_published_ones(crowd):
    told = crowd[1]["sessions"]["all"]["all"]
    assert 0.64 < 1 - told["purchased"] / told["cart"] < 0.76
    assert 0.03 < told["purchased"] / told["sessions"] < 0.155


def test_the_better_arm_is_better(crowd):
    arms = crowd[1]["experiment"]["arms"]
    rates = {name: arm["converters"] / arm["users"] for name, arm in arms.items()}
    assert 1.05 < rates["treatment"] / rates["control"] < 1.5


def test_nobody_pays_on_a_mobile_during_the_outage(crowd):
    begins, ends = CROWD.outage
    inside = [
        row["event_name"]
        for row in crowd[0].select(["event_time", "event_name", "device"]).to_pylist()
        if row["device"] == "mobile" and begins <= row["event_time"] < ends
    ]
    assert "add_payment_info" in inside and "purchase" not in inside


def test_the_edge_cases_are_there():
    these, steps, _ = edges(WORLD)
    gaps = np.diff(steps.t)[np.diff(steps.visit) == 0]
    assert 30 * 60 * 10**6 in gaps
    assert any(steps.values(WORLD) % 1_000)
    days = steps.t.astype("datetime64[us]").astype("datetime64[D]")
    crossing = [visit for visit in range(len(these.day)) if len(set(days[steps.visit == visit])) > 1]
    assert len(crossing) >= 2
    months = [set(days[steps.visit == visit].astype("datetime64[M]").tolist()) for visit in crossing]
    assert any(len(month) > 1 for month in months)


def test_a_lake_of_files_and_its_truth(tmp_path: Path):
    result = simulation.run(replace(WORLD, sessions=200), destinations.Lake(tmp_path / "lake"), tmp_path, workers=2)
    files = sorted((tmp_path / "lake").rglob("*.parquet"))
    assert sum(pq.read_metadata(file).num_rows for file in files) == result.records
    assert {file.relative_to(tmp_path / "lake").parts[0] for file in files} == {"raw", "late"}
    assert len(list((tmp_path / "lake/quarantine").rglob("*.json"))) == result.malformed
    assert pq.read_table(tmp_path / "corruption.parquet").num_rows == result.records - result.events + sum(
        result.truth["corruption"][kind] for kind in ("late", "out of order")
    )


def test_a_world_that_cannot_be_is_refused():
    for wrong in ({"sessions": 0}, {"days": 3}, {"sessions": 10**12}):
        with pytest.raises(LabError):
            World(**wrong)


def test_parts_cover_all_places_once():
    dice = random.Random(5)
    town = World(sessions=dice.randrange(1_000, 9_000), start=date(2026, 3, 1), days=9)
    covered = sum(end - first for _, first, end in running.parts(town, 77))
    assert covered == town.sessions == int(town.per_day.sum())
