import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shoplib.core import events

GOOD: dict[str, Any] = {
    "event_id": "6f1c2a9e-1111-4222-8333-444455556666",
    "event_time": "2026-03-01T11:59:59.250000Z",
    "event_name": "view_item",
    "schema_version": 1,
    "anonymous_id": "visitor-1",
    "device": "mobile",
}
SALE = {**GOOD, "event_name": "purchase", "order_id": "1", "value_minor": "42.5"}


@pytest.mark.parametrize(
    "event",
    [
        GOOD,
        SALE,
        {**GOOD, "event_time": "2026-03-01T11:59:59Z"},
        {**GOOD, "event_time": "2026-03-01T11:59:59.1+00:00"},
        {**GOOD, "user_id": None, "price_minor": 5, "props": {"any": ["thing"]}, "a_new_field": 1.5},
    ],
)
def test_a_good_event_has_no_problem(event: dict[str, Any]):
    assert events.problem(event) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"event_id": "1"}, "event_id must be a UUID"),
        ({"event_id": None}, "event_id is missing"),
        ({"event_name": "page_view"}, "event_name must be one of"),
        ({"event_name": []}, "event_name must be one of"),
        ({"event_time": "2026-02-30T00:00:00Z"}, "event_time is no moment"),
        ({"event_time": "2026-03-01T12:00:00"}, "event_time must be RFC 3339 in UTC"),
        ({"event_time": "2026-03-01T12:00:00+01:00"}, "event_time must be RFC 3339 in UTC"),
        ({"event_time": "2026-03-01T24:00:00Z"}, "event_time is no moment"),
        ({"schema_version": "1"}, "schema_version must be a whole number"),
        ({"quantity": True}, "quantity must be a whole number"),
        ({"quantity": 2**31}, "quantity must be a whole number"),
        ({"price_minor": 1.5}, "price_minor is not an amount"),
        ({"category": "x" * 1025}, "category must be a string of at most 1024"),
        ({"category": "\ud800"}, "category holds half a surrogate pair"),
        ({"props": []}, "props must be an object"),
        ({"device": "watch"}, "device must be one of"),
        ({"channel": "shop"}, "channel must be one of"),
    ],
)
def test_a_bad_event_is_told_what_is_wrong(change: dict[str, Any], problem: str):
    assert (events.problem({**GOOD, **change}) or "").startswith(problem)


def test_a_sale_names_its_order_and_value():
    assert events.problem({**SALE, "order_id": None}) == "order_id is missing on a purchase"
    assert events.problem({**SALE, "event_name": "refund", "value_minor": None}) == "value_minor is missing on a refund"


@pytest.mark.parametrize("value", [None, 1, "text", [GOOD]])
def test_an_event_is_an_object(value: object):
    assert events.problem(value) == "an event must be a JSON object"


def test_a_new_event_is_good_and_leaves_out_what_is_unknown():
    visit = events.Visit("visitor-1", device="tablet", country="Norway")
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    event = events.new("view_item", visit, event_id=GOOD["event_id"], at=at, product_id="mug", category=None)
    assert events.problem(event) is None
    assert event["event_time"] == "2026-03-01T12:00:00.000000Z"
    assert "category" not in event and "user_id" not in event


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148", "mobile"),
        ("Mozilla/5.0 (Linux; Android 16; Pixel 10) Mobile Safari/537.36", "mobile"),
        ("Mozilla/5.0 (Linux; Android 16; SM-X900) Safari/537.36", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X)", "tablet"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "desktop"),
        ("", "desktop"),
        (None, "desktop"),
    ],
)
def test_device_of_a_browser(agent: str | None, device: str):
    assert events.device_of(agent) == device


class Stream:
    """A put_records that refuses each record as often as its number in `refusals` says."""

    def __init__(self, refusals: dict[int, int] | None = None) -> None:
        self.refusals = dict(refusals or {})
        self.stored: list[dict[str, Any]] = []
        self.calls: list[int] = []

    def put_records(self, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:
        self.calls.append(len(Records))
        results = [self._put(record) for record in Records]
        return {"FailedRecordCount": sum("ErrorCode" in result for result in results), "Records": results}

    def _put(self, record: dict[str, Any]) -> dict[str, Any]:
        number = json.loads(record["Data"])["quantity"]
        if self.refusals.get(number):
            self.refusals[number] -= 1
            return {"ErrorCode": "ProvisionedThroughputExceededException"}
        self.stored.append(record)
        return {"SequenceNumber": "1"}


def numbered(count: int, **fields: Any) -> list[events.Event]:
    return [{**GOOD, "anonymous_id": f"visitor-{number}", "quantity": number, **fields} for number in range(count)]


def quiet(_seconds: float) -> None:
    pass


def test_refused_records_alone_are_sent_again():
    stream = Stream({1: 2, 3: 1})
    events.publish(stream.put_records, "stream", numbered(5), pause=quiet)
    assert stream.calls == [5, 2, 1]
    assert sorted(record["PartitionKey"] for record in stream.stored) == [f"visitor-{number}" for number in range(5)]


def test_a_stream_that_keeps_refusing_is_reported():
    with pytest.raises(events.PublishError, match="stream refused 1 records after 6 attempts: Provisioned"):
        events.publish(Stream({0: 99}).put_records, "stream", numbered(2), pause=quiet)


def test_calls_stay_within_the_limits_of_kinesis():
    stream = Stream()
    events.publish(stream.put_records, "stream", numbered(1_201), pause=quiet)
    assert stream.calls == [500, 500, 201]
    big = Stream()
    events.publish(big.put_records, "stream", numbered(12, props={"text": "x" * 1_000_000}), pause=quiet)
    assert big.calls == [5, 5, 2]


def test_without_a_stream_events_are_logged(caplog: pytest.LogCaptureFixture):
    with caplog.at_level("INFO", logger="shoplib.core.events"):
        events.publish(Stream().put_records, "", [GOOD])
    assert json.loads(caplog.messages[0]) == GOOD


def test_an_offer_that_fails_is_logged_and_does_not_raise(caplog: pytest.LogCaptureFixture):
    def broken(**_call: Any) -> dict[str, Any]:
        raise ConnectionError("no stream")

    assert events.offer(broken, "stream", [GOOD]) is False
    assert "1 events were not published" in caplog.messages[0]
    assert events.offer(Stream().put_records, "", []) is True


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "sNaN", "Infinity"])
def test_a_number_that_json_does_not_know_is_sent_as_its_text(number: str):
    event = json.loads(events.encode({"size": Decimal(number)}), parse_constant=pytest.fail)
    assert Decimal(event["size"]).compare_total(Decimal(number)) == 0
