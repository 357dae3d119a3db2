"""Tags of buckets and objects: moto 5.2.5 takes any for buckets, loses empty values, and has its own words for others.

It reads a header with two values of one tag, and gives tags back in the order in which they came; on AWS in that of
their keys. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, replace, wrap
from shoplib.localaws.s3_errors import S3Error, invalid_argument, malformed_xml

HEADER = "x-amz-tagging"
BAD_HEADER = (
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name "
    "duplicates."
)
OF_BUCKETS, OF_OBJECTS = "System tags cannot be added/updated by requester", "Your TagKey cannot be prefixed with aws:"
MOST = 10
_ALLOWED = re.compile(r"[\w\s.:/=+\-@]*")
Pairs = list[tuple[str, str]]


def install() -> None:
    replace(S3Response, "_tagging_from_xml", _of_object)
    replace(S3Response, "_bucket_tagging_from_body", _of_bucket)
    replace(S3Response, "_tagging_from_headers", _of_header)
    replace(S3Backend, "put_object_tagging", _put_object_tagging)
    wrap(S3Backend, "get_object_tagging", _in_order)
    wrap(S3Response, "_key_response_put", _naming_the_version)


def _of_object(response: Any) -> dict[str, str]:
    return _checked(_pairs(response.body), OF_OBJECTS)


def of_form(text: str) -> dict[str, str]:
    """Of the document in a form's field."""
    try:
        return _checked(_pairs(text.encode()), OF_OBJECTS)
    except ElementTree.ParseError:
        raise malformed_xml() from None


def _of_bucket(response: Any) -> dict[str, str]:
    return _checked(_pairs(response.body), OF_BUCKETS)


def _of_header(_: Any, headers: Any) -> dict[str, str]:
    header = headers.get(HEADER) or ""
    pairs = parse_qsl(header, keep_blank_values=True)
    if len(dict(pairs)) < len(pairs) or not all(_ALLOWED.fullmatch(text) for pair in pairs for text in pair):
        raise invalid_argument(BAD_HEADER, HEADER, header)
    return _checked(pairs, OF_OBJECTS)


def _pairs(body: bytes) -> Pairs:
    tags = ElementTree.fromstring(body).findall(".//{*}Tag")
    return [(tag.findtext("{*}Key") or "", tag.findtext("{*}Value") or "") for tag in tags]


def _checked(pairs: Pairs, of_aws: str) -> dict[str, str]:
    for key, value in pairs:
        _check(key, value, of_aws)
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise _invalid("Cannot provide multiple Tags with the same key", key)
    return dict(pairs)


def _check(key: str, value: str, of_aws: str) -> None:
    if key.startswith("aws:"):
        raise _invalid(of_aws, key)
    if not 0 < len(key) <= 128 or not _ALLOWED.fullmatch(key):
        raise _invalid("The TagKey you have provided is invalid", key)
    if len(value) > 256 or not _ALLOWED.fullmatch(value):
        raise _invalid("The TagValue you have provided is invalid", key, TagValue=value)


def _invalid(text: str, key: str, **details: str) -> S3Error:
    return S3Error(400, "InvalidTag", text, TagKey=key, **details)


def _put_object_tagging(backend: Any, key: Any, tags: dict[str, str] | None) -> Any:
    from moto.s3.notifications import S3NotificationEvent, send_event

    if len(tags or {}) > MOST:
        raise S3Error(400, "BadRequest", "Object tags cannot be greater than 10")
    backend.tagger.delete_all_tags_for_resource(key.arn)
    backend.tagger.tag_resource(key.arn, backend.tagger.convert_dict_to_tags_input(tags))
    bucket = backend.get_bucket(key.bucket_name)
    send_event(backend.account_id, S3NotificationEvent.OBJECT_TAGGING_PUT_EVENT, bucket, key)
    return key


def _in_order(original: Method) -> Method:
    def get_object_tagging(backend: Any, key: Any) -> dict[str, Iterable[dict[str, str]]]:
        return {"Tags": sorted(original(backend, key)["Tags"], key=lambda tag: tag["Key"])}

    return get_object_tagging


def _naming_the_version(original: Method) -> Method:
    def key_response_put(response: Any, query: Any, key_name: str) -> Any:
        status, headers, body = original(response, query, key_name)
        if "tagging" not in query:
            return status, headers, body
        key = response.backend.get_object(response.bucket_name, key_name, query.get("versionId", [None])[0])
        version = {"x-amz-version-id": str(key.version_id)} if key.version_id != "null" else {}
        return status, {**headers, **version}, body

    return key_response_put
