"""A batch of stream records becomes objects of the lake: tables by hour of the event, and malformed records set aside.

Everything depends on the records alone, not on the clock: the same batch, tried again, gives the same objects.
`ingest_time` is when the stream took the record. An event is late when that was more than three days after it
happened, except for channel "import": replayed history is old by intention and belongs in the lake's main part.
"""

import json
from binascii import a2b_base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from json.scanner import make_scanner
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shoplib.core import events, lake, numbers
from shoplib.core.lake import columns, curation


@dataclass(frozen=True)
class Record:
    """A stream record: `data` is base64, `arrival` in seconds since 1970."""

    data: str
    sequence: str
    arrival: float


@dataclass(frozen=True)
class Malformed:
    """A record that is no event, and why."""

    record: Record
    error: str


@dataclass(frozen=True)
class Batch:
    """Records of one shard, in order."""

    stream: str
    shard: str
    records: list[Record]


@dataclass(frozen=True)
class Group:
    """The batch's events of one hour, to be stored under `key`."""

    key: str
    table: pa.Table
    late: bool


def batch_of(event: dict[str, Any]) -> Batch:
    """The batch of a Kinesis invocation; all its records are of one shard."""
    first = event["Records"][0]
    records = [
        Record(kinesis["data"], kinesis["sequenceNumber"], kinesis["approximateArrivalTimestamp"])
        for kinesis in (record["kinesis"] for record in event["Records"])
    ]
    return Batch(first["eventSourceARN"].partition("/")[2], first["eventID"].partition(":")[0], records)


def read(batch: Batch) -> tuple[pa.Table, list[Malformed]]:
    """All events of the batch as one table of the lake's schema, and the records that are none."""
    decoded, malformed = _decode(batch.records)
    try:
        table = columns.table([event for _, event in decoded])
    except columns.Unfit:
        decoded, unfit = _sorted_out(decoded)
        malformed += unfit
        table = columns.table([event for _, event in decoded])
    return _stamp(table, [record for record, _ in decoded], batch.shard), malformed


def groups(batch: Batch, table: pa.Table) -> Iterator[Group]:
    """`table` by lateness and hour of the event."""
    hours = pc.floor_temporal(table["event_time"], unit="hour")
    keys = pa.table({"late": curation.late(table), "hour": hours})
    sizes, start = list(_sizes(keys)), 0
    if len(sizes) > 1:
        table = table.take(pc.sort_indices(keys, sort_keys=_BY_HOUR))
    for (late, hour), size in sizes:
        area = lake.LATE if late else lake.RAW
        first, last = batch.records[0].sequence, batch.records[-1].sequence
        key = lake.batch_key(area, hour, batch.stream, batch.shard, first, last)
        yield Group(key, table.slice(start, size), late)
        start += size


def quarantine(batch: Batch, malformed: Malformed) -> tuple[str, dict[str, Any]]:
    """Key and content of a malformed record's object: enough to mend and replay it."""
    record = malformed.record
    arrival = datetime.fromtimestamp(record.arrival, UTC)
    content = {
        "error": malformed.error,
        "raw": record.data,
        "shard": batch.shard,
        "sequence": record.sequence,
        "arrival": arrival.isoformat(),
    }
    return lake.quarantine_key(arrival, batch.stream, batch.shard, record.sequence), content


_LONGEST_NAME = 100
_BY_HOUR = [("late", "ascending"), ("hour", "ascending")]


# Whole numbers are left to the columns that they belong to: reading each through Python would cost too much.
_DECODER = json.JSONDecoder(parse_float=numbers.exact, parse_constant=numbers.refuse)
_scan = make_scanner(_DECODER)  # type: ignore[arg-type]  # typeshed wants a scanner, not its settings


def _decode(records: list[Record]) -> tuple[list[tuple[Record, Any]], list[Malformed]]:
    decoded, malformed = [], []
    for record in records:
        try:
            decoded.append((record, _json(str(a2b_base64(record.data), "utf-8"))))
        except (ValueError, RecursionError) as error:
            malformed.append(Malformed(record, _fault(record, error)))
    return decoded, malformed


def _fault(record: Record, error: Exception) -> str:
    """What is wrong with a record that could not be read: a number is named by its field."""
    try:
        field = numbers.offender(str(a2b_base64(record.data), "utf-8"))
    except (ValueError, RecursionError):
        field = None
    return f"{field[:_LONGEST_NAME]} must be a number that a double can hold" if field else f"not JSON: {error}"


def _json(text: str) -> Any:
    # The scanner alone is a third faster than the decoder around it, which only adds leave for spaces at the ends.
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        end = -1
    value = value if end == len(text) else _DECODER.decode(text)
    numbers.refuse_depth(text, value)
    return value


def _sorted_out(decoded: list[tuple[Record, Any]]) -> tuple[list[tuple[Record, Any]], list[Malformed]]:
    fit, unfit = [], []
    for record, event in decoded:
        if error := events.problem(event):
            unfit.append(Malformed(record, error))
        else:
            fit.append((record, event))
    return fit, unfit


def _stamp(table: pa.Table, records: list[Record], shard: str) -> pa.Table:
    arrivals = pa.array([round(record.arrival * 1e6) for record in records], pa.int64())
    stamps = [
        arrivals.cast(lake.MOMENT),
        pa.repeat(pa.scalar(shard), len(records)),
        pa.array([record.sequence for record in records], pa.string()),
    ]
    return pa.Table.from_arrays([*table.columns, *stamps], schema=lake.SCHEMA)


def _sizes(keys: pa.Table) -> Iterator[tuple[tuple[bool, datetime], int]]:
    counts = keys.group_by(["late", "hour"]).aggregate([([], "count_all")])
    for row in counts.sort_by(_BY_HOUR).to_pylist():
        yield (row["late"], row["hour"]), row["count_all"]
