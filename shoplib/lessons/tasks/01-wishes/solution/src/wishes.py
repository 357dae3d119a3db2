"""Keeps wishes, and gives them back."""

import json
import os

import boto3


def handler(event, context):
    wishes = boto3.resource("dynamodb").Table(os.environ["WISHES_TABLE"])
    wish = event["pathParameters"]["id"]
    if event["requestContext"]["http"]["method"] == "PUT":
        text = text_of(event)
        if text is None:
            return answer(400, {"message": "send a JSON object with a text"})
        wishes.put_item(Item={"id": wish, "text": text})
        return answer(200, {"id": wish})
    item = wishes.get_item(Key={"id": wish}).get("Item")
    return answer(200, item) if item else answer(404, {"message": f"there is no wish {wish}"})


def text_of(event):
    try:
        body = json.loads(event.get("body") or "")
    except ValueError:
        return None
    return body.get("text") if isinstance(body, dict) else None


def answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
