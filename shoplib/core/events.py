"""The shop's events: one field table, its check, and delivery to a stream.

An event is a flat JSON object with GA4 names. A `purchase` or `refund` is one order LINE. Times are RFC 3339 in UTC,
amounts are exact (see core.money). The schema only grows; the lake keeps fields it does not know under `props`.
"""

import json
import logging
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shoplib.core import money, numbers
from shoplib.core.clock import timestamp

SCHEMA_VERSION = 1
NAMES = (
    "session_start",
    "view_item",
    "search",
    "add_to_cart",
    "remove_from_cart",
    "begin_checkout",
    "add_payment_info",
    "purchase",
    "refund",
    "sign_up",
    "login",
    "cancellation",
    "add_to_wishlist",
    "share",
)
SALES = ("purchase", "refund")
# What comes days after the visit that it belongs to, and is none itself.
AFTER_VISITS = ("refund", "cancellation")
DEVICES = ("mobile", "desktop", "tablet")
CHANNELS = ("web", "import")
MAX_TEXT = 1024

Event = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """`kind` is text, id, time, integer, count (whole too), amount or object; `allowed` closes a text field."""

    name: str
    kind: str = "text"
    required: bool = False
    allowed: tuple[str, ...] = ()


FIELDS = (
    Field("event_id", "id", required=True),
    Field("event_time", "time", required=True),
    Field("event_name", required=True, allowed=NAMES),
    Field("schema_version", "integer", required=True),
    Field("user_id"),
    Field("anonymous_id", required=True),
    Field("session_id"),
    Field("device", required=True, allowed=DEVICES),
    Field("source"),
    Field("medium"),
    Field("campaign"),
    Field("country"),
    Field("channel", allowed=CHANNELS),
    Field("product_id"),
    Field("product_name"),
    Field("category"),
    Field("price_minor", "amount"),
    Field("value_minor", "amount"),
    Field("quantity", "count"),
    Field("currency"),
    Field("order_id"),
    Field("order_line", "integer"),
    Field("experiment"),
    Field("variant"),
    Field("user_agent"),
    Field("props", "object"),
)
REQUIRED = tuple(field.name for field in FIELDS if field.required)
REQUIRED_OF_SALES = ("order_id", "value_minor")

ID_PATTERN = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
TIME_PATTERN = r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|\+00:00)"
_UUID = re.compile(ID_PATTERN)
_TIME = re.compile(TIME_PATTERN)
_SURROGATE = re.compile("[\ud800-\udfff]")


def problem(event: object) -> str | None:
    """What is wrong with `event`, or None for a good one. A null field counts as absent."""
    if not isinstance(event, dict):
        return "an event must be a JSON object"
    if missing := _missing(event, REQUIRED):
        return f"{missing} is missing"
    for name, value in event.items():
        check = _CHECKS.get(name)
        if check and value is not None and (wrong := check(value)):
            return f"{name} {wrong}"
    if at := numbers.find_unbounded({name: value for name, value in event.items() if name not in _BOUNDED}):
        return f"{at} must be a number that a double can hold"
    if event["event_name"] in SALES and (missing := _missing(event, REQUIRED_OF_SALES)):
        return f"{missing} is missing on a {event['event_name']}"
    return None


def _missing(event: Event, names: tuple[str, ...]) -> str | None:
    for name in names:
        if event.get(name) is None:
            return name
    return None


def _text(value: object) -> str | None:
    if type(value) is not str or len(value) > MAX_TEXT:
        return f"must be a string of at most {MAX_TEXT} characters"
    # JSON can spell half a surrogate pair, which no UTF-8 file can hold.
    return None if value.isascii() or not _SURROGATE.search(value) else "holds half a surrogate pair"


def _id(value: object) -> str | None:
    return None if type(value) is str and _UUID.fullmatch(value) else "must be a UUID"


def _integer(value: object) -> str | None:
    return None if type(value) is int and -(2**31) <= value < 2**31 else "must be a whole number of 32 bits"


def _object(value: object) -> str | None:
    return None if type(value) is dict else "must be an object"


def _amount(value: object) -> str | None:
    try:
        money.parse(value)
    except ValueError as error:
        return str(error)
    return None


def time_problem(value: object) -> str | None:
    """What is wrong with an event's time, or None."""
    if type(value) is str and _TIME.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError as error:
            return f"is no moment: {error}"
        return None
    return "must be RFC 3339 in UTC, as 2026-01-31T23:59:59.000000Z"


def _one_of(allowed: tuple[str, ...]) -> Callable[[object], str | None]:
    known, message = frozenset(allowed), f"must be one of {', '.join(allowed)}"
    return lambda value: None if type(value) is str and value in known else message


_KINDS = {
    "text": _text,
    "id": _id,
    "time": time_problem,
    "integer": _integer,
    "count": _integer,
    "amount": _amount,
    "object": _object,
}
_CHECKS = {field.name: _one_of(field.allowed) if field.allowed else _KINDS[field.kind] for field in FIELDS}
# The checks of these fields let no number pass that is out of bounds.
_BOUNDED = frozenset(_CHECKS) - {"props"}


@dataclass(frozen=True)
class Visit:
    """Who is looking, from where: the fields that all events of one visit share."""

    anonymous_id: str
    device: str = "desktop"
    session_id: str | None = None
    user_id: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    country: str | None = None
    user_agent: str | None = None
    channel: str = "web"


def new(name: str, visit: Visit, *, event_id: str, at: datetime, **fields: Any) -> Event:
    """An event of `visit`; fields that are None are left out."""
    event = {
        "event_id": event_id,
        "event_time": timestamp(at),
        "event_name": name,
        "schema_version": SCHEMA_VERSION,
        **vars(visit),
        **fields,
    }
    return {key: value for key, value in event.items() if value is not None}


def device_of(user_agent: str | None) -> str:
    """mobile, tablet or desktop, by the words browsers use for themselves."""
    agent = (user_agent or "").lower()
    if "ipad" in agent or "tablet" in agent or ("android" in agent and "mobile" not in agent):
        return "tablet"
    return "mobile" if "mobi" in agent or "iphone" in agent else "desktop"


def encode(event: Event) -> bytes:
    """The bytes of an event on the stream: compact JSON."""
    return json.dumps(event, separators=(",", ":"), default=_number, allow_nan=False).encode()


def _number(value: Any) -> int | float | str:
    try:
        return money.to_json(value)
    except ValueError:
        return money.measurement(value)  # finer or larger than any amount: among unknown fields


# PutRecords takes 500 records and 5 MiB a call (AWS raised it to 10 MiB; the old limit holds everywhere).
MAX_RECORDS = 500
MAX_BYTES = 5 * 1024 * 1024
ATTEMPTS = 6

Record = dict[str, Any]
_log = logging.getLogger(__name__)


class PublishError(Exception):
    """The stream refused records after all attempts; the message says how many and why."""


def publish(
    put_records: Callable[..., dict[str, Any]],
    stream_name: str,
    events: list[Event],
    *,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Puts `events` on the stream with their anonymous_id as partition key.

    `put_records` is a Kinesis client's method. Refused records alone are sent again, after growing, random pauses;
    PublishError after six attempts. With an empty `stream_name` the events are only logged.
    """
    if not stream_name:
        for event in events:
            _log.info(encode(event).decode())
        return
    records = [{"Data": encode(event), "PartitionKey": _partition_key(event)} for event in events]
    for batch in _batches(records):
        _put(put_records, stream_name, batch, pause)


def offer(put_records: Callable[..., dict[str, Any]], stream_name: str, events: list[Event]) -> bool:
    """As `publish` for a request that must not fail because analytics is down: logs the failure and answers False."""
    try:
        publish(put_records, stream_name, events)
    except Exception:  # noqa: BLE001 - whatever analytics suffers from must not reach the shopper; it is logged
        _log.exception("%d events were not published", len(events))
        return False
    return True


def _partition_key(event: Event) -> str:
    # A visitor's events stay in order. Kinesis takes 1 to 256 characters.
    return str(event["anonymous_id"] or event["event_id"])[:256]


def _put(
    put_records: Callable[..., dict[str, Any]], stream: str, batch: list[Record], pause: Callable[[float], None]
) -> None:
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(random.uniform(0, 0.05 * 2**attempt))
        answer = put_records(StreamName=stream, Records=batch)
        if not answer["FailedRecordCount"]:
            return
        results = answer["Records"]
        batch = [record for record, result in zip(batch, results, strict=True) if "ErrorCode" in result]
    reasons = sorted({result["ErrorCode"] for result in results if "ErrorCode" in result})
    raise PublishError(f"{stream} refused {len(batch)} records after {ATTEMPTS} attempts: {', '.join(reasons)}")


def _batches(records: list[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        length = len(record["Data"]) + len(record["PartitionKey"].encode())
        if batch and (len(batch) == MAX_RECORDS or size + length > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch
