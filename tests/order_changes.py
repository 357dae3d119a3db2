"""Changes of orders, as the topic carries them."""

from dataclasses import replace
from typing import Any

from shoplib.core.order_changes import ChangedLine, OrderChange

LINES = (ChangedLine(1, "mug", "Mug", 2, 1250), ChangedLine(2, "tea", "Tea ✓", 1, 399))
CONFIRMED = OrderChange(
    change_id="change-1",
    order_id="0000abcd-order",
    status="confirmed",
    at="2026-03-01T12:00:00.000000Z",
    channel="web",
    total_minor=2899,
    currency="GBP",
    lines=LINES,
    email="ada@example.com",
    country="Norway",
    delivery_by="2026-03-04",
)


def change(**parts: Any) -> OrderChange:
    return replace(CONFIRMED, **parts)


def batch(*changes: OrderChange) -> dict[str, Any]:
    """What a queue with raw delivery gives a function."""
    records = [
        {"messageId": f"m-{number}", "receiptHandle": "r", "body": each.to_message(), "attributes": {}}
        | {"messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:q"}
        for number, each in enumerate(changes)
    ]
    return {"Records": records}
