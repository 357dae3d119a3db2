"""Kinesis shards take any amount: upstream has none of AWS's write limits.

On AWS a shard of a provisioned stream takes 1,000 records and 1 MiB a second; what is above is refused, in PutRecords
record by record, so that a producer that does not look at `FailedRecordCount` loses data. On-demand streams scale by
themselves (on AWS up to twice their earlier peak within 15 minutes, here at once).
Reading is not limited here (AWS: 5 calls and 2 MiB a second and shard).
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kinesis.exceptions import RecordSizeExceedsLimit, TooManyRecords, TotalRecordsSizeExceedsLimit
from moto.kinesis.models import KinesisBackend, Stream

from shoplib.localaws.moto_fixes.kinesis_shards import unchanged
from shoplib.localaws.moto_patches import replace, wrap

RECORDS_PER_SECOND = 1000
BYTES_PER_SECOND = 1_048_576
MOST_RECORDS, MOST_BYTES, LARGEST_RECORD = 500, 5_242_880, 1_048_576
EXCEEDED = "ProvisionedThroughputExceededException"
_exempt = threading.local()


def install() -> None:
    wrap(Stream, "put_record", _within_limits)
    replace(KinesisBackend, "put_records", put_records)


@contextmanager
def unlimited() -> Iterator[None]:
    """For services that put records themselves: on AWS they try again until the shard takes them."""
    _exempt.now = True
    try:
        yield
    finally:
        _exempt.now = False


class ShardRateExceeded(JsonRESTError):
    code = 400

    def __init__(self, stream: Any, shard_id: str) -> None:
        super().__init__(
            EXCEEDED,
            f"Rate exceeded for shard {shard_id} in stream {stream.stream_name} under account {stream.account_id}.",
        )


class Allowance:
    """What a shard may still take: one second's worth at most, refilled with time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records, self._bytes = float(RECORDS_PER_SECOND), float(BYTES_PER_SECOND)
        self._filled = time.monotonic()

    def takes(self, size: int) -> bool:
        with self._lock:
            self._refill()
            if self._records < 1 or self._bytes < min(size, BYTES_PER_SECOND):
                return False
            self._records -= 1
            self._bytes -= size
            return True

    def _refill(self) -> None:
        now = time.monotonic()
        passed, self._filled = now - self._filled, now
        self._records = min(RECORDS_PER_SECOND, self._records + passed * RECORDS_PER_SECOND)
        self._bytes = min(BYTES_PER_SECOND, self._bytes + passed * BYTES_PER_SECOND)


def put_records(
    backend: Any, stream_arn: str | None, stream_name: str | None, records: list[dict[str, Any]]
) -> dict[str, Any]:
    """Each record is put or refused by itself; the answer is in the order of the request."""
    stream = backend.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
    sizes = [_size(record.get("Data", ""), record.get("PartitionKey", "")) for record in records]
    _require_sizes(sizes)
    results = [_put(stream, record) for record in records]
    put = [size for size, result in zip(sizes, results, strict=True) if "ShardId" in result]
    backend._send_stream_metrics(stream.stream_name, incoming_bytes=sum(put), incoming_records=len(put))
    return {"FailedRecordCount": len(results) - len(put), "Records": results}


def _require_sizes(sizes: list[int]) -> None:
    if len(sizes) > MOST_RECORDS:
        raise TooManyRecords
    if sum(sizes) > MOST_BYTES:
        raise TotalRecordsSizeExceedsLimit
    for position, size in enumerate(sizes, 1):
        if size > LARGEST_RECORD:
            raise RecordSizeExceedsLimit(position=position)


def _put(stream: Any, record: dict[str, Any]) -> dict[str, Any]:
    try:
        number, shard_id = stream.put_record(
            record.get("PartitionKey"), record.get("ExplicitHashKey"), record.get("Data")
        )
    except ShardRateExceeded as error:
        return {"ErrorCode": EXCEEDED, "ErrorMessage": error.message}
    return {"SequenceNumber": number, "ShardId": shard_id}


def _within_limits(original: Any) -> Any:
    def put_record(stream: Any, partition_key: str, explicit_hash_key: str, data: str) -> Any:
        if stream.stream_mode.get("StreamMode") != "ON_DEMAND" and not getattr(_exempt, "now", False):
            if _size(data, partition_key) > LARGEST_RECORD:
                raise RecordSizeExceedsLimit(position=1)  # before the rate: no shard will ever take it
            with unchanged(stream):
                shard = stream.get_shard_for_key(partition_key, explicit_hash_key)
            allowance: Allowance = shard.__dict__.setdefault("lab_allowance", Allowance())
            if not allowance.takes(_size(data, partition_key)):
                raise ShardRateExceeded(stream, shard.shard_id)
        with unchanged(stream):
            return original(stream, partition_key, explicit_hash_key, data)

    return put_record


def _size(data: str, partition_key: str) -> int:
    """Bytes that count: the data (moto keeps it as base64) and the key."""
    return len(data) * 3 // 4 - data[-2:].count("=") + len(partition_key.encode())
