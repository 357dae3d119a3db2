"""What completes a multipart upload: moto 5.2.5 compares no checksums of parts, names no part in its refusals, and
overwrites what was written or deleted meanwhile.

On AWS such a write is a ConditionalRequestConflict for an upload with conditions, a part's checksum has to be its own,
and an upload that was begun with an algorithm wants one for each part.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
"""

import re
from typing import Any
from xml.etree import ElementTree

from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.checksums import ALGORITHMS, compute
from shoplib.localaws.moto_fixes.s3_checksums import ALGORITHM, OF_PARTS, TYPE
from shoplib.localaws.moto_patches import Method, after, before, wrap
from shoplib.localaws.s3_errors import S3Error

CONFLICT = "lab_written_meanwhile"
LEAST = 5 * 1024 * 1024
ENCRYPTION = "x-amz-server-side-encryption"
_UPLOAD_ID = re.compile(r"<UploadId>([^<]*)</UploadId>")
_INVALID_PART = (
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified "
    "entity tag may not match the part's entity tag."
)
_CONFLICT = "The conditional request cannot succeed due to a conflicting operation against this resource."


def install() -> None:
    before(S3Response, "_key_response_post", _check)
    wrap(S3Response, "_key_response_post", _naming_what_it_is)
    after(S3Backend, "put_object", _note_put)
    before(S3Response, "delete_object", _note_deletion)


def _note_put(_: Any, backend: Any, bucket_name: str, key_name: str, *__: Any, **___: Any) -> None:
    note_write(backend, bucket_name, key_name)


def _note_deletion(response: Any) -> None:
    note_write(response.backend, response.bucket_name, response.parse_key_name())


def note_write(backend: Any, bucket_name: str, key_name: str) -> None:
    """Uploads of the key that are under way are told."""
    for upload in list(backend.get_bucket(bucket_name).multiparts.values()):
        if upload.key_name == key_name:
            upload.__dict__[CONFLICT] = True


def _check(response: Any, request: Any, body: bytes, bucket: str, query: Any, name: str) -> None:
    upload = response.backend.get_bucket(bucket).multiparts.get(query.get("uploadId", [""])[0])
    if upload is None:
        return
    parts = list(ElementTree.fromstring(body).findall("{*}Part")) if body else []
    if not parts:
        raise S3Error(400, "InvalidRequest", "You must specify at least one part")
    _check_order(upload, parts)
    for part in parts:
        _check_part(upload, part)
    for part in parts[:-1]:
        _check_size(upload, part)
    _check_conflict(response.headers, upload, name)


def _check_order(upload: Any, parts: list[Any]) -> None:
    numbers = [part.findtext("{*}PartNumber") or "" for part in parts]
    stated = [int(number) for number in numbers if number.isdecimal()]
    if stated != sorted(set(stated)):
        text = "The list of parts was not in ascending order. Parts must be ordered by part number."
        raise S3Error(400, "InvalidPartOrder", text, UploadId=upload.id)


def _number_and_etag(part: Any) -> tuple[str, str]:
    return part.findtext("{*}PartNumber") or "", (part.findtext("{*}ETag") or "").strip().strip('"')


def _check_part(upload: Any, part: Any) -> None:
    number, etag = _number_and_etag(part)
    if not number.isdecimal() or not etag:
        return  # malformed, as is said further on
    known = upload.parts.get(int(number))
    if known is None or known.etag.strip('"') != etag or not _agrees(upload, known, part, number):
        raise S3Error(400, "InvalidPart", _INVALID_PART, UploadId=upload.id, PartNumber=number, ETag=etag)


def _check_size(upload: Any, part: Any) -> None:
    number, etag = _number_and_etag(part)
    known = upload.parts.get(int(number)) if number.isdecimal() else None
    if known is not None and known.contentsize < LEAST:
        details = {"ProposedSize": known.contentsize, "MinSizeAllowed": LEAST, "PartNumber": number, "ETag": etag}
        text = "Your proposed upload is smaller than the minimum allowed size"
        raise S3Error(400, "EntityTooSmall", text, **details)


def _agrees(upload: Any, known: Any, part: Any, number: str) -> bool:
    sent = {name: text for name in ALGORITHMS if (text := part.findtext(f"{{*}}Checksum{name}"))}
    algorithm = upload.metadata.get(ALGORITHM, "")
    if upload.metadata.get(TYPE) == OF_PARTS and algorithm not in sent:
        begun = f"The upload was created using a {algorithm.lower()} checksum."
        rule = "The complete request must include the checksum for each part."
        text = f"{begun} {rule} It was missing for part {number} in the request."
        raise S3Error(400, "InvalidRequest", text)
    return all(compute(name, known.value) == text for name, text in sent.items())


def _check_conflict(headers: Any, upload: Any, name: str) -> None:
    """After the conditions themselves."""
    stated = next((each for each in ("If-Match", "If-None-Match") if headers.get(each)), None)
    if stated and upload.__dict__.get(CONFLICT):
        raise S3Error(409, "ConditionalRequestConflict", _CONFLICT, Condition=stated, Key=name)


def _naming_what_it_is(original: Method) -> Method:
    def key_response_post(response: Any, request: Any, body: bytes, bucket: str, query: Any, name: str) -> Any:
        status, headers, text = original(response, request, body, bucket, query, name)
        if headers.get("x-amz-version-id") == "null":
            del headers["x-amz-version-id"]
        if response.data.get("Action") == "CreateMultipartUpload" and (match := _UPLOAD_ID.search(_text(text))):
            headers = headers | _encryption_of(response.backend.get_bucket(bucket).multiparts.get(match[1]))
        return status, headers, text

    return key_response_post


def _text(body: str | bytes) -> str:
    return body.decode() if isinstance(body, bytes) else body


def _encryption_of(upload: Any) -> dict[str, str]:
    if upload is None or not upload.sse_encryption:
        return {}
    key = {f"{ENCRYPTION}-aws-kms-key-id": upload.kms_key_id} if upload.kms_key_id else {}
    return {ENCRYPTION: upload.sse_encryption, **key}
