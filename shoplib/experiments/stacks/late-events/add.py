"""Adds up a day's revenue twice: under the day on which it happened, and under the day on which we heard of it."""

import base64
import json
import os
from collections import Counter
from functools import cache

import boto3


@cache
def table():
    return boto3.resource("dynamodb").Table(os.environ["REVENUE_TABLE"])


def handler(event, context):
    sums = Counter()
    for record in event["Records"]:
        purchase = json.loads(base64.b64decode(record["kinesis"]["data"]))
        sums[f"happened {purchase['happened']}"] += purchase["pence"]
        sums[f"arrived {purchase['arrived']}"] += purchase["pence"]
    for day, pence in sums.items():
        table().update_item(
            Key={"id": day}, UpdateExpression="ADD pence :pence", ExpressionAttributeValues={":pence": pence}
        )
