"""The functions of the traffic, as a user would write them."""

ECHO = "def handler(event, context):\n    print('got', len(str(event)), 'characters')\n    return event\n"

FAILS = "def handler(event, context):\n    raise ValueError('as asked')\n"

SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(30)\n"

ITEM = """
import json, boto3
table = boto3.resource("dynamodb").Table("leaks-items")
def handler(event, context):
    key = {"id": event["pathParameters"]["id"]}
    table.put_item(Item=key | {"n": 1})
    item = table.get_item(Key=key)["Item"]
    table.delete_item(Key=key)
    return {"statusCode": 200, "body": json.dumps({"id": item["id"]})}
"""

# What it consumed, as messages of the queue that the traffic waits at.
CONSUMES = """
import boto3, os
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["DONE"], MessageBody=str(len(event["Records"])))
"""


def constant(value: int) -> str:
    """A function whose code differs with each value."""
    return f"def handler(event, context):\n    return {value}\n"
