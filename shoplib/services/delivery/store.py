"""Parcels, one item each by tracking number, and `ORDER#<id>`, which says that an order has its parcel."""

import json
from dataclasses import asdict
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer

from shoplib.core import addresses, commands, config, transactions
from shoplib.core.addresses import Address
from shoplib.core.delivery_changes import DeliveryChange
from shoplib.core.errors import Unavailable
from shoplib.services.delivery.config import Config, OrdersConfig, TopicConfig
from shoplib.services.delivery.domain import Parcel, Step

OPEN_INDEX = "open"


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(config.load(Config).parcels_table_name)


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def sns() -> Any:
    return boto3.client("sns")


def add(parcel: Parcel) -> bool:
    """Stores an order's parcel; False when the order has one."""
    mark = {"id": f"ORDER#{parcel.order_id}", "tracking_number": parcel.tracking_number}
    writes = [_put_new(mark), _put_new(_item(parcel))]
    return not any(transactions.transact(table().meta.client, writes))


def find(tracking_number: str) -> Parcel | None:
    """A parcel as it is now."""
    item = table().get_item(Key={"id": f"PARCEL#{tracking_number}"}, ConsistentRead=True).get("Item")
    return _parcel(item) if item else None


def replace(before: Parcel, after: Parcel) -> bool:
    """Stores a parcel's progress; False when somebody else was faster."""
    client = table().meta.client
    try:
        table().put_item(
            Item=_item(after),
            ConditionExpression="progress = :seen",
            ExpressionAttributeValues={":seen": len(before.steps)},
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def open_parcels(limit: int) -> list[Parcel]:
    """Some of the parcels that are on their way, the longest waiting first."""
    answer = table().query(
        IndexName=OPEN_INDEX,
        KeyConditionExpression="is_open = :yes",
        ExpressionAttributeValues={":yes": "yes"},
        Limit=limit,
    )
    return [_parcel(item) for item in answer["Items"]]


def parcel_of(image: dict[str, Any]) -> Parcel | None:
    """The parcel of an image in DynamoDB's JSON; None when the image is of something else."""
    plain = {name: TypeDeserializer().deserialize(value) for name, value in image.items()}
    return _parcel(plain) if plain.get("id", "").startswith("PARCEL#") else None


def address_of(order_id: str) -> Address:
    """Where an order's parcel goes, as the orders service has it now. It is kept nowhere here."""
    name = config.load(OrdersConfig).order_address_function_name
    if not name:
        message = (
            "There are no orders: deploy the template `fulfilment`, and this one with its OrderAddressFunctionName."
        )
        raise Unavailable("no_addresses", message)
    return addresses.parse(commands.send(functions().invoke, name, {"order_id": order_id}, "orders_unavailable"))


def publish(change: DeliveryChange) -> None:
    """Tells the topic; it raises when that fails."""
    topic = config.load(TopicConfig).delivery_changes_topic_arn
    sns().publish(TopicArn=topic, Message=change.to_message(), MessageAttributes=change.attributes())


def _item(parcel: Parcel) -> dict[str, Any]:
    content = {name: value for name, value in asdict(parcel).items() if value is not None and name != "steps"}
    item = {
        "id": f"PARCEL#{parcel.tracking_number}",
        **content,
        "steps": json.dumps([asdict(step) for step in parcel.steps]),
        "progress": len(parcel.steps),
        "last_at": parcel.steps[-1].at,
    }
    return item | ({"is_open": "yes"} if parcel.is_open else {})


def _parcel(item: dict[str, Any]) -> Parcel:
    steps = tuple(Step(**step) for step in json.loads(item["steps"]))
    return Parcel(item["order_id"], item["tracking_number"], steps, item.get("country"), item.get("delivery_by"))


def _put_new(item: dict[str, Any]) -> transactions.Write:
    return {"Put": {"TableName": table().name, "Item": item, "ConditionExpression": "attribute_not_exists(id)"}}
