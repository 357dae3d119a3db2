"""Simulated shoppers through the real pipeline: what the analyses find in S3 is what happened, to the penny."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from shoplib import analytics
from shoplib.shoppers import simulation
from shoplib.shoppers.simulation import destinations
from shoplib.shoppers.simulation.world import World
from tests import truths
from tests.cloud.shop.conftest import Shop
from tests.nightly import sized

DAYS = 14
BOTH = ("duckdb", "pandas")
# By day each way has one engine: tests/unit/test_analytics_truth.py has both of more events.
WAYS = {
    "stream": (destinations.Stream, date(2025, 3, 1), *sized((9_000, 50_000, BOTH), (400, 2_000, ("duckdb",)))),
    "http": (destinations.Pages, date(2025, 6, 1), *sized((1_900, 10_000, BOTH), (120, 550, ("pandas",)))),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_happened_is_what_the_lake_tells(shop: Shop, tmp_path: Path, way: str):
    destination, start, sessions, many, engines = WAYS[way]
    town = World(seed=50, sessions=sessions, start=start, days=DAYS)
    sent = simulation.run(town, destination(shop.lab), tmp_path)
    assert sent.events >= many
    shop.drain()
    scan = analytics.scan(shop.lab, town.start, town.start + timedelta(days=2 * DAYS))
    assert scan.counts["duplicates"].sum() >= sent.truth["corruption"]["duplicate"]
    for engine in engines:
        truths.assert_visits(scan, sent.truth, engine)
        truths.assert_sales(scan, sent.truth, engine)
    events = analytics.clean(analytics.read_events(shop.lab, town.start, town.start + timedelta(days=2 * DAYS))).events
    truths.assert_visits(events, sent.truth)
    truths.assert_sales(events, sent.truth)
    truths.assert_behaviour(events, sent.truth)
