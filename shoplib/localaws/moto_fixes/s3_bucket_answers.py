"""What S3 says of whole buckets: moto 5.2.5 names neither the bucket without a public access block nor the one that
logs cannot go to, and answers a policy with 200.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from typing import Any

from moto.s3.exceptions import MissingInventoryConfig
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, before, wrap
from shoplib.localaws.s3_errors import S3Error

NO_BLOCK = "The public access block configuration was not found"
VERSIONS_LEFT = "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
ELSEWHERE = "Cross S3 location logging not allowed. "


def install() -> None:
    before(S3Response, "get_public_access_block", _require_block)
    before(S3Response, "delete_bucket", _require_no_versions)
    before(FakeBucket, "set_logging", _check_target)
    wrap(S3Response, "get_bucket_inventory_configuration", _naming_what_is_missing)
    wrap(S3Response, "_bucket_response_put", _without_content)
    wrap(S3Response, "_handle_range_header", _whole_without_bytes)


def _require_block(response: Any) -> None:
    name = response.bucket_name
    if response.backend.get_bucket(name).public_access_block is None:
        raise S3Error(404, "NoSuchPublicAccessBlockConfiguration", NO_BLOCK, BucketName=name)


def _require_no_versions(response: Any) -> None:
    bucket = response.backend.get_bucket(response.bucket_name)
    if bucket.is_versioned and bucket.keys:
        raise S3Error(409, "BucketNotEmpty", VERSIONS_LEFT, BucketName=bucket.name)


def _check_target(bucket: Any, logging_config: Any, bucket_backend: Any) -> None:
    if not logging_config:
        return
    name = logging_config["TargetBucket"]
    target = bucket_backend.buckets.get(name)
    if target is None:
        text = "The target bucket for logging does not exist"
        raise S3Error(400, "InvalidTargetBucketForLogging", text, TargetBucket=name)
    if target.region_name != bucket.region_name:
        location = target.region_name
        raise S3Error(403, "CrossLocationLoggingProhibitted", ELSEWHERE, TargetBucketLocation=location)


def _naming_what_is_missing(original: Method) -> Method:
    def get_bucket_inventory_configuration(response: Any) -> Any:
        try:
            return original(response)
        except MissingInventoryConfig:
            text = "The specified configuration does not exist."
            raise S3Error(404, "NoSuchConfiguration", text) from None

    return get_bucket_inventory_configuration


def _without_content(original: Method) -> Method:
    def bucket_response_put(response: Any, request: Any, bucket_name: str, querystring: Any) -> Any:
        answer = original(response, request, bucket_name, querystring)
        return (204, {}, "") if "policy" in querystring else answer

    return bucket_response_put


def _whole_without_bytes(original: Method) -> Method:
    """A range in a unit that nobody knows is none, says HTTP."""

    def handle_range_header(response: Any, request: Any, headers: Any, content: Any) -> Any:
        if not request.headers["range"].startswith("bytes="):
            return 200, headers, content
        return original(response, request, headers, content)

    return handle_range_header
