"""Connections and their subscriptions: `CONNECTION#<id>`, and a `LISTENER#<id>` under each chat, order, or the desk.

A closed connection is detected when something is sent to it. Items that are not deleted expire: API Gateway closes
every connection after two hours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import clock
from shoplib.core.errors import Conflict, NotFound, TooManyRequests
from shoplib.services.support import store

DESK = "DESK"
LIFETIME = timedelta(hours=3)
WINDOW_SECONDS = 10
FRAMES_PER_WINDOW = 40
CONNECTIONS_PER_HOUR = 1_000
MAX_LISTENING = 20
_HAS_ROOM = "attribute_not_exists(listens) OR contains(listens, :one) OR size(listens) < :most"


@dataclass(frozen=True)
class Connection:
    """`desk_session` is the fingerprint of an agent's session at the desk."""

    connection_id: str
    address: str
    desk_session: str | None = None


@dataclass(frozen=True)
class Listener:
    """A connection's subscription to a chat, an order or the desk, on one `side`. `session` is the fingerprint of the
    session that authorized it, if any: nothing is sent after that session ends.
    """

    connection_id: str
    side: str
    session: str | None = None


def chat_key(chat_id: str) -> str:
    return f"CHAT#{chat_id}"


def order_key(order_id: str) -> str:
    return f"ORDER#{order_id}"


def add(connection_id: str, address: str, now: datetime) -> None:
    """Stores a new connection. TooManyRequests if too many come from one address."""
    if not store.count(f"CONNECT#{address}", CONNECTIONS_PER_HOUR, now):
        raise TooManyRequests("too_many_connections", "Too many connections from this address; try again later.", 600)
    item = {"connection_id": connection_id, "address": address, "frames": 0, "frames_from": 0}
    store.table().put_item(Item={**_key(connection_id), **item, "expires_at": _end(now)})


def count_frame(connection_id: str, now: datetime) -> Connection:
    """Counts a frame of a connection. TooManyRequests if they come faster than anyone types."""
    window = clock.epoch_seconds(now) // WINDOW_SECONDS
    item = _update(connection_id, "ADD frames :one", "frames_from = :window AND frames < :most", window)
    item = item or _update(connection_id, "SET frames = :one, frames_from = :window", "frames_from < :window", window)
    if item:
        return Connection(connection_id, item["address"], item.get("desk_session"))
    if not store.read(**_key(connection_id)):
        raise NotFound("no_such_connection", "This connection is not known any more; connect again.")
    raise TooManyRequests("slow_down", f"At most {FRAMES_PER_WINDOW} frames in {WINDOW_SECONDS} s.", WINDOW_SECONDS)


def sit_at_desk(connection_id: str, session: str, now: datetime) -> None:
    """Subscribes a connection to waiting chats, as long as its session is an agent's."""
    listen(DESK, Listener(connection_id, "staff", session), now)
    store.table().update_item(
        Key=_key(connection_id),
        UpdateExpression="SET desk_session = :session",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":session": session},
    )


def listen(key: str, listener: Listener, now: datetime) -> None:
    """Adds a subscription of a connection. Idempotent; Conflict if it has too many."""
    client = store.table().meta.client
    try:
        store.table().update_item(
            Key=_key(listener.connection_id),
            UpdateExpression="ADD listens :key",
            ConditionExpression=f"attribute_exists(pk) AND ({_HAS_ROOM})",
            ExpressionAttributeValues={":key": {key}, ":one": key, ":most": MAX_LISTENING},
        )
    except client.exceptions.ConditionalCheckFailedException:
        message = f"A connection listens to at most {MAX_LISTENING} chats and orders; open another one."
        raise Conflict("too_much", message) from None
    end = clock.epoch_seconds(now + LIFETIME)
    sk = f"LISTENER#{listener.connection_id}"
    store.table().put_item(Item=store.item_of(key, sk, listener, end))


def listener(key: str, connection_id: str) -> Listener | None:
    """A connection's subscription; None if it has none there."""
    item = store.read(key, f"LISTENER#{connection_id}")
    return store.row_to(Listener, item) if item else None


def listeners(key: str) -> list[Listener]:
    """All subscriptions there."""
    return [store.row_to(Listener, item) for item in store.rows(key, "LISTENER#")]


def stop_listening(key: str, connection_id: str) -> None:
    """Removes a subscription of a connection."""
    store.table().delete_item(Key={"pk": key, "sk": f"LISTENER#{connection_id}"})


def remove(connection_id: str) -> None:
    """Deletes a connection and all its subscriptions. Idempotent."""
    item = store.read(**_key(connection_id)) or {}
    for key in item.get("listens", ()):
        stop_listening(key, connection_id)
    store.table().delete_item(Key=_key(connection_id))


def send(listener: Listener, key: str, text: str) -> bool:
    """Sends a frame to a listener. If its connection is closed, deletes it and returns False."""
    client = store.sockets()
    try:
        client.post_to_connection(ConnectionId=listener.connection_id, Data=text.encode())
    except client.exceptions.GoneException:
        stop_listening(key, listener.connection_id)
        remove(listener.connection_id)
        return False
    return True


def each(key: str, may_hear: Callable[[Listener], bool], text: str) -> int:
    """Sends a frame to all listeners there that are still authorized; returns how many."""
    sent = 0
    for one in listeners(key):
        if may_hear(one):
            sent += send(one, key, text)
        else:
            stop_listening(key, one.connection_id)
    return sent


def _update(connection_id: str, expression: str, condition: str, window: int) -> dict[str, Any] | None:
    values: dict[str, int] = {":one": 1, ":window": window}
    values |= {":most": FRAMES_PER_WINDOW} if ":most" in condition else {}
    try:
        answer = store.table().update_item(
            Key=_key(connection_id),
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
        )
    except store.table().meta.client.exceptions.ConditionalCheckFailedException:
        return None
    return dict(answer["Attributes"])


def _key(connection_id: str) -> dict[str, str]:
    return {"pk": f"CONNECTION#{connection_id}", "sk": "CONNECTION"}


def _end(now: datetime) -> int:
    return clock.epoch_seconds(now + LIFETIME)
