"""Parquet files of the lake: written in one form, read with today's columns, whatever they were written with."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shoplib.core import lake
from shoplib.core.events import SCHEMA_VERSION

ROW_GROUP = 131_072
ROWS_OF_A_PART = 8 * ROW_GROUP
# What every row has; see `filled`.
NEEDED = tuple(field for field in lake.SCHEMA if not field.nullable)
# Nearly every value differs: a dictionary would be built in vain.
_UNIQUE = ("event_id", "event_time", "ingest_time", "sequence_number", "props")


def compression() -> str:
    """Zstandard, else Snappy: AWS's own layer carries a pyarrow that was built without Zstandard."""
    return "zstd" if pa.Codec.is_available("zstd") else "snappy"


def content(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=compression())
    return bytes(sink.getvalue().to_pybytes())


class NotEvents(Exception):
    """A file that is no Parquet file of events, or lies where its events do not belong; the message says why."""


@dataclass(frozen=True)
class Unreadable:
    """An object of which no event could be read, and why."""

    key: str
    reason: str


def rows(file: bytes, schema: pa.Schema = lake.SCHEMA, key: str = "") -> pa.Table:
    """The events of a file as rows of `schema`; NotEvents when it is none.

    Columns that an older file lacks are empty, those that the lake does not know are left out. What others' files do
    not say, and every row needs, is filled in by `filled`, with the file's `key`.
    """
    with reading():
        opened = pq.ParquetFile(pa.BufferReader(file))
        there = opened.schema_arrow  # made anew each time that it is asked for
        # Whoever reads many files has threads of its own; Arrow's would only get in their way.
        table = opened.read([name for name in schema.names if name in there.names], use_threads=False)
        sparse = is_sparse(opened.metadata, there)
        return conform(fill(table, key) if sparse else table, schema)


@contextmanager
def reading() -> Iterator[None]:
    """What Arrow says of a content that it cannot read, as NotEvents; a file that is gone or forbidden is not that."""
    try:
        yield
    except (FileNotFoundError, PermissionError):
        raise
    except (pa.ArrowException, OSError) as error:
        raise NotEvents(f"is not a file of events: {error}") from None


def is_sparse(metadata: pq.FileMetaData, there: pa.Schema) -> bool:
    """Whether a file of events lacks what every row of the lake needs, in some row at least."""
    if any(field.name not in there.names for field in NEEDED):
        return True
    places = [there.names.index(field.name) for field in NEEDED]
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    if any(there.field(field.name).type != field.type for field in NEEDED):
        return True
    return any(_has_nulls(group.column(place).statistics) for group in groups for place in places)


def _has_nulls(known: pq.Statistics | None) -> bool:
    return known is None or not known.has_null_count or known.null_count > 0


def fill(table: pa.Table, key: str) -> pa.Table:
    """A file of events with ids made from its key and the rows' numbers (in order of these, so that events of one
    moment stay in order), the user as visitor where none is named (else the event itself), and the time of the event
    as that of its arrival. NotEvents without a time, or without any column of visitors."""
    if "event_time" not in table.column_names:
        raise NotEvents("is not a file of events: it has no event_time")
    if not {"anonymous_id", "user_id"} & set(table.column_names):
        raise NotEvents("is not a file of events: it has no anonymous_id and no user_id")
    row_ids = _ids(len(table), key)
    columns = {"event_id": _or(table, "event_id", row_ids), "event_time": _times(table["event_time"])}
    nobody = pa.nulls(len(table), pa.string())
    users = table["user_id"].cast(pa.string()) if "user_id" in table.column_names else nobody
    columns["anonymous_id"] = _or(table, "anonymous_id", pc.coalesce(users, columns["event_id"]))
    columns["schema_version"] = _or(table, "schema_version", pa.repeat(SCHEMA_VERSION, len(table)).cast(pa.int32()))
    if "ingest_time" in table.column_names:
        table = table.set_column(table.column_names.index("ingest_time"), "ingest_time", _times(table["ingest_time"]))
    columns["ingest_time"] = _or(table, "ingest_time", columns["event_time"])
    columns["shard_id"] = _or(table, "shard_id", pa.repeat(key, len(table)))
    columns["sequence_number"] = _or(table, "sequence_number", row_ids)
    rest = {name: table[name] for name in table.column_names if name not in columns}
    return pa.table({**columns, **rest})


def _or(table: pa.Table, name: str, otherwise: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    column = table[name].cast(otherwise.type) if name in table.column_names else pa.nulls(len(table), otherwise.type)
    return pc.coalesce(column, otherwise)


def _ids(count: int, key: str) -> pa.Array:
    digest = blake2b(key.encode(), digest_size=12).hexdigest()
    tail = f"{digest[:4]}-{digest[4:8]}-{digest[8:12]}-{digest[12:]}"
    return pa.array([f"{number:08x}-{tail}" for number in range(count)], pa.string())


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Finer times than the lake's are cut off; those without a zone are UTC."""
    return column.cast(lake.MOMENT, safe=False)


def conform(table: pa.Table, schema: pa.Schema = lake.SCHEMA) -> pa.Table:
    """The table with the columns of `schema`; ArrowInvalid when one does not fit, or when a required one is empty."""
    is_own = table.schema.names == schema.names and table.schema.types == schema.types  # by the thousand
    columns = table.columns if is_own else [_column(table, field) for field in schema]
    for field, column in zip(schema, columns, strict=True):
        if not field.nullable and column.null_count:
            raise pa.ArrowInvalid(f"{field.name} is missing")
    return pa.Table.from_arrays(columns, schema=schema)


def _column(table: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    if field.name not in table.column_names:
        return pa.chunked_array([pa.nulls(len(table), field.type)])
    return _fitting(table.column(field.name), field.type)


def _fitting(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_decimal(kind) and pa.types.is_floating(column.type):
        column = pc.round(column, kind.scale)
    return column.cast(kind, safe=not (pa.types.is_timestamp(kind) and pa.types.is_timestamp(column.type)))


def read_between(part: bytes, start: datetime, end: datetime) -> pa.Table:
    """Events of a compacted part from `start` to before `end`, as rows of `lake.SCHEMA`; other row groups stay shut.

    NotEvents when it is damaged.
    """
    with reading():
        file = pq.ParquetFile(pa.BufferReader(part))
        at = file.schema_arrow.names.index("event_time")
        groups = [number for number in range(file.num_row_groups) if _reaches(file, number, at, start, end)]
        table = conform(file.read_row_groups(groups, columns=lake.SCHEMA.names))
    times = table["event_time"]
    return table.filter(pc.and_(pc.greater_equal(times, start), pc.less(times, end)))


def _reaches(file: pq.ParquetFile, group: int, column: int, start: datetime, end: datetime) -> bool:
    known = file.metadata.row_group(group).column(column).statistics
    return known is None or bool(known.min < end and known.max >= start)


def parts(tables: Iterable[pa.Table]) -> Iterator[tuple[int, bytes]]:
    """Curated rows, in order, as files of bounded size: number of rows and content of each."""
    sink, writer, written = pa.BufferOutputStream(), None, 0
    for group in _groups(tables):
        writer = writer or _writer(sink)
        writer.write_table(group, row_group_size=ROW_GROUP)
        written += len(group)
        if written >= ROWS_OF_A_PART:
            yield _close(writer, sink, written)
            sink, writer, written = pa.BufferOutputStream(), None, 0
    if writer:
        yield _close(writer, sink, written)


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of one row group each, only the last one being smaller."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        while (count := sum(map(len, waiting))) >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, ROW_GROUP)
            waiting = [whole.slice(ROW_GROUP)] if count > ROW_GROUP else []
    if waiting and any(map(len, waiting)):
        yield pa.concat_tables(waiting)


def _writer(sink: pa.BufferOutputStream) -> pq.ParquetWriter:
    schema = lake.CURATED_SCHEMA
    coded = [name for name in schema.names if name not in _UNIQUE]
    order = [pq.SortingColumn(schema.names.index(name)) for name in ("event_time", "event_id")]
    return pq.ParquetWriter(sink, schema, compression=compression(), use_dictionary=coded, sorting_columns=order)


def _close(writer: pq.ParquetWriter, sink: pa.BufferOutputStream, written: int) -> tuple[int, bytes]:
    writer.close()
    return written, sink.getvalue().to_pybytes()


def name_of(part: bytes, version: int) -> str:
    """Name of a part by its content and by the manifest's version that it is made for.

    A part that was made for an older version can therefore never come into use any more, and may be removed.
    """
    return blake2b(part, digest_size=16, key=str(version).encode()).hexdigest()
