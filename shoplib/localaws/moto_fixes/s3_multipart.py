"""Multipart uploads: moto 5.2.5 does not compare the numbers of parts, knows unknown uploads by a KeyError, and takes
an upload for one of any key.

It lists the parts behind a marker by their place, not by their number, and copies the whole source for a
range that it cannot read.
On AWS parts are listed in ascending order (InvalidPartOrder), each of them uploaded (InvalidPart), all but the last
of 5 MiB at least (EntityTooSmall), between 1 and 10,000 of them; an upload that is not there is NoSuchUpload.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.dom import minidom

from moto.s3.exceptions import (
    InvalidArgumentError,
    InvalidMaxPartNumberArgument,
    InvalidPartOrder,
    MalformedXML,
    NoSuchUpload,
)
from moto.s3.models import FakeKey, FakeMultipart, S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, before, replace, wrap
from shoplib.localaws.s3_errors import S3Error

PARTS = range(1, 10_001)
RANGE_HEADER = "x-amz-copy-source-range"
RANGE_FORM = (
    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based "
    "offsets of the first and last bytes to copy"
)
BEHIND_ITS_END = "The specified copy range is invalid for the source object size"
_RANGE = re.compile(r"bytes=(\d+)-(\d+)", re.ASCII)
OF_UPLOADS = ("complete_multipart_upload", "upload_part", "upload_part_copy", "list_parts", "abort_multipart_upload")


def install() -> None:
    replace(S3Response, "_complete_multipart_body", _parts)
    for name in OF_UPLOADS:
        before(S3Backend, name, _require_upload)
    for name in ("upload_part", "upload_part_copy"):
        before(S3Response, name, _check_number)
    before(S3Response, "_key_response", _check_key)
    wrap(S3Backend, "upload_part_copy", _within_its_source)
    before(S3Response, "upload_part_copy", _check_range)
    replace(FakeMultipart, "list_parts", _list_parts)


def _parts(response: Any, body: bytes) -> Iterator[tuple[int, str]]:
    """Number and ETag of each; all are read before the first is used."""
    entries = [(_text(part, "PartNumber"), _text(part, "ETag")) for part in _nodes(body)]
    if not entries or not all(number.isdecimal() for number, _ in entries):
        raise MalformedXML
    numbers = [int(number) for number, _ in entries]
    if numbers != sorted(set(numbers)):
        raise InvalidPartOrder
    yield from zip(numbers, (etag for _, etag in entries), strict=True)


def _nodes(body: bytes) -> list[Any]:
    return list(minidom.parseString(body).getElementsByTagName("Part")) if body else []


def _text(part: Any, name: str) -> str:
    nodes = part.getElementsByTagName(name)
    if not nodes or nodes[0].firstChild is None:
        raise MalformedXML
    return str(nodes[0].firstChild.wholeText).strip()


def _require_upload(backend: Any, bucket_name: str, multipart_id: str, *_: Any, **__: Any) -> None:
    if multipart_id not in backend.get_bucket(bucket_name).multiparts:
        raise NoSuchUpload(upload_id=multipart_id)


def _check_number(response: Any) -> None:
    number = response._get_int_param("partNumber")
    if number not in PARTS:
        raise InvalidMaxPartNumberArgument(number)


def _check_key(response: Any, request: Any, full_url: str) -> None:
    """An upload's id means nothing with another key than its own."""
    upload = request.args.get("uploadId")
    bucket = response.backend.buckets.get(response.bucket_name)
    multipart = bucket.multiparts.get(upload) if bucket is not None and upload else None
    if multipart is not None and multipart.key_name != response.parse_key_name():
        raise NoSuchUpload(upload_id=upload)


def _check_range(response: Any) -> None:
    header = response.headers.get(RANGE_HEADER)
    stated = _RANGE.fullmatch(header) if header is not None else None
    if header is not None and (stated is None or int(stated[1]) > int(stated[2])):
        raise InvalidArgumentError(RANGE_FORM, RANGE_HEADER, header)


def _within_its_source(original: Method) -> Callable[..., Any]:
    def upload_part_copy(backend: Any, *arguments: Any, **kwargs: Any) -> FakeKey:
        first, last = kwargs.get("start_byte"), kwargs.get("end_byte")
        source = backend.get_object(
            kwargs["src_bucket_name"], kwargs["src_key_name"], version_id=kwargs["src_version_id"]
        )
        if first is not None and first >= source.size:
            raise S3Error(400, "InvalidRequest", BEHIND_ITS_END)
        if first is not None and last is not None and not first <= last < source.size:
            text = f"Range specified is not valid for source object of size: {source.size}"
            raise InvalidArgumentError(text, RANGE_HEADER, f"bytes={first}-{last}")
        new_part: FakeKey = original(backend, *arguments, **kwargs)
        return new_part

    return upload_part_copy


def _list_parts(upload: Any, part_number_marker: int, max_parts: int) -> Iterator[FakeKey]:
    for number in [each for each in upload.partlist if each > part_number_marker][:max_parts]:
        yield upload.parts[number]
