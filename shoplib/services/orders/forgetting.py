"""When an account is deleted the books stay, and the person goes out of them.

A member's orders lose addresses and numbers. An order that is still on its way here then finds the mark of the deletion
when it arrives, which stays for longer than any queue keeps a message.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from shoplib.core import clock, config, telemetry
from shoplib.core.orders import Order
from shoplib.services.orders import store
from shoplib.services.orders.config import DeletionsConfig

MARKED = timedelta(days=30)
_INDEX = "OrdersOfUser"
_OF_PERSONS = ("email", "phone", "address")


def forget(user_id: str) -> None:
    """Marks an account as deleted and takes its person out of its orders. Again changes nothing."""
    until = clock.epoch_seconds(clock.now() + MARKED)
    _marks().put_item(Item={"user_id": user_id, "expires_at": until})
    for order_id in _orders_of(user_id):
        _forget(order_id)


def forget_late(order: Order) -> None:
    """Takes the person out of an order that has just been stored, if the account was deleted meanwhile."""
    if order.user_id and "Item" in _marks().get_item(Key={"user_id": order.user_id}, ConsistentRead=True):
        _forget(order.order_id)


def _marks() -> Any:
    return store.dynamodb().Table(config.load(DeletionsConfig).deleted_accounts_table_name)


def _orders_of(user_id: str) -> Iterator[str]:
    pages = (
        store.table()
        .meta.client.get_paginator("query")
        .paginate(
            TableName=store.table().name,
            IndexName=_INDEX,
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues={":user": user_id},
        )
    )
    return (item["order_id"] for page in pages for item in page["Items"])


def _forget(order_id: str) -> None:
    """No change of status, so there is nothing to publish."""
    names = ("change", *_OF_PERSONS)
    store.table().update_item(
        Key={"order_id": order_id},
        UpdateExpression=f"REMOVE {', '.join(f'#{name}' for name in names)}",
        ConditionExpression="attribute_exists(order_id)",
        ExpressionAttributeNames={f"#{name}": name for name in names},
    )
    telemetry.count("OrdersForgotten")
