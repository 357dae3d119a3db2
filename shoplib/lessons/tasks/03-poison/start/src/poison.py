"""Counts visits: one item for each, however often it comes."""

import base64
import json
import os

import boto3


def handler(event, context):
    visits = boto3.resource("dynamodb").Table(os.environ["VISITS_TABLE"])
    for record in event["Records"]:
        visit = json.loads(base64.b64decode(record["kinesis"]["data"]))
        visits.put_item(Item={"visit_id": visit["visit_id"], "page": visit["page"]})
