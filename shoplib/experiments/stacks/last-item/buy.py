"""Sells one piece, if there is one."""

import os
import time
from functools import cache

import boto3

LOOKS_AT_THE_PRICE = 0.5  # seconds


@cache
def table():
    return boto3.resource("dynamodb").Table(os.environ["STOCK"])


def read_then_write(event, context):
    """Between the read and the write, nine others have read the same."""
    item = table().get_item(Key={"id": event["product"]}, ConsistentRead=True)["Item"]
    if item["available"] < 1:
        return "refused"
    time.sleep(LOOKS_AT_THE_PRICE)
    table().put_item(Item={"id": event["product"], "available": item["available"] - 1})
    return "sold"


def write_if_there(event, context):
    """The table itself looks and writes, and nobody comes between."""
    time.sleep(LOOKS_AT_THE_PRICE)
    try:
        table().update_item(
            Key={"id": event["product"]},
            UpdateExpression="SET available = available - :one",
            ConditionExpression="available >= :one",
            ExpressionAttributeValues={":one": 1},
        )
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return "refused"
    return "sold"
