"""The same order twice is one order, or two: who makes the order's id?"""

import json
import os
import uuid
from functools import cache

import boto3


@cache
def table():
    return boto3.resource("dynamodb").Table(os.environ["TABLE"])


def naive(event, context):
    """An id for each try: the second one cannot know that it is one."""
    for record in event["Records"]:
        order = json.loads(record["body"])
        table().put_item(Item={"id": f"order-{uuid.uuid4().hex}", "cart": order["cart"]})


def idempotent(event, context):
    """The sender's key is the id, and an id is taken once."""
    for record in event["Records"]:
        order = json.loads(record["body"])
        item = {"id": f"order-{order['idempotency_key']}", "cart": order["cart"]}
        try:
            table().put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
        except table().meta.client.exceptions.ConditionalCheckFailedException:
            print("this order is there already")
