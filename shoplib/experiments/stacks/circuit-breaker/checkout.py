"""Takes a payment at the partner, through the breaker, and answers at once when that is open."""

import json
import os
from functools import cache

import boto3
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from breaker import OpenError, call


class PartnerError(Exception):
    """The partner failed, or took too long."""


@cache
def functions():
    """Waits for the partner as long as a customer would, and tries once: the breaker shall see each failure."""
    seconds = float(os.environ["PARTNER_TIMEOUT"])
    return boto3.client("lambda", config=Config(read_timeout=seconds, retries={"total_max_attempts": 1}))


def handler(event, context):
    try:
        paid, state = call(lambda: pay(event["order_id"]))
    except OpenError:
        return {"status": 503, "breaker": "open"}
    except PartnerError as error:
        return {"status": 502, "reason": str(error)}
    return {"status": 200, "breaker": state, **paid}


def pay(order_id):
    payload = json.dumps({"order_id": order_id})
    try:
        answer = functions().invoke(FunctionName=os.environ["PARTNER_FUNCTION"], Payload=payload)
    except ReadTimeoutError:
        raise PartnerError("too slow") from None
    if "FunctionError" in answer:
        raise PartnerError("failed")
    return json.loads(answer["Payload"].read())
