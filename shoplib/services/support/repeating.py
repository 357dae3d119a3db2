"""Idempotent contact forms: a form repeated with its Idempotency-Key is the same ticket, which `REQUEST#<id>` names.

A key is scoped to its owner: the member or the network address that sent it. It is valid for a day.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shoplib.core import clock, ids
from shoplib.core.errors import Unprocessable
from shoplib.services.support import store

MAX_KEY = 128
STORED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Request:
    """A form with a key; `fingerprint` is that of its content."""

    request_id: str
    fingerprint: str


@dataclass(frozen=True)
class Opened:
    """The ticket that a request opened, and the ticket's key, which is returned again."""

    ticket_id: str
    ticket_key: str
    fingerprint: str


def request(key: str, owner: str, body: Mapping[str, Any]) -> Request:
    """An owner's form with a key."""
    content = json.dumps(body, sort_keys=True, default=str)
    return Request(ids.derived_id("ticket", owner, key), ids.fingerprint(content))


def opened(request: Request) -> Opened | None:
    """What the request has opened before. Unprocessable if its key was used with another form."""
    item = store.read(*_key(request))
    if item and item["fingerprint"] != request.fingerprint:
        message = "This Idempotency-Key was used for another ticket; use a new one."
        raise Unprocessable("idempotency_key_reused", message)
    return store.row_to(Opened, item) if item else None


def note(request: Request, ticket_id: str, ticket_key: str, now: datetime) -> store.Write:
    """The write that stores the request, in one transaction with the ticket."""
    row = Opened(ticket_id, ticket_key, request.fingerprint)
    return store.put_new(store.item_of(*_key(request), row, clock.epoch_seconds(now + STORED_FOR)))


def _key(request: Request) -> tuple[str, str]:
    return f"REQUEST#{request.request_id}", "REQUEST"
