"""Objects under keys, as S3 keeps them: what compaction needs of a store, and a bucket as one.

The caller hands over the S3 client. `analytics` has the same store in a folder.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

# S3 answers 412 when the object is not the expected one, 409 when another write was faster, 404 when it is gone.
_LOST = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
_AT_ONCE = 1000  # keys that DeleteObjects takes


@dataclass(frozen=True)
class Entry:
    """An object in a listing: size in bytes, and when it was written (UTC)."""

    key: str
    size: int
    modified: datetime


class Missing(Exception):
    """There is no object under the key."""


class Objects(Protocol):
    """A store whose reads see the last finished write, and in which exactly one of several swaps wins."""

    def entries(self, prefix: str) -> list[Entry]:
        """Objects whose keys begin with `prefix`, by key."""

    def folders(self, prefix: str) -> list[str]:
        """What comes after `prefix`, to the next slash, in the keys that begin with it."""

    def read(self, key: str) -> bytes:
        """Content of an object; Missing."""

    def read_range(self, key: str, start: int, size: int) -> bytes:
        """Some bytes of an object, which has that many; Missing."""

    def write(self, key: str, content: bytes) -> None: ...

    def read_with_tag(self, key: str) -> tuple[bytes, str] | None:
        """Content and tag of an object, None when there is none."""

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        """Write if the object still has `tag` (None: if there is none); False when somebody else was faster."""

    def delete(self, keys: Iterable[str]) -> None: ...


@dataclass(frozen=True)
class Bucket:
    """A bucket, or what lies under `prefix` in it (empty or with a slash at its end)."""

    s3: Any = field(repr=False)
    name: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def entries(self, prefix: str) -> list[Entry]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=self.prefix + prefix)
        return [self._entry(item) for page in pages for item in page.get("Contents", [])]

    def _entry(self, item: dict[str, Any]) -> Entry:
        return Entry(item["Key"][len(self.prefix) :], item["Size"], item["LastModified"])

    def folders(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=self.prefix + prefix, Delimiter="/"
        )
        prefixes = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", [])]
        return [name[len(self.prefix + prefix) :].rstrip("/") for name in prefixes]

    def read(self, key: str) -> bytes:
        return self._get(key)[0]

    def read_range(self, key: str, start: int, size: int) -> bytes:
        return self._get(key, Range=f"bytes={start}-{start + size - 1}")[0]

    def read_with_tag(self, key: str) -> tuple[bytes, str] | None:
        try:
            return self._get(key)
        except Missing:
            return None

    def _get(self, key: str, **options: str) -> tuple[bytes, str]:
        try:
            answer = self.s3.get_object(Bucket=self.name, Key=self.prefix + key, **options)
        except self.s3.exceptions.NoSuchKey:
            raise Missing(f"{self}/{key}") from None
        return answer["Body"].read(), answer["ETag"]

    def write(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=self.prefix + key, Body=content)

    def swap(self, key: str, content: bytes, tag: str | None) -> bool:
        condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        try:
            self.s3.put_object(Bucket=self.name, Key=self.prefix + key, Body=content, **condition)
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _LOST:
                return False
            raise
        return True

    def delete(self, keys: Iterable[str]) -> None:
        for some in _chunks(list(keys)):
            identifiers = [{"Key": self.prefix + key} for key in some]
            self.s3.delete_objects(Bucket=self.name, Delete={"Objects": identifiers, "Quiet": True})


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
