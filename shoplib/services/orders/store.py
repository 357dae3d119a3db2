"""Orders, stock, and the marks that say which parts of a large order's stock have moved.

Stock and the record of why it moved change in ONE transaction, so however often a step is repeated it has one effect.
"""

import random
import time
from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from shoplib.core import clock, config, events, orders, outbox, telemetry
from shoplib.core.order_changes import OrderChange
from shoplib.core.orders import Order
from shoplib.services.orders import domain
from shoplib.services.orders.config import ChangesConfig, Config, FulfilmentConfig, StockConfig, StreamConfig
from shoplib.services.orders.domain import Pieces, Progress

_ATTEMPTS = 6
_CONDITION = "ConditionalCheckFailed"
_RESERVED, _RELEASED = "reserved", "released"

Write = dict[str, Any]


class Overtaken(Exception):
    """Another delivery of the same order has moved it on; look again."""


class StockBusy(Exception):
    """Other orders kept changing the same products; the message will come again."""


@cache
def dynamodb() -> Any:
    return boto3.resource("dynamodb")


@cache
def sqs() -> Any:
    return boto3.client("sqs")


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


@cache
def sns() -> Any:
    return boto3.client("sns")


def find(order_id: str) -> Progress | None:
    """An order as it is now."""
    table = dynamodb().Table(config.load(Config).orders_table_name)
    item = table.get_item(Key={"order_id": order_id}, ConsistentRead=True).get("Item")
    return _progress(item) if item else None


def order_of(image: outbox.Image) -> Progress | None:
    """The order of an image in DynamoDB's JSON; None when the image is none."""
    plain = TypeDeserializer().deserialize
    return _progress({name: plain(value) for name, value in image.items()}) if image else None


def _progress(item: dict[str, Any]) -> Progress:
    message = {name: value for name, value in item.items() if name in {field.name for field in fields(Order)}}
    message["lines"] = [{**line, "quantity": int(line["quantity"])} for line in item["lines"]]
    version, at = int(item.get("version", 1)), item.get("changed_at", "")
    return Progress(orders.parse(message), item["status"], item.get("reason"), version, at)


def settle(order: Order, pieces: Pieces) -> list[str]:
    """Settles an order and moves all its stock at once. Answers what is out of stock: then nothing moved."""
    writes = [_put_order(Progress(order, domain.final_status(order))), *_move(order, pieces)]
    failed = _transact(writes)
    if failed and failed[0]:
        raise Overtaken
    return _names(pieces, failed[1:])


def add(progress: Progress) -> None:
    """Stores an order that is not known yet."""
    if any(_transact([_put_order(progress)])):
        raise Overtaken


def move_on(order_id: str, before: str, after: str, reason: str | None = None) -> None:
    """Changes an order's status, if it still is `before`."""
    write = {
        "TableName": config.load(Config).orders_table_name,
        "Key": {"order_id": order_id},
        "UpdateExpression": "SET #status = :after, #reason = :reason, changed_at = :now ADD version :one",
        "ConditionExpression": "#status = :before",
        "ExpressionAttributeNames": {"#status": "status", "#reason": "reason"},
        "ExpressionAttributeValues": {":before": before, ":after": after, ":reason": reason, ":now": _now(), ":one": 1},
    }
    if any(_transact([{"Update": write}])):
        raise Overtaken


def move_part(progress: Progress, number: int, pieces: Pieces) -> list[str]:
    """Moves one part of an order's stock, once. Answers what is out of stock: then nothing moved."""
    order = progress.order
    mark = {"reservation_id": f"{order.order_id}#{number}", "state": _RESERVED}
    writes = [
        _order_is(order.order_id, progress.status),
        _put_new(config.load(FulfilmentConfig).reservations_table_name, mark, "reservation_id"),
        *_move(order, pieces),
    ]
    failed = _transact(writes)
    if failed and failed[0]:
        raise Overtaken
    if failed and failed[1]:
        return []  # an earlier attempt has moved this part
    return _names(pieces, failed[2:])


def release_part(order_id: str, number: int, pieces: Pieces) -> None:
    """Gives one part's stock back, if it was reserved and is not given back already."""
    release = {
        "TableName": config.load(FulfilmentConfig).reservations_table_name,
        "Key": {"reservation_id": f"{order_id}#{number}"},
        "UpdateExpression": "SET #state = :released",
        "ConditionExpression": "#state = :reserved",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":released": _RELEASED, ":reserved": _RESERVED},
    }
    _transact([{"Update": release}, *_give_back(pieces)])


def set_stock(levels: Pieces) -> None:
    """Sets the available pieces of products."""
    table = dynamodb().Table(config.load(StockConfig).stock_table_name)
    with table.batch_writer() as batch:
        for product_id, available in levels.items():
            batch.put_item(Item={"product_id": product_id, "available": available})


def publish(published: list[events.Event]) -> None:
    """Puts events on the stream; it raises when that fails."""
    events.publish(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, published)


def announce(change: OrderChange) -> None:
    """Publishes a change of an order; it raises when that fails."""
    topic = config.load(ChangesConfig).order_changes_topic_arn
    sns().publish(TopicArn=topic, Message=change.to_message(), MessageAttributes=change.attributes())


def retry_in(receipt_handle: str, seconds: int) -> None:
    """Makes a failed message come back soon instead of after the queue's whole visibility timeout."""
    queue = config.load(FulfilmentConfig).orders_queue_url
    try:
        sqs().change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)
    except ClientError:
        telemetry.logger().warning("A failed message comes back only after the visibility timeout.", exc_info=True)


def _transact(writes: list[Write]) -> list[bool]:
    """Does all writes or none. Answers [] or, for each write, whether its condition failed."""
    client = dynamodb().meta.client
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # other orders want the same products: spread out
        try:
            client.transact_write_items(TransactItems=writes)
        except client.exceptions.TransactionCanceledException as error:
            codes = [reason.get("Code", "None") for reason in error.response["CancellationReasons"]]
            if _CONDITION in codes:
                return [code == _CONDITION for code in codes]
            if set(codes) - {"None", "TransactionConflict"}:
                raise
        else:
            return []
    raise StockBusy(f"No quiet moment in {_ATTEMPTS} attempts.")


def _put_order(progress: Progress) -> Write:
    order = progress.order
    item = {**order.to_message(), "amount_minor": Decimal(order.amount_minor), "status": progress.status}
    item |= {"version": 1, "changed_at": _now()}
    if progress.reason:
        item["reason"] = progress.reason
    return _put_new(config.load(Config).orders_table_name, item, "order_id")


def _put_new(table_name: str, item: dict[str, Any], key: str) -> Write:
    return {"Put": {"TableName": table_name, "Item": item, "ConditionExpression": f"attribute_not_exists({key})"}}


def _order_is(order_id: str, status: str) -> Write:
    check = {
        "TableName": config.load(Config).orders_table_name,
        "Key": {"order_id": order_id},
        "ConditionExpression": "#status = :status",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {":status": status},
    }
    return {"ConditionCheck": check}


def _move(order: Order, pieces: Pieces) -> list[Write]:
    return _give_back(pieces) if order.type == "return" else _take(pieces)


def _take(pieces: Pieces) -> list[Write]:
    taking = {
        "UpdateExpression": "SET available = available - :pieces",
        "ConditionExpression": "available >= :pieces",
    }
    return [_stock(product_id, count, taking) for product_id, count in pieces.items()]


def _give_back(pieces: Pieces) -> list[Write]:
    return [
        _stock(product_id, count, {"UpdateExpression": "ADD available :pieces"}) for product_id, count in pieces.items()
    ]


def _stock(product_id: str, count: int, update: dict[str, str]) -> Write:
    common = {
        "TableName": config.load(StockConfig).stock_table_name,
        "Key": {"product_id": product_id},
        "ExpressionAttributeValues": {":pieces": count},
    }
    return {"Update": {**common, **update}}


def _now() -> str:
    return clock.timestamp(clock.now())


def _names(pieces: Pieces, failed: list[bool]) -> list[str]:
    return [product_id for product_id, short in zip(pieces, failed, strict=False) if short]
