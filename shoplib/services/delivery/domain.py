"""Parcels: one for each packed order, and what its carrier says of it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shoplib.core import checks, clock, events, ids
from shoplib.core.addresses import Address
from shoplib.core.delivery_changes import DeliveryChange
from shoplib.core.errors import InvalidRequest, Unprocessable
from shoplib.core.order_changes import OrderChange

ANNOUNCED, SHIPPED, IN_TRANSIT, OUT, DELIVERED, RETURNED = (
    *("announced", "shipped", "in_transit", "out_for_delivery"),
    *("delivered", "returned_to_sender"),
)
# Where a parcel may go from where it is. A carrier scans twice, and forgets scans: it may skip, and never goes back.
NEXT: dict[str, tuple[str, ...]] = {
    ANNOUNCED: (SHIPPED, IN_TRANSIT, OUT, DELIVERED),
    SHIPPED: (IN_TRANSIT, OUT, DELIVERED, RETURNED),
    IN_TRANSIT: (OUT, DELIVERED, RETURNED),
    OUT: (DELIVERED, RETURNED),
    DELIVERED: (),
    RETURNED: (),
}
# The way of a parcel with which nothing is wrong.
USUAL = (ANNOUNCED, SHIPPED, IN_TRANSIT, OUT, DELIVERED)
MAX_SCANS = 500
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nobody mistakes one for another


@dataclass(frozen=True)
class Step:
    """`place` is where the carrier saw the parcel."""

    status: str
    at: str
    place: str | None = None


@dataclass(frozen=True)
class Parcel:
    """`steps` are in the order in which they came, the last one says where the parcel is."""

    order_id: str
    tracking_number: str
    steps: tuple[Step, ...]
    country: str | None = None
    delivery_by: str | None = None

    @property
    def status(self) -> str:
        return self.steps[-1].status

    @property
    def is_open(self) -> bool:
        return bool(NEXT[self.status])


@dataclass(frozen=True)
class Scan:
    """What the carrier says of a parcel."""

    tracking_number: str
    step: Step


def new_tracking_number() -> str:
    """80 random bits: whoever has it may follow the parcel, so nobody can guess one."""
    return "SL" + "".join(secrets.choice(_LETTERS) for _ in range(16))


def announce(change: OrderChange, now: datetime) -> Parcel:
    """The parcel of an order that is packed."""
    step = Step(ANNOUNCED, clock.timestamp(now))
    return Parcel(change.order_id, new_tracking_number(), (step,), change.country, change.delivery_by)


def advance(parcel: Parcel, step: Step) -> Parcel:
    """`parcel` after a scan; the same when it was there already. Unprocessable when it cannot have got there."""
    if step.status in (past.status for past in parcel.steps):
        return parcel
    if step.status not in NEXT[parcel.status]:
        message = f"A parcel that is {parcel.status} does not become {step.status}."
        raise Unprocessable("not_on_its_way", message)
    return replace(parcel, steps=(*parcel.steps, step))


def next_usual(parcel: Parcel) -> str:
    """Where the parcel comes next if nothing is in its way."""
    return USUAL[USUAL.index(parcel.status) + 1]


def scans(body: Mapping[str, Any], now: datetime) -> tuple[list[Scan], list[dict[str, Any]]]:
    """The scans in a carrier's message, and what is wrong with the others."""
    good, rejected = [], []
    for index, entry in enumerate(checks.objects(body, "scans", maximum=MAX_SCANS)):
        try:
            good.append(_scan(entry, now))
        except InvalidRequest as error:
            rejected.append({"index": index, "error": error.message})
    return good, rejected


def change_of(parcel: Parcel) -> DeliveryChange:
    """What the parcel's last step is to others. Its id follows from it, so publishing twice is safe."""
    step = parcel.steps[-1]
    change_id = ids.derived_id("delivery", parcel.order_id, step.status)
    return DeliveryChange(change_id, parcel.order_id, parcel.tracking_number, step.status, step.at)


def to_response(parcel: Parcel) -> dict[str, Any]:
    """A parcel as whoever has its tracking number sees it: no order, no person, no street."""
    return {
        "tracking_number": parcel.tracking_number,
        "status": parcel.status,
        "country": parcel.country,
        "delivery_by": parcel.delivery_by,
        "steps": [{"status": step.status, "at": step.at, "place": step.place} for step in parcel.steps],
    }


def label(parcel: Parcel, address: Address) -> dict[str, Any]:
    """What stands on the parcel, line by line."""
    city = " ".join(part for part in (address.postcode, address.city) if part)
    lines = [address.recipient, *address.street.splitlines(), city, address.region, address.country]
    about = {"tracking_number": parcel.tracking_number, "delivery_by": parcel.delivery_by}
    return {**about, "lines": [line for line in lines if line]}


def _scan(entry: Any, now: datetime) -> Scan:
    if not isinstance(entry, Mapping):
        raise InvalidRequest("A scan must be an object.")
    at = checks.optional_text(entry, "at", maximum=40) or clock.timestamp(now)
    if wrong := events.time_problem(at):
        raise InvalidRequest(f"at {wrong}.")
    step = Step(checks.choice(entry, "status", tuple(NEXT)), at, checks.optional_text(entry, "place", maximum=100))
    return Scan(checks.identifier(entry, "tracking_number", maximum=40), step)
