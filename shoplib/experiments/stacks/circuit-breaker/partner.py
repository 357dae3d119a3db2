"""Takes a payment, in its own time."""

import time

SECONDS = 0.3


def handler(event, context):
    time.sleep(SECONDS)
    return {"paid": event["order_id"]}
