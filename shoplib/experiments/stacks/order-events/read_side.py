"""Carries events into what pages and analysts read. Both may be thrown away: the events make them anew."""

import json
import os
from functools import cache

import boto3
from boto3.dynamodb.types import TypeDeserializer
from order import change


@cache
def table(variable):
    return boto3.resource("dynamodb").Table(os.environ[variable])


@cache
def archive():
    return boto3.client("s3")


def project(event, context):
    for record in event["Records"]:
        image = record["dynamodb"]["NewImage"]
        happening = {name: TypeDeserializer().deserialize(value) for name, value in image.items()}
        update(happening)
        key = f"{happening['order_id']}/{int(happening['version']):04}.json"
        body = json.dumps(happening, default=int)
        archive().put_object(Bucket=os.environ["ARCHIVE_BUCKET"], Key=key, Body=body.encode())


def update(happening):
    """An older event never overwrites a newer one, however often and late it comes."""
    changes = change(happening)
    names = {f"#{name}": name for name in changes}
    try:
        table("ORDERS_TABLE").update_item(
            Key={"order_id": happening["order_id"]},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changes),
            ConditionExpression="attribute_not_exists(#version) OR #version < :version",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={f":{name}": value for name, value in changes.items()},
        )
    except table("ORDERS_TABLE").meta.client.exceptions.ConditionalCheckFailedException:
        print(f"{happening['order_id']} is further than version {happening['version']}")


def rebuild(event, context):
    happenings = table("EVENTS_TABLE").scan(ConsistentRead=True)["Items"]
    for happening in sorted(happenings, key=lambda each: (each["order_id"], each["version"])):
        update(happening)
    return len(happenings)
