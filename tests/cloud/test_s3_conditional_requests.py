"""Conditions on S3's reads, writes, copies and deletions, and the order of an upload's parts."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloud.refusals import status_and_code

Aws = Callable[..., Any]
PART = bytes(5 * 1024 * 1024)


@pytest.fixture(scope="module")
def s3(aws: Aws) -> Any:
    return aws("s3", config=Config(s3={"addressing_style": "path"}))


@pytest.fixture(scope="module")
def bucket(s3: Any) -> str:
    name = f"conditions-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def key(s3: Any, bucket: str) -> str:
    name = uuid.uuid4().hex
    s3.put_object(Bucket=bucket, Key=name, Body=b"first")
    return name


def body_of(s3: Any, bucket: str, key: str) -> bytes:
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def uploaded(s3: Any, bucket: str, key: str, *bodies: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    upload = {"Bucket": bucket, "Key": key}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    numbered = list(enumerate(bodies, 1))
    parts = [
        {"PartNumber": n, "ETag": s3.upload_part(**upload, PartNumber=n, Body=body)["ETag"]} for n, body in numbered
    ]
    return upload, parts


def writes(s3: Any, bucket: str, key: str) -> dict[str, Callable[..., Any]]:
    """Each way to write the object, taking conditions."""
    s3.put_object(Bucket=bucket, Key="source", Body=b"second")
    upload, parts = uploaded(s3, bucket, key, b"second")
    return {
        "put": lambda **c: s3.put_object(Bucket=bucket, Key=key, Body=b"second", **c),
        "copy": lambda **c: s3.copy_object(Bucket=bucket, Key=key, CopySource=f"{bucket}/source", **c),
        "upload": lambda **c: s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **c),
    }


@pytest.mark.parametrize("how", ["put", "copy", "upload"])
def test_a_write_asks_for_what_is_there(s3: Any, bucket: str, key: str, how: str) -> None:
    write = writes(s3, bucket, key)[how]
    etag = s3.head_object(Bucket=bucket, Key=key)["ETag"]
    assert status_and_code(write, IfNoneMatch="*") == (412, "PreconditionFailed")
    assert status_and_code(write, IfMatch='"other"') == (412, "PreconditionFailed")
    assert status_and_code(write, IfNoneMatch=etag) == (501, "NotImplemented")
    assert body_of(s3, bucket, key) == b"first"
    write(IfMatch=etag)
    assert body_of(s3, bucket, key) == b"second"


@pytest.mark.parametrize("how", ["put", "copy", "upload"])
def test_a_write_asks_for_what_is_not_there(s3: Any, bucket: str, how: str) -> None:
    key = uuid.uuid4().hex
    write = writes(s3, bucket, key)[how]
    assert status_and_code(write, IfMatch='"any"') == (404, "NoSuchKey")
    write(IfNoneMatch="*")
    assert body_of(s3, bucket, key) == b"second"


def test_a_deletion_asks_for_an_etag(s3: Any, bucket: str, key: str) -> None:
    etag = s3.head_object(Bucket=bucket, Key=key)["ETag"]
    assert status_and_code(s3.delete_object, Bucket=bucket, Key=key, IfMatch='"other"') == (412, "PreconditionFailed")
    s3.put_object(Bucket=bucket, Key="beside", Body=b"x")
    wanted = [{"Key": key, "ETag": '"other"'}, {"Key": "beside"}, {"Key": "absent"}]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": wanted})
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [(key, "PreconditionFailed")]
    assert {each["Key"] for each in answer["Deleted"]} == {"beside", "absent"}
    s3.delete_object(Bucket=bucket, Key=key, IfMatch=etag)
    assert status_and_code(s3.delete_object, Bucket=bucket, Key=key, IfMatch="*")[0] == 412


def test_a_quiet_deletion_tells_errors_alone(s3: Any, bucket: str, key: str) -> None:
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}], "Quiet": True})
    assert "Deleted" not in answer and "Errors" not in answer
    assert status_and_code(s3.head_object, Bucket=bucket, Key=key)[0] == 404


@pytest.mark.parametrize("method", ["get_object", "head_object"])
def test_reads_take_all_four_conditions(s3: Any, bucket: str, key: str, method: str) -> None:
    def read(**conditions: Any) -> int:
        try:
            getattr(s3, method)(Bucket=bucket, Key=key, **conditions)
        except ClientError as error:
            return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
        return 200

    head = s3.head_object(Bucket=bucket, Key=key)
    etag, at_once, now = head["ETag"], head["LastModified"], datetime.now(UTC)
    before, after = now - timedelta(days=1), now + timedelta(days=1)
    assert read(IfMatch=etag) == read(IfMatch=etag.strip('"')) == read(IfMatch=f'"x", {etag}') == 200
    assert read(IfMatch='"x"') == read(IfUnmodifiedSince=before) == 412
    assert read(IfNoneMatch=etag) == read(IfNoneMatch="*") == read(IfModifiedSince=at_once) == 304
    assert read(IfModifiedSince=after) == 200  # a time to come is none
    assert read(IfNoneMatch='"x"') == read(IfModifiedSince=before) == read(IfUnmodifiedSince=after) == 200
    assert read(IfMatch=etag, IfUnmodifiedSince=before) == 200
    assert read(IfNoneMatch=etag, IfModifiedSince=before) == 304
    assert read(IfNoneMatch='"x"', IfModifiedSince=after) == 200


@pytest.mark.parametrize("how", ["copy_object", "upload_part_copy"])
def test_copies_take_conditions_on_their_source(s3: Any, bucket: str, key: str, how: str) -> None:
    head = s3.head_object(Bucket=bucket, Key=key)
    etag, at_once, before = head["ETag"], head["LastModified"], datetime.now(UTC) - timedelta(days=1)
    where: dict[str, Any] = {"Bucket": bucket, "Key": "copied"}
    if how == "upload_part_copy":
        where |= {"UploadId": s3.create_multipart_upload(**where)["UploadId"], "PartNumber": 1}

    def copy(**conditions: Any) -> Any:
        return getattr(s3, how)(**where, CopySource=f"{bucket}/{key}", **conditions)

    failed = (412, "PreconditionFailed")
    assert status_and_code(copy, CopySourceIfMatch='"x"') == failed
    assert status_and_code(copy, CopySourceIfNoneMatch=etag) == failed
    assert status_and_code(copy, CopySourceIfModifiedSince=at_once) == failed
    assert status_and_code(copy, CopySourceIfUnmodifiedSince=before) == failed
    assert status_and_code(copy, CopySourceIfNoneMatch=etag, CopySourceIfModifiedSince=before) == failed
    copy(CopySourceIfMatch=etag, CopySourceIfUnmodifiedSince=before)
    copy(CopySourceIfNoneMatch='"x"')


def test_parts_come_in_order_and_are_the_uploaded_ones(s3: Any, bucket: str) -> None:
    upload, (first, second) = uploaded(s3, bucket, "parts", PART, b"end")

    def complete(*parts: dict[str, Any], **other: Any) -> Any:
        return s3.complete_multipart_upload(**(upload | other), MultipartUpload={"Parts": list(parts)})

    assert status_and_code(complete) == (400, "InvalidRequest")
    with pytest.raises(ClientError, match="InvalidPartOrder"):
        complete(second, first)
    with pytest.raises(ClientError, match="InvalidPartOrder"):
        complete(first, first)
    with pytest.raises(ClientError, match="InvalidPart\\)"):
        complete(first, second | {"ETag": first["ETag"]})
    with pytest.raises(ClientError, match="InvalidPart\\)"):
        complete(first, second, {"PartNumber": 3, "ETag": first["ETag"]})
    with pytest.raises(ClientError, match="NoSuchUpload"):
        complete(first, second, Key="other")
    complete(first, second)
    assert body_of(s3, bucket, "parts") == PART + b"end"


def test_all_parts_but_the_last_are_large(s3: Any, bucket: str) -> None:
    upload, parts = uploaded(s3, bucket, "small", b"small", b"end")
    small = status_and_code(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})
    assert small == (400, "EntityTooSmall")


def test_uploads_that_are_not_there(s3: Any, bucket: str) -> None:
    upload = {"Bucket": bucket, "Key": "never", "UploadId": "nobody"}
    part = {"PartNumber": 1, "ETag": '"x"'}
    for call, more in (
        (s3.upload_part, {"PartNumber": 1, "Body": b"x"}),
        (s3.upload_part_copy, {"PartNumber": 1, "CopySource": f"{bucket}/source"}),
        (s3.complete_multipart_upload, {"MultipartUpload": {"Parts": [part]}}),
        (s3.abort_multipart_upload, {}),
        (s3.list_parts, {}),
    ):
        s3.put_object(Bucket=bucket, Key="source", Body=b"x")
        assert status_and_code(call, **upload, **more) == (404, "NoSuchUpload")


def test_numbers_of_parts_and_ranges_of_sources(s3: Any, bucket: str, key: str) -> None:
    upload, _ = uploaded(s3, bucket, "numbers")
    for number in (0, 10_001):
        assert status_and_code(s3.upload_part, **upload, PartNumber=number, Body=b"x") == (400, "InvalidArgument")
    for stated in ("bytes=0-", "bytes=0-99", "lines=1-2"):
        source = {"CopySource": f"{bucket}/{key}", "CopySourceRange": stated}
        assert status_and_code(s3.upload_part_copy, **upload, PartNumber=1, **source) == (400, "InvalidArgument")
    for number in (3, 7):
        s3.upload_part(**upload, PartNumber=number, Body=b"x")
    listed = s3.list_parts(**upload, PartNumberMarker=3)["Parts"]
    assert [part["PartNumber"] for part in listed] == [7]


def test_values_of_headers_are_taken_in_any_case(s3: Any, bucket: str, key: str) -> None:
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.delete_public_access_block(Bucket=bucket)
    copy = {"Bucket": bucket, "Key": "copied", "CopySource": f"{bucket}/{key}"}
    new = {"Metadata": {"new": "1"}, "MetadataDirective": "replace", "Tagging": "a=b", "TaggingDirective": "Replace"}
    answer = s3.copy_object(**copy, **new, ChecksumAlgorithm="sha256", ACL="Public-Read", StorageClass="standard_ia")
    assert "ChecksumSHA256" in answer["CopyObjectResult"]
    head = s3.head_object(Bucket=bucket, Key="copied")
    assert (head["Metadata"], head["StorageClass"]) == ({"new": "1"}, "STANDARD_IA")
    assert s3.get_object_tagging(Bucket=bucket, Key="copied")["TagSet"] == [{"Key": "a", "Value": "b"}]
    assert "READ" in {grant["Permission"] for grant in s3.get_object_acl(Bucket=bucket, Key="copied")["Grants"]}
    assert status_and_code(s3.put_object, Bucket=bucket, Key="x", ACL="nonsense") == (400, "InvalidArgument")
    assert status_and_code(s3.put_object, Bucket=bucket, Key="x", StorageClass="nonsense") == (
        400,
        "InvalidStorageClass",
    )


def test_documents_hold_values_of_the_model(s3: Any, bucket: str, key: str) -> None:
    malformed = (400, "MalformedXML")
    here = {"Bucket": bucket}
    assert status_and_code(s3.put_bucket_versioning, **here, VersioningConfiguration={"Status": "enabled"}) == malformed
    assert "Status" not in s3.get_bucket_versioning(**here)
    rule = {"ID": "x", "Status": "Enable", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    lifecycle = {"LifecycleConfiguration": {"Rules": [rule]}}
    assert status_and_code(s3.put_bucket_lifecycle_configuration, **here, **lifecycle) == malformed
    controls = {"Rules": [{"ObjectOwnership": "Mine"}]}
    assert status_and_code(s3.put_bucket_ownership_controls, **here, OwnershipControls=controls) == malformed
    assert status_and_code(s3.put_object_legal_hold, **here, Key=key, LegalHold={"Status": "on"}) == malformed


def test_limits_of_names_and_sizes(s3: Any, bucket: str, key: str) -> None:
    here = {"Bucket": bucket, "Key": key}
    assert status_and_code(s3.put_object, Bucket=bucket, Key="k" * 1025) == (400, "KeyTooLongError")
    assert status_and_code(s3.put_object, **here, Metadata={"a": "x" * 2048}) == (400, "MetadataTooLarge")
    twice = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}
    assert status_and_code(s3.put_object_tagging, **here, Tagging=twice) == (400, "InvalidTag")
    s3.put_object_tagging(**here, Tagging={"TagSet": []})
    assert status_and_code(s3.list_objects_v2, Bucket=bucket, MaxKeys=-1) == (400, "InvalidArgument")
    assert status_and_code(s3.list_objects_v2, Bucket=bucket, ContinuationToken="none") == (400, "InvalidArgument")
    for name in ("Under_score", "a..b", "192.168.5.4", "-start", "xn--name"):
        assert status_and_code(s3.create_bucket, Bucket=name) == (400, "InvalidBucketName")
    nowhere = {"CreateBucketConfiguration": {"LocationConstraint": "nowhere"}}
    assert status_and_code(s3.create_bucket, Bucket="location-tests", **nowhere) == (400, "InvalidLocationConstraint")


def test_a_subresource_is_not_the_thing_itself(s3: Any, bucket: str, key: str) -> None:
    here = {"Bucket": bucket, "Key": key}
    unknown = (501, "NotImplemented")
    assert status_and_code(s3.delete_bucket_metrics_configuration, Bucket=bucket, Id="x") == unknown
    assert (
        status_and_code(
            s3.put_bucket_request_payment, Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"}
        )
        == unknown
    )
    assert status_and_code(s3.get_object_torrent, **here) == unknown
    assert status_and_code(s3.get_object_retention, **here) == (400, "InvalidRequest")  # the bucket has no locks
    assert body_of(s3, bucket, key) == b"first"


def test_a_retention_is_read_as_it_was_put(s3: Any) -> None:
    name = f"locked-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket=name, Key="key", Body=b"x")
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    retention = {"Mode": "GOVERNANCE", "RetainUntilDate": until}
    s3.put_object_retention(Bucket=name, Key="key", Retention=retention)
    assert s3.get_object_retention(Bucket=name, Key="key")["Retention"] == retention
    for call in (s3.get_object_retention, s3.delete_object_tagging):
        assert status_and_code(call, Bucket=name, Key="absent") == (404, "NoSuchKey")
    assert status_and_code(s3.put_object_retention, Bucket=name, Key="absent", Retention=retention) == (
        404,
        "NoSuchKey",
    )
