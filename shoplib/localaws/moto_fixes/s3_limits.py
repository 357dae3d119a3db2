"""Limits of S3's requests that moto 5.2.5 does not hold: names of buckets and keys, sizes of metadata, pages.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

import re
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.utils import get_service_model
from moto.s3.exceptions import (
    InvalidArgumentError,
    S3ClientError,
)
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, before, replace_property, wrap
from shoplib.localaws.s3_errors import S3Error, invalid_argument

LONGEST_KEY, LARGEST_METADATA, LARGEST_PAGE = 1024, 2048, 2**31 - 1
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_NO_BUCKET = re.compile(r"\.\.|\d+\.\d+\.\d+\.\d+|xn--.*|.*-s3alias|.*--ol-s3", re.ASCII)
SOURCE, HOME = "x-amz-copy-source", "us-east-1"


def install() -> None:
    replace_property(S3Backend, "url_paths", _routes)
    before(S3Backend, "create_bucket", _check_bucket_name)
    before(S3Response, "_key_response", _check_object)
    wrap(S3Response, "_get_location_constraint", _location)
    for name in ("list_objects", "list_objects_v2", "list_object_versions"):
        before(S3Response, name, _check_page)


def _routes(backend: Any) -> dict[str, Any]:
    """moto's routes end where a key has a new line."""
    routes: dict[str, Any] = BaseBackend.url_paths.fget(backend)  # type: ignore[attr-defined]
    return {route.replace(".", r"[\s\S]"): dispatch for route, dispatch in routes.items()}


def is_bucket_name(name: str) -> bool:
    return bool(_BUCKET.fullmatch(name)) and ".." not in name and not _NO_BUCKET.fullmatch(name)


def _check_bucket_name(backend: Any, bucket_name: str, *_: Any, **__: Any) -> None:
    if not is_bucket_name(bucket_name):
        raise S3Error(400, "InvalidBucketName", "The specified bucket is not valid.", BucketName=bucket_name)


def _check_object(response: Any, request: Any, full_url: str) -> None:
    if len(response.parse_key_name().encode()) > LONGEST_KEY:
        raise S3ClientError("KeyTooLongError", "Your key is too long")
    sizes = [len(name) - len("x-amz-meta-") + len(value.encode()) for name, value in _metadata(request)]
    if sum(sizes) > LARGEST_METADATA:
        raise S3ClientError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
    source = request.headers.get(SOURCE)
    if source is not None and not source.lstrip("/").partition("/")[2]:
        raise InvalidArgumentError("Invalid copy source object key", SOURCE, SOURCE)


def _metadata(request: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.headers.items() if name.lower().startswith("x-amz-meta-")]


def _check_page(response: Any) -> None:
    stated = response.querystring.get("max-keys", ["1000"])[0]
    if not stated.isdecimal() or int(stated) > LARGEST_PAGE:
        text = f"Argument max-keys must be an integer between 0 and {LARGEST_PAGE}"
        raise InvalidArgumentError(text, "max-keys", stated)
    token = response.querystring.get("continuation-token", [None])[0]
    if token is not None and token not in response.backend._pagination_tokens:
        raise invalid_argument("The continuation token provided is incorrect", "continuation-token")


def _location(original: Method) -> Method:
    def location_constraint(response: Any) -> str | None:
        stated: str | None = original(response)
        home = response.region == HOME == stated
        if home or stated and stated not in get_service_model("s3").shape_for("BucketLocationConstraint").enum:
            text = "The specified location-constraint is not valid"
            raise S3Error(400, "InvalidLocationConstraint", text, LocationConstraint=stated)
        return stated

    return location_constraint
