"""Objects that were uploaded in parts, delete markers, and what a new bucket has from the start."""

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.refusals import status_and_code

Aws = Callable[..., Any]
FIRST, LAST = b"a" * 5 * 1024 * 1024, b"b" * 10
SITE = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}


@pytest.fixture(scope="module")
def s3(aws: Aws) -> Any:
    return aws("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"objects-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="module")
def upload(s3: Any) -> dict[str, str]:
    """An object of two parts; a third was sent and not listed."""
    bucket = f"parts-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    where = {"Bucket": bucket, "Key": "parts"}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where, Metadata={"of": "all"})["UploadId"]}
    bodies = {2: FIRST, 5: LAST, 9: b"not listed"}
    etags = {number: s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"] for number, body in bodies.items()}
    parts = [{"PartNumber": number, "ETag": etags[number]} for number in (2, 5)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    return where


@pytest.mark.parametrize(
    ("number", "body", "range_of_it"),
    [(2, FIRST, f"bytes 0-{len(FIRST) - 1}"), (5, LAST, f"bytes {len(FIRST)}-{len(FIRST) + 9}")],
)
def test_a_part_is_read_by_its_number(
    s3: Any, upload: dict[str, str], number: int, body: bytes, range_of_it: str
) -> None:
    answer = s3.get_object(**upload, PartNumber=number)
    head = s3.head_object(**upload, PartNumber=number)
    assert answer["Body"].read() == body
    for each in (answer, head):
        assert each["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert (each["PartsCount"], each["ContentLength"], each["Metadata"]) == (2, len(body), {"of": "all"})
        assert each["ContentRange"] == f"{range_of_it}/{len(FIRST) + len(LAST)}"
        assert each["ETag"].endswith('-2"')


def test_a_part_that_is_not_there_is_refused(s3: Any, upload: dict[str, str]) -> None:
    for number in (1, 9):
        assert status_and_code(s3.get_object, **upload, PartNumber=number) == (416, "InvalidPartNumber")
    assert status_and_code(s3.head_object, **upload, PartNumber=9)[0] == 416
    assert status_and_code(s3.get_object, **upload, PartNumber=2, Range="bytes=0-1") == (400, "InvalidRequest")


def test_an_object_of_one_piece_is_its_own_first_part(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="whole", Body=b"whole")
    answer = s3.get_object(Bucket=bucket, Key="whole", PartNumber=1)
    assert (answer["Body"].read(), answer["ContentRange"], "PartsCount" in answer) == (b"whole", "bytes 0-4/5", False)
    assert status_and_code(s3.get_object, Bucket=bucket, Key="whole", PartNumber=2) == (416, "InvalidPartNumber")


def test_a_copy_has_no_parts_and_the_original_keeps_its_own(s3: Any, bucket: str, upload: dict[str, str]) -> None:
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=upload)
    copy = s3.get_object(Bucket=bucket, Key="copy", PartNumber=1)
    assert copy["Body"].read() == FIRST + LAST
    assert copy["ETag"] == f'"{hashlib.md5(FIRST + LAST, usedforsecurity=False).hexdigest()}"'
    s3.delete_object(Bucket=bucket, Key="copy")
    assert s3.get_object(**upload, PartNumber=5)["Body"].read() == LAST


@pytest.mark.parametrize("key", ["two\nlines", "\n", "a\n/b\n", "tab\t", "a\r\nb", "\u2028", "?#%+ &"])
def test_a_key_has_any_characters(s3: Any, bucket: str, key: str) -> None:
    its = {"Bucket": bucket, "Key": key}
    s3.put_object(**its, Body=b"body")
    assert s3.get_object(**its)["Body"].read() == b"body"
    s3.copy_object(**{**its, "Key": f"copy {key}"}, CopySource=its)
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert key in keys and f"copy {key}" in keys
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": f"copy {key}"}]})
    s3.delete_object(**its)
    assert status_and_code(s3.head_object, **its)[0] == 404
    assert status_and_code(s3.head_object, **{**its, "Key": f"copy {key}"})[0] == 404


def test_a_delete_marker_cannot_be_read(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    key = {"Bucket": bucket, "Key": "gone"}
    s3.put_object(**key, Body=b"")
    marker = s3.delete_object(**key)["VersionId"]
    for read in (s3.get_object, s3.head_object):
        with pytest.raises(ClientError) as caught:
            read(**key)
        answer = caught.value.response["ResponseMetadata"]
        assert (answer["HTTPStatusCode"], answer["HTTPHeaders"]["x-amz-delete-marker"]) == (404, "true")
    assert status_and_code(s3.get_object, **key, VersionId=marker) == (405, "MethodNotAllowed")
    assert status_and_code(s3.head_object, **key, VersionId=marker)[0] == 405


def test_objects_are_encrypted_whatever_is_asked(s3: Any, bucket: str, upload: dict[str, str]) -> None:
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.put_object(Bucket=bucket, Key="key", Body=b"")["ServerSideEncryption"] == "AES256"
    assert s3.head_object(**upload)["ServerSideEncryption"] == "AES256"
    same = {"Bucket": bucket, "Key": "key"}
    assert status_and_code(s3.copy_object, **same, CopySource=same) == (400, "InvalidRequest")


def test_a_new_bucket_takes_no_acl_and_is_not_public(s3: Any, bucket: str) -> None:
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    disabled = (400, "AccessControlListNotSupported")
    s3.put_object(Bucket=bucket, Key="key", Body=b"", ACL="bucket-owner-full-control")
    assert status_and_code(s3.put_object, Bucket=bucket, Key="public", Body=b"", ACL="public-read") == disabled
    assert status_and_code(s3.put_object_acl, Bucket=bucket, Key="key", ACL="public-read") == disabled
    assert status_and_code(s3.put_bucket_acl, Bucket=bucket, ACL="private") == disabled
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["key"]
    with_acl = status_and_code(s3.create_bucket, Bucket=f"{bucket}-2", ACL="public-read")
    assert with_acl == (400, "InvalidBucketAclWithObjectOwnership")
    owned = status_and_code(s3.create_bucket, Bucket=f"{bucket}-2", ACL="public-read", ObjectOwnership="ObjectWriter")
    assert owned == (400, "InvalidBucketAclWithBlockPublicAccessError")


def test_a_public_policy_needs_the_block_lifted(s3: Any, bucket: str) -> None:
    statement = {**SITE, "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = {"Bucket": bucket, "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    assert status_and_code(s3.put_bucket_policy, **policy) == (403, "AccessDenied")
    settings = {"BlockPublicPolicy": False, "BlockPublicAcls": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=settings)
    s3.put_bucket_policy(**policy)


def versions_of(s3: Any, bucket: str, key: str) -> list[tuple[str, bool]]:
    """Ids of versions and markers, the newest first, and whether each is the latest."""
    listing = s3.list_object_versions(Bucket=bucket, Prefix=key)
    rows = [*listing.get("Versions", []), *listing.get("DeleteMarkers", [])]
    return [(row["VersionId"], row["IsLatest"]) for row in rows]


def set_versioning(s3: Any, bucket: str, status: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def test_suspending_versioning_loses_no_version(s3: Any, bucket: str) -> None:
    key = {"Bucket": bucket, "Key": "key"}
    set_versioning(s3, bucket, "Enabled")
    first = s3.put_object(**key, Body=b"first")["VersionId"]
    set_versioning(s3, bucket, "Suspended")
    s3.put_object(**key, Body=b"second")
    s3.put_object(**key, Body=b"third")
    assert versions_of(s3, bucket, "key") == [("null", True), (first, False)]
    assert s3.get_object(**key, VersionId="null")["Body"].read() == b"third"
    assert s3.get_object(**key, VersionId=first)["Body"].read() == b"first"
    deletion = s3.delete_object(**key)
    assert (deletion["DeleteMarker"], deletion["VersionId"]) == (True, "null")
    assert versions_of(s3, bucket, "key") == [(first, False), ("null", True)]
    s3.delete_object(**key, VersionId="null")
    assert s3.get_object(**key)["Body"].read() == b"first"


def test_a_key_that_never_was_gets_a_marker(s3: Any, bucket: str) -> None:
    set_versioning(s3, bucket, "Enabled")
    key = {"Bucket": bucket, "Key": "never"}
    marker = s3.delete_object(**key)
    assert marker["DeleteMarker"] and versions_of(s3, bucket, "never") == [(marker["VersionId"], True)]
    assert s3.delete_object(**key, VersionId=marker["VersionId"])["DeleteMarker"]
    assert versions_of(s3, bucket, "never") == []


def test_versions_are_listed_in_pages_the_newest_first(s3: Any, bucket: str) -> None:
    set_versioning(s3, bucket, "Enabled")
    ids = {name: [s3.put_object(Bucket=bucket, Key=name, Body=b"")["VersionId"] for _ in range(3)] for name in "ab"}
    s3.put_object(Bucket=bucket, Key="c/1", Body=b"")
    rows: list[str] = []
    for page in s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2}
    ):
        assert len(page.get("Versions", [])) + len(page.get("CommonPrefixes", [])) <= 2
        rows += [each["VersionId"] for each in page.get("Versions", [])]
        rows += [each["Prefix"] for each in page.get("CommonPrefixes", [])]
    assert rows == [*reversed(ids["a"]), *reversed(ids["b"]), "c/"]
    behind = s3.list_object_versions(Bucket=bucket, KeyMarker="a")
    assert {each["Key"] for each in behind["Versions"]} == {"b", "c/1"}
    assert not s3.list_object_versions(Bucket=bucket, MaxKeys=0)["IsTruncated"]


def test_a_bucket_of_another_account_is_denied(s3: Any, bucket: str) -> None:
    key = {"Bucket": bucket, "Key": "key"}
    mine, other = {"ExpectedBucketOwner": "123456789012"}, {"ExpectedBucketOwner": "210987654321"}
    s3.put_object(**key, **mine, Body=b"")
    assert s3.get_object(**key, **mine)
    for call in (s3.get_object, s3.delete_object, s3.put_object):
        assert status_and_code(call, **key, **other) == (403, "AccessDenied")
    assert status_and_code(s3.list_objects_v2, Bucket=bucket, **other) == (403, "AccessDenied")
    assert status_and_code(s3.head_bucket, Bucket=bucket, **other)[0] == 403
    copy = {"CopySource": key, "Bucket": bucket, "Key": "copy"}
    assert status_and_code(s3.copy_object, **copy, ExpectedSourceBucketOwner="210987654321") == (403, "AccessDenied")
    s3.copy_object(**copy, ExpectedSourceBucketOwner="123456789012")
