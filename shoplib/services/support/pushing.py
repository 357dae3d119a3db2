"""Pushes to connections: messages and states of chats from the table's stream, changes of orders from topics.

A frame may arrive twice or late; messages have a number, changes of orders a `change_id` and `at`.
"""

import json
from typing import Any

from shoplib.core import checks, clock, delivery_changes, order_changes, telemetry
from shoplib.core.errors import Forbidden, Unauthenticated
from shoplib.services.support import chats, connections, store
from shoplib.services.support.chats import Chat, Message
from shoplib.services.support.connections import Listener
from shoplib.services.support.domain import STAFF


def push_change(record: dict[str, Any]) -> None:
    """Sends the change of a chat in a stream record to its participants and the desk."""
    new, old = store.image(record), store.image(record, "OldImage")
    if not new.get("pk", "").startswith("CHAT#"):
        return
    if new["sk"].startswith("MESSAGE#"):
        _send(new["pk"], chats.message_to_frame(store.row_to(Message, new)))
    elif new["sk"] == "CHAT" and _state(new) != _state(old):
        chat = store.row_to(Chat, new)
        frame = {"type": "chat", "chat": chats.to_frame(chat, clock.now())}
        _send(new["pk"], frame)
        _send(connections.DESK, frame)


def push_order(text: str) -> None:
    """Sends a change of an order or its parcel to the order's followers."""
    message = checks.json_object(text)
    if "tracking_number" in message:
        parcel = delivery_changes.parse(message)
        names: tuple[str, ...] = ("order_id", "status", "at", "change_id", "tracking_number")
        frame = {"type": "parcel", **{name: getattr(parcel, name) for name in names}}
    else:
        order = order_changes.parse(message)
        names = ("order_id", "status", "at", "change_id", "reason", "delivery_by")
        frame = {"type": "order", **{name: getattr(order, name) for name in names}}
    _send(connections.order_key(frame["order_id"]), frame)


def _send(key: str, frame: dict[str, Any]) -> None:
    sent = connections.each(key, _may_hear, json.dumps(frame, ensure_ascii=False))
    telemetry.count("FramesPushed", sent)


def _may_hear(listener: Listener) -> bool:
    """Whether the session that authorized a listener is still valid, and still a staff session if it must be."""
    if not listener.session:
        return True
    try:
        member = store.directory().member_in(listener.session)
    except (Unauthenticated, Forbidden):
        return False
    return member.is_staff or listener.side != STAFF


def _state(item: dict[str, Any]) -> tuple[Any, Any]:
    return item.get("status"), item.get("agent_id")
