"""Four services that know events, and not each other."""

import json
import os
from functools import cache

import boto3


@cache
def table(variable):
    return boto3.resource("dynamodb").Table(os.environ[variable])


def announce(what, order):
    print(json.dumps({"what": what, "order": order["order_id"]}))
    entry = {"EventBusName": os.environ["BUS"], "Source": "shop", "DetailType": what, "Detail": json.dumps(order)}
    answer = boto3.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"{what} was not taken: {answer['Entries']}")


def reserve(event, context):
    order = event["detail"]
    try:
        move(order["product"], -order["quantity"])
    except table("STOCK_TABLE").meta.client.exceptions.ConditionalCheckFailedException:
        announce("SoldOut", order)
    else:
        announce("StockReserved", order)


def charge(event, context):
    order = event["detail"]
    announce("PaymentDeclined" if order["card"] == "declined" else "PaymentTaken", order)


def release(event, context):
    move(event["detail"]["product"], event["detail"]["quantity"])


def settle(event, context):
    status = "confirmed" if event["detail-type"] == "PaymentTaken" else "cancelled"
    table("ORDERS_TABLE").put_item(Item={"id": event["detail"]["order_id"], "status": status})


def move(product, pieces):
    table("STOCK_TABLE").update_item(
        Key={"id": product},
        UpdateExpression="SET available = available + :pieces",
        ConditionExpression="available >= :taken",
        ExpressionAttributeValues={":pieces": pieces, ":taken": -pieces},
    )
