"""A crowd's events, spoilt in every way, in a lake of files: every analysis finds what happened, by either engine."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shoplib import analytics
from shoplib.shoppers import simulation
from shoplib.shoppers.simulation import destinations
from shoplib.shoppers.simulation.world import World
from tests import truths
from tests.nightly import sized

EVENTS, SESSIONS = sized((1_000_000, 175_000), (11_000, 2_300))
CROWD = World(seed=4, sessions=SESSIONS, start=date(2026, 3, 1), days=28)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("crowd")
    sent = simulation.run(CROWD, destinations.Lake(folder / "lake"), folder)
    assert sent.events >= EVENTS
    yield folder / "lake", sent.truth


def test_every_analysis_of_a_crowds_events_equals_the_truth(crowd: tuple[Path, dict[str, Any]]):
    lake, truth = crowd
    table = analytics.compact(lake)
    assert table.duplicates.sum() == truth["corruption"]["duplicate"]
    scan = analytics.scan(lake)
    assert scan.is_compacted
    for engine in ("duckdb", "pandas"):
        truths.assert_visits(scan, truth, engine)
        truths.assert_sales(scan, truth, engine)
    truths.assert_behaviour(analytics.clean(scan.to_pandas()).events, truth)
