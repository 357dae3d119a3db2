"""Keeps wishes, and gives them back."""

import json
import os

import boto3


def handler(event, context):
    wishes = boto3.resource("dynamodb").Table(os.environ["WISHES_TABLE"])
    wish = event["pathParameters"]["id"]
    if event["requestContext"]["http"]["method"] == "PUT":
        wishes.put_item(Item={"id": wish, "text": json.loads(event["body"])["text"]})
        return answer(200, {"id": wish})
    return answer(200, wishes.get_item(Key={"id": wish})["Item"])


def answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
