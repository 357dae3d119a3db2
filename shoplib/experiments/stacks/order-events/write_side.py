"""Appends what happened. Two senders who both saw version 3 cannot both write version 4."""

import os
from functools import cache

import boto3


@cache
def table():
    return boto3.resource("dynamodb").Table(os.environ["EVENTS_TABLE"])


def append(event, context):
    """`event`: order_id, version (the next one, as the sender sees it), what, and what belongs to it."""
    try:
        table().put_item(Item=event, ConditionExpression="attribute_not_exists(version)")
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return {"appended": False, "why": f"version {event['version']} is there already"}
    return {"appended": True}
