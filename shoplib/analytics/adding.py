"""Adds your own events to a lake, so that both engines can analyse them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from shoplib.analytics.compacting import compact
from shoplib.analytics.loading import Loaded
from shoplib.analytics.places import Lake, Place, open_lake
from shoplib.core import clock
from shoplib.core import lake as layout
from shoplib.core.lake import parquet
from shoplib.errors import LabError

STREAM = "file"


@dataclass(frozen=True)
class Added:
    """The number of events and days written, of rejected rows moved to quarantine, and of events that the lake already
    had on those days (each event counts once).
    """

    lake: str
    events: int
    days: int
    rejected: int
    had: int


def add(loaded: Loaded, place: Place) -> Added:
    """Write a file's events to a lake: one object per hour, named by its content, then compact. Adding the same file
    twice changes nothing. Rejected rows go to quarantine. Creates a missing folder. LabError if nothing was loaded.
    """
    if loaded.events.empty:
        raise LabError("there are no events to add", "see loaded.report() for what was rejected")
    lake = _open_or_create(place)
    table = pa.Table.from_pandas(loaded.events[layout.SCHEMA.names], layout.SCHEMA, preserve_index=False)
    days = set[date]()
    for hour, rows in _hours(table, loaded.events):
        content = parquet.content(rows)
        name = hashlib.blake2b(content, digest_size=8).hexdigest()
        lake.objects.write(layout.batch_key(layout.RAW, hour, STREAM, name, "0", f"{len(rows)}"), content)
        days.add(hour.date())
    _quarantine(lake, loaded.rejected)
    done = compact(lake, sorted(days))
    had = int(done.rows.sum()) - loaded.events.event_id.nunique()
    return Added(str(lake), len(loaded.events), len(days), len(loaded.rejected), max(had, 0))


def _open_or_create(place: Place) -> Lake:
    if isinstance(place, str | Path) and not str(place).startswith("s3://"):
        Path(place).mkdir(parents=True, exist_ok=True)
    return open_lake(place)


def _hours(table: pa.Table, events: pd.DataFrame) -> Iterator[tuple[datetime, pa.Table]]:
    hours = events.event_time.dt.tz_convert("UTC").dt.tz_localize(None).dt.floor("h")
    for hour, places in hours.groupby(hours).indices.items():
        yield pd.Timestamp(hour).tz_localize(UTC).to_pydatetime(), table.take(pa.array(places))


def _quarantine(lake: Lake, rejected: pd.DataFrame) -> None:
    """Writes rejected rows to quarantine, as the clickstream function does with malformed records; the same row at most
    once a day.
    """
    now = clock.now()
    for row in rejected.itertuples(index=False):
        shard = hashlib.blake2b(str(row.file).encode(), digest_size=8).hexdigest()
        key = layout.quarantine_key(now, STREAM, shard, f"{int(row.line):012d}")
        content = {"error": row.reason, "file": row.file, "line": int(row.line), "column": row.column}
        lake.objects.write(key, json.dumps(content).encode())
