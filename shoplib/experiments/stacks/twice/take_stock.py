"""Two pieces of a product leave the shelf, once or twice: what does a repeated `ADD` do?"""

import json
import os
from functools import cache

import boto3


@cache
def client():
    return boto3.client("dynamodb")


def movement(order):
    """Takes the pieces from the shelf."""
    return {
        "TableName": os.environ["TABLE"],
        "Key": {"id": {"S": order["product"]}},
        "UpdateExpression": "ADD available :pieces",
        "ExpressionAttributeValues": {":pieces": {"N": str(-order["quantity"])}},
    }


def naive(event, context):
    for record in event["Records"]:
        client().update_item(**movement(json.loads(record["body"])))


def idempotent(event, context):
    """The movement and the note that it was made are one transaction: both, or none."""
    for record in event["Records"]:
        order = json.loads(record["body"])
        note = {"TableName": os.environ["TABLE"], "Item": {"id": {"S": f"moved-{order['order_id']}"}}}
        once = note | {"ConditionExpression": "attribute_not_exists(id)"}
        try:
            client().transact_write_items(TransactItems=[{"Put": once}, {"Update": movement(order)}])
        except client().exceptions.TransactionCanceledException as refusal:
            if refusal.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
                raise
            print("this order's pieces are gone already")
