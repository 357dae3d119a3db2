"""The lake's columns and its layout on S3, shared by the writer (analytics) and by every reader.

raw/events/dt=YYYY-MM-DD/hour=HH/<stream>-<shard>-<first>-<last>.parquet   by EVENT time, zstd
late/events/dt=.../hour=.../...                                            the same, for events that came too late
quarantine/dt=<day it came>/<stream>-<shard>-<sequence>.json               records that are not events
"""

from datetime import datetime, timedelta

import pyarrow as pa

from shoplib.core.events import FIELDS, Field

RAW = "raw/events"
LATE = "late/events"
QUARANTINE = "quarantine"
LATE_AFTER = timedelta(days=3)

MOMENT = pa.timestamp("us", tz="UTC")
AMOUNT = pa.decimal128(18, 3)

_TYPES = {
    "text": pa.string(),
    "id": pa.string(),
    "time": MOMENT,
    "integer": pa.int32(),
    "amount": AMOUNT,
    "object": pa.string(),  # props: JSON text
}


def _column(field: Field) -> pa.Field:
    return pa.field(field.name, _TYPES[field.kind], nullable=not field.required)


# What the function adds: when it took the record, and where in the stream the record was.
STAMPS = pa.schema(
    [
        pa.field("ingest_time", MOMENT, nullable=False),
        pa.field("shard_id", pa.string(), nullable=False),
        pa.field("sequence_number", pa.string(), nullable=False),
    ]
)
SCHEMA = pa.schema([*(_column(field) for field in FIELDS), *STAMPS])


def hour_prefix(area: str, hour: datetime) -> str:
    """Folder of the events of one hour (UTC) in `area`, RAW or LATE."""
    return f"{area}/dt={hour:%Y-%m-%d}/hour={hour:%H}/"


def day_prefix(area: str, day: datetime) -> str:
    """Folder of the events of one day (UTC) in `area`."""
    return f"{area}/dt={day:%Y-%m-%d}/"


def batch_key(area: str, hour: datetime, stream: str, shard: str, first: str, last: str) -> str:
    """Object of one batch's events of one hour; the same batch, tried again, has the same key."""
    return f"{hour_prefix(area, hour)}{stream}-{shard}-{first}-{last}.parquet"


def quarantine_key(arrival: datetime, stream: str, shard: str, sequence: str) -> str:
    """Object of one malformed record, by the day it came."""
    return f"{QUARANTINE}/dt={arrival:%Y-%m-%d}/{stream}-{shard}-{sequence}.json"
