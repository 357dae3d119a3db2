"""Chats in the table: `CHAT#<id>` with `CHAT`, its `MESSAGE#<number>`s, and `SENT#<side>#<message_id>`, which maps a
message ID to its number. A message and its number are one write, so numbers have no gaps.
"""

from datetime import datetime
from typing import Any

from shoplib.core import clock
from shoplib.core.errors import Conflict, NotFound, Unavailable, Unprocessable
from shoplib.core.members import Member
from shoplib.services.support import chats, connections, store
from shoplib.services.support.chats import Chat, Message

_ATTEMPTS = 8


def add(chat: Chat) -> None:
    """Stores a new chat, which waits for an agent. Unauthenticated if its member's account was deleted."""
    item = store.item_of(connections.chat_key(chat.chat_id), "CHAT", chat, _end(chat.last_at), open_as="chat")
    store.add([store.put_new(item)], chat.user_id)


def find(chat_id: str) -> Chat | None:
    """The current chat."""
    item = store.read(connections.chat_key(chat_id), "CHAT")
    return store.row_to(Chat, item) if item else None


def messages(chat_id: str, after: int) -> list[Message]:
    """A page of a chat's messages, from after number `after`."""
    items = store.rows(
        connections.chat_key(chat_id), "MESSAGE#", after=f"MESSAGE#{after:06}" if after else "", limit=chats.PAGE
    )
    return [store.row_to(Message, item) for item in items]


def open_chats(now: datetime) -> list[Chat]:
    """Waiting and active chats, longest inactive first."""
    since = clock.timestamp(now - chats.SILENCE)
    return [store.row_to(Chat, item) for item in store.open_rows("chat", since)]


def say(chat: Chat, frame: dict[str, Any], author: str, name: str, now: datetime) -> Message:
    """Adds a message. A repeated message ID returns the stored message; Unprocessable if its text differs."""
    for _ in range(_ATTEMPTS):
        message = chats.message(chat, frame, author, name, now)
        if earlier := _sent(message):
            return _same(earlier, message)
        chats.require_open(chat, now)
        failed = store.transact([_count(chat, message), _put(message), _mark(message)])
        if not failed:
            return message
        chat = find(chat.chat_id) or _refuse_unknown()
    raise Unavailable("busy", "Many write to this chat right now; try again.", 1)


def take(chat: Chat, member: Member, now: datetime) -> Chat:
    """Assigns a waiting chat to an agent. Idempotent; Conflict if another agent has it."""
    chats.require_open(chat, now)
    expression = "SET #status = :taken, agent_id = :id, agent_name = :name, last_at = :now"
    values = {":taken": chats.WITH_AGENT, ":waiting": chats.WAITING, ":id": member.user_id, ":name": member.name}
    condition = "#status = :waiting OR (#status = :taken AND agent_id = :id)"
    values |= {":now": clock.timestamp(now)}
    if store.transact([_update(chat.chat_id, expression, condition, values)]):
        raise Conflict("taken", "Somebody else has taken this chat, or it has ended.")
    return find(chat.chat_id) or _refuse_unknown()


def end(chat: Chat) -> Chat:
    """Ends a chat. Idempotent."""
    close(connections.chat_key(chat.chat_id))
    return find(chat.chat_id) or _refuse_unknown()


def close(pk: str) -> None:
    """Ends the chat with this key, if it exists. Idempotent."""
    condition, values = "attribute_exists(pk) AND #status <> :ended", {":ended": chats.ENDED}
    expression, names = "SET #status = :ended REMOVE open_as", {"#status": "status"}
    store.transact([store.update_write(pk, "CHAT", expression, condition, names, values)])


def _count(chat: Chat, message: Message) -> store.Write:
    expression = "SET last_number = :number, last_at = :at, expires_at = :end"
    values = {":number": message.number, ":at": message.at, ":end": _end(message.at)}
    condition = "last_number = :seen AND #status <> :ended"
    return _update(chat.chat_id, expression, condition, values | {":seen": chat.last_number, ":ended": chats.ENDED})


def _put(message: Message) -> store.Write:
    pk = connections.chat_key(message.chat_id)
    return store.put_new(store.item_of(pk, f"MESSAGE#{message.number:06}", message, _end(message.at)))


def _mark(message: Message) -> store.Write:
    pk, sk = _mark_key(message)
    return store.put_new({"pk": pk, "sk": sk, "number": message.number, "expires_at": _end(message.at)})


def _mark_key(message: Message) -> tuple[str, str]:
    return connections.chat_key(message.chat_id), f"SENT#{message.author}#{message.message_id}"


def _sent(message: Message) -> Message | None:
    mark = store.read(*_mark_key(message))
    if not mark:
        return None
    item = store.read(connections.chat_key(message.chat_id), f"MESSAGE#{int(mark['number']):06}")
    return store.row_to(Message, item) if item else None


def _same(earlier: Message, message: Message) -> Message:
    if earlier.text != message.text:
        raise Unprocessable("message_id_used", "Another message was sent under this message_id.")
    return earlier


def _update(chat_id: str, expression: str, condition: str, values: dict[str, Any]) -> store.Write:
    names = {"#status": "status"} if "#status" in expression + condition else {}
    return store.update_write(connections.chat_key(chat_id), "CHAT", expression, condition, names, values)


def _end(at: str) -> int:
    return clock.epoch_seconds(datetime.fromisoformat(at) + chats.STORED_FOR)


def _refuse_unknown() -> Chat:
    raise NotFound("no_such_chat", "This chat is not there any more.")
