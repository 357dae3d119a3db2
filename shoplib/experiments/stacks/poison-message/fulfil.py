"""Reads orders from the queue. Orders of last year's app say `qty`, of which this handler knows nothing."""

import json
import os
from functools import cache

import boto3


@cache
def table():
    return boto3.resource("dynamodb").Table(os.environ["DONE_TABLE"])


def handler(event, context):
    for record in event["Records"]:
        order, receive = json.loads(record["body"]), int(record["attributes"]["ApproximateReceiveCount"])
        print(json.dumps({"order": order["id"], "receive": receive}))
        item = {"id": order["id"], "quantity": quantity(order)}
        table().put_item(Item=item)


def quantity(order):
    if os.environ["READS_OLD_ORDERS"] == "yes":
        return order.get("quantity", order.get("qty"))
    return order["quantity"]
