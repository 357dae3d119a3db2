"""Reading lakes in folders: both engines alike, only what is asked for, and mistakes said by name."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from shoplib import analytics
from shoplib.analytics.folders import Folder
from shoplib.analytics.places import Lake, ObjectFiles
from shoplib.cli import application
from shoplib.core import lake
from shoplib.errors import LabError
from tests.lake_events import crowd, curated, parquet, put, row, table, told

ENGINES = ["pandas", "duckdb"]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
FILTERS = [
    None,
    [],
    [("device", "==", "mobile")],
    [("device", "=", "mobile"), ("quantity", ">", 1)],
    [[("device", "!=", "mobile")], [("country", "in", ["Norway", "Spain"])]],
    [("country", "not in", ["Norway"])],
    [("country", "in", [])],
    [("country", "not in", [])],
    [("country", "!=", "Norway")],
    [("event_time", ">=", "2026-01-31T12:00"), ("event_time", "<", date(2026, 2, 1))],
    [("event_time", "<=", NOON)],
    [("value_minor", "<", 12.5)],
    [("value_minor", ">=", Decimal("8.5")), ("channel", "!=", "import")],
    (pc.field("device") == "mobile") | pc.field("country").is_null(),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Three days; the second one has duplicates and a late object, the third one an old and a newer file."""
    folder = Folder(tmp_path_factory.mktemp("lake"))
    rows = crowd(1, 400, within=3 * 86_400)
    for number, one in enumerate(rows):
        one |= {
            "event_time": one["event_time"].replace(hour=one["event_time"].hour // 8 * 8),
            "device": ["mobile", "desktop", "tablet"][number % 3],
            "country": [None, "Norway", "Spain", "Ünal"][number % 4],
            "quantity": [None, 1, 2][number % 3],
            "value_minor": [None, Decimal("8.5"), Decimal("0.001"), Decimal(10**12)][number % 4],
            "props": [None, '{"a": "ß"}'][number % 2],
        }
    put(folder, "one", rows[:250])
    put(folder, "two", rows[200:])
    put(folder, "three", rows[100:120], lake.LATE)
    old = table([row(9_001, 2 * 86_400, country="Chile")]).drop_columns(["props", "quantity"])
    folder.write("raw/events/dt=2026-02-02/hour=00/old.parquet", parquet(old))
    newer = table([row(9_002, 2 * 86_400)]).append_column("colour", pa.array(["red"]))
    folder.write("raw/events/dt=2026-02-02/hour=00/newer.parquet", parquet(newer))
    folder.write("quarantine/dt=2026-02-01/stream-shard-7.json", b"{}")
    return folder.path


@pytest.mark.parametrize("where", FILTERS, ids=str)
@pytest.mark.parametrize("columns", [None, ["value_minor", "event_time", "country"]])
def test_both_engines_give_the_same_cells_and_dtypes(place, where, columns):
    one, other = (analytics.events(place, columns=columns, where=where, engine=engine) for engine in ENGINES)
    pd.testing.assert_frame_equal(one, other)
    assert one.columns.tolist() == (columns or lake.SCHEMA.names)


@pytest.mark.parametrize("engine", ["auto", *ENGINES])
def test_filters_are_what_pandas_would_have_filtered(place, engine):
    whole = analytics.events(place)
    at = (whole.event_time >= NOON) & (whole.device == "mobile")
    found = analytics.events(place, where=[("event_time", ">=", NOON), ("device", "==", "mobile")], engine=engine)
    assert 0 < len(found) < len(whole)
    pd.testing.assert_frame_equal(found, whole[at].reset_index(drop=True))


@given(st.lists(st.sampled_from(FILTERS[2:-1]), min_size=2, max_size=2))
@settings(max_examples=10, deadline=None)
def test_alternatives_are_all_rows_of_which_one_holds(place, pair):
    conditions = [one if isinstance(one[0], list) else [one] for one in pair]
    either = analytics.events(place, where=[*conditions[0], *conditions[1]], engine="duckdb")
    pd.testing.assert_frame_equal(either, analytics.events(place, where=[*conditions[0], *conditions[1]]))
    parts = [analytics.events(place, where=one) for one in pair]
    assert set(either.event_id) == {*parts[0].event_id, *parts[1].event_id}


@pytest.mark.parametrize("engine", ENGINES)
def test_days_are_pruned_by_their_folders(place, engine, monkeypatch):
    opened = []
    fragment = Lake.fragment
    monkeypatch.setattr(Lake, "fragment", lambda *given: opened.append(given[1]) or fragment(*given))
    read = Folder.read
    monkeypatch.setattr(Folder, "read", lambda *given: opened.append(given[1]) or read(*given))
    found = analytics.events(place, start="2026-02-01", end=date(2026, 2, 1), engine=engine)
    assert {str(day) for day in found.event_time.dt.date} == {"2026-02-01"}
    assert opened
    assert all("dt=2026-02-01" in key for key in opened)


@pytest.mark.parametrize(
    "start", [date(2026, 2, 1), datetime(2026, 2, 1, 23), pd.Timestamp("2026-02-01"), "2026-02-01"]
)
def test_a_first_day_may_be_given_in_any_form(place, start):
    assert {f"{at}" for at in analytics.events(place, start, start).event_time.dt.date} == {"2026-02-01"}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_older_file_lacks_columns_and_a_newer_one_has_more(place, engine):
    found = analytics.events(
        place, "2026-02-02", where=[("event_id", "in", [row(9_001)["event_id"], row(9_002)["event_id"]])], engine=engine
    )
    assert found.country.tolist()[1] == "Chile"
    assert found.props.isna().all()
    assert "colour" not in found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"columns": ["device", "colour"]}, "events have no column colour"),
        ({"columns": "device"}, "columns='device' is a string, not a list"),
        ({"where": [("colour", "==", "red")]}, "events have no column colour"),
        ({"where": [("device", "~", "mobile")]}, "'~' is not a comparison operator"),
        ({"where": [("quantity", ">", "many")]}, "quantity cannot be compared with"),
        ({"where": [("event_time", ">", "soon")]}, "event_time cannot be compared with"),
        ({"where": [("user_id", "==", None)]}, "user_id cannot be compared with None"),
        ({"where": [("device", "in", "mobile")]}, 'device cannot be "in"'),
        ({"where": ["device"]}, "'device' is not a condition"),
        ({"where": pc.field("colour") == "red"}, "colour"),
        ({"where": pc.field("quantity") == "red"}, "quantity"),
        ({"start": "31.1."}, "'31.1.' is not a valid date"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "2026-02-01 is after 2026-01-01"),
        ({"start": "2027-01-01"}, "no events in 2027-01-01 to ..."),
        ({"engine": "spark"}, "unknown engine: spark"),
    ],
    ids=str,
)
@pytest.mark.parametrize("engine", ENGINES)
def test_what_there_is_not_is_named(place, asked, said, engine):
    with pytest.raises(LabError) as failed:
        analytics.events(place, **{"engine": engine, **asked})
    assert said in failed.value.what
    assert failed.value.next


@pytest.mark.parametrize("days", [9, 10, 45])
def test_any_number_of_days_is_found(tmp_path, days):
    put(Folder(tmp_path), "one", rows := [row(number, number * 86_400) for number in range(45)])
    last = rows[days - 1]["event_time"]
    assert analytics.events(tmp_path, end=last).event_id.tolist() == [one["event_id"] for one in rows[:days]]
    assert analytics.scan(tmp_path, end=last).arrow()["event_id"].to_pylist() == [
        one["event_id"] for one in rows[:days]
    ]
    assert len(analytics.compact(tmp_path)) == 45
    assert analytics.scan(tmp_path, end=last).arrow()["event_id"].to_pylist() == [
        one["event_id"] for one in rows[:days]
    ]


@pytest.mark.parametrize("name", ["dt=2026-1-5", "dt=2026-02-30", "dt=20260131xy", "dt="])
def test_a_folder_whose_name_is_no_day_is_not_overlooked(tmp_path, name):
    put(Folder(tmp_path), "one", [row(1)])
    Folder(tmp_path).write(f"raw/events/{name}/hour=00/x.parquet", parquet([row(2)]))
    Folder(tmp_path).write("raw/events/_temporary/x.parquet", b"")
    for read in (analytics.events, analytics.scan):
        with pytest.raises(LabError, match=f"raw/events/{name} is not a folder of a day"):
            read(tmp_path)


def test_places_that_there_are_not_are_named(tmp_path, monkeypatch):
    with pytest.raises(LabError, match="folder not found"):
        analytics.open_lake(tmp_path / "nowhere")
    with pytest.raises(LabError, match="has no bucket name"):
        analytics.open_lake("s3://")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(LabError, match="no AWS credentials"):
        analytics.open_lake("s3://shop/lake")


def damaged() -> bytes:
    """A file whose footer is whole and whose pages are not."""
    content = bytearray(parquet(crowd(1, 500, within=3_600)))
    content[100 : len(content) // 2] = bytes(len(content) // 2 - 100)
    return bytes(content)


UNREADABLE = {
    "text": b"text",
    "empty": b"",
    "cut off": parquet(crowd(1, 50, within=3_600))[:-10],
    "damaged": damaged(),
    "no event": parquet(pa.table({"event_id": ["a"]})),
    "text for a time": parquet(table([row(1)]).set_column(1, "event_time", pa.array(["noon"]))),
    "structure for a text": parquet(table([row(1)]).set_column(0, "event_id", pa.array([{"a": 1}]))),
}


@pytest.mark.parametrize("where", [None, [("device", "==", "desktop")], pc.field("device") == "desktop"])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_an_object_that_cannot_be_read_is_named_and_left_out(tmp_path, caplog, engine, content, where):
    folder, key = Folder(tmp_path), "raw/events/dt=2026-01-31/hour=00/odd.parquet"
    put(folder, "one", [row(1), row(2)])
    folder.write(key, content)
    events = analytics.events(tmp_path, engine=engine, where=where)
    assert sorted(events.event_id) == sorted(one["event_id"] for one in (row(1), row(2)))
    assert [one.key for one in events.attrs["unreadable"]] == [key]
    assert [one.key for one in analytics.clean(events).unreadable] == [key]
    assert f"{key} is not a file of events" in caplog.text


def test_the_report_counts_and_names_objects_that_cannot_be_read_before_and_after_compaction(tmp_path):
    folder, key = Folder(tmp_path / "lake"), "raw/events/dt=2026-01-31/hour=00/odd.parquet"
    put(folder, "one", crowd(1, 300))
    folder.write(key, b"")
    for said in (f"left out ({key})", f"in quarantine ({key})"):
        done = CliRunner().invoke(
            application(), ["report", "--lake", str(folder), "--report", str(tmp_path / "report.html")]
        )
        assert done.exit_code == 0, done.output
        assert said in (tmp_path / "report.html").read_text(encoding="utf-8")
        assert analytics.compact(folder.path).attrs.keys() <= {"quarantined"}
    assert key not in [entry.key for entry in folder.entries("raw/")]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_object_that_may_not_be_read_is_not_left_out(tmp_path, monkeypatch, engine):
    put(Folder(tmp_path), "one", [row(1)])

    def forbidden(*_):
        raise PermissionError("Permission denied")

    monkeypatch.setattr(Folder, "read", forbidden)
    with pytest.raises(LabError, match="Permission denied"):
        analytics.events(of_objects(tmp_path), engine=engine)


def of_objects(path: Path) -> Lake:
    """A folder read as a bucket is."""
    folder = Folder(path)
    return Lake(pa.fs.PyFileSystem(ObjectFiles(folder)), "", folder)


def test_an_empty_lake_has_no_events(tmp_path):
    assert analytics.events(tmp_path).empty
    assert analytics.events(tmp_path, engine="duckdb").empty
    assert analytics.events(tmp_path).columns.tolist() == lake.SCHEMA.names
    scan = analytics.scan(tmp_path)
    assert scan.is_compacted
    assert scan.counts.empty
    assert scan.to_pandas().empty


@pytest.mark.parametrize("compacted", [0, 1, 3])
def test_a_scan_is_the_same_before_and_after_compaction_of_any_days(place, tmp_path, compacted):
    for entry in (files := Folder(place)).entries("raw") + files.entries("late") + files.entries("quarantine"):
        Folder(tmp_path).write(entry.key, files.read(entry.key))
    arrived = analytics.events(tmp_path)
    days = ["2026-01-31", "2026-02-01", "2026-02-02"]
    analytics.compact(tmp_path, days[:compacted])
    scan = analytics.scan(tmp_path)
    assert scan.is_compacted == (compacted == 3)
    expected = curated(arrived.astype(object).where(arrived.notna(), None).to_dict("records"))
    assert told(scan.arrow()) == expected
    assert scan.counts["rows"].sum() == len(expected)
    assert scan.counts.duplicates.sum() == len(arrived) - len(expected)
    assert scan.counts.malformed.tolist() == [0, 1, 0]
    people = scan.to_pandas()
    assert len(people) == len(expected) - scan.counts.bots.sum() < len(scan.to_pandas(bots=True))
    some = scan.to_pandas(["country"], [("device", "==", "mobile")])
    pd.testing.assert_frame_equal(some, people[people.device == "mobile"][["country"]].reset_index(drop=True))
    assert sum(len(batch) for batch in scan.batches(["event_id"])) == len(expected)
    counted = duckdb.from_arrow(scan.dataset).aggregate("count(*), count(distinct event_id)").fetchone()
    assert counted == (len(expected), len(expected))


def test_a_scan_stays_as_it_began(tmp_path):
    folder = Folder(tmp_path)
    put(folder, "one", [row(1)])
    before = analytics.scan(tmp_path)
    put(folder, "two", [row(2)])
    analytics.compact(tmp_path)
    between = analytics.scan(tmp_path)
    put(folder, "three", [row(3)])
    analytics.compact(tmp_path)
    assert [len(scan.arrow()) for scan in (before, between, analytics.scan(tmp_path))] == [1, 2, 3]


def test_a_scan_says_when_its_parts_are_gone(tmp_path):
    folder = Folder(tmp_path)
    put(folder, "one", [row(1)])
    analytics.compact(tmp_path)
    scan = analytics.scan(tmp_path)
    (part,) = folder.entries(lake.CURATED)
    folder.delete([part.key])
    with pytest.raises(LabError, match=f"{part.key} is gone"):
        scan.arrow()


def test_a_damaged_part_is_named(tmp_path):
    folder = Folder(tmp_path)
    put(folder, "one", crowd(1, 500, within=3_600))
    put(folder, "two", [row(9_000, 86_400)])
    analytics.compact(tmp_path)
    part = folder.entries(lake.CURATED)[0]
    content = bytearray(folder.read(part.key))
    content[100 : part.size // 2] = bytes(part.size // 2 - 100)
    folder.write(part.key, bytes(content))
    with pytest.raises(LabError, match=f"{part.key} is not a file of events"):
        analytics.scan(tmp_path).arrow()


def test_mistakes_in_a_scan_are_named(place):
    with pytest.raises(LabError, match="no column colour"):
        analytics.scan(place).to_pandas(["colour"])
    with pytest.raises(LabError, match="is_bot cannot be compared"):
        analytics.scan(place).arrow(where=[("is_bot", "==", "yes")])
    with pytest.raises(LabError, match="colour"):
        analytics.scan(place).arrow(where=pc.field("colour") == 1)
    with pytest.raises(LabError, match="no events in"):
        analytics.scan(place, "2030-01-01")


def test_only_wanted_ranges_of_a_large_object_are_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr("shoplib.analytics.places.SMALL", 0)
    folder = Folder(tmp_path)
    put(folder, "one", crowd(1, 5_000, within=3_600))
    analytics.compact(tmp_path)
    fetched = []
    read_range = Folder.read_range
    monkeypatch.setattr(Folder, "read_range", lambda *given: fetched.append(given[3]) or read_range(*given))
    ranged = Lake(pa.fs.PyFileSystem(ObjectFiles(folder)), "", folder)
    found = analytics.scan(ranged).arrow(["event_code"])
    assert found.equals(analytics.scan(tmp_path).arrow(["event_code"]))
    assert 0 < sum(fetched) < folder.entries(lake.CURATED)[0].size / 2
