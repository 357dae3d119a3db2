"""Reads a batch: all of it, or nothing."""

import base64
import json


def handler(event, context):
    texts = [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
    bad = [text for text in texts if not text.startswith("{")]
    print(json.dumps({"records": len(texts), "outcome": "failed" if bad else "ok"}))
    if bad:
        raise ValueError(f"{len(bad)} of {len(texts)} records is no event")
