"""The lake's columns and its layout on S3, shared by the writer (analytics) and by every reader.

raw/events/dt=YYYY-MM-DD/hour=HH/<stream>-<shard>-<first>-<last>.parquet   by EVENT time
late/events/dt=.../hour=.../...                                            the same, for events that came too late
quarantine/dt=<day it came>/<stream>-<shard>-<sequence>.json               records that are not events
quarantine/objects/<its key>                                               objects that compaction could not read
curated/events/dt=.../part-<hash>.parquet                                  compacted: each event once, in order, marked
curated/manifests/dt=....json                                              which parts count, and what is in them
curated/symlinks/dt=.../parts.txt                                          addresses of the parts that count, for Athena
"""

import re
from datetime import date, datetime, timedelta

import pyarrow as pa

from shoplib.core.events import FIELDS, Field

RAW = "raw/events"
LATE = "late/events"
QUARANTINE = "quarantine"
SET_ASIDE = "quarantine/objects"
CURATED = "curated/events"
MANIFESTS = "curated/manifests"
SYMLINKS = "curated/symlinks"
LATE_AFTER = timedelta(days=3)

_DAY = re.compile(r"/dt=([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[/.]|$)")

MOMENT = pa.timestamp("us", tz="UTC")
AMOUNT = pa.decimal128(18, 3)

_TYPES = {
    "text": pa.string(),
    "id": pa.string(),
    "time": MOMENT,
    "integer": pa.int32(),
    "count": pa.float64(),  # other shops sell 2.5 metres
    "amount": AMOUNT,
    "object": pa.string(),  # props: JSON text
}


# The shop always says them; lakes of others do not.
UNSAID = ("event_name", "device")


def _column(field: Field) -> pa.Field:
    nullable = not field.required or field.name in UNSAID
    return pa.field(field.name, _TYPES[field.kind], nullable=nullable)


# What the function adds: when it took the record, and where in the stream the record was.
STAMPS = pa.schema(
    [
        pa.field("ingest_time", MOMENT, nullable=False),
        pa.field("shard_id", pa.string(), nullable=False),
        pa.field("sequence_number", pa.string(), nullable=False),
    ]
)
SCHEMA = pa.schema([*(_column(field) for field in FIELDS), *STAMPS])

# What curation adds: keys that join and group faster than texts, and marks instead of deletions.
MARKS = pa.schema(
    [
        pa.field("session_key", pa.int64()),
        pa.field("user_key", pa.int64()),
        pa.field("anonymous_key", pa.int64(), nullable=False),
        pa.field("event_code", pa.int8()),
        pa.field("is_bot", pa.bool_(), nullable=False),
        pa.field("is_late", pa.bool_(), nullable=False),
    ]
)
CURATED_SCHEMA = pa.schema([*SCHEMA, *MARKS])


def hour_prefix(area: str, hour: datetime) -> str:
    """Folder of the events of one hour (UTC) in `area`, RAW or LATE."""
    return f"{area}/dt={hour:%Y-%m-%d}/hour={hour:%H}/"


def day_prefix(area: str, day: date) -> str:
    """Folder of the events of one day (UTC) in `area`."""
    return f"{area}/dt={day:%Y-%m-%d}/"


def day_of(key: str) -> date | None:
    """The day that a key's folder or a manifest's name says, None when it says none."""
    match = _DAY.search(key)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def hour_of(key: str) -> int | None:
    """The hour that a key's folder says, None when it says none."""
    text = key.rpartition("/hour=")[2][:3]
    return int(text[:2]) if text[2:] == "/" and text[:2].isdigit() and int(text[:2]) < 24 else None


def part_key(day: date, name: str) -> str:
    """Object of compacted events of one day."""
    return f"{day_prefix(CURATED, day)}part-{name}.parquet"


def manifest_key(day: date) -> str:
    """Object that says which parts of a day count."""
    return f"{MANIFESTS}/dt={day:%Y-%m-%d}.json"


def symlink_key(day: date) -> str:
    """The object that points Athena to the current parts of a day."""
    return f"{day_prefix(SYMLINKS, day)}parts.txt"


def batch_key(area: str, hour: datetime, stream: str, shard: str, first: str, last: str) -> str:
    """Object of one batch's events of one hour; the same batch, tried again, has the same key."""
    return f"{hour_prefix(area, hour)}{stream}-{shard}-{first}-{last}.parquet"


def quarantine_key(arrival: datetime, stream: str, shard: str, sequence: str) -> str:
    """Object of one malformed record, by the day it came."""
    return f"{QUARANTINE}/dt={arrival:%Y-%m-%d}/{stream}-{shard}-{sequence}.json"
