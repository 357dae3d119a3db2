"""Behind the shop: the queue with its dead letters, and the stream into the lake."""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shoplib.core import events
from tests.cloud.shop.conftest import Shop


def order(**changes: Any) -> dict[str, Any]:
    return {
        "order_id": str(uuid.uuid4()),
        "type": "order",
        "placed_at": "2010-12-01T08:26:00.000000Z",
        "anonymous_id": "customer-17850",
        "country": "United Kingdom",
        "currency": "GBP",
        "channel": "import",
        **changes,
    }


def event(**changes: Any) -> dict[str, Any]:
    visitor = str(uuid.uuid4())
    visit = events.Visit(visitor, session_id=visitor)
    made = events.new("view_item", visit, event_id=str(uuid.uuid4()), at=datetime.now(UTC))
    return {**made, **changes}


def put(shop: Shop, *records: bytes) -> list[str]:
    """Puts records on the stream under one partition key and answers their sequence numbers."""
    entries = [{"Data": record, "PartitionKey": "key"} for record in records]
    stream = shop.lab.outputs("clickstream")["EventStreamName"]
    answer = shop.lab.client("kinesis").put_records(StreamName=stream, Records=entries)
    assert answer["FailedRecordCount"] == 0
    return [record["SequenceNumber"] for record in answer["Records"]]


def test_a_poison_message_goes_to_the_dead_letters_after_three_receives(shop: Shop):
    outputs, sqs = shop.lab.outputs("fulfilment"), shop.lab.client("sqs")
    product = shop.sell(stock=5)
    sent = sqs.send_message(QueueUrl=outputs["OrdersQueueUrl"], MessageBody='{"order_id": "poison"')
    bought = shop.buy(shop.cart_with(product))
    dead = shop.lab.wait_for_message(outputs["OrdersDeadLetterQueueUrl"], sent["MessageId"], limit=60)
    assert [message["Body"] for message in dead] == ['{"order_id": "poison"']
    log = [line for line in shop.lab.logs("fulfilment", "OrdersFunction") if sent["MessageId"] in line]
    assert len([line for line in log if '"not settled"' in line]) == 3
    assert shop.settled(bought.json())["status"] == "confirmed"
    assert shop.available(product) == 4


def test_imported_orders_and_returns_are_settled_and_told_to_the_penny(shop: Shop):
    a, b = (str(uuid.uuid4()) for _ in range(2))
    shop.set_stock({a: 100, b: 100})
    lines = [
        {"product_id": a, "product_name": "WHITE HANGING HEART", "quantity": 6, "price_minor": "255.3"},
        {"product_id": b, "product_name": "REGENCY CAKESTAND", "quantity": 4, "price_minor": "1274.001"},
    ]
    bought, returned = order(lines=lines), order(type="return", lines=[{**lines[0], "quantity": 2}])
    correction = order(lines=[{"product_id": b, "quantity": -3, "price_minor": 0}])
    orders = [bought, returned, correction, order(lines=[]), "order"]
    answer = shop.lab.invoke("fulfilment", "ImportOrdersFunction", {"orders": [*orders, bought]})
    assert (answer["queued"], [entry["index"] for entry in answer["rejected"]]) == (4, [3, 4])
    shop.drain()
    statuses = [shop.order_item(made["order_id"])["status"]["S"] for made in (bought, returned, correction)]
    assert statuses == ["confirmed", "returned", "confirmed"]
    assert (shop.available(a), shop.available(b)) == (96, 96)
    told = {one["event_id"]: one for one in shop.events(prefix="raw/events/dt=2010-12-01/hour=08/")}.values()
    sums = {(one["event_name"], one["order_id"]): Decimal(0) for one in told}
    for one in told:
        sums[one["event_name"], one["order_id"]] += one["value_minor"]
    assert sums["purchase", bought["order_id"]] == Decimal("6627.804")
    assert sums["refund", returned["order_id"]] == Decimal("510.6")
    assert sums["purchase", correction["order_id"]] == 0


def test_the_largest_real_order_is_settled_exactly(shop: Shop):
    run = str(uuid.uuid4())[:8]
    lines = [{"product_id": f"{run}-{number}", "quantity": 2, "price_minor": "85.5"} for number in range(1_114)]
    shop.set_stock({line["product_id"]: 2 for line in lines})
    big = order(lines=lines)
    assert shop.lab.invoke("fulfilment", "ImportOrdersFunction", {"orders": [big, big]})["queued"] == 2
    shop.drain()
    item = shop.order_item(big["order_id"])
    assert (item["status"]["S"], item["amount_minor"]["N"]) == ("confirmed", "190494")
    assert {shop.available(line["product_id"]) for line in lines[::100]} == {0}
    told = shop.events(order_id=big["order_id"])
    assert len({one["event_id"] for one in told}) == 1_114


def test_malformed_records_are_set_aside_and_block_nobody(shop: Shop):
    good = event()
    records = [b"\xff not text", b'{"event_id": ', json.dumps(event(device="watch")).encode(), b"[]"]
    sequences = put(shop, *records, events.encode(good))
    assert len(shop.events(event_id=good["event_id"])) == 1
    aside = [json.loads(content) for content in shop.objects("quarantine/dt=").values()]
    found = {one["sequence"]: one for one in aside if base64.b64decode(one["raw"]) in records}
    assert len(found) == 4
    assert found[sequences[2]]["error"] == "device must be one of mobile, desktop, tablet"
    assert found[sequences[1]]["error"].startswith("not JSON")
    assert base64.b64decode(found[sequences[0]]["raw"]) == records[0]


def test_late_events_are_kept_apart_but_history_is_not_late(shop: Shop):
    days_ago = (datetime.now(UTC) - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    late, history = event(event_time=days_ago), event(event_time=days_ago, channel="import")
    just_in_time = event(event_time=(datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    put(shop, *(events.encode(one) for one in (late, history, just_in_time)))
    for made, raw in ((late, 0), (history, 1), (just_in_time, 1)):
        assert len(shop.events(event_id=made["event_id"])) == raw
    assert len(shop.events("late/events/", event_id=late["event_id"])) == 1


def test_pages_send_their_own_events_but_no_sales(shop: Shop):
    start = event(event_name="session_start", colour="red")
    del start["device"]
    sale = event(event_name="purchase", order_id="1", value_minor=1)
    answer = shop.post_events({"events": [start, sale]})
    assert answer.status_code == 202
    assert (answer.json()["accepted"], answer.json()["rejected"][0]["index"]) == (1, 1)
    stored = shop.events(event_id=start["event_id"])[0]
    assert (stored["device"], stored["channel"], stored["props"]) == ("desktop", "web", '{"colour": "red"}')
    assert stored["user_agent"].startswith("python-requests/")
    assert stored["ingest_time"] - stored["event_time"] < timedelta(minutes=5)


def test_one_correlation_id_leads_through_all_services(shop: Shop):
    correlation = str(uuid.uuid4())
    bought = shop.buy(shop.cart_with(shop.sell()), x_correlation_id=correlation)
    assert bought.headers["x-correlation-id"] == correlation
    shop.settled(bought.json())
    log = [line for line in shop.lab.logs("fulfilment", "OrdersFunction") if correlation in line]
    assert any(bought.json()["order_id"] in line for line in log)
