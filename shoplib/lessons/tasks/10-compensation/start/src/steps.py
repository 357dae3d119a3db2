"""The steps. None of them knows which comes next: that is the state machine's to know."""

import os
from functools import cache

import boto3


class SoldOut(Exception):
    pass


class Declined(Exception):
    pass


@cache
def stock():
    return boto3.resource("dynamodb").Table(os.environ["STOCK_TABLE"])


def reserve(event, context):
    try:
        move(event["product"], -event["quantity"])
    except stock().meta.client.exceptions.ConditionalCheckFailedException:
        raise SoldOut(event["product"]) from None
    return "reserved"


def release(event, context):
    move(event["product"], event["quantity"])
    return "released"


def charge(event, context):
    if event["card"] == "declined":
        raise Declined("the bank says no")
    return "charged"


def move(product, pieces):
    stock().update_item(
        Key={"id": product},
        UpdateExpression="SET available = available + :pieces",
        ConditionExpression="available >= :taken",
        ExpressionAttributeValues={":pieces": pieces, ":taken": -pieces},
    )
