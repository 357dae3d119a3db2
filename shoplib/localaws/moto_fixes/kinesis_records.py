"""Kinesis shards lose acknowledged records under threads, and every put and get walks through all records.

Upstream computes the next sequence number from `list(records)[-1]` without a lock: two threads take the same number and
one record overwrites the other (94 to 3,200 of 8,000 acknowledged records lost with 8 threads), and a reader that looks
meanwhile fails. A put is O(records), a
get walks from the first record of the shard. Here numbers have no gaps, so a record is found by its number.
They also begin at 1 in every shard upstream; AWS's have 56 digits and no two shards of a stream share one, which is
what handlers rely on that remember the numbers they have seen.
Measured: put 0.19 ms at 20,000 records -> 0.011 ms at 100,000; get_records(100) at their end 1.1 ms -> 0.016 ms.
"""

import threading
from contextlib import AbstractContextManager
from typing import Any

from moto.kinesis.models import Record, Shard

from shoplib.localaws.moto_patches import replace

FIRST_SHARD, BETWEEN_SHARDS = 49_590_338 * 10**48, 10**30


def install() -> None:
    replace(Shard, "put_record", put_record)
    replace(Shard, "get_records", get_records)
    replace(Shard, "get_min_sequence_number", first_number)
    replace(Shard, "get_max_sequence_number", last_number)
    replace(Shard, "get_sequence_number_at", number_before)


def put_record(shard: Any, partition_key: str, data: str, explicit_hash_key: str) -> str:
    with records_lock(shard):
        number = _last(shard) + 1
        record: Any = Record(partition_key, data, number, explicit_hash_key)
        record.key_id = getattr(shard, "key_id", None)  # what it is encrypted under
        shard.records[number] = record
    return str(number)


def get_records(shard: Any, last_sequence_id: str, limit: int | None) -> tuple[list[Record], int, int]:
    """Records after a number, the number of the last one of them, and milliseconds behind the newest."""
    with records_lock(shard):
        if not shard.records:
            return [], int(last_sequence_id), 0
        after, newest = max(int(last_sequence_id), _first(shard) - 1), _last(shard)
        until = newest if limit is None else min(newest, after + limit)
        records = [shard.records[number] for number in range(after + 1, until + 1)]
        last = shard.records[newest]
    if not records:
        return [], after, 0
    return records, records[-1].sequence_number, max(0, int((last.created_at - records[-1].created_at) * 1000))


def first_number(shard: Any) -> int:
    with records_lock(shard):
        return _first(shard)


def last_number(shard: Any) -> int:
    with records_lock(shard):
        return _last(shard)


def number_of_shard(shard: Any) -> int:
    """Where the shard itself begins: the number before its first record."""
    return FIRST_SHARD + int(shard._shard_id) * BETWEEN_SHARDS


def number_before(shard: Any, at_timestamp: float) -> int:
    """The last number whose record came before this time; the shard's own when none did."""
    with records_lock(shard):
        if not shard.records:
            return number_of_shard(shard)
        low, high = _first(shard), _last(shard) + 1
        while low < high:
            middle = (low + high) // 2
            if shard.records[middle].created_at < at_timestamp:
                low = middle + 1
            else:
                high = middle
        return low - 1


def horizon(shard: Any) -> int:
    """The number before the oldest record, or before the first one to come: one look, so that none is passed over."""
    with records_lock(shard):
        return _first(shard) - 1 if shard.records else number_of_shard(shard)


def _first(shard: Any) -> int:
    return int(next(iter(shard.records), number_of_shard(shard)))


def _last(shard: Any) -> int:
    return int(next(reversed(shard.records), number_of_shard(shard)))


def records_lock(shard: Any) -> AbstractContextManager[Any]:
    """Held by whoever looks at a shard's records or adds one."""
    lock: AbstractContextManager[Any] = shard.__dict__.setdefault("lab_lock", threading.RLock())
    return lock
