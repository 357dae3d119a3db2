"""Versions of objects: moto 5.2.5 loses all of them with the first write after versioning is suspended.

On AWS such a write replaces only the version `null`, a deletion puts a marker of that id, and a key that never was gets
a marker as well. moto orders versions by milliseconds, copies each of them to list them, and does not say that what
was deleted was a marker. https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
"""

from collections.abc import Iterator
from itertools import islice, takewhile
from types import SimpleNamespace
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.moto_fixes.s3_deletions import has_version, is_marker
from shoplib.localaws.moto_fixes.s3_listing import names_from
from shoplib.localaws.moto_patches import Method, after, replace, replace_property, wrap
from shoplib.localaws.s3_errors import invalid_argument

SUSPENDED = "Suspended"
NULL = "null"
Row = tuple[str, Any]  # a key and one of its versions, or a common prefix and None


def install() -> None:
    replace_property(FakeBucket, "is_versioned", lambda bucket: bucket.versioning_status in ("Enabled", SUSPENDED))
    after(S3Backend, "put_object", _take_the_null_place)
    replace(S3Backend, "_set_delete_marker", _set_delete_marker)
    wrap(S3Response, "delete_object", _naming_a_marker)
    replace(S3Backend, "list_object_versions", _list_object_versions)


def _take_the_null_place(key: Any, backend: Any, *_: Any, **__: Any) -> None:
    bucket = backend.get_bucket(key.bucket_name)
    if bucket.versioning_status == SUSPENDED:
        key._version_id = NULL
        _drop_null_versions(bucket, key)


def _set_delete_marker(backend: Any, bucket_name: str, key_name: str) -> FakeDeleteMarker:
    bucket = backend.get_bucket(bucket_name)
    key: Any = bucket.keys.get(key_name) or SimpleNamespace(name=key_name)
    marker = FakeDeleteMarker(key)
    if bucket.versioning_status == SUSPENDED:
        marker._version_id = NULL
    bucket.keys[key_name] = marker
    if bucket.versioning_status == SUSPENDED:
        _drop_null_versions(bucket, marker)
    return marker


def _drop_null_versions(bucket: Any, newest: Any) -> None:
    versions = [each for each in bucket.keys.getlist(newest.name) if each is newest or each.version_id != NULL]
    bucket.keys.setlist(newest.name, versions)


def _naming_a_marker(original: Method) -> Method:
    def delete_object(response: Any) -> Any:
        bucket = response.backend.get_bucket(response.bucket_name)
        _require_version(bucket, response.parse_key_name(), response._get_param("versionId"))
        was_marker = is_marker(bucket, response.parse_key_name(), response._get_param("versionId"))
        status, headers, body = original(response)
        return status, headers | ({"x-amz-delete-marker": "true"} if was_marker else {}), body

    return delete_object


def _require_version(bucket: Any, key: str, version: str | None) -> None:
    if not has_version(bucket, key, version):
        raise invalid_argument("Invalid version id specified", "versionId", version)


def _list_object_versions(
    backend: Any,
    bucket_name: str,
    delimiter: str | None = None,
    key_marker: str | None = None,
    max_keys: int | None = 1000,
    prefix: str = "",
    version_id_marker: str | None = None,
) -> tuple[list[Any], list[str], list[Any], str | None, str | None]:
    """Versions, common prefixes, delete markers, and the key and version behind which the next page begins."""
    rows = _rows(backend.get_bucket(bucket_name), prefix, delimiter, key_marker or "")
    following = _behind(rows, key_marker or "", version_id_marker)
    page = list(islice(following, max_keys))
    versions = [version for _, version in page if isinstance(version, FakeKey)]
    markers = [version for _, version in page if isinstance(version, FakeDeleteMarker)]
    prefixes = [name for name, version in page if version is None]
    if not page or next(following, None) is None:
        return versions, prefixes, markers, None, None
    name, last = page[-1]
    return versions, prefixes, markers, name, last.version_id if last is not None else None


def _rows(bucket: Any, prefix: str, delimiter: str | None, start: str) -> Iterator[Row]:
    """In the order of keys, from `start` on, the newest version of each first."""
    latest_group = ""
    for name in takewhile(lambda name: name.startswith(prefix), names_from(bucket.keys, max(prefix, start))):
        group = _group(name, prefix, delimiter)
        if not group:
            yield from _versions(bucket, name)
        elif group != latest_group:
            latest_group = group
            yield group, None


def _group(name: str, prefix: str, delimiter: str | None) -> str:
    head, end, _ = name[len(prefix) :].partition(delimiter) if delimiter else (name, "", "")
    return f"{prefix}{head}{end}" if end else ""


def _versions(bucket: Any, name: str) -> Iterator[Row]:
    versions = list(bucket.keys.getlist(name, []))
    for version in reversed(versions):
        version.is_latest = version is versions[-1]
        yield name, version


def _behind(rows: Iterator[Row], key_marker: str, version_id_marker: str | None) -> Iterator[Row]:
    """The rows behind a key, or within it behind one of its versions."""
    passed = False
    for name, version in rows:
        if name > key_marker or passed or not key_marker:
            yield name, version
        elif name == key_marker and version_id_marker:
            passed = str(getattr(version, "version_id", "")) == version_id_marker
