"""The frames of clients and the responses: one function per `action`.

A connection has no permissions until a frame carries a credential: a chat's key, a session, an order's key.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shoplib.core import checks, clock, config, ids, members
from shoplib.core.errors import Conflict, InvalidRequest, NotFound, TooLarge, TooManyRequests
from shoplib.core.members import Member
from shoplib.services.support import chats, connections, conversations, store
from shoplib.services.support.chats import Chat
from shoplib.services.support.config import ChatsConfig
from shoplib.services.support.connections import Connection, Listener
from shoplib.services.support.domain import SHOPPER, STAFF

MAX_BYTES = 16_384
Frame = dict[str, Any]


def answer(connection_id: str, text: str) -> Frame:
    """The response to a frame, which returns the frame's `request`."""
    now = clock.now()
    connection = connections.count_frame(connection_id, now)
    frame = parse(text)
    action = checks.choice(frame, "action", tuple(_ACTIONS))
    return _ACTIONS[action](connection, frame, now)


def parse(text: str) -> Frame:
    """The JSON object of a frame."""
    if len(text.encode()) > MAX_BYTES:
        raise TooLarge("frame_too_large", f"A frame has at most {MAX_BYTES} bytes.")
    return checks.json_object(text)


def _open(connection: Connection, frame: Frame, now: datetime) -> Frame:
    if not store.count(f"CHATS#{connection.address}", config.load(ChatsConfig).chats_per_hour, now):
        raise TooManyRequests("too_many_chats", "Too many chats were opened from here; write by the form instead.", 600)
    key, session = ids.new_secret(), _session(frame)
    chat = chats.new(frame, key, store.directory().member_in(session) if session else None, now)
    connections.listen(connections.chat_key(chat.chat_id), Listener(connection.connection_id, SHOPPER, session), now)
    conversations.add(chat)
    return {"type": "opened", "chat_key": key, "chat": chats.to_frame(chat, now)}


def _join(connection: Connection, frame: Frame, now: datetime) -> Frame:
    """Subscribes to a chat again: with its key or the member's session, or as the agent of the chat."""
    after = checks.integer({"after": frame.get("after", 0)}, "after", low=0, high=chats.MAX_MESSAGES)
    chat, listener = _find(frame), _entitled(connection, frame)
    if not chat or not listener(chat):
        raise NotFound("no_such_chat", "You have no such chat.")
    connections.listen(connections.chat_key(chat.chat_id), listener(chat), now)  # type: ignore[arg-type]
    return {"type": "joined", **_history(chat, after, now)}


def _entitled(connection: Connection, frame: Frame) -> Callable[[Chat], Listener | None]:
    key = checks.optional_text(frame, "chat_key")
    session = None if key else _session(frame) or connection.desk_session
    member = store.directory().member_in(session) if session else None

    def listener(chat: Chat) -> Listener | None:
        if member and member.is_staff and chat.agent_id == member.user_id:
            return Listener(connection.connection_id, STAFF, session)
        if chats.may_read(chat, key, member.user_id if member else None):
            return Listener(connection.connection_id, SHOPPER, session)
        return None

    return listener


def _say(connection: Connection, frame: Frame, now: datetime) -> Frame:
    chat, author, member = _side(connection, frame)
    name = chats.display_name(chat, author, member)
    message = conversations.say(chat, frame, author, name, now)
    return {
        "type": "accepted",
        "chat_id": chat.chat_id,
        "message_id": message.message_id,
        "number": message.number,
        "at": message.at,
    }


def _end(connection: Connection, frame: Frame, now: datetime) -> Frame:
    chat, _, _ = _side(connection, frame)
    return {"type": "ended", "chat": chats.to_frame(conversations.end(chat), now)}


def _desk(connection: Connection, frame: Frame, now: datetime) -> Frame:
    session = _session(frame)
    if not session:
        raise InvalidRequest("token must be the access token of a member of staff.")
    member = store.directory().staff_in(session)
    connections.sit_at_desk(connection.connection_id, session, now)
    waiting, own = [], []
    for chat in conversations.open_chats(now):
        if chat.status == chats.WAITING:
            waiting.append(chats.to_frame(chat, now))
        elif chat.agent_id == member.user_id:
            own.append(chats.to_frame(chat, now))
    return {"type": "desk", "name": member.name, "waiting": waiting, "own": own}


def _take(connection: Connection, frame: Frame, now: datetime) -> Frame:
    member, chat = _staff(connection), _find(frame)
    if not chat:
        raise NotFound("no_such_chat", "There is no such chat.")
    chat = conversations.take(chat, member, now)
    listener = Listener(connection.connection_id, STAFF, connection.desk_session)
    connections.listen(connections.chat_key(chat.chat_id), listener, now)
    return {"type": "taken", **_history(chat, 0, now)}


def _follow(connection: Connection, frame: Frame, now: datetime) -> Frame:
    """Subscribes to an order and returns its state. It subscribes first, so that no change is missed."""
    order_id = checks.identifier(frame, "order_id", maximum=64)
    key, token = checks.optional_text(frame, "order_key"), checks.optional_text(frame, "token", maximum=400)
    if not (key or token):
        raise InvalidRequest("Send the order_key of the checkout's answer, or the token of a session.")
    pk = connections.order_key(order_id)
    if not store.order(order_id, key, token):
        raise NotFound("no_such_order", "You have no such order, or it still waits in the queue.")
    session = None if key else ids.fingerprint(token or "")
    connections.listen(pk, Listener(connection.connection_id, SHOPPER, session), now)
    order = store.order(order_id, key, token) or {}
    names = ("order_id", "status", "reason", "changed_at", "tracking_number", "delivery_by")
    return {"type": "following", "order": {name: order.get(name) for name in names}}


def _ping(_connection: Connection, _frame: Frame, now: datetime) -> Frame:
    return {"type": "pong", "at": clock.timestamp(now)}


_ACTIONS = {
    "open": _open,
    "join": _join,
    "say": _say,
    "end": _end,
    "desk": _desk,
    "take": _take,
    "follow": _follow,
    "ping": _ping,
}


def _side(connection: Connection, frame: Frame) -> tuple[Chat, str, Member | None]:
    """The chat that a frame names, and the connection's side in it. NotFound if it is not in the chat."""
    chat_id = checks.identifier(frame, "chat_id", maximum=64)
    listener = connections.listener(connections.chat_key(chat_id), connection.connection_id)
    chat = conversations.find(chat_id) if listener else None
    if not listener or not chat:
        raise chats.no_such_chat()
    member = _member(listener)
    if listener.side == STAFF and member and chat.agent_id != member.user_id:
        raise chats.no_such_chat()
    return chat, listener.side, member


def _member(listener: Listener) -> Member | None:
    if not listener.session:
        return None
    who = store.directory()
    return who.staff_in(listener.session) if listener.side == STAFF else who.member_in(listener.session)


def _staff(connection: Connection) -> Member:
    if not connection.desk_session:
        raise Conflict("not_at_the_desk", "Send the action `desk` with a token first.")
    return store.directory().staff_in(connection.desk_session)


def _find(frame: Frame) -> Chat | None:
    return conversations.find(checks.identifier(frame, "chat_id", maximum=64))


def _session(frame: Frame) -> str | None:
    """The fingerprint of a frame's token."""
    token = checks.optional_text(frame, "token", maximum=400)
    return members.fingerprint(f"Bearer {token}") if token else None


def _history(chat: Chat, after: int, now: datetime) -> Frame:
    """The chat and its messages after a number; with `more`, join again with the last number."""
    page = conversations.messages(chat.chat_id, after)
    rows = [chats.message_to_frame(each) for each in page]
    more = bool(page) and page[-1].number < chat.last_number
    return {"chat": chats.to_frame(chat, now), "messages": rows, "more": more}
