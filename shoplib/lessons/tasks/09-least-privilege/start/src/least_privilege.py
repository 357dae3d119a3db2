"""Writes a review, and reads those of a product."""

import os

import boto3
from boto3.dynamodb.conditions import Key


def handler(event, context):
    reviews = boto3.resource("dynamodb").Table(os.environ["REVIEWS_TABLE"])
    if "text" in event:
        reviews.put_item(Item=event)
        return 1
    return reviews.query(KeyConditionExpression=Key("product_id").eq(event["product_id"]))["Count"]
