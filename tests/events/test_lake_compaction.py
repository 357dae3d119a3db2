"""The compacting function: what may be asked of it, and what it answers."""

from datetime import date
from typing import Any

import pytest

from shoplib.core import errors, events
from shoplib.core.lake.objects import Bucket
from shoplib.services.analytics import compacting
from tests.inprocess import World, client, kinesis_event
from tests.lake_events import put, row


@pytest.fixture
def lake(shop: World) -> Bucket:
    return Bucket(client("s3"), "lake")


def days(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(day["day"], day["objects"]) for day in answer["days"]]


def test_all_days_that_wait_are_compacted_and_nothing_twice(shop: World, lake: Bucket):
    put(lake, "batch", [row(1), row(2, 86_400), row(2, 86_400)])
    first = shop.invoke("CompactFunction", {})
    assert days(first) == [("2026-01-31", 1), ("2026-02-01", 1)]
    assert first["days"][1]["counts"] == {"read": 2, "rows": 1, "bots": 0, "late": 0, "duplicates": 1}
    assert shop.invoke("CompactFunction", {}) == {"days": [], "failed": [], "left": []}
    assert days(shop.invoke("CompactFunction", {"days": ["2026-02-01", "2026-02-01"]})) == [("2026-02-01", 0)]


def test_what_the_stream_s_function_wrote_is_what_is_compacted(shop: World):
    event = {name: row(1)[name] for name in events.REQUIRED} | {"event_time": "2026-01-31T00:00:00Z"}
    shop.invoke("AnalyticsFunction", kinesis_event(event, event, b"{"))
    assert shop.invoke("CompactFunction", {"days": ["2026-01-31"]})["days"][0]["counts"]["duplicates"] == 1


def test_a_run_takes_a_bounded_number_of_days_and_names_the_others(
    shop: World, lake: Bucket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(compacting, "MOST_DAYS", 2)
    put(lake, "batch", [row(number, number * 86_400) for number in range(5)])
    first = shop.invoke("CompactFunction", {})
    assert [day for day, _ in days(first)] == ["2026-01-31", "2026-02-01"]
    assert first["left"] == ["2026-02-02", "2026-02-03", "2026-02-04"]
    assert days(shop.invoke("CompactFunction", {"days": first["left"]})) == [("2026-02-02", 1), ("2026-02-03", 1)]


def test_an_object_that_cannot_be_read_is_set_aside_and_nobody_waits_for_it(shop: World, lake: Bucket):
    put(lake, "batch", [row(1), row(2, 86_400)])
    key = "late/events/dt=2026-01-31/hour=00/odd.parquet"
    lake.write(key, b"odd")
    answer = shop.invoke("CompactFunction", {})
    assert days(answer) == [("2026-01-31", 1), ("2026-02-01", 1)]
    assert answer["failed"] == []
    assert [one["key"] for one in answer["days"][0]["quarantined"]] == [key]
    assert lake.read(f"quarantine/objects/{key}") == b"odd"
    assert lake.entries("late/") == []
    assert shop.invoke("CompactFunction", {})["days"] == []


def test_a_day_that_fails_is_named_and_the_others_do_not_wait_for_it(
    shop: World, lake: Bucket, monkeypatch: pytest.MonkeyPatch
):
    put(lake, "batch", [row(1), row(2, 86_400)])
    swap = Bucket.swap
    monkeypatch.setattr(Bucket, "swap", lambda lake, key, *rest: "01-31" not in key and swap(lake, key, *rest))
    answer = shop.invoke("CompactFunction", {})
    assert days(answer) == [("2026-02-01", 1)]
    assert answer["failed"][0]["day"] == "2026-01-31"


def test_the_schedule_s_run_fails_when_something_was_set_aside_so_that_the_alarm_rings(shop: World, lake: Bucket):
    put(lake, "batch", [row(1), row(2, 86_400)])
    lake.write("raw/events/dt=2026-01-31/hour=00/odd.parquet", b"odd")
    with pytest.raises(compacting.NotCompacted, match="2026-01-31: .*odd.parquet"):
        shop.invoke("CompactFunction", {"strict": True})
    assert shop.invoke("CompactFunction", {"days": ["2026-02-01"]})["days"][0]["version"] == 1


@pytest.mark.parametrize("asked", ["2026-01-31", ["31.1."], [7], {"a": 1}])
def test_what_is_no_list_of_days_is_refused(asked: Any):
    with pytest.raises(errors.InvalidRequest):
        compacting.days_of({"days": asked})


def test_days_are_taken_in_order_and_once():
    assert compacting.days_of({"days": ["2026-02-01", "2026-01-31", "2026-02-01"]}) == [
        date(2026, 1, 31),
        date(2026, 2, 1),
    ]
    assert compacting.days_of({}) == compacting.days_of({"days": None}) == []
