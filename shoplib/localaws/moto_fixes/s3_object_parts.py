"""Objects that were uploaded in parts, read by part: moto 5.2.5 answers GetObject with the whole object, HeadObject
with the part's own headers, and counts parts that the upload did not list.

On AWS both answer 206 with the range of that part within the object, the object's own headers and x-amz-mp-parts-count;
a number that is not there is 416 InvalidPartNumber, a Range beside it 400. A copy of such an object has no parts.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
The bytes of parts are given back once the object is whole: moto keeps them twice.
"""

from collections.abc import Iterable
from typing import Any

from moto.s3.exceptions import InvalidArgumentError
from moto.s3.models import FakeMultipart, S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, after, wrap
from shoplib.localaws.s3_errors import S3Error

PART = "partNumber"


def install() -> None:
    wrap(FakeMultipart, "complete", _keeping_the_listed_parts)
    after(S3Backend, "complete_multipart_upload", _release_bytes)
    after(S3Backend, "copy_object", _forget_parts)
    wrap(S3Response, "get_object", _get_part)
    wrap(S3Response, "head_object", _head_part)


def _keeping_the_listed_parts(original: Method) -> Method:
    def complete(upload: Any, body: Iterable[tuple[int, str]]) -> Any:
        listed = list(body)
        answer = original(upload, iter(listed))
        upload.partlist = [number for number, _ in listed]
        return answer

    return complete


def _release_bytes(key: Any, *_: Any, **__: Any) -> None:
    if key is not None and key.multipart:
        for part in key.multipart.parts.values():
            part.dispose()


def _forget_parts(_: None, backend: Any, src_key: Any, dest_bucket_name: str, dest_key_name: str, **__: Any) -> None:
    backend.get_object(dest_bucket_name, dest_key_name).multipart = None


def _get_part(original: Method) -> Method:
    def get_object(response: Any) -> Any:
        if (number := _number(response.querystring)) is None:
            return original(response)
        _refuse_range(response.headers)
        response.querystring = {name: values for name, values in response.querystring.items() if name != PART}
        status, headers, body = original(response)
        if status != 200:
            return status, headers, body
        start, end = bounds(_key(response), number)
        return 206, headers | _headers_of_part(_key(response), number), body[start:end]

    return get_object


def _head_part(original: Method) -> Method:
    def head_object(response: Any, bucket_name: str, query: Any, key_name: str, headers: Any) -> Any:
        if (number := _number(query)) is None:
            return original(response, bucket_name, query, key_name, headers)
        _refuse_range(headers)
        whole = {name: values for name, values in query.items() if name != PART}
        status, answer_headers, body = original(response, bucket_name, whole, key_name, headers)
        if status != 200:
            return status, answer_headers, body
        return 206, answer_headers | _headers_of_part(_key(response), number), ""

    return head_object


def _number(query: Any) -> int | None:
    number = query.get(PART, [None])[0]
    if number is None:
        return None
    if not number.isdecimal() or not 1 <= int(number) <= 10_000:
        text = "Part number must be an integer between 1 and 10000, inclusive"
        raise InvalidArgumentError(text, PART, number)
    return int(number)


def _refuse_range(headers: Any) -> None:
    if headers.get("Range"):
        raise S3Error(400, "InvalidRequest", "Cannot specify both Range header and partNumber query parameter")


def _key(response: Any) -> Any:
    version = response.querystring.get("versionId", [None])[0]
    return response.backend.get_object(response.bucket_name, response.parse_key_name(), version_id=version)


def _headers_of_part(key: Any, number: int) -> dict[str, str]:
    start, end = bounds(key, number)
    count = {"x-amz-mp-parts-count": str(len(key.multipart.partlist))} if key.multipart else {}
    ranged = {"content-range": f"bytes {start}-{end - 1}/{key.size}"} if key.size else {}
    return {**count, **ranged, "content-length": str(end - start)}


def bounds(key: Any, number: int) -> tuple[int, int]:
    """The first byte of a part and the one behind its last."""
    numbers = key.multipart.partlist if key.multipart else [1]
    if number not in numbers:
        text, details = "The requested partnumber is not satisfiable", {"ActualPartCount": len(numbers)}
        raise S3Error(416, "InvalidPartNumber", text, **details, PartNumberRequested=number)
    sizes = [key.multipart.parts[each].contentsize for each in numbers] if key.multipart else [key.size]
    start = sum(sizes[: numbers.index(number)])
    return start, start + sizes[numbers.index(number)]
