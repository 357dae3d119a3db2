"""A batch of stream records and the objects of the lake that it becomes."""

import io
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplib.core import events, lake
from shoplib.services.analytics import domain, store
from tests.inprocess import NOON, World, client, kinesis_event

TIMES = st.datetimes(datetime(2026, 2, 20), datetime(2026, 3, 2))


def event(at: datetime = NOON, **changes: Any) -> dict[str, Any]:
    visit = events.Visit("visitor-1")
    return {**events.new("view_item", visit, event_id=str(uuid.uuid4()), at=at.replace(tzinfo=UTC)), **changes}


def objects() -> dict[str, bytes]:
    entries = client("s3").list_objects_v2(Bucket="lake").get("Contents", [])
    return {entry["Key"]: client("s3").get_object(Bucket="lake", Key=entry["Key"])["Body"].read() for entry in entries}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TIMES, st.sampled_from(["web", "import", None])), min_size=1, max_size=30))
def test_every_event_is_in_the_group_of_its_hour_and_nowhere_else(made: list[tuple[datetime, str | None]]):
    sent = [event(at, channel=channel) for at, channel in made]
    batch = domain.batch_of(kinesis_event(*sent))
    table, malformed = domain.read(batch)
    grouped = list(domain.groups(batch, table))
    assert malformed == []
    assert sorted(row["event_id"] for group in grouped for row in group.table.to_pylist()) == sorted(
        one["event_id"] for one in sent
    )
    assert len({group.key for group in grouped}) == len(grouped)
    for group in grouped:
        for row in group.table.to_pylist():
            late = NOON - row["event_time"] > timedelta(days=3) and row["channel"] != "import"
            assert group.late == late
            assert group.key.startswith(lake.hour_prefix(lake.LATE if late else lake.RAW, row["event_time"]))


def test_exactly_three_days_are_not_late():
    batch = domain.batch_of(
        kinesis_event(event(NOON - timedelta(days=3)), event(NOON - timedelta(days=3, microseconds=1)))
    )
    table, _ = domain.read(batch)
    assert sorted((group.late, group.table.num_rows) for group in domain.groups(batch, table)) == [
        (False, 1),
        (True, 1),
    ]


def test_the_same_batch_again_overwrites_the_same_bytes(shop: World):
    batch = kinesis_event(event(), event(NOON - timedelta(days=9)), b"{", event(NOON - timedelta(hours=1)))
    shop.invoke("AnalyticsFunction", batch)
    first = objects()
    shop.pass_time(hours=5)
    shop.invoke("AnalyticsFunction", batch)
    assert objects() == first
    assert sorted(key.split("/")[0] for key in first) == ["late", "quarantine", "raw", "raw"]


def test_rows_carry_where_and_when_they_came_in(shop: World):
    shop.invoke("AnalyticsFunction", kinesis_event(event(), b"{", event(), first=7))
    content = next(content for key, content in objects().items() if key.startswith("raw/"))
    table = pq.read_table(io.BytesIO(content))
    assert table.schema.equals(lake.SCHEMA)
    rows = table.to_pylist()
    assert [int(row["sequence_number"]) for row in rows] == [7, 9]
    assert {(row["ingest_time"], row["shard_id"]) for row in rows} == {(NOON, "shardId-000000000000")}


def test_a_lake_that_does_not_answer_fails_the_batch_from_its_first_record(
    shop: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(_key: str, _body: bytes) -> None:
        raise ClientError({"Error": {"Code": "SlowDown", "Message": "slow down"}}, "PutObject")

    monkeypatch.setattr(store, "_put", broken)
    answer = shop.invoke("AnalyticsFunction", kinesis_event(event(), event(), first=41))
    assert [int(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]] == [41]
    assert "The lake did not take the batch; it will be tried again." in caplog.messages


def test_metrics_count_events_malformed_and_late(shop: World, capsys: pytest.CaptureFixture[str]):
    shop.invoke("AnalyticsFunction", kinesis_event(event(), b"{", event(NOON - timedelta(days=4))))
    metrics = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line)
    assert {name: metrics[name] for name in ("Events", "Malformed", "Late", "Objects")} == {
        "Events": [2.0],
        "Malformed": [1.0],
        "Late": [1.0],
        "Objects": [2.0],
    }
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Shop"
