"""Packs a parcel, which takes its time."""

import json
import time


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        receive = int(record["attributes"]["ApproximateReceiveCount"])
        print(json.dumps({"order": order["id"], "receive": receive, "step": "begin"}), flush=True)
        time.sleep(order["seconds"])
        print(json.dumps({"order": order["id"], "receive": receive, "step": "packed"}), flush=True)
