"""The breaker: closed (calls go through), open (nobody calls), half-open (one call tries). Its state is one item."""

import os
import time
from functools import cache

import boto3

PARTNER = {"id": "partner"}


class OpenError(Exception):
    """Nobody was called."""


@cache
def table():
    return boto3.resource("dynamodb").Table(os.environ["BREAKERS_TABLE"])


def call(work):
    """Do the work if the breaker lets it, and note how it went. Answers the state in which it was done, too."""
    state = enter()
    try:
        answer = work()
    except Exception:
        note_failure(state)
        raise
    close()
    return answer, state


def enter():
    item = table().get_item(Key=PARTNER, ConsistentRead=True).get("Item", {})
    if item.get("state", "closed") == "closed":
        return "closed"
    if now() < item["try_at"] or not take_the_try(item["try_at"]):
        raise OpenError
    return "half-open"


def take_the_try(due):
    """Of all that come when the time is over, one: whoever is the first to move `try_at`."""
    try:
        update("SET #state = :half, try_at = :later", "try_at = :due", half="half-open", later=later(), due=due)
    except table().meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def note_failure(state):
    failures = update("ADD failures :one", one=1)["failures"]
    if state == "half-open" or failures >= int(os.environ["FAILURES_TO_OPEN"]):
        update("SET #state = :open, try_at = :later", open="open", later=later())


def close():
    update("SET #state = :closed, failures = :none", closed="closed", none=0)


def now():
    return int(time.time() * 1000)


def later():
    return now() + int(float(os.environ["SECONDS_OPEN"]) * 1000)


def update(change, condition=None, **values):
    names = {"ExpressionAttributeNames": {"#state": "state"}} if "#state" in change else {}
    only = {"ConditionExpression": condition} if condition else {}
    values = {f":{name}": value for name, value in values.items()}
    options = {"ExpressionAttributeValues": values, "ReturnValues": "ALL_NEW", **names, **only}
    return table().update_item(Key=PARTNER, UpdateExpression=change, **options)["Attributes"]
