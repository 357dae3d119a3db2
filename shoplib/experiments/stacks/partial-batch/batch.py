"""Ten orders in one go, one of which cannot be read."""

import json


def work(record):
    order, receive = json.loads(record["body"]), int(record["attributes"]["ApproximateReceiveCount"])
    print(json.dumps({"order": order["id"], "receive": receive, "outcome": "failed" if order["bad"] else "ok"}))
    return not order["bad"]


def without_report(event, context):
    """Whatever fails, the whole batch does: also those that were done."""
    results = [work(record) for record in event["Records"]]
    if not all(results):
        raise RuntimeError("one of them cannot be read")


def with_report(event, context):
    """Says which, so that only those come back."""
    failures = [record["messageId"] for record in event["Records"] if not work(record)]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in failures]}
