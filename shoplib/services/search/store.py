"""The index in its bucket, the catalog that it is built from, and the event stream."""

import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer

from shoplib.core import catalogs, config, events
from shoplib.core.errors import Conflict, Unavailable
from shoplib.core.products import KEY_PREFIX, Product, from_item
from shoplib.services.search.config import CatalogConfig, IndexConfig, StreamConfig
from shoplib.services.search.index import FORMAT, Change, Index
from shoplib.services.search.snapshot import Snapshot

KEY = f"index/format-{FORMAT}.sqlite"
# For so many seconds a warm function does not ask whether there is a newer index.
FRESH = 1.0
ATTEMPTS = 5
_UNCHANGED = "304"
# 412 when the object is not the expected one, 409 when another write was faster, 404 when it is gone.
_LOST = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")


@cache
def s3() -> Any:
    return boto3.client("s3")


@cache
def functions() -> Any:
    return boto3.client("lambda")


@cache
def kinesis() -> Any:
    return boto3.client("kinesis")


def change_of(record: dict[str, Any]) -> Change:
    """The change in a record of the catalog table's stream, from DynamoDB JSON."""
    product_id = record["Keys"]["pk"]["S"].removeprefix(KEY_PREFIX)
    image = {name: TypeDeserializer().deserialize(value) for name, value in record.get("NewImage", {}).items()}
    return Change(product_id, int(record["SequenceNumber"]), from_item(image) if image else None)


def read() -> tuple[Index | None, str | None]:
    """The current index and its ETag; None for both if there is none."""
    try:
        answer = s3().get_object(Bucket=_bucket(), Key=KEY)
    except s3().exceptions.NoSuchKey:
        return None, None
    return Index(answer["Body"].read()), answer["ETag"]


def write(index: Index, tag: str | None) -> str | None:
    """Stores an index if the current one has this ETag (None: if there is none); returns the new ETag, or None if
    another write was faster.
    """
    condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
    try:
        answer = s3().put_object(Bucket=_bucket(), Key=KEY, Body=index.serialized(), **condition)
    except s3().exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _LOST:
            return None
        raise
    return str(answer["ETag"])


def _bucket() -> str:
    return config.load(IndexConfig).search_bucket_name


class Reader:
    """The newest version of the index in this execution environment."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None
        self.tag: str | None = None
        self.checked_at = -FRESH

    def current(self) -> Snapshot | None:
        """The index, at most FRESH seconds old; None if there is none."""
        if time.monotonic() - self.checked_at >= FRESH:
            self._ask()
            self.checked_at = time.monotonic()
        return self.snapshot

    def _ask(self) -> None:
        condition = {"IfNoneMatch": self.tag} if self.tag else {}
        try:
            answer = s3().get_object(Bucket=_bucket(), Key=KEY, **condition)
        except s3().exceptions.NoSuchKey:
            return
        except s3().exceptions.ClientError as error:
            if error.response["Error"]["Code"] != _UNCHANGED:
                raise
            return
        self.snapshot, self.tag = Snapshot(answer["Body"].read()), answer["ETag"]


class Writer:
    """Writes changes to the index. It keeps its last version, so that it reads the index only if others write."""

    def __init__(self) -> None:
        self.index: Index | None = None
        self.tag: str | None = None

    def write(self, changes: list[Change], at: str) -> int:
        """Applies changes to the index; returns how many were new. Conflict if others keep writing."""
        for _ in range(ATTEMPTS):
            index, tag = (self.index, self.tag) if self.index is not None else read()
            # Until it is stored nobody knows what it is worth.
            index, self.index = Index() if index is None else index, None
            count = index.apply(changes, at)
            if not count:
                self.index, self.tag = index, tag
                return 0
            if written := write(index, tag):
                self.index, self.tag = index, written
                return count
        raise Conflict("index_busy", "The index is being written elsewhere; the changes come again.")


@cache
def writer() -> Writer:
    """One for each environment."""
    return Writer()


@cache
def reader() -> Reader:
    """One for each environment."""
    return Reader()


def catalog() -> Iterator[Product]:
    """All products of the catalog."""
    name = config.load(CatalogConfig).list_products_function_name
    if not name:
        message = "The template `rest` has the catalog: deploy it, and this one with its ListProductsFunctionName."
        raise Unavailable("no_catalog", message)
    return catalogs.every_product(functions().invoke, name)


def emit(event: events.Event) -> None:
    """Puts an event on the stream; the shopper's request succeeds even if that fails."""
    events.offer(lambda **call: kinesis().put_records(**call), config.load(StreamConfig).event_stream_name, [event])
