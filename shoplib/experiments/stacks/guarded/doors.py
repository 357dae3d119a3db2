"""What stands behind each of the doors."""

import json
import os

import boto3


def profile(event, context):
    """By now the gateway has checked the token: who it is, and until when."""
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    return {"statusCode": 200, "body": json.dumps({"you_are": claims["cognito:username"]})}


def clerk(event, context):
    """Writes an invoice, and takes it away again if it is told to."""
    store, name = boto3.client("s3"), {"Bucket": os.environ["BUCKET"], "Key": event["invoice"]}
    if event.get("delete"):
        store.delete_object(**name)
        return "deleted"
    store.put_object(**name, Body=b"Two mugs, 17.00")
    return "written"


def careless(event, context):
    return len(os.environ["PARTNER_KEY"])


def careful(event, context):
    """Reads it when it is needed; who may look at the function's settings sees its name alone."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["PARTNER_KEY_ARN"])
    return len(secret["SecretString"])
