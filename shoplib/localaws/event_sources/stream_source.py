"""The interface of a stream to the stream poller, for either service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class StreamRecord:
    """One record; `arrival` in seconds since 1970, `event` as in Lambda's event, `size` in bytes."""

    sequence: int
    partition_key: str
    arrival: float
    event: dict[str, Any]
    size: int
    trace: str | None = None

    @property
    def identifier(self) -> str:
        """The sequence number, as functions report it."""
        return str(self.sequence)


class StreamSource(Protocol):
    """A Kinesis stream or the stream of a DynamoDB table."""

    batch_info_name: str
    filter_key: str

    def shard_ids(self) -> list[str]: ...

    def parents(self, shard_id: str) -> set[str]:
        """The shards that were split or merged into this one; they are read first."""

    def is_closed(self, shard_id: str) -> bool:
        """True if the shard accepts no more records."""

    def start_after(self, shard_id: str, position: str, timestamp: float | None) -> int:
        """The sequence number after which a mapping with this StartingPosition begins."""

    def read(self, shard_id: str, after: int, limit: int) -> Sequence[StreamRecord]:
        """Up to `limit` records after sequence number `after`, in order. Empty if the shard does not exist."""

    def filterable(self, record: StreamRecord) -> Mapping[str, Any]:
        """The record as filter patterns match it; its data is under `filter_key`."""
