"""Checksums of objects: moto 5.2.5 keeps none that nobody sent, takes CRC32 for CRC64NVME, and names no type.

On AWS every object has one: that of the request, or CRC64NVME. Answers name it with its type, FULL_OBJECT or, of parts,
COMPOSITE. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from collections.abc import Mapping
from typing import Any

from flask import has_request_context, request
from moto.s3 import models, responses
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.checksums import ALGORITHMS, compute
from shoplib.localaws.moto_patches import Method, after, before, replace, wrap
from shoplib.localaws.s3_errors import S3Error

DEFAULT, WHOLE, OF_PARTS = "CRC64NVME", "FULL_OBJECT", "COMPOSITE"
ALGORITHM, TYPE = "x-amz-checksum-algorithm", "x-amz-checksum-type"
MISMATCH = "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}"


def install() -> None:
    for module in (models, responses):
        replace(module, "compute_checksum", _compute)
    replace(S3Response, "_get_checksum", _of_request)
    wrap(S3Response, "put_object", _with_a_checksum)
    wrap(S3Response, "head_object", _naming_the_type)
    before(S3Response, "upload_part", _check_part)
    after(S3Backend, "create_multipart_upload", _choose_type)
    after(S3Backend, "complete_multipart_upload", _name_algorithm)
    after(S3Backend, "copy_object", _of_copy)
    wrap(S3Backend, "copy_object", _changing_the_checksum)


def stated_algorithm(headers: Mapping[str, str]) -> str:
    """The algorithm of the checksum that a request brings, or asks for; empty when none."""
    brought = (name for name in ALGORITHMS if f"x-amz-checksum-{name.lower()}" in headers)
    return next(brought, headers.get("x-amz-sdk-checksum-algorithm", "").upper())


def checksum_of(key: Any) -> str:
    """As answers write it: a checksum of parts tells their number."""
    return f"{key.checksum_value}-{key.checksum_parts}" if key.checksum_type == OF_PARTS else str(key.checksum_value)


def _compute(body: bytes, algorithm: str, encode_base64: bool = True) -> bytes:
    return compute(algorithm, body).encode() if encode_base64 else ALGORITHMS[algorithm][1](body)


def _of_request(response: Any, response_headers: dict[str, Any]) -> tuple[str, str | None]:
    algorithm = stated_algorithm(response.headers)
    if algorithm not in ALGORITHMS:
        return "", None
    header = f"x-amz-checksum-{algorithm.lower()}"
    value = response.headers.get(header) or compute(algorithm, response.body or b"")
    response_headers[header] = value
    return algorithm, value


def _with_a_checksum(original: Method) -> Method:
    def put_object(response: Any) -> Any:
        status, headers, body = original(response)
        key = response.backend.get_object(response.bucket_name, response.parse_key_name())
        if key.checksum_value is None:
            key.checksum_algorithm, key.checksum_value = DEFAULT, compute(DEFAULT, response.body or b"")
        key.checksum_type = WHOLE
        if headers.get("x-amz-version-id") == "null":  # which the answer to a write does not name
            del headers["x-amz-version-id"]
        return status, headers | _headers_of(key), body

    return put_object


def _headers_of(key: Any) -> dict[str, str]:
    return {f"x-amz-checksum-{key.checksum_algorithm.lower()}": checksum_of(key), TYPE: key.checksum_type or WHOLE}


def _naming_the_type(original: Method) -> Method:
    def head_object(response: Any, bucket_name: str, query: Any, key_name: str, headers: Any) -> Any:
        status, answer_headers, body = original(response, bucket_name, query, key_name, headers)
        if status == 200 and headers.get("x-amz-checksum-mode") == "ENABLED":
            key = response.backend.get_object(bucket_name, key_name, version_id=query.get("versionId", [None])[0])
            if key is not None and key.checksum_value:
                answer_headers |= _headers_of(key)
        return status, answer_headers, body

    return head_object


def _check_part(response: Any) -> None:
    upload = response.backend.get_bucket(response.bucket_name).multiparts.get(response._get_param("uploadId"))
    expected = upload.metadata.get(ALGORITHM) if upload is not None else None
    actual = stated_algorithm(response.headers)
    if expected and actual != expected:
        raise S3Error(400, "InvalidRequest", MISMATCH.format(expected.lower(), actual.lower() or "null"))


def _choose_type(upload: Any, *_: Any, **__: Any) -> None:
    if algorithm := upload.metadata.get(ALGORITHM):
        upload.metadata.setdefault(TYPE, WHOLE if algorithm == DEFAULT else OF_PARTS)


def _name_algorithm(key: Any, *_: Any, **__: Any) -> None:
    if key is not None and key.checksum_value:
        key.checksum_algorithm = key.checksum_algorithm or DEFAULT
        for name in (ALGORITHM, TYPE):
            key.metadata.pop(name, None)


def _changing_the_checksum(original: Method) -> Method:
    """Another algorithm is a change too, for which an object may be copied onto itself."""

    def copy_object(backend: Any, src_key: Any, *names: Any, **options: Any) -> None:
        if has_request_context() and ALGORITHM in request.headers and options.get("mdirective") != "REPLACE":
            options |= {"mdirective": "REPLACE", "metadata": src_key.metadata}
        original(backend, src_key, *names, **options)

    return copy_object


def _of_copy(_: None, backend: Any, src_key: Any, dest_bucket_name: str, dest_key_name: str, **__: Any) -> None:
    """A copy is of one piece, whatever its source was."""
    copy = backend.get_object(dest_bucket_name, dest_key_name)
    if copy.checksum_value and src_key.checksum_type == OF_PARTS:
        copy.checksum_value = compute(copy.checksum_algorithm, copy.value)
    copy.checksum_type = WHOLE if copy.checksum_value else None
