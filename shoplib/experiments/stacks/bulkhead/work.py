"""Takes as many seconds as it is asked to: a report takes long, a checkout does not."""

import time


def handler(event, context):
    time.sleep(float((event.get("queryStringParameters") or {}).get("seconds", 0)))
    return {"statusCode": 200, "body": "done"}
