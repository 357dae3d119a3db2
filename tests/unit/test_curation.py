"""Curation against a plain loop, and what it promises of any order, any duplicates and any day."""

import hashlib
from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.core import events, lake
from shoplib.core.lake import curation
from tests.lake_events import crowd, curated, row, rush, table, told


def curate(*rows):
    return curation.curate(table(rows))


@pytest.mark.parametrize("seed", range(5))
def test_curation_equals_the_plain_loop(seed):
    rows = crowd(seed, 1_500) + rush(10_000, 5_000, "hasty")
    rows += [{**one, "ingest_time": one["ingest_time"] + timedelta(seconds=seed)} for one in rows[::7]]
    found, counts = curate(*rows)
    expected = curated(rows)
    assert told(found) == expected
    assert counts.read == len(rows)
    assert (counts.rows, counts.duplicates) == (len(expected), len(rows) - len(expected))
    assert counts.bots == sum(bot for *_, bot, _ in expected) > 100
    assert counts.late == sum(late for *_, late in expected) > 10
    assert found.schema.equals(lake.CURATED_SCHEMA)


@given(st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_order_and_duplicates_change_nothing(dice):
    rows = crowd(7, 150)
    shuffled = rows + [dice.choice(rows) for _ in range(dice.randrange(100))]
    dice.shuffle(shuffled)
    assert curate(*shuffled)[0].equals(curate(*rows)[0])


def test_the_first_arrival_of_an_event_counts_down_to_its_place_in_the_stream():
    first = row(1, source="first")
    others = [
        {**first, "source": "later", "ingest_time": first["ingest_time"] + timedelta(seconds=1)},
        {**first, "source": "behind", "sequence_number": "9" * 56},
        {**first, "source": "elsewhere", "shard_id": "shard-1"},
    ]
    assert curate(*others, first)[0]["source"].to_pylist() == ["first"]


def test_keys_are_hashes_that_stay_what_they_are():
    found = curate(row(1, user_id="ünal"), row(2, 1, session_id=None))[0].to_pylist()
    digest = hashlib.blake2b("ünal".encode(), digest_size=8).digest()
    assert [one["user_key"] for one in found] == [int.from_bytes(digest, "little", signed=True), None]
    assert found[0]["anonymous_key"] == found[1]["anonymous_key"] == curation.hash_of("ann") == -6488803333072012659
    assert (found[1]["session_key"], found[0]["session_key"]) == (None, curation.hash_of("session-of-ann"))


def test_event_codes_are_places_in_the_list_of_names():
    rows = [row(number, number, event_name=name) for number, name in enumerate(events.NAMES)]
    assert curate(*rows)[0]["event_code"].to_pylist() == list(range(len(events.NAMES)))


def test_120_events_a_minute_are_a_person_s_and_121_make_a_robot_of_the_whole_day():
    person, robot = rush(0, 3_600, "person", 120), rush(1_000, 3_600, "robot", 121)
    rows = [*person, *robot, row(5_000, 80_000, "robot"), row(5_001, 86_400, "robot"), row(5_002, 10, "person")]
    found = curate(*rows)[0].to_pylist()
    assert {one["anonymous_id"] for one in found if one["is_bot"]} == {"robot"}
    assert [one["event_id"] for one in found if one["anonymous_id"] == "robot" and not one["is_bot"]] == [
        row(5_001)["event_id"]  # the day after
    ]


def test_replayed_history_is_never_a_robot_s_and_never_late():
    rows = [row(n, n / 10, "till", channel="import") for n in range(300)]
    rows += [
        row(
            900, 5, "old", channel="import", user_agent="Googlebot", ingest_time=row(0)["event_time"].replace(year=2027)
        )
    ]
    _, counts = curate(*rows)
    assert (counts.bots, counts.late) == (0, 0)


def test_exactly_three_days_are_not_late():
    at = row(0)["event_time"]
    rows = [row(1, ingest_time=at + timedelta(days=3)), row(2, ingest_time=at + timedelta(days=3, microseconds=1))]
    assert [one["is_late"] for one in sorted(curate(*rows)[0].to_pylist(), key=lambda one: one["ingest_time"])] == [
        False,
        True,
    ]


def test_nothing_in_gives_nothing_out():
    found, counts = curation.curate(lake.SCHEMA.empty_table())
    assert (len(found), counts) == (0, curation.Counts())
    assert found.schema.equals(lake.CURATED_SCHEMA)


def test_chunks_change_nothing():
    rows = crowd(3, 200)
    chunked = pa.concat_tables([table(rows[:1]), table([]), table(rows[1:150]), table(rows[150:])])
    assert curation.curate(chunked)[0].equals(curate(*rows)[0])


@pytest.mark.parametrize("seed", range(3))
def test_cleaning_events_as_they_arrived_and_curated_ones_gives_the_same(seed):
    rows = crowd(seed, 600) + rush(10_000, 5_000, "hasty") + rush(20_000, 86_390, "over midnight")
    for number, one in enumerate(rows[:200]):
        one |= {"event_name": "purchase", "order_id": f"o{number % 60}", "order_line": number % 2}
    rows += rows[::5]
    arrived = analytics.clean(table(rows).to_pandas())
    people = curate(*rows)[0].to_pandas().query("not is_bot")
    once = analytics.clean(people)
    pd.testing.assert_frame_equal(arrived.events, once.events[arrived.events.columns])
    assert arrived.dropped["duplicate order line"] == once.dropped["duplicate order line"] > 0
    assert arrived.dropped["bots"] == curate(*rows)[1].bots
    assert once.dropped["bots"] == 0
