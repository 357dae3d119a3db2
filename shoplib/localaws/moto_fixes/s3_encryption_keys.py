"""The KMS keys of objects: moto 5.2.5 takes any text for one, and encrypts without any when none is named.

On AWS the key exists, in the bucket's region, answers name it by its ARN, and without one it is the key that AWS
manages for S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

import re
from typing import Any

from moto.kms.models import kms_backends
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.arns import Arn, is_arn
from shoplib.localaws.moto_fixes.kms_managed_keys import managed_key
from shoplib.localaws.moto_patches import after, before
from shoplib.localaws.s3_errors import S3Error

BY_KMS = ("aws:kms", "aws:kms:dsse")
KEY = "x-amz-server-side-encryption-aws-kms-key-id"
NOT_FOUND = "KMS.NotFoundException"
_KEY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}")


def install() -> None:
    for name in ("put_object", "copy_object", "_key_response_post"):
        before(S3Response, name, _check)
    after(S3Backend, "put_object", _name_key)
    after(S3Backend, "create_multipart_upload", _name_key_of_upload)


def _check(response: Any, *_: Any) -> None:
    bucket, stated = response.backend.buckets.get(response.bucket_name), response.headers.get(KEY)
    if bucket is not None and stated:
        arn_of(bucket, stated)


def arn_of(bucket: Any, stated: str) -> str:
    """The ARN of a key that is stated by its id, its ARN or an alias; refused when there is none."""
    account_id, region = bucket.account_id, bucket.region_name
    place = Arn.parse(stated) if is_arn(stated) else None
    if place is not None and place.region != region:
        raise S3Error(400, NOT_FOUND, f"Invalid arn {place.region}")
    name = (place.resource if place else stated).removeprefix("key/")
    backend = kms_backends[place.account_id if place else account_id][region]
    key_id = backend.get_key_id_from_alias(name) if name.startswith("alias/") else name
    key = backend.keys.get(str(key_id))
    if key is None:
        raise S3Error(400, NOT_FOUND, _missing(name, f"arn:aws:kms:{region}:{backend.account_id}:key/{name}"))
    return str(key.arn)


def _missing(name: str, arn: str) -> str:
    return f"Key '{arn}' does not exist" if _KEY_ID.fullmatch(name) else f"Invalid keyId '{name}'"


def _name_key(key: Any, backend: Any, bucket_name: str, *_: Any, **__: Any) -> None:
    bucket = backend.get_bucket(bucket_name)
    if key.encryption in BY_KMS:
        key.kms_key_id = _key(bucket, key.kms_key_id)
        if str(key.bucket_key_enabled).lower() != "true":
            key.bucket_key_enabled = None
    else:
        key.kms_key_id = None


def _name_key_of_upload(upload: Any, backend: Any, bucket_name: str, *_: Any, **__: Any) -> None:
    bucket = backend.get_bucket(bucket_name)
    rule = ((bucket.encryption or {}).get("Rule") or {}).get("ApplyServerSideEncryptionByDefault") or {}
    if not upload.sse_encryption and rule:
        upload.sse_encryption, upload.kms_key_id = rule["SSEAlgorithm"], rule.get("KMSMasterKeyID")
    upload.sse_encryption = upload.sse_encryption or "AES256"
    if upload.sse_encryption in BY_KMS:
        upload.kms_key_id = _key(bucket, upload.kms_key_id)


def _key(bucket: Any, stated: str | None) -> str:
    return arn_of(bucket, stated) if stated else str(managed_key(bucket.account_id, bucket.region_name, "s3").arn)
