"""The file with the content of an object is closed with the object, whoever drops it. Warnings are errors here, too."""

import copy
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws
from moto.s3.models import FakeKey, s3_backends

from shoplib.localaws.moto_fixes import instance_tracking, s3_buffers
from shoplib.localaws.snapshots import pickling

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture
def backend() -> Iterator[Any]:
    with mock_aws():
        instance_tracking.install()
        s3_buffers.install()
        backend: Any = s3_backends[ACCOUNT]["aws"]
        backend.create_bucket("bucket", REGION)
        yield backend


def older_versions_of_a_state_that_is_reset(backend: Any) -> list[Any]:
    backend.put_bucket_versioning("bucket", "Enabled")
    versions = [backend.put_object("bucket", "key", content) for content in (b"1", b"2")]
    backend.delete_object("bucket", "key")
    files = [each._value_buffer for each in versions]
    backend.reset()
    return files


def an_upload_in_a_bucket_that_is_deleted(backend: Any) -> list[Any]:
    upload = backend.create_multipart_upload("bucket", "key", {}, "STANDARD", {}, None, None, None)
    part = backend.upload_part("bucket", upload.id, 1, b"1")
    backend.delete_bucket("bucket")
    return [part._value_buffer]


def copies(backend: Any) -> list[Any]:
    key = backend.put_object("bucket", "key", b"1")
    return [each._value_buffer for each in (copy.deepcopy(key), copy.copy(key))]


def a_state_that_another_one_replaces(backend: Any) -> list[Any]:
    key = backend.put_object("bucket", "key", b"1")
    [loaded] = pickling.load(pickling.dump([key]))
    assert loaded.value == b"1"
    return [loaded._value_buffer]


def a_ring_with_a_large_object(_backend: Any) -> list[Any]:
    key: Any = FakeKey("key", b"larger than its buffer", ACCOUNT, REGION, max_buffer_size=1)
    key.ring = key
    return [key._value_buffer]


@pytest.mark.parametrize(
    "drop",
    [
        older_versions_of_a_state_that_is_reset,
        an_upload_in_a_bucket_that_is_deleted,
        copies,
        a_state_that_another_one_replaces,
        a_ring_with_a_large_object,
    ],
)
def test_what_is_dropped_is_closed(backend: Any, drop: Callable[[Any], list[Any]]) -> None:
    files = drop(backend)
    gc.collect()
    assert files and all(each.closed for each in files)


def test_what_is_kept_stays_open(backend: Any) -> None:
    key = backend.put_object("bucket", "key", b"1")
    gc.collect()
    assert key.value == b"1" and key.etag
