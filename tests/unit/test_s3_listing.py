"""Pages of a listing: the same names, whatever the size of a page, and folders that are stepped over."""

from typing import Any

import pytest
from moto import mock_aws
from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends

from shoplib.localaws.moto_fixes import s3_listing

NAMES = ["a", "b/1", "b/2", "b/c/3", "b0", "é/x", "z", "z/", "z/y", "\U0001f600"]


@pytest.fixture
def bucket() -> Any:
    with mock_aws():
        s3_listing.install()
        backend: S3Backend = s3_backends["123456789012"]["aws"]
        bucket: FakeBucket = backend.create_bucket("listed", "us-east-1")
        for name in reversed(NAMES):
            backend.put_object("listed", name, b"x")
        yield bucket


def pages(bucket: Any, size: int, **options: Any) -> list[str]:
    backend, names, token = s3_backends["123456789012"]["aws"], [], None
    asked = {"prefix": None, "delimiter": None, "start_after": None, **options}
    while True:
        page, is_more, token = backend.list_objects_v2(bucket, continuation_token=token, max_keys=size, **asked)
        assert len(page) == size or not is_more
        names += [each.name if isinstance(each, FakeKey) else each for each in page]
        if not is_more:
            return names


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, sorted(NAMES)),
        ({"delimiter": "/"}, ["a", "b/", "b0", "z", "z/", "é/", "\U0001f600"]),
        ({"prefix": "b"}, ["b/1", "b/2", "b/c/3", "b0"]),
        ({"prefix": "b/", "delimiter": "/"}, ["b/1", "b/2", "b/c/"]),
        ({"start_after": "b/2"}, ["b/c/3", "b0", "z", "z/", "z/y", "é/x", "\U0001f600"]),
        ({"start_after": "b/1", "delimiter": "/"}, ["b0", "z", "z/", "é/", "\U0001f600"]),
        ({"prefix": "none"}, []),
    ],
)
def test_pages_of_any_size_make_the_same_listing(
    bucket: Any, options: dict[str, str], names: list[str], size: int
) -> None:
    assert pages(bucket, size, **options) == names


def test_a_listing_follows_what_is_put_and_deleted(bucket: Any) -> None:
    backend = s3_backends["123456789012"]["aws"]
    pages(bucket, 3)
    backend.delete_object("listed", "b/1")
    backend.put_object("listed", "aa", b"x")
    backend.put_object("listed", "a", b"again")
    assert pages(bucket, 3, prefix="a") == ["a", "aa"]
    assert pages(bucket, 3, prefix="b/") == ["b/2", "b/c/3"]


def test_deleted_versions_make_no_folder(bucket: Any) -> None:
    backend = s3_backends["123456789012"]["aws"]
    backend.put_bucket_versioning("listed", "Enabled")
    for name in ("z/", "z/y"):
        backend.delete_object("listed", name)
    assert pages(bucket, 100, prefix="z", delimiter="/") == ["z"]
