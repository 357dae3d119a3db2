"""The message of the topic AccountChanges: an account was deleted, and whoever has something of that person forgets it.

The accounts service publishes one for each account that goes. It names the user by id alone, and may come twice, with
the same `change_id`: forgetting twice is forgetting.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shoplib.core import checks, ids

DELETED = "deleted"
STATUSES = (DELETED,)


@dataclass(frozen=True)
class AccountChange:
    """`at` is when the account came to `status`."""

    change_id: str
    user_id: str
    status: str
    at: str

    def to_message(self) -> str:
        """Its JSON text."""
        return json.dumps(asdict(self), separators=(",", ":"))

    def attributes(self) -> dict[str, dict[str, str]]:
        """What subscriptions filter by."""
        return {"status": {"DataType": "String", "StringValue": self.status}}


def deletion(user_id: str, at: str) -> AccountChange:
    """The change of an account that was deleted."""
    return AccountChange(ids.derived_id("account", user_id, DELETED), user_id, DELETED, at)


def parse(message: Mapping[str, Any]) -> AccountChange:
    """The change in a message. InvalidRequest names the field that is wrong."""
    return AccountChange(
        change_id=checks.identifier(message, "change_id", maximum=64),
        user_id=checks.identifier(message, "user_id", maximum=64),
        status=checks.choice(message, "status", STATUSES),
        at=checks.identifier(message, "at", maximum=40),
    )


def each(event: Mapping[str, Any]) -> list[AccountChange]:
    """The changes that a topic brings to a function."""
    return [parse(checks.json_object(record["Sns"]["Message"])) for record in event["Records"]]
