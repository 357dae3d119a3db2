"""Conditional requests of S3, evaluated for every operation that takes conditions.

moto 5.2.5 evaluates some headers of some operations: CopyObject and CompleteMultipartUpload overwrite whatever is
there, three of four conditions on a copy's source and all on a part's are ignored, HEAD takes an ETag without quotes
for another one. On AWS writes take If-Match (an ETag) and If-None-Match (`*`), reads and sources of copies all four.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from moto.s3.exceptions import MissingKey, MissingVersion, PreconditionFailed
from moto.s3.models import FakeDeleteMarker
from moto.s3.responses import S3Response

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_patches import Method, before, wrap
from shoplib.localaws.s3_errors import S3Error

MATCH, NONE_MATCH = "If-Match", "If-None-Match"
MODIFIED, UNMODIFIED = "If-Modified-Since", "If-Unmodified-Since"
CONDITIONS = (MATCH, NONE_MATCH, MODIFIED, UNMODIFIED)
SOURCE = "x-amz-copy-source-"
SOURCE_IS_MARKER = "The source of a copy request may not specifically refer to a delete marker by version id."
_ETAG = re.compile(r'(?:W/)?"([^"]*)"|([^",\s]+)')
Headers = Mapping[str, Any]


def install() -> None:
    before(S3Response, "put_object", _check_put)
    before(S3Response, "copy_object", _check_copy)
    before(S3Response, "upload_part_copy", _check_part_copy)
    before(S3Response, "_key_response_post", _check_completion)
    before(S3Response, "delete_object", _check_deletion)
    wrap(S3Response, "_get_key", _reading)
    wrap(S3Response, "head_object", _reading_the_head)


def failed_condition(headers: Headers, etag: str, modified: datetime, prefix: str = "") -> str:
    """The name of the header that does not hold of the object; empty when all do. An ETag counts before a time."""
    conditions = {name: headers[prefix + name] for name in CONDITIONS if headers.get(prefix + name)}
    since = {name: moment for name in (MODIFIED, UNMODIFIED) if (moment := _moment(conditions.get(name)))}
    if since.get(MODIFIED, modified) > datetime.fromtimestamp(engine_clock.now(), UTC):
        del since[MODIFIED]  # a time to come is no time that an object may have been modified since
    if MATCH in conditions:
        if not _names(conditions[MATCH], etag):
            return MATCH
    elif UNMODIFIED in since and modified > since[UNMODIFIED]:
        return UNMODIFIED
    if NONE_MATCH in conditions:
        return NONE_MATCH if _names(conditions[NONE_MATCH], etag) else ""
    return MODIFIED if MODIFIED in since and modified <= since[MODIFIED] else ""


def _names(header: str, etag: str) -> bool:
    """Whether one of a header's ETags, quoted or not, is this one."""
    etags = [quoted or plain for quoted, plain in _ETAG.findall(header)]
    return header.strip() == "*" or etag.strip('"') in etags


def _moment(text: str | None) -> datetime | None:
    """Without fractions, as HTTP writes times; None for what is no time, which HTTP says to ignore."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _modified(key: Any) -> datetime:
    moment: datetime = key.last_modified.replace(microsecond=0)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check_write(response: Any, name: str) -> None:
    """Of an object that shall be written: If-Match asks for one, If-None-Match for none."""
    match, none_match = response.headers.get(MATCH), response.headers.get(NONE_MATCH)
    if match and none_match:
        raise _not_implemented(f"{MATCH},{NONE_MATCH}", "Multiple conditional request headers present in the request")
    for header, is_taken in ((NONE_MATCH, none_match in (None, "", "*")), (MATCH, match != "*")):
        if not is_taken:
            raise _not_implemented(header, f"We don't accept the provided value of {header} header for this API")
    present = response.backend.get_object(response.bucket_name, name) if match or none_match else None
    if match:
        check_match(match, present, name)
    if none_match and present is not None:
        raise PreconditionFailed(NONE_MATCH)


def _not_implemented(header: str, why: str) -> S3Error:
    text = "A header you provided implies functionality that is not implemented"
    return S3Error(501, "NotImplemented", text, Header=header, additionalMessage=why)


def check_match(match: str, key: Any, name: str) -> None:
    """Refuses what If-Match does not name: an object with another ETag, or none."""
    if key is None and match.strip() != "*":
        raise MissingKey(key=name)
    if key is None or not _names(match, key.etag):
        raise PreconditionFailed(MATCH)


def _check_source(response: Any) -> None:
    bucket, name, version = source_of(response.headers["x-amz-copy-source"])
    key = response.backend.get_object(bucket, name, version_id=version)
    if key is None:
        raise _missing_source(response, bucket, name, version)
    if failed := failed_condition(response.headers, key.etag, _modified(key), SOURCE):
        raise PreconditionFailed(SOURCE + failed)


def _missing_source(response: Any, bucket: str, name: str, version: str | None) -> Exception:
    if version is None:
        return MissingKey(key=name)
    if isinstance(response.backend.get_object(bucket, name, version, return_delete_marker=True), FakeDeleteMarker):
        return S3Error(400, "InvalidRequest", SOURCE_IS_MARKER)
    return MissingVersion(key=name, version_id=version)


def source_of(header: str | bytes) -> tuple[str, str, str | None]:
    from urllib.parse import parse_qs, unquote, urlsplit

    parts = urlsplit(header.decode() if isinstance(header, bytes) else header)
    bucket, _, name = unquote(parts.path).lstrip("/").partition("/")
    return bucket, name, parse_qs(parts.query).get("versionId", [None])[0]


def _check_put(response: Any) -> None:
    _check_write(response, response.parse_key_name())


def _check_copy(response: Any) -> None:
    _check_source(response)
    _check_write(response, response.parse_key_name())


def _check_part_copy(response: Any) -> None:
    _check_source(response)


def _check_completion(response: Any, request: Any, body: bytes, bucket: str, query: Any, name: str) -> None:
    if query.get("uploadId"):
        _check_write(response, name)


def _check_deletion(response: Any) -> None:
    if match := response.headers.get(MATCH):
        name = response.parse_key_name()
        check_match(match, response.backend.get_object(response.bucket_name, name), name)


def _reading(original: Method) -> Method:
    """moto takes the conditions one by one; here they are taken off and evaluated together."""

    def get_key(response: Any, validate_storage_class: bool = True) -> tuple[Any, bool]:
        request_headers = response.headers
        response.headers = _unconditional(request_headers)
        try:
            key, _ = original(response, validate_storage_class)
        finally:
            response.headers = request_headers
        failed = failed_condition(request_headers, key.etag, _modified(key))
        if failed in (MATCH, UNMODIFIED):
            raise PreconditionFailed(failed)
        return key, bool(failed)

    return get_key


def _reading_the_head(original: Method) -> Method:
    def head_object(response: Any, bucket_name: str, query: Any, key_name: str, headers: Any) -> Any:
        status, answer_headers, body = original(response, bucket_name, query, key_name, _unconditional(headers))
        if status not in (200, 206) or not any(name in headers for name in CONDITIONS):
            return status, answer_headers, body
        key = response.backend.get_object(bucket_name, key_name, version_id=query.get("versionId", [None])[0])
        failed = failed_condition(headers, key.etag, _modified(key))
        if not failed:
            return status, answer_headers, body
        return (412 if failed in (MATCH, UNMODIFIED) else 304), answer_headers, ""

    return head_object


def _unconditional(headers: Any) -> Any:
    from werkzeug.datastructures import Headers as HttpHeaders

    others = [(name, value) for name, value in headers.items() if name.title() not in CONDITIONS]
    return type(headers)(others) if not hasattr(headers, "environ") else HttpHeaders(others)
