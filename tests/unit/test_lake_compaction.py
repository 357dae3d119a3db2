"""Compaction in a folder: what it promises of batches, repetitions, broken runs, late objects and edges of days."""

import dataclasses
import os
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib import analytics
from shoplib.analytics.folders import Folder
from shoplib.core import lake
from shoplib.core.lake import compaction, curation, manifests, symlinks
from shoplib.core.lake import parquet as lake_parquet
from tests.lake_events import crowd, curated, parquet, put, row, rush, table, told

DAY = date(2026, 1, 31)
NOW = datetime(2026, 2, 1, 2, 15, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def compact(folder, now=NOW, day=DAY):
    return compaction.compact(folder, day, now)


def compacted(folder, day=DAY):
    """The rows of a day's parts as its manifest names them."""
    parts = [folder.read(part.key) for part in manifests.current(folder, day)[0].parts]
    return pa.concat_tables([lake.CURATED_SCHEMA.empty_table(), *(pq.read_table(pa.BufferReader(p)) for p in parts)])


def everything(folder):
    return {entry.key: (entry.modified, folder.read(entry.key)) for entry in folder.entries("")}


@given(st.randoms(use_true_random=False), st.integers(0, 120))
@settings(max_examples=15, deadline=None)
def test_batches_duplicates_order_and_the_number_of_runs_change_nothing(dice, count):
    rows = crowd(11, count, within=3 * 3_600) + rush(10_000, 5_000, "a", count)
    arrivals = rows + [dice.choice(rows) for _ in range(dice.randrange(30)) if rows]
    dice.shuffle(arrivals)
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Path(path))
        for number in range(dice.randrange(1, 6)):
            cut = dice.randrange(len(arrivals) + 1)
            put(folder, f"batch-{number}", arrivals[:cut], dice.choice([lake.RAW, lake.LATE]))
            arrivals = arrivals[cut:]
            if dice.random() < 0.5:
                compact(folder)
        put(folder, "last", arrivals)
        seen = analytics.scan(folder.path).arrow()
        outcome = compact(folder)
        expected, counts = curation.curate(table(rows))
        assert compacted(folder).equals(expected)
        assert seen.equals(expected)
        assert dataclasses.replace(outcome.counts, read=0) == dataclasses.replace(counts, read=0)
        assert analytics.scan(folder.path).arrow().equals(expected)


def test_a_second_run_writes_nothing(folder):
    put(folder, "batch", crowd(1, 300))
    first = compact(folder)
    before = everything(folder)
    second = compact(folder, NOW + timedelta(hours=3))
    assert everything(folder) == before
    assert (first.objects, second.objects) == (24, 0)
    assert (first.version, second.version) == (1, 1)
    assert first.counts == second.counts
    assert compaction.days_waiting(folder, NOW) == []


def test_counts_are_of_everything_that_arrived_however_many_runs_there_were(folder):
    rows = crowd(2, 300)
    put(folder, "one", rows[:200])
    compact(folder)
    put(folder, "two", rows[100:])
    counts = compact(folder).counts
    assert (counts.read, counts.rows, counts.duplicates) == (400, 300, 100)


def test_a_late_object_is_seen_at_once_and_folded_in_later(folder):
    put(folder, "batch", rush(0, 3_600, "ann", 100))
    compact(folder)
    more = rush(500, 3_620, "ann", 100)
    put(folder, "late", more, lake.LATE)
    scan = analytics.scan(folder.path)
    assert not scan.is_compacted
    assert scan.counts.loc[DAY].to_dict() == {"rows": 200, "duplicates": 0, "bots": 200, "late": 0, "malformed": 0}
    assert compaction.days_waiting(folder, NOW) == [DAY]
    # Together they are more than 120 in a minute: what was a person's by then is a robot's now.
    outcome = compact(folder)
    assert (outcome.objects, outcome.version, outcome.counts.bots) == (1, 2, 200)
    assert analytics.scan(folder.path).is_compacted
    assert analytics.scan(folder.path).arrow().equals(scan.arrow())


def test_a_run_that_breaks_off_before_the_manifest_changes_nothing_for_readers(folder, monkeypatch):
    put(folder, "batch", crowd(3, 200))
    compact(folder)
    put(folder, "more", crowd(4, 50))
    expected = analytics.scan(folder.path).arrow()

    def broken(*_):
        raise RuntimeError("the function ran out of time")

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "swap", broken)
        with pytest.raises(RuntimeError):
            compact(folder)
    assert len(folder.entries(lake.CURATED)) == 2
    assert analytics.scan(folder.path).arrow().equals(expected)
    compact(folder)
    # The same content for the same version: the orphan has come into use.
    assert len(folder.entries(lake.CURATED)) == 2
    assert compacted(folder).equals(expected)


def test_replaced_parts_stay_for_an_hour_and_orphans_too(folder):
    put(folder, "one", [row(1)])
    compact(folder)
    (old,) = manifests.current(folder, DAY)[0].keys
    orphan = lake.part_key(DAY, "orphan")
    folder.write(orphan, b"")
    put(folder, "two", [row(2)])
    assert compact(folder, NOW + timedelta(days=1)).removed == 0  # a reader may have begun just before
    assert folder.read(old)
    assert compaction.days_waiting(folder, NOW + timedelta(days=1, minutes=59)) == []
    assert compaction.days_waiting(folder, NOW + timedelta(days=1, hours=1)) == [DAY]
    assert compact(folder, NOW + timedelta(days=1, hours=1)).removed == 1
    assert {entry.key for entry in folder.entries(lake.CURATED)} == manifests.current(folder, DAY)[0].keys | {orphan}
    hour_ago = (NOW + timedelta(days=1)).timestamp()
    os.utime(folder.path / orphan, (hour_ago, hour_ago))
    put(folder, "three", [row(3)])
    assert compact(folder, NOW + timedelta(days=2)).removed == 1
    assert len(compacted(folder)) == 3


def test_whoever_loses_the_swap_starts_again_from_the_winner(folder, monkeypatch):
    put(folder, "one", [row(1)])
    swap, lost = Folder.swap, []

    def slower(self, key, content, tag):
        if not lost:
            lost.append(key)
            put(folder, "two", [row(2), row(1)])
            compact(folder)  # meanwhile somebody else
        return swap(self, key, content, tag)

    monkeypatch.setattr(Folder, "swap", slower)
    outcome = compact(folder)
    assert (outcome.version, outcome.objects, outcome.counts.rows) == (1, 0, 2)
    assert told(compacted(folder)) == curated([row(1), row(2)])


def test_losing_again_and_again_is_an_error(folder, monkeypatch):
    put(folder, "one", [row(1)])
    monkeypatch.setattr(Folder, "swap", lambda *_: False)
    with pytest.raises(compaction.Busy, match="2026-01-31"):
        compact(folder)


def test_days_end_at_midnight_and_months_too(folder):
    rows = [row(number, seconds) for number, seconds in enumerate([0, 86_399.999999, 86_400, -0.000001])]
    put(folder, "batch", rows)
    days = compaction.days_waiting(folder, NOW)
    assert days == [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1)]
    assert [compact(folder, day=day).counts.rows for day in days] == [1, 2, 1]
    assert told(analytics.scan(folder.path).arrow()) == curated(rows)
    assert told(analytics.scan(folder.path, "2026-01-31", "2026-01-31").arrow()) == curated(rows[:2])


def test_files_with_other_columns_are_read_with_today_s(folder):
    old = table([row(1, country="Norway", quantity=2)]).drop_columns(["country", "order_line", "props"])
    new = table([row(2, 60)]).append_column("colour", pa.array(["red"]))
    wide = new.set_column(new.column_names.index("quantity"), "quantity", pa.array([3], pa.int64()))
    for name, file in (("old", old), ("new", wide.set_column(0, "event_id", pa.array([row(3)["event_id"]])))):
        folder.write(f"raw/events/dt=2026-01-31/hour=00/{name}.parquet", parquet(file))
    compact(folder)
    found = compacted(folder)
    assert found.schema.equals(lake.CURATED_SCHEMA)
    assert found["quantity"].to_pylist() == [2, 3]
    assert found["country"].to_pylist() == [None, None]


@pytest.mark.parametrize(
    "place", ["raw/events/dt=2026-01-31/whole.parquet", "raw/events/dt=2026-01-31/hour=24/x.parquet"]
)
def test_an_object_that_does_not_say_its_hour_is_of_the_whole_day(folder, place):
    rows = crowd(5, 100)
    put(folder, "batch", rows[:40])
    compact(folder)
    folder.write(place, parquet(rows))
    assert compact(folder).counts.rows == 100
    assert told(compacted(folder)) == curated(rows)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not Parquet", "is not a file of events"),
        (b"", "is not a file of events"),
        (parquet([row(1, 3_600)]), "holds events of 2026-01-31 01:00 to 2026-01-31 01:00"),
        (parquet(pa.table({"a": [1]})), "is not a file of events: it has no event_time"),
    ],
)
def test_what_is_no_file_of_events_is_set_aside_and_the_day_goes_on(folder, content, said):
    put(folder, "batch", [row(2)])
    key = "raw/events/dt=2026-01-31/hour=00/odd.parquet"
    folder.write(key, content)
    scan = analytics.scan(folder.path)
    assert [one.key for one in scan.unreadable] == [key]
    outcome = compact(folder)
    assert [one.key for one in outcome.quarantined] == [key]
    assert said in outcome.quarantined[0].reason
    assert (outcome.objects, told(compacted(folder))) == (1, curated([row(2)]))
    assert scan.arrow().equals(compacted(folder))
    assert folder.read(f"{lake.SET_ASIDE}/{key}") == content
    assert [entry.key for entry in folder.entries("raw/")] == [*manifests.current(folder, DAY)[0].sources]
    before = everything(folder)
    assert compaction.days_waiting(folder, NOW) == []
    assert compact(folder).quarantined == ()
    assert everything(folder) == before


def test_what_was_mended_is_taken_under_its_old_key(folder):
    (key,) = put(folder, "batch", [row(2)])
    folder.write(key, b"")
    assert compact(folder).counts.rows == 0
    folder.write(key, parquet([row(2)]))
    assert compact(folder).counts.rows == 1


DAMAGES = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[:-20],
    "pages": lambda content: content[:100] + bytes(len(content) // 2) + content[100 + len(content) // 2 :],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_part_is_made_anew_from_what_arrived(folder, damage):
    rows = crowd(9, 300)
    put(folder, "batch", rows)
    compact(folder)
    (part,) = manifests.current(folder, DAY)[0].keys
    folder.write(part, damage(folder.read(part)))
    put(folder, "more", [row(5_000, 40_000)])
    expected = curated([*rows, row(5_000, 40_000)])
    scan = analytics.scan(folder.path)
    assert told(scan.arrow()) == expected
    assert [one.key for one in scan.unreadable] == [part]
    outcome = compact(folder)
    assert [one.key for one in outcome.quarantined] == [part]
    assert (told(compacted(folder)), outcome.counts.read) == (expected, 301)
    assert [Path(line).exists() for line in folder.read(lake.symlink_key(DAY)).decode().split()] == [True]


def test_a_part_that_was_cut_off_is_noticed_though_nothing_new_arrived(folder):
    put(folder, "batch", crowd(9, 300))
    compact(folder)
    (part,) = manifests.current(folder, DAY)[0].keys
    folder.write(part, b"")
    assert compaction.days_waiting(folder, NOW) == [DAY]
    assert told(analytics.scan(folder.path).arrow()) == curated(crowd(9, 300))
    compact(folder)
    assert told(compacted(folder)) == curated(crowd(9, 300))
    assert compaction.days_waiting(folder, NOW) == []


def test_a_damaged_part_costs_its_own_rows_alone_when_what_it_was_made_from_is_gone(folder):
    put(folder, "batch", crowd(9, 300))
    compact(folder)
    (part,) = manifests.current(folder, DAY)[0].keys
    folder.delete([entry.key for entry in folder.entries(lake.RAW)])
    folder.write(part, b"")
    put(folder, "more", [row(5_000, 40_000)])
    scan = analytics.scan(folder.path)
    assert (len(scan.arrow()), [one.key for one in scan.unreadable]) == (1, [part])
    assert [one.key for one in compact(folder).quarantined] == [part]


@pytest.mark.parametrize("content", [b"", b'{"version": 1', b'{"version": 1}'])
def test_a_damaged_manifest_is_made_anew(folder, content):
    put(folder, "batch", crowd(9, 300))
    compact(folder)
    folder.write(lake.manifest_key(DAY), content)
    assert told(analytics.scan(folder.path).arrow()) == curated(crowd(9, 300))
    assert compact(folder).objects == 24
    assert told(compacted(folder)) == curated(crowd(9, 300))


def test_large_days_become_parts_and_row_groups_of_bounded_size(folder, monkeypatch):
    monkeypatch.setattr(lake_parquet, "ROW_GROUP", 100)
    monkeypatch.setattr(lake_parquet, "ROWS_OF_A_PART", 300)
    monkeypatch.setattr(compaction, "FEW_ROWS", 10)
    rows = crowd(6, 950)
    put(folder, "batch", rows)
    outcome = compact(folder)
    sizes = [pq.ParquetFile(folder.path / part.key).metadata for part in manifests.current(folder, DAY)[0].parts]
    assert outcome.parts == len(sizes) == 4
    assert [meta.num_rows for meta in sizes] == [300, 300, 300, 50]
    assert {meta.row_group(0).num_rows for meta in sizes[:3]} == {100}
    assert told(compacted(folder)) == curated(rows)
    put(folder, "more", [row(5_000, 40_000)])
    assert compact(folder).counts.rows == 951
    assert told(compacted(folder)) == curated([*rows, row(5_000, 40_000)])


def test_where_arrow_lacks_a_codec_another_one_is_taken(folder, monkeypatch):
    monkeypatch.setattr(lake_parquet.pa, "Codec", type("Codec", (), {"is_available": lambda name: name != "zstd"}))
    monkeypatch.setattr(compaction, "FEW_ROWS", 10)
    put(folder, "batch", crowd(8, 500))
    compact(folder)
    (part,) = manifests.current(folder, DAY)[0].parts
    assert pq.ParquetFile(folder.path / part.key).metadata.row_group(0).column(0).compression == "SNAPPY"
    assert lake_parquet.content(table([row(1)])) != parquet([row(1)])
    assert told(compacted(folder)) == curated(crowd(8, 500))


def test_manifests_survive_their_json():
    counts = curation.Counts(5, 4, 1, 2)
    made = manifests.Manifest(3, NOW, (manifests.Part("part", 4, 99),), ("raw", "late"), counts, ("old",))
    assert manifests.decode(made.encode()) == made
    assert made.counts.duplicates == 1


def test_compaction_of_a_place_tells_what_it_did(folder):
    put(folder, "batch", [*crowd(1, 100), row(9_000, 90_000), row(9_000, 90_000)])
    done = analytics.compact(folder.path)
    assert list(map(str, done.day)) == ["2026-01-31", "2026-02-01"]
    assert done["rows"].tolist() == [100, 1]
    assert done.duplicates.tolist() == [0, 1]
    assert analytics.compact(folder.path).empty
    assert analytics.compact(folder.path, ["2026-01-31"]).objects.tolist() == [0]


def addresses(folder, day=DAY):
    return folder.read(lake.symlink_key(day)).decode().splitlines()


def parts(folder, day=DAY):
    return [f"{folder}/{part.key}" for part in manifests.current(folder, day)[0].parts]


def test_athena_is_told_of_the_parts_that_count(folder):
    put(folder, "first", [row(1)])
    compact(folder)
    assert addresses(folder) == parts(folder)
    put(folder, "second", [row(2)])
    compact(folder)
    assert addresses(folder) == parts(folder)
    before = everything(folder)
    compact(folder)
    assert everything(folder) == before


def test_addresses_that_a_broken_run_left_out_or_behind_are_mended(folder):
    put(folder, "first", [row(1)])
    compact(folder)
    told = folder.read(lake.symlink_key(DAY))
    put(folder, "second", [row(2)])
    compact(folder)
    folder.write(lake.symlink_key(DAY), told)  # broke off after the manifest was swapped
    assert compaction.days_waiting(folder, NOW + compaction.GRACE) == [DAY]
    compact(folder, NOW + compaction.GRACE)
    assert addresses(folder) == parts(folder)
    folder.delete([lake.symlink_key(DAY)])
    assert compaction.days_waiting(folder, NOW) == [DAY]
    compact(folder)
    assert addresses(folder) == parts(folder)


def test_an_older_manifest_never_overwrites_the_addresses_of_a_newer_one(folder, monkeypatch):
    put(folder, "first", [row(1)])
    compact(folder)
    folder.delete([lake.symlink_key(DAY)])
    read = manifests.current
    overtaken = []

    def slowly(objects, day):
        found = read(objects, day)
        if not overtaken:
            overtaken.append(True)
            put(folder, "second", [row(2)])
            compact(folder)
        return found

    monkeypatch.setattr(manifests, "current", slowly)
    assert symlinks.point(folder, DAY)
    monkeypatch.setattr(manifests, "current", read)
    assert addresses(folder) == parts(folder)
