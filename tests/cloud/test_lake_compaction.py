"""Compaction on the embedded AWS: writers, compactions and readers at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shoplib import analytics, localaws
from shoplib.analytics.places import of_bucket
from shoplib.core import lake
from shoplib.core.lake import compaction, manifests
from shoplib.core.lake.objects import Bucket, Missing
from shoplib.errors import LabError
from tests.lake_events import crowd, put

DAY = date(2026, 1, 31)


@pytest.fixture
def bucket(aws: Callable[..., Any], request: pytest.FixtureRequest) -> Bucket:
    """A lake of the test's own, in a folder of a bucket."""
    s3, name = aws("s3"), "lake-" + request.node.name.replace("_", "-")[-50:].strip("-")
    s3.create_bucket(Bucket=name)
    return Bucket(s3, name, "some/lake/")


def scanned(bucket: Bucket) -> list[str]:
    found = analytics.scan(of_bucket(bucket.s3, bucket.name, bucket.prefix))
    return list(found.arrow(["event_id"])["event_id"].to_pylist())


def test_no_reader_ever_sees_an_event_twice_or_misses_one_that_was_there(bucket: Bucket):
    rows = crowd(1, 600, within=2 * 3_600)
    there: set[str] = set()
    done = threading.Event()

    def write(number: int) -> None:
        for start in range(number * 200, number * 200 + 200, 20):
            batch = rows[max(0, start - 5) : start + 20]  # five of them came before
            put(bucket, f"batch-{start}", batch, lake.LATE if start % 40 else lake.RAW)
            there.update(one["event_id"] for one in batch)

    def compact(_: int) -> int:
        rounds = 0
        while not done.is_set():
            compaction.compact(bucket, DAY, datetime.now(UTC))
            rounds += 1
        return rounds

    def read(_: int) -> int:
        rounds = 0
        while not done.is_set():
            before = set(there)
            seen = scanned(bucket) if before else []
            assert len(seen) == len(set(seen))
            assert before <= set(seen)
            rounds += 1
        return rounds

    with ThreadPoolExecutor(8) as pool:
        others = [*(pool.submit(compact, number) for number in range(2)), *(pool.submit(read, n) for n in range(3))]
        try:
            for written in [pool.submit(write, number) for number in range(3)]:
                written.result()
        finally:
            done.set()
        assert all(other.result() for other in others)
    compaction.compact(bucket, DAY, datetime.now(UTC))
    assert sorted(scanned(bucket)) == sorted({one["event_id"] for one in rows})
    assert manifests.current(bucket, DAY)[0].counts.rows == 600


def test_of_several_compactions_at_once_one_wins_and_the_others_find_its_work(bucket: Bucket):
    put(bucket, "batch", crowd(2, 300, within=3_600))
    barrier = threading.Barrier(4)

    def compact(_: int) -> compaction.Outcome:
        barrier.wait()
        return compaction.compact(bucket, DAY, datetime.now(UTC))

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(compact, range(4)))
    assert sorted(outcome.objects for outcome in outcomes) == [0, 0, 0, 1]
    assert {outcome.version for outcome in outcomes} == {1}
    assert len(bucket.entries(lake.CURATED)) == 1


def test_a_bucket_keeps_the_promises_of_a_store(bucket: Bucket):
    assert bucket.read_with_tag("a/b") is None
    with pytest.raises(Missing, match="s3://lake-.*/some/lake/a/b"):
        bucket.read("a/b")
    assert not bucket.swap("a/b", b"x", '"0"')
    assert bucket.swap("a/b", b"one", None)
    assert not bucket.swap("a/b", b"two", None)
    content, tag = bucket.read_with_tag("a/b") or (b"", "")
    assert (content, bucket.read_range("a/b", 1, 2)) == (b"one", b"ne")
    assert bucket.swap("a/b", b"two", tag)
    assert not bucket.swap("a/b", b"three", tag)
    bucket.write("a/dt=1/c", b"c")
    assert [entry.key for entry in bucket.entries("a/")] == ["a/b", "a/dt=1/c"]
    assert bucket.folders("a/") == ["dt=1"]
    bucket.delete(["a/b", "a/dt=1/c", "a/never"])
    assert bucket.entries("") == []


def test_a_lake_in_a_bucket_reads_the_same_with_both_engines(bucket: Bucket):
    put(bucket, "batch", crowd(3, 200, within=3_600))
    place = of_bucket(bucket.s3, bucket.name, bucket.prefix)
    asked = {"columns": ["device", "event_time"], "where": [("event_name", "!=", "search")]}
    one, other = (analytics.events(place, "2026-01-31", **asked, engine=engine) for engine in ("pandas", "duckdb"))
    assert one.equals(other)
    assert 0 < len(one) < 200
    before = analytics.scan(place).arrow()
    assert analytics.compact(place).objects.tolist() == [1]
    assert analytics.scan(place).arrow().equals(before)
    bucket.write(key := "raw/events/dt=2026-01-31/hour=00/odd.parquet", b"odd")
    assert [one.key for one in analytics.events(place).attrs["unreadable"]] == [key]
    assert [one.key for one in analytics.compact(place).attrs["quarantined"]] == [key]
    assert bucket.read(f"quarantine/objects/{key}") == b"odd"


def test_an_address_is_read_with_the_user_s_own_credentials(
    bucket: Bucket, engine: localaws.Engine, monkeypatch: pytest.MonkeyPatch
):
    put(bucket, "batch", crowd(4, 50, within=3_600))
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", engine.region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", engine.key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", engine.secret)
    address = f"s3://{bucket.name}/some/lake"
    assert len(analytics.events(address)) == 50
    assert analytics.compact(address + "/").objects.tolist() == [1]
    assert str(analytics.open_lake(address)) == address
    with pytest.raises(LabError, match="s3://no-such-bucket-here cannot be read: .*NoSuchBucket"):
        analytics.open_lake("s3://no-such-bucket-here")
