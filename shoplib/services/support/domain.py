"""Tickets: a message from the shop's contact form, the staff's replies, and the emails about both."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import checks, clock, ids, languages, messages
from shoplib.core.errors import InvalidRequest

TOPICS = ("order", "delivery", "return", "payment", "product", "account", "other")
SHOPPER, STAFF = "shopper", "staff"
OPEN, REPLIED, CLOSED = "open", "answered", "closed"
MAX_TEXT = 5_000
MAX_NAME = 100
MAX_MESSAGES = 200
STORED_FOR = timedelta(days=365)
# Of a field that people do not see and programs that fill in every form do.
TRAP = "website"
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class Ticket:
    """`status` is `open` while it waits for a reply of the staff. `key_hash` is the fingerprint of its key, `user_id`
    the member who opened it, if any; `messages` is their number.
    """

    ticket_id: str
    name: str
    email: str
    topic: str
    language: str
    status: str
    created_at: str
    last_at: str
    key_hash: str
    messages: int = 1
    user_id: str | None = None
    order_id: str | None = None


@dataclass(frozen=True)
class Message:
    """The `number`-th message of a ticket, from 1. `author` is `shopper` or `staff`, `name` what to call them."""

    ticket_id: str
    number: int
    author: str
    name: str
    text: str
    at: str


@dataclass(frozen=True)
class Letter:
    """An email; its ID is derived from the message, so that it is sent once."""

    letter_id: str
    to: str
    subject: str
    text: str


def ticket(
    body: Mapping[str, Any], key: str, user_id: str | None, preferred: str, now: datetime
) -> tuple[Ticket, Message]:
    """The ticket from a submitted contact form, and its first message. `preferred` is the language if the form states
    none."""
    if body.get(TRAP):
        raise InvalidRequest(f"{TRAP} must be empty: it is there for programs that fill in every field.")
    at = clock.timestamp(now)
    new = Ticket(
        ticket_id=ids.new_id(),
        name=checks.text(body, "name", maximum=MAX_NAME),
        email=email(body),
        topic=checks.choice(body, "topic", TOPICS),
        language=languages.optional(body) or preferred,
        status=OPEN,
        created_at=at,
        last_at=at,
        key_hash=ids.fingerprint(key),
        user_id=user_id,
        order_id=checks.optional_text(body, "order_id", maximum=64),
    )
    return new, Message(new.ticket_id, 1, SHOPPER, new.name, text(body), at)


def email(body: Mapping[str, Any]) -> str:
    """A plausible email address."""
    address = checks.identifier(body, "email", maximum=254)
    if not _EMAIL.fullmatch(address):
        raise InvalidRequest("email must look like name@example.com.")
    return address


def language(body: Mapping[str, Any]) -> str:
    """The language of replies; English by default."""
    return languages.optional(body) or languages.DEFAULT


def text(body: Mapping[str, Any]) -> str:
    """The text of a message."""
    return checks.text(body, "text", maximum=MAX_TEXT, lines=True)


def may_read(ticket: Ticket, key: str | None, user_id: str | None) -> bool:
    """Whether the key or the member opened the ticket."""
    if key:
        return hmac.compare_digest(ids.fingerprint(key), ticket.key_hash)
    return user_id is not None and user_id == ticket.user_id


def to_response(ticket: Ticket, messages: list[Message]) -> dict[str, Any]:
    """A ticket with its messages, for its owner and the staff."""
    rows = [
        {"number": each.number, "author": each.author, "name": each.name, "text": each.text, "at": each.at}
        for each in messages
    ]
    return {**to_row(ticket), "messages": rows}


def to_row(ticket: Ticket) -> dict[str, Any]:
    """A ticket in a list."""
    names = ("ticket_id", "name", "email", "topic", "language", "status", "created_at", "last_at", "order_id")
    return {name: getattr(ticket, name) for name in names}


def letter(ticket: Ticket, message: Message) -> Letter | None:
    """The email of a message: the confirmation of the first one, or a reply of the staff. Other messages are not
    emailed.
    """
    if message.author == STAFF:
        subject, body = _ANSWER
    elif message.number == 1:
        subject, body = _CONFIRMATION
    else:
        return None
    letter_id = ids.derived_id("ticket mail", ticket.ticket_id, message.number)
    values = {"ticket": ticket.ticket_id[:8], "name": ticket.name, "text": message.text, "author": message.name}
    subject, text = (_in_language(ticket.language, each, values) for each in (subject, body))
    return Letter(letter_id, ticket.email, subject, text)


def _in_language(language: str, text: str, values: Mapping[str, str]) -> str:
    return messages.direct(language, messages.translate(language, text, **values))


_ANSWER = (
    messages.mark("Re: your message to the shop (ticket %(ticket)s)"),
    messages.mark("Hello %(name)s,\n\n%(text)s\n\n%(author)s\n"),
)
_CONFIRMATION = (
    messages.mark("We have your message (ticket %(ticket)s)"),
    messages.mark("Hello %(name)s,\n\nThank you, we have your message and will answer by email:\n\n%(text)s\n"),
)
