"""Prints the label of each parcel that the queue brings."""

import json
import os

import boto3


def handler(event, context):
    labels = boto3.resource("dynamodb").Table(os.environ["LABELS_TABLE"])
    for record in event["Records"]:
        parcel = json.loads(record["body"])
        labels.put_item(Item={"parcel_id": parcel["parcel_id"], "label": f"To {parcel['to']}"})
