"""Objects of the engine's own S3: reading them without HTTP, writing them as any client does."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeDeleteMarker, FakeKey, s3_backends
from moto.utilities.utils import get_partition

from shoplib.localaws.athena.errors import QueryFailed
from shoplib.localaws.clients import client

SCHEMES = ("s3://", "s3a://", "s3n://")


@dataclass(frozen=True, slots=True)
class Location:
    """A folder or an object: `s3://bucket/key`."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> "Location":
        scheme = next((each for each in SCHEMES if text.startswith(each)), None)
        bucket, _, key = text[len(scheme or "") :].partition("/")
        if scheme is None or not bucket:
            raise QueryFailed(f"HIVE_INVALID_METADATA: '{text}' is not a location in S3; it has to begin with s3://")
        return cls(bucket, key)

    @property
    def folder(self) -> "Location":
        """The prefix of what lies in it."""
        return Location(self.bucket, self.key if not self.key or self.key.endswith("/") else f"{self.key}/")

    def within(self, name: str) -> "Location":
        return Location(self.bucket, f"{self.folder.key}{name}")

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass
class Objects:
    """What is in S3 while one query runs: each bucket is listed once. `region` is where the query runs."""

    account_id: str
    region: str
    _names: dict[str, list[str]] = field(default_factory=dict)

    def below(self, place: Location) -> Iterator[FakeKey]:
        """Objects of a folder and its folders that hold data, in order of their keys; hidden ones are left out."""
        names, prefix = self._sorted_names(place.bucket), place.folder.key
        for index in range(bisect_left(names, prefix), len(names)):
            if not names[index].startswith(prefix):
                return
            key = self._bucket(place.bucket).keys.get(names[index])
            if is_data(names[index][len(prefix) :]) and isinstance(key, FakeKey) and key.contentsize:
                yield key

    def folders(self, place: Location) -> list[str]:
        """Names of the folders within a folder that hold data, at any depth: `a`, `a/b`."""
        prefix = place.folder.key
        inner = {key.name[len(prefix) :].rpartition("/")[0] for key in self.below(place)}
        return sorted(inner - {""})

    def read(self, place: Location) -> bytes:
        key = self._bucket(place.bucket).keys.get(place.key)
        if key is None or isinstance(key, FakeDeleteMarker):
            raise QueryFailed(f"HIVE_FILESYSTEM_ERROR: Input path does not exist: {place}")
        return bytes(key.value)

    def find(self, place: Location) -> FakeKey:
        key = self._bucket(place.bucket).keys.get(place.key)
        if not isinstance(key, FakeKey):
            raise QueryFailed(f"HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split {place}: the object does not exist")
        return key

    def has_bucket(self, name: str) -> bool:
        try:
            self._bucket(name)
        except QueryFailed:
            return False
        return True

    def put(self, place: Location, body: Any, **options: Any) -> None:
        """As any client does: notifications, versions and limits apply."""
        try:
            client("s3", self.account_id, self.region).put_object(
                Bucket=place.bucket, Key=place.key, Body=body, **options
            )
        except ClientError as error:
            raise QueryFailed(f"HIVE_WRITER_CLOSE_ERROR: {place}: {error}") from error

    def _bucket(self, name: str) -> Any:
        try:
            return s3_backends[self.account_id][get_partition(self.region)].get_bucket(name)
        except MissingBucket:
            raise QueryFailed(f"HIVE_METASTORE_ERROR: The specified bucket does not exist: {name}") from None

    def _sorted_names(self, bucket: str) -> list[str]:
        if bucket not in self._names:
            self._names[bucket] = sorted(self._bucket(bucket).keys.copy())
        return self._names[bucket]


def is_data(name: str) -> bool:
    """Hive leaves out what begins with _ or a dot, and folders that consoles make as empty objects."""
    return not name.endswith("/") and not any(part[:1] in ("_", ".") for part in name.split("/"))
