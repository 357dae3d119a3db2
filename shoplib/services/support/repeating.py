"""A contact form that is sent again under its Idempotency-Key is one ticket: `REQUEST#<id>` says which.

A key belongs to its owner, the member or the network address that sent it. For a day its ticket is found under it.
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
    """A form under a key; `fingerprint` is that of what was filled in."""

    request_id: str
    fingerprint: str


@dataclass(frozen=True)
class Opened:
    """The ticket that a request opened, and the key that opens it, which is answered again."""

    ticket_id: str
    ticket_key: str
    fingerprint: str


def request(key: str, owner: str, body: Mapping[str, Any]) -> Request:
    """An owner's form under a key."""
    content = json.dumps(body, sort_keys=True, default=str)
    return Request(ids.derived_id("ticket", owner, key), ids.fingerprint(content))


def opened(request: Request) -> Opened | None:
    """What the request opened before. Unprocessable when its key came with another form."""
    item = store.read(*_key(request))
    if item and item["fingerprint"] != request.fingerprint:
        message = "This Idempotency-Key was used for another ticket; use a new one."
        raise Unprocessable("idempotency_key_reused", message)
    return store.row_to(Opened, item) if item else None


def note(request: Request, ticket_id: str, ticket_key: str, now: datetime) -> store.Write:
    """The write that remembers it, in one with the ticket's."""
    row = Opened(ticket_id, ticket_key, request.fingerprint)
    return store.put_new(store.item_of(*_key(request), row, clock.epoch_seconds(now + STORED_FOR)))


def _key(request: Request) -> tuple[str, str]:
    return f"REQUEST#{request.request_id}", "REQUEST"
