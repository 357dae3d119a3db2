"""What every new bucket has since 2023: moto 5.2.5 makes buckets as they were before.

On AWS objects are encrypted (SSE-S3) whatever is asked, ACLs are disabled (BucketOwnerEnforced), and all four settings
of Block Public Access are on, until somebody changes them. A public policy or ACL is refused as long as they are.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

from collections.abc import Mapping
from typing import Any

from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import bucket_policy_is_public

from shoplib.localaws.moto_patches import Method, after, before, wrap
from shoplib.localaws.s3_errors import S3Error

ENFORCED = "BucketOwnerEnforced"
SSE_S3 = "AES256"
ALL_OF_IT = (True, True, True, True)
# Canned ACLs that change nothing where ACLs are disabled.
OF_THE_OWNER = {"private", "bucket-owner-full-control"}
PUBLIC = {"public-read", "public-read-write", "authenticated-read"}
PUBLIC_GROUPS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
WRITES = ("put_object", "copy_object", "_key_response_post")
BLOCKED = "because public policies are blocked by the BlockPublicPolicy block public access setting."


def install() -> None:
    after(S3Backend, "create_bucket", _set_defaults)
    wrap(S3Backend, "get_bucket_encryption", _answering_the_default)
    after(S3Backend, "put_object", _encrypt)
    before(S3Response, "_bucket_response_put", _check_bucket_acl)
    for name in WRITES:
        before(S3Response, name, _check_written_acl)
    before(S3Backend, "put_bucket_policy", _check_policy)


def _set_defaults(bucket: FakeBucket, *_: Any, **__: Any) -> None:
    bucket.ownership_rule = ENFORCED  # type: ignore[assignment]  # moto keeps the text of it
    bucket.public_access_block = PublicAccessBlock(*ALL_OF_IT)


def _answering_the_default(original: Method) -> Method:
    def get_bucket_encryption(backend: Any, bucket_name: str) -> Any:
        default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": SSE_S3}, "BucketKeyEnabled": False}
        return original(backend, bucket_name) or {"Rule": default}

    return get_bucket_encryption


def _encrypt(key: Any, *_: Any, **__: Any) -> None:
    key.encryption = key.encryption or SSE_S3


def _check_bucket_acl(response: Any, request: Any, bucket_name: str, querystring: Mapping[str, Any]) -> None:
    if "acl" in querystring:
        bucket = response.backend.get_bucket(bucket_name)
        if not _takes_acls(bucket):
            raise _acls_are_disabled()
        _refuse_public(bucket, request.headers)
    elif _creates(querystring):
        _check_creation(request.headers)


def _creates(querystring: Mapping[str, Any]) -> bool:
    return not set(querystring) - {"x-id"}


def _check_creation(headers: Mapping[str, str]) -> None:
    asks_for_acl = headers.get("x-amz-acl", "private") != "private" or _grants(headers)
    if asks_for_acl and headers.get("x-amz-object-ownership", ENFORCED) == ENFORCED:
        text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise S3Error(400, "InvalidBucketAclWithObjectOwnership", text)
    if _is_public(headers):
        text = "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
        raise S3Error(400, "InvalidBucketAclWithBlockPublicAccessError", text)


def check_object_acl(response: Any) -> None:
    bucket = response.backend.get_bucket(response.bucket_name)
    if not _takes_acls(bucket):
        raise _acls_are_disabled()
    _refuse_public(bucket, response.headers)


def _check_written_acl(response: Any, *_: Any) -> None:
    headers = response.headers
    bucket = response.backend.buckets.get(response.bucket_name)
    if bucket is None or not (headers.get("x-amz-acl") or _grants(headers)):
        return
    if not _takes_acls(bucket) and (_grants(headers) or headers["x-amz-acl"] not in OF_THE_OWNER):
        raise _acls_are_disabled()
    _refuse_public(bucket, headers)


def _takes_acls(bucket: Any) -> bool:
    return bool(bucket.ownership_rule != ENFORCED)


def _acls_are_disabled() -> S3Error:
    return S3Error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")


def _refuse_public(bucket: Any, headers: Mapping[str, str]) -> None:
    settings = bucket.public_access_block
    if settings is not None and settings.block_public_acls and _is_public(headers):
        raise S3Error(403, "AccessDenied", "Access Denied")


def _is_public(headers: Mapping[str, str]) -> bool:
    granted = any(group in value for value in _grants(headers) for group in PUBLIC_GROUPS)
    return granted or headers.get("x-amz-acl") in PUBLIC


def _grants(headers: Mapping[str, str]) -> list[str]:
    return [value for name, value in headers.items() if name.lower().startswith("x-amz-grant-")]


def _check_policy(backend: Any, bucket_name: str, policy: bytes) -> None:
    bucket = backend.get_bucket(bucket_name)
    settings = bucket.public_access_block
    if settings is not None and settings.block_public_policy and bucket_policy_is_public(policy):
        user = f"arn:aws:iam::{backend.account_id}:root"
        what = f'not authorized to perform: s3:PutBucketPolicy on resource: "{bucket.arn}"'
        raise S3Error(403, "AccessDenied", f"User: {user} is {what} {BLOCKED}")
