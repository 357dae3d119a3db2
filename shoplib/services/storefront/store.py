"""The site's bucket, the files in the function's package, the content service, and CloudFormation's response URL."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import urllib3

from shoplib.core import commands, config
from shoplib.services.storefront.config import Config, ContentConfig
from shoplib.services.storefront.domain import CACHE, File

ASSETS = Path(__file__).parent / "assets"
AT_ONCE = 8
DELETED_AT_ONCE = 1_000
PATIENCE = urllib3.Timeout(connect=5.0, read=20.0)


@cache
def s3() -> Any:
    return boto3.client("s3")


@cache
def functions() -> Any:
    return boto3.client("lambda")


def bucket() -> str:
    return config.load(Config).site_bucket_name


def assets() -> dict[str, bytes]:
    """The site's files by key, from the function's package."""
    paths = sorted(path for path in ASSETS.rglob("*") if path.is_file())
    return {path.relative_to(ASSETS).as_posix(): path.read_bytes() for path in paths}


def put(files: Mapping[str, File]) -> None:
    """Writes files; files with other keys stay."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda key: _put(key, files[key]), files))


def _put(key: str, file: File) -> None:
    headers = {"ContentType": file.content_type, "CacheControl": CACHE}
    s3().put_object(Bucket=bucket(), Key=key, Body=file.content, **headers)


def keep_only(keys: Mapping[str, Any]) -> None:
    """Deletes all files except these."""
    pages = s3().get_paginator("list_objects_v2").paginate(Bucket=bucket())
    others = [entry["Key"] for page in pages for entry in page.get("Contents", []) if entry["Key"] not in keys]
    for start in range(0, len(others), DELETED_AT_ONCE):
        objects = [{"Key": key} for key in others[start : start + DELETED_AT_ONCE]]
        s3().delete_objects(Bucket=bucket(), Delete={"Objects": objects, "Quiet": True})


def tell_content(site: Mapping[str, str]) -> None:
    """Tells the content service where the site is. Unavailable if it does not answer."""
    name = config.load(ContentConfig).import_content_function_name
    if name:
        commands.send(functions().invoke, name, {"site": site}, "content_unavailable")


def answer(url: str, body: Mapping[str, Any]) -> None:
    """Sends the result to CloudFormation's presigned URL."""
    with urllib3.PoolManager(timeout=PATIENCE) as http:
        # A presigned address was signed without a content type.
        http.request("PUT", url, body=json.dumps(body).encode(), headers={"Content-Type": ""})
