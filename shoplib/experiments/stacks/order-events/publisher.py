"""Tells everybody. What it says stands in attributes too, so that each subscription filters for itself."""

import json
import os

import boto3
from boto3.dynamodb.types import TypeDeserializer


def handler(event, context):
    topic = boto3.client("sns")
    for record in event["Records"]:
        image = record["dynamodb"]["NewImage"]
        happening = {name: TypeDeserializer().deserialize(value) for name, value in image.items()}
        attributes = {"what": {"DataType": "String", "StringValue": happening["what"]}}
        if "total" in happening:
            attributes["total"] = {"DataType": "Number", "StringValue": str(happening["total"])}
        message = json.dumps(happening, default=int)
        topic.publish(TopicArn=os.environ["TOPIC"], Message=message, MessageAttributes=attributes)
