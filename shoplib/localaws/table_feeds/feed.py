"""Writes one table's changes to Kinesis. moto passes each change to a table's `stream_shard`; a feed replaces it."""

import json
import uuid
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from moto.kinesis.models import kinesis_backends

from shoplib.localaws import engine_clock
from shoplib.localaws.arns import Arn
from shoplib.localaws.moto_fixes.dynamodb_changes import PRINCIPAL, SERVICE, is_by_service, is_change, size_of
from shoplib.localaws.moto_fixes.kinesis_limits import unlimited

MILLISECOND, MICROSECOND = "MILLISECOND", "MICROSECOND"


@dataclass
class Destination:
    stream_arn: str
    precision: str | None = None  # None: nobody has stated one, and none is told
    active: bool = True


class Feed:
    """Passes each change on to the table's own DynamoDB stream, if it has one, and to its active destinations."""

    def __init__(self, table: Any, stream: Any) -> None:
        self._table = table
        self.stream = stream
        self.destinations: dict[str, Destination] = {}

    def __getattr__(self, name: str) -> Any:
        """Attributes of the DynamoDB stream, for its readers."""
        return getattr(self.stream, name)

    def add(self, old: Any, new: Any) -> None:
        if self.stream is not None:
            self.stream.add(old, new)
        if not is_change(old, new):
            return
        for destination in list(self.destinations.values()):
            if destination.active:
                self._send(destination, old, new)

    def _send(self, destination: Destination, old: Any, new: Any) -> None:
        record = change_record(self._table, destination.precision or MILLISECOND, old, new)
        region, account_id, name = _parts(destination.stream_arn)
        key, data = _partition_key(record["dynamodb"]["Keys"]), b64encode(json.dumps(record).encode()).decode()
        with unlimited():
            kinesis_backends[account_id][region].put_record(destination.stream_arn, name, key, "", data)


def feed_of(table: Any) -> Feed:
    """The table's feed, created if it has none."""
    if not isinstance(table.stream_shard, Feed):
        table.stream_shard = Feed(table, table.stream_shard)
    feed: Feed = table.stream_shard
    return feed


def destinations_of(table: Any) -> dict[str, Destination]:
    return table.stream_shard.destinations if isinstance(table.stream_shard, Feed) else {}


def keep_feeding(original: Callable[..., None]) -> Callable[..., None]:
    """A table keeps its destinations when its DynamoDB stream is replaced or disabled."""

    def set_stream_specification(table: Any, streams: dict[str, Any] | None) -> None:
        feed = table.stream_shard if isinstance(table.stream_shard, Feed) else None
        if feed is not None:
            table.stream_shard = feed.stream
        original(table, streams)
        if feed is not None:
            feed.stream, table.stream_shard = table.stream_shard, feed

    return set_stream_specification


def change_record(table: Any, precision: str, old: Any, new: Any) -> dict[str, Any]:
    """One change as a record in AWS's format; `old` and `new` are moto's items, or None."""
    images = {name: _attributes(item) for name, item in (("NewImage", new), ("OldImage", old)) if item is not None}
    present = images.get("NewImage") or images["OldImage"]
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    change = {
        "ApproximateCreationDateTime": _now(precision),
        "ApproximateCreationDateTimePrecision": precision,
        "Keys": {name: present[name] for name in names},
        **images,
    }
    return {
        "awsRegion": table.region_name,
        "eventID": str(uuid.uuid4()),
        "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
        "userIdentity": {"type": SERVICE, "principalId": PRINCIPAL} if is_by_service() else None,
        "recordFormat": "application/json",
        "tableName": table.name,
        "dynamodb": {**change, "SizeBytes": size_of(change)},
        "eventSource": "aws:dynamodb",
    }


def _partition_key(keys: dict[str, Any]) -> str:
    """The same for all changes of an item, so that they go to one shard: 32 hexadecimal digits, as on AWS."""
    return md5(json.dumps(keys).encode(), usedforsecurity=False).hexdigest().upper()


def _now(precision: str) -> int:
    microseconds = int(engine_clock.now() * 1_000_000)
    return microseconds if precision == MICROSECOND else microseconds // 1000


def _attributes(item: Any) -> dict[str, Any]:
    """The item as DynamoDB JSON, with binary values in base64."""
    attributes: dict[str, Any] = json.loads(json.dumps(item.to_json()["Attributes"], default=_plain))
    return attributes


def _plain(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes) else value.to_json()


def _parts(stream_arn: str) -> tuple[str, str, str]:
    """Region, account and name of `arn:aws:kinesis:region:account:stream/name`."""
    stream = Arn.parse(stream_arn)
    return stream.region, stream.account_id, stream.name
