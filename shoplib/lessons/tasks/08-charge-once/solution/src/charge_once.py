"""Adds each payment to what its customer owes, once."""

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
        try:
            ledger.transact_write_items(TransactItems=[{"Put": note(payment)}, {"Update": addition(payment)}])
        except ledger.exceptions.TransactionCanceledException as refusal:
            if refusal.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
                raise  # something else was wrong: the queue brings the message again


def note(payment):
    return {
        "TableName": os.environ["LEDGER_TABLE"],
        "Item": {"id": {"S": f"payment {payment['payment_id']}"}},
        "ConditionExpression": "attribute_not_exists(id)",
    }


def addition(payment):
    return {
        "TableName": os.environ["LEDGER_TABLE"],
        "Key": {"id": {"S": payment["customer"]}},
        "UpdateExpression": "ADD owes :pence",
        "ExpressionAttributeValues": {":pence": {"N": str(payment["pence"])}},
    }
