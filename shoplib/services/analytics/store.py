import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import boto3

from shoplib.core import config
from shoplib.core.lake import parquet
from shoplib.core.lake.objects import Bucket
from shoplib.services.analytics.config import Config
from shoplib.services.analytics.domain import Group


@cache
def s3() -> Any:
    return boto3.client("s3")


def put_group(group: Group) -> int:
    """Writes one hour's events as Parquet and answers its size in bytes."""
    body = parquet.content(group.table)
    _put(group.key, body)
    return len(body)


def put_quarantined(entries: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Sets malformed records aside, one object each."""
    for key, content in entries:
        _put(key, json.dumps(content).encode())


def lake() -> Bucket:
    """The lake's objects."""
    return Bucket(s3(), config.load(Config).lake_bucket_name)


def _put(key: str, body: bytes) -> None:
    s3().put_object(Bucket=config.load(Config).lake_bucket_name, Key=key, Body=body)
