"""A customer gets one mail, or two: what happens between the mail and the note that it was sent?"""

import json
import os
from functools import cache

import boto3


@cache
def table(variable):
    return boto3.resource("dynamodb").Table(os.environ[variable])


def publish(order_id):
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC"], Message=f"confirmed {order_id}")


def crash_once(record):
    """As if the environment were gone, right here, at the first delivery."""
    if record["attributes"]["ApproximateReceiveCount"] == "1":
        raise RuntimeError("gone")


def naive(event, context):
    """Two systems, two writes: after a crash between them the retry sends the mail again."""
    for record in event["Records"]:
        order = json.loads(record["body"])
        publish(order["order_id"])
        crash_once(record)
        table("TABLE").put_item(Item={"id": order["order_id"], "status": "confirmed"})


def idempotent(event, context):
    """One write, once. What follows from it is the work of the table's stream."""
    for record in event["Records"]:
        item = {"id": json.loads(record["body"])["order_id"], "status": "confirmed"}
        try:
            table("OUTBOX").put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
        except table("OUTBOX").meta.client.exceptions.ConditionalCheckFailedException:
            continue
        crash_once(record)


def announce(event, context):
    """Behind the outbox: a mail for each new order."""
    for record in event["Records"]:
        publish(record["dynamodb"]["NewImage"]["id"]["S"])
