"""Counts clicks, slowly; says how old the oldest of its batch is."""

import json
import time

SECONDS = 0.1


def handler(event, context):
    time.sleep(SECONDS)
    records = event["Records"]
    shard = records[0]["eventID"].split(":")[0]
    age = time.time() - min(record["kinesis"]["approximateArrivalTimestamp"] for record in records)
    print(json.dumps({"shard": shard, "records": len(records), "age": round(age, 3)}))
