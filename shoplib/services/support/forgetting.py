"""Deletes a deleted account's tickets and chats, with all their messages.

`FORGOTTEN#<digest>` marks a user for whom nothing is stored any more. The head item of a ticket or chat is deleted
last, so that the next attempt finds what a failed one left. A chat is ended first, so that the desk is notified.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import clock
from shoplib.core.errors import Unavailable
from shoplib.services.support import conversations, store

MEMBER_INDEX = "of_member"
# Longer than any queue keeps a message.
FORGOTTEN_FOR = timedelta(days=30)
_ATTEMPTS = 5


def forget(user_id: str, now: datetime) -> int:
    """Deletes a member's tickets and chats; returns how many. Idempotent."""
    until = clock.epoch_seconds(now + FORGOTTEN_FOR)
    store.table().put_item(
        Item={**store.forgotten_key(user_id), "expires_at": until}
    )  # first: what comes from now on finds it
    heads = list(_heads(user_id))
    for head in heads:
        if head["sk"] == "CHAT":
            conversations.close(head["pk"])
        _remove(head["pk"], head["sk"])
    return len(heads)


def _heads(user_id: str) -> Iterator[dict[str, Any]]:
    """The keys of a member's tickets and chats."""
    pages = store.table().meta.client.get_paginator("query")
    query = {"KeyConditionExpression": "user_id = :user", "ExpressionAttributeValues": {":user": user_id}}
    for page in pages.paginate(TableName=store.table().name, IndexName=MEMBER_INDEX, **query):
        yield from page["Items"]


def _remove(pk: str, sk: str) -> None:
    """Deletes a ticket or a chat, even during concurrent writes."""
    for _ in range(_ATTEMPTS):
        head = store.read(pk, sk)
        if not head:
            return
        _remove_content(pk, sk)
        if _remove_head(head):
            return
    raise Unavailable("busy", "Others write to what is being removed; try again.", 1)


def _remove_content(pk: str, sk: str) -> None:
    while content := [item for item in store.rows(pk, "") if item["sk"] != sk]:
        with store.table().batch_writer() as batch:
            for item in content:
                batch.delete_item(Key={"pk": pk, "sk": item["sk"]})


def _remove_head(head: dict[str, Any]) -> bool:
    """Deletes the head item of a ticket or a chat; False if it was written to meanwhile."""
    table, count = store.table(), "messages" if head["sk"] == "TICKET" else "last_number"
    try:
        table.delete_item(
            Key={"pk": head["pk"], "sk": head["sk"]},
            ConditionExpression=f"{count} = :seen",
            ExpressionAttributeValues={":seen": head[count]},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True
