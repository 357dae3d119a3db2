"""Checkout, payments and fulfilment: they do little, and say what they do."""

import json
import os
import time
from functools import cache

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit

logger, metrics, tracer = Logger(), Metrics(), Tracer()
BANK_SECONDS = 0.05


@cache
def client(service):
    return boto3.client(service)


@logger.inject_lambda_context(correlation_id_path='headers."x-correlation-id"', clear_state=True)
@tracer.capture_lambda_handler
def checkout(event, context):
    order = json.loads(event["body"]) | {"correlation_id": logger.get_correlation_id()}
    tracer.put_annotation("order_id", order["order_id"])
    answer = client("lambda").invoke(FunctionName=os.environ["PAYMENTS"], Payload=json.dumps(order))
    if not json.loads(answer["Payload"].read())["paid"]:
        logger.warning("not paid", order_id=order["order_id"])
        return {"statusCode": 402, "body": "declined"}
    client("sqs").send_message(QueueUrl=os.environ["ORDERS"], MessageBody=json.dumps(order))
    logger.info("accepted", order_id=order["order_id"])
    return {"statusCode": 202, "body": "accepted"}


@logger.inject_lambda_context(correlation_id_path="correlation_id", clear_state=True)
@tracer.capture_lambda_handler
@metrics.log_metrics
def pay(event, context):
    time.sleep(event.get("bank_seconds", BANK_SECONDS))
    paid = event.get("card") != "declined"
    metrics.add_metric(name="Paid" if paid else "Declined", unit=MetricUnit.Count, value=1)
    logger.info("paid" if paid else "declined", order_id=event["order_id"])
    return {"paid": paid}


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler
def fulfil(event, context):
    for record in event["Records"]:
        order = json.loads(record["body"])
        logger.set_correlation_id(order["correlation_id"])
        logger.info("packed", order_id=order["order_id"])
