"""The account that a request expects to own a bucket: moto 5.2.5 reads neither header.

On AWS a bucket of another account is AccessDenied: https://docs.aws.amazon.com/AmazonS3/latest/userguide/
bucket-owner-condition.html
"""

from typing import Any

from moto.s3.exceptions import S3AccessDeniedError
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response

from shoplib.localaws.moto_fixes.s3_preconditions import source_of
from shoplib.localaws.moto_patches import before

OWNER, SOURCE_OWNER = "x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"


def install() -> None:
    before(S3Response, "_authenticate_and_authorize_s3_action", _check_owner)


def _check_owner(response: Any, bucket_name: str | None = None, **_: Any) -> None:
    headers = response.headers
    _require(headers.get(OWNER), bucket_name)
    if "x-amz-copy-source" in headers:
        _require(headers.get(SOURCE_OWNER), source_of(headers["x-amz-copy-source"])[0])


def _require(expected: str | None, bucket_name: str | None) -> None:
    account = s3_backends.bucket_accounts.get(bucket_name, ("", expected))[1] if bucket_name else expected
    if expected is not None and account != expected:
        raise S3AccessDeniedError
