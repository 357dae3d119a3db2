"""Takes sign-ups, and writes their mails later."""

import os

import boto3


def sign_up(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["MAILS_QUEUE_URL"], MessageBody=event["address"])
    return {"accepted": True}


def mail(event, context):
    mails = boto3.resource("dynamodb").Table(os.environ["MAILS_TABLE"])
    for record in event["Records"]:
        mails.put_item(Item={"address": record["body"], "text": "Welcome!"})
