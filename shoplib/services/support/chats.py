"""Chats: a shopper opens one, an agent takes it, and both write until it is ended or inactive for too long."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import checks, clock, ids
from shoplib.core.errors import Conflict, NotFound
from shoplib.core.members import Member
from shoplib.services.support import domain
from shoplib.services.support.domain import SHOPPER

WAITING, WITH_AGENT, ENDED = "waiting", "taken", "ended"
MAX_TEXT = 2_000
MAX_MESSAGES = 1_000
PAGE = 100
SILENCE = timedelta(minutes=30)
STORED_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Chat:
    """`key_hash` is the fingerprint of a guest's key; `user_id` is the member who opened it, if any. `agent_id` is the
    agent who took it, `last_number` the number of the newest message.
    """

    chat_id: str
    name: str
    language: str
    status: str
    created_at: str
    last_at: str
    key_hash: str
    last_number: int = 0
    topic: str | None = None
    user_id: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None


@dataclass(frozen=True)
class Message:
    """The author chooses `message_id`: a repeated one is the same message. `number` is its position in the chat."""

    chat_id: str
    number: int
    message_id: str
    author: str
    name: str
    text: str
    at: str


def new(frame: Mapping[str, Any], key: str, member: Member | None, now: datetime) -> Chat:
    """A shopper's new chat. A member's name comes from the account."""
    at = clock.timestamp(now)
    return Chat(
        chat_id=ids.new_id(),
        name=member.name if member else checks.text(frame, "name", maximum=domain.MAX_NAME),
        language=domain.language(frame),
        status=WAITING,
        created_at=at,
        last_at=at,
        key_hash=ids.fingerprint(key),
        topic=checks.optional_text(frame, "topic", maximum=200),
        user_id=member.user_id if member else None,
    )


def message(chat: Chat, frame: Mapping[str, Any], author: str, name: str, now: datetime) -> Message:
    """The next message of a chat."""
    return Message(
        chat.chat_id,
        chat.last_number + 1,
        checks.identifier(frame, "message_id", maximum=64),
        author,
        name,
        checks.text(frame, "text", maximum=MAX_TEXT, lines=True),
        clock.timestamp(now),
    )


def may_read(chat: Chat, key: str | None, user_id: str | None) -> bool:
    """Whether the key or the member opened the chat."""
    if key:
        return hmac.compare_digest(ids.fingerprint(key), chat.key_hash)
    return user_id is not None and user_id == chat.user_id


def require_open(chat: Chat, now: datetime) -> None:
    """Conflict if the chat has ended, was inactive for half an hour, or has too many messages."""
    if is_over(chat, now):
        raise Conflict("chat_ended", "This chat has ended; open another one.")
    if chat.last_number >= MAX_MESSAGES:
        raise Conflict("chat_full", f"A chat has at most {MAX_MESSAGES} messages; open another one.")


def is_over(chat: Chat, now: datetime) -> bool:
    """Whether the chat accepts no more messages."""
    return chat.status == ENDED or now - datetime.fromisoformat(chat.last_at) > SILENCE


def no_such_chat() -> NotFound:
    """The same error for a chat that does not exist and one that the caller may not read."""
    return NotFound("no_such_chat", "You have no such chat on this connection; open or join it.")


def to_frame(chat: Chat, now: datetime) -> dict[str, Any]:
    """A chat as sent to both sides."""
    names = ("chat_id", "name", "topic", "language", "created_at", "last_at", "last_number", "agent_name")
    status = ENDED if is_over(chat, now) else chat.status
    return {**{name: getattr(chat, name) for name in names}, "status": status, "member": chat.user_id is not None}


def message_to_frame(message: Message) -> dict[str, Any]:
    """A message as sent to both sides."""
    names = ("chat_id", "number", "message_id", "author", "name", "text", "at")
    return {"type": "message", **{name: getattr(message, name) for name in names}}


def display_name(chat: Chat, author: str, member: Member | None) -> str:
    """An author's display name in a chat."""
    return chat.name if author == SHOPPER or member is None else member.name
