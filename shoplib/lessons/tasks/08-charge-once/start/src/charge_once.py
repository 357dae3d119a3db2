"""Adds each payment to what its customer owes."""

import json
import os
import time

import boto3

BANK_SECONDS = 0.2


def handler(event, context):
    ledger = boto3.client("dynamodb")
    for record in event["Records"]:
        payment = json.loads(record["body"])
        time.sleep(BANK_SECONDS)  # the bank is asked whether the customer is good for it
        ledger.update_item(
            TableName=os.environ["LEDGER_TABLE"],
            Key={"id": {"S": payment["customer"]}},
            UpdateExpression="ADD owes :pence",
            ExpressionAttributeValues={":pence": {"N": str(payment["pence"])}},
        )
