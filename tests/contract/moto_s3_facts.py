"""Facts of moto's S3 for `moto_facts`: what a client of it reads."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models.table import Table
from moto.kms.models import kms_backends

REGION = "us-east-1"
BUCKET = "facts"
KEY = {"Bucket": BUCKET, "Key": "key"}
QUIET = Config(request_checksum_calculation="when_required")


@contextlib.contextmanager
def bucket_of(name: str) -> Iterator[Any]:
    with mock_aws():
        s3 = boto3.client("s3", REGION, aws_access_key_id="key", aws_secret_access_key="key", config=QUIET)
        s3.create_bucket(Bucket=name)
        yield s3


def error_of(call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    """Empty when the call is not refused."""
    try:
        call(**parameters)
    except ClientError as error:
        return dict(error.response["Error"])
    return {}


def uploaded(s3: Any, **more: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """An upload of one part, and that part."""
    upload = {**KEY, "UploadId": s3.create_multipart_upload(**KEY, **more)["UploadId"]}
    return upload, {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]}


def s3_keeps_no_checksum_that_nobody_sent() -> bool:
    with bucket_of(BUCKET) as s3:
        s3.put_object(**KEY, Body=b"x")
        return "ChecksumCRC64NVME" not in s3.head_object(**KEY, ChecksumMode="ENABLED")


def s3_compares_no_checksums_of_parts() -> bool:
    with bucket_of(BUCKET) as s3:
        upload, part = uploaded(s3)
        parts = {"Parts": [part | {"ChecksumCRC32": "AAAAAA=="}]}
        return not error_of(s3.complete_multipart_upload, **upload, MultipartUpload=parts)


def s3_takes_websites_without_a_page() -> bool:
    with bucket_of(BUCKET) as s3:
        page = {"ErrorDocument": {"Key": "error.html"}}
        return not error_of(s3.put_bucket_website, Bucket=BUCKET, WebsiteConfiguration=page)


def s3_takes_any_tag_of_a_bucket() -> bool:
    with bucket_of(BUCKET) as s3:
        tags = {"TagSet": [{"Key": "a,b", "Value": "x"}]}
        return not error_of(s3.put_bucket_tagging, Bucket=BUCKET, Tagging=tags)


def s3_grants_to_anybody_by_any_name() -> bool:
    with bucket_of(BUCKET) as s3:
        rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls=rules)
        return not error_of(s3.put_bucket_acl, Bucket=BUCKET, GrantRead="id=nobody")


def s3_holds_objects_of_buckets_without_locks() -> bool:
    with bucket_of(BUCKET) as s3:
        s3.put_object(**KEY, Body=b"x")
        return error_of(s3.get_object_retention, **KEY).get("Code") != "InvalidRequest"


def s3_takes_rules_that_do_nothing() -> bool:
    with bucket_of(BUCKET) as s3:
        rules = {"Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}}]}
        return not error_of(s3.put_bucket_lifecycle_configuration, Bucket=BUCKET, LifecycleConfiguration=rules)


def s3_encrypts_by_keys_that_are_not_there() -> bool:
    with bucket_of(BUCKET) as s3:
        return not error_of(s3.put_object, **KEY, ServerSideEncryption="aws:kms", SSEKMSKeyId="nobody")


def s3_takes_any_encoding() -> bool:
    with bucket_of(BUCKET) as s3:
        return not error_of(s3.list_objects_v2, Bucket=BUCKET, EncodingType="value")


def s3_lists_all_uploads_at_once() -> bool:
    with bucket_of(BUCKET) as s3:
        for _ in range(2):
            s3.create_multipart_upload(**KEY)
        return len(s3.list_multipart_uploads(Bucket=BUCKET, MaxUploads=1)["Uploads"]) > 1


def s3_lists_parts_without_checksums() -> bool:
    with bucket_of(BUCKET) as s3:
        upload = {**KEY, "UploadId": s3.create_multipart_upload(**KEY, ChecksumAlgorithm="SHA256")["UploadId"]}
        s3.upload_part(**upload, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA256")
        return "ChecksumSHA256" not in s3.list_parts(**upload)["Parts"][0]


def s3_names_no_bucket_without_a_public_access_block() -> bool:
    with bucket_of(BUCKET) as s3:
        s3.delete_public_access_block(Bucket=BUCKET)
        return "BucketName" not in error_of(s3.get_public_access_block, Bucket=BUCKET)


def s3_fails_on_names_of_filters_in_another_case() -> bool:
    with bucket_of(BUCKET) as s3:
        events = {"QueueArn": f"arn:aws:sqs:{REGION}:123456789012:q", "Events": ["s3:ObjectCreated:*"]}
        rules = {"Filter": {"Key": {"FilterRules": [{"Name": "PREFIX", "Value": "a"}]}}}
        configuration = {"QueueConfigurations": [events | rules]}
        try:
            error_of(s3.put_bucket_notification_configuration, Bucket=BUCKET, NotificationConfiguration=configuration)
        except AssertionError:
            return True
        return False


def kms_has_no_keys_of_aws_own() -> bool:
    backend = kms_backends["123456789012"][REGION]
    arn = Table._get_default_encryption_key(None, "123456789012", REGION)  # type: ignore[arg-type]
    return backend.keys[arn.rpartition("/")[2]].key_manager != "AWS"


FACTS = (
    s3_keeps_no_checksum_that_nobody_sent,
    s3_compares_no_checksums_of_parts,
    s3_takes_websites_without_a_page,
    s3_takes_any_tag_of_a_bucket,
    s3_grants_to_anybody_by_any_name,
    s3_holds_objects_of_buckets_without_locks,
    s3_takes_rules_that_do_nothing,
    s3_encrypts_by_keys_that_are_not_there,
    s3_takes_any_encoding,
    s3_lists_all_uploads_at_once,
    s3_lists_parts_without_checksums,
    s3_names_no_bucket_without_a_public_access_block,
    s3_fails_on_names_of_filters_in_another_case,
    kms_has_no_keys_of_aws_own,
)
