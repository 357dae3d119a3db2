"""When an account is deleted, its checkouts keep what was bought and charged, and nothing of the person."""

from dataclasses import replace
from typing import Any

from shoplib.core import telemetry
from shoplib.services.checkout import domain, store
from shoplib.services.checkout.domain import Draft

_INDEX = "DraftsOfUser"


def forget(user_id: str) -> None:
    """Takes addresses and numbers out of a member's priced orders. Again changes nothing."""
    for page in _pages(user_id):
        for item in page:
            _forget(item["id"])


def _pages(user_id: str) -> Any:
    """The keys of a member's drafts."""
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
    return (page["Items"] for page in pages)


def _forget(key: str) -> None:
    item = store.table().get_item(Key={"id": key}, ConsistentRead=True)["Item"]
    bare = domain.serialize(anonymous(domain.deserialize(item["draft"])))
    if bare != item["draft"]:
        store.table().update_item(
            Key={"id": key},
            UpdateExpression="SET draft = :bare REMOVE outbox",
            ExpressionAttributeValues={":bare": bare},
        )
        telemetry.count("CheckoutsForgotten")


def anonymous(draft: Draft) -> Draft:
    """A draft without what leads to a person."""
    return replace(draft, order=replace(draft.order, email=None, phone=None, address=None))
