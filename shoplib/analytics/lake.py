"""Reading the lake: what the pipeline wrote to S3, as one DataFrame."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shoplib.core import lake
from shoplib.errors import LabError

if TYPE_CHECKING:
    from shoplib.lab import Lab

AT_ONCE = 16
AREAS = (lake.RAW, lake.LATE)


def read_events(lab: "Lab", start: date | None = None, end: date | None = None) -> pd.DataFrame:
    """All events in the lake of a deployed `clickstream`, or those of the days (UTC) from `start` to `end` inclusive.

    One row per event as it was written, duplicates and all: columns of `shoplib.core.lake.SCHEMA`; times are UTC
    timestamps, `price_minor` and `value_minor` exact Decimals (minor units). An empty lake has the same columns.
    """
    return read_bucket(lab.client("s3"), lab.outputs("clickstream")["LakeBucketName"], start, end)


def read_bucket(s3: Any, bucket: str, start: date | None = None, end: date | None = None) -> pd.DataFrame:
    """The same from a bucket, with a boto3 S3 client of any account or endpoint."""
    keys = [key for area in AREAS for key in _keys(s3, bucket, f"{area}/dt=") if _within(key, start, end)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tables = list(pool.map(lambda key: _table(s3, bucket, key), keys))
    return pa.concat_tables([lake.SCHEMA.empty_table(), *tables]).to_pandas()


def _keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return (entry["Key"] for page in pages for entry in page.get("Contents", []))


def _within(key: str, start: date | None, end: date | None) -> bool:
    day = key.split("/dt=", 1)[1].split("/", 1)[0]
    return (start is None or day >= _day(start)) and (end is None or day <= _day(end))


def _day(moment: date | str) -> str:
    """A date, datetime, timestamp or text as the lake writes days; LabError when it is none."""
    try:
        return str(pd.Timestamp(moment).date())
    except ValueError:
        raise LabError(f"{moment!r} is no day", "say 2026-01-31, or give a date") from None


def _table(s3: Any, bucket: str, key: str) -> pa.Table:
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        return _conformed(pq.read_table(io.BytesIO(body)))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise LabError(f"s3://{bucket}/{key} is not a file of events: {error}", "move it out of the lake") from None


def _conformed(table: pa.Table) -> pa.Table:
    """The table with today's columns: an older file lacks some, which are then empty."""
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in lake.SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=lake.SCHEMA)
