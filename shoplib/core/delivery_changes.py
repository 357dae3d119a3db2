"""The message of the topic DeliveryChanges: a parcel has come to a new state.

The delivery service publishes one for each tracking event that moves a parcel; whoever wants to know subscribes, by
the message attribute `status`. A change may come twice, with the same `change_id`, and after a later one.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shoplib.core import checks

STATUSES = ("announced", "shipped", "in_transit", "out_for_delivery", "delivered", "returned_to_sender")


@dataclass(frozen=True)
class DeliveryChange:
    """`at` is when the parcel came to `status`."""

    change_id: str
    order_id: str
    tracking_number: str
    status: str
    at: str

    def to_message(self) -> str:
        """Its JSON text."""
        return json.dumps(asdict(self), separators=(",", ":"))

    def attributes(self) -> dict[str, dict[str, str]]:
        """What subscriptions filter by."""
        return {"status": {"DataType": "String", "StringValue": self.status}}


def parse(message: Mapping[str, Any]) -> DeliveryChange:
    """The change in a message. InvalidRequest names the field that is wrong."""
    return DeliveryChange(
        change_id=checks.identifier(message, "change_id", maximum=64),
        order_id=checks.identifier(message, "order_id", maximum=64),
        tracking_number=checks.identifier(message, "tracking_number", maximum=40),
        status=checks.choice(message, "status", STATUSES),
        at=checks.identifier(message, "at", maximum=40),
    )
