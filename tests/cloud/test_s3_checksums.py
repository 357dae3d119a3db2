"""Checksums of objects and of parts, and the lists that tell them."""

import uuid
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from botocore.config import Config

from tests.cloud.refusals import code_and_message, status_and_code

Aws = Callable[..., Any]
FIRST, LAST = b"a" * 5 * 1024 * 1024, b"end"
COMPOSITE = {"ChecksumAlgorithm": "SHA256"}


@pytest.fixture(scope="module")
def s3(aws: Aws) -> Any:
    return aws("s3", config=Config(request_checksum_calculation="when_required"))


@pytest.fixture(scope="module")
def bucket(s3: Any) -> str:
    name = f"checksums-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    return name


def digest(body: bytes) -> str:
    return b64encode(sha256(body).digest()).decode()


def uploaded(s3: Any, bucket: str, **begin: Any) -> tuple[dict[str, str], list[dict[str, Any]]]:
    where = {"Bucket": bucket, "Key": uuid.uuid4().hex}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where, **begin)["UploadId"]}
    parts = []
    for number, body in enumerate((FIRST, LAST), 1):
        sent = s3.upload_part(**upload, PartNumber=number, Body=body, **begin)
        parts.append({name: sent[name] for name in ("ETag", "ChecksumSHA256") if name in sent} | {"PartNumber": number})
    return upload, parts


def test_an_object_that_nobody_sums_has_crc64nvme(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="plain", Body=b"123456789")
    head = s3.head_object(Bucket=bucket, Key="plain", ChecksumMode="ENABLED")
    assert (head["ChecksumCRC64NVME"], head["ChecksumType"]) == ("rosUhgp5mIg=", "FULL_OBJECT")
    (entry,) = s3.list_objects_v2(Bucket=bucket, Prefix="plain")["Contents"]
    assert (entry["ChecksumAlgorithm"], entry["ChecksumType"]) == (["CRC64NVME"], "FULL_OBJECT")


def test_a_copy_onto_itself_may_change_the_checksum(s3: Any, bucket: str) -> None:
    here = {"Bucket": bucket, "Key": "self"}
    s3.put_object(**here, Body=LAST, Metadata={"a": "b"})
    assert s3.copy_object(**here, CopySource=here, **COMPOSITE)["CopyObjectResult"]["ChecksumSHA256"] == digest(LAST)
    assert s3.head_object(**here)["Metadata"] == {"a": "b"}


def test_a_large_object_has_the_checksum_of_its_parts_together(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="whole", Body=FIRST + LAST)
    upload, parts = uploaded(s3, bucket)
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    whole, joined = (
        s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")["ChecksumCRC64NVME"]
        for key in ("whole", upload["Key"])
    )
    assert whole == joined


def test_parts_tell_their_checksums_before_and_after(s3: Any, bucket: str) -> None:
    upload, parts = uploaded(s3, bucket, **COMPOSITE)
    listed = s3.list_parts(**upload)
    assert (listed["ChecksumAlgorithm"], listed["ChecksumType"]) == ("SHA256", "COMPOSITE")
    assert [each["ChecksumSHA256"] for each in listed["Parts"]] == [digest(FIRST), digest(LAST)]
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    together = digest(sha256(FIRST).digest() + sha256(LAST).digest())
    assert (done["ChecksumSHA256"], done["ChecksumType"]) == (f"{together}-2", "COMPOSITE")
    where = {"Bucket": bucket, "Key": upload["Key"], "ObjectAttributes": ["ObjectParts"]}
    page = s3.get_object_attributes(**where, MaxParts=1, PartNumberMarker=1)["ObjectParts"]
    assert (page["TotalPartsCount"], page["IsTruncated"], page["NextPartNumberMarker"]) == (2, False, 2)
    assert page["Parts"] == [{"PartNumber": 2, "Size": len(LAST), "ChecksumSHA256": digest(LAST)}]


def test_an_upload_wants_the_checksums_that_it_was_begun_with(s3: Any, bucket: str) -> None:
    upload, parts = uploaded(s3, bucket, **COMPOSITE)
    other = {"PartNumber": 1, "Body": LAST, "ChecksumAlgorithm": "SHA1"}
    text = "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: sha1"
    assert code_and_message(s3.upload_part, **upload, **other) == ("InvalidRequest", text)
    bare = [{name: part[name] for name in ("PartNumber", "ETag")} for part in parts]
    _, missing = code_and_message(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": bare})
    assert missing.endswith("It was missing for part 1 in the request.")
    swapped = [parts[0] | {"ChecksumSHA256": digest(LAST)}, parts[1]]
    wrong = status_and_code(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": swapped})
    assert wrong == (400, "InvalidPart")


def test_what_is_written_meanwhile_is_not_overwritten_on_a_condition(s3: Any, bucket: str) -> None:
    upload, parts = uploaded(s3, bucket)
    s3.put_object(Bucket=bucket, Key=upload["Key"], Body=b"meanwhile")
    s3.delete_object(Bucket=bucket, Key=upload["Key"])
    complete = {**upload, "MultipartUpload": {"Parts": parts}}
    conflict = status_and_code(s3.complete_multipart_upload, **complete, IfNoneMatch="*")
    assert conflict == (409, "ConditionalRequestConflict")
    s3.complete_multipart_upload(**complete)


def test_uploads_are_listed_in_pages_and_folders(s3: Any) -> None:
    name = f"uploads-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    for key in ("a", "b/1", "b/2", "c"):
        s3.create_multipart_upload(Bucket=name, Key=key)
    first = s3.list_multipart_uploads(Bucket=name, MaxUploads=1)
    assert ([each["Key"] for each in first["Uploads"]], first["IsTruncated"]) == (["a"], True)
    markers = {"KeyMarker": first["NextKeyMarker"], "UploadIdMarker": first["NextUploadIdMarker"]}
    rest = s3.list_multipart_uploads(Bucket=name, **markers)["Uploads"]
    assert [each["Key"] for each in rest] == ["b/1", "b/2", "c"]
    folders = s3.list_multipart_uploads(Bucket=name, Delimiter="/")
    assert folders["CommonPrefixes"] == [{"Prefix": "b/"}]
    assert [each["Key"] for each in folders["Uploads"]] == ["a", "c"]
