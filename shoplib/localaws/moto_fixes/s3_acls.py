"""ACLs: moto 5.2.5 takes grants to anybody by any name, and of an object reads no document at all.

On AWS a grantee is one of three groups or an account by its id, a document has an owner and a list of grants, and one
way of three is used to say it: a canned ACL, headers, or a document.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
"""

import re
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from moto.s3.models import FakeAcl, FakeDeleteMarker
from moto.s3.responses import S3Response

from shoplib.localaws.moto_fixes.s3_bucket_defaults import check_object_acl
from shoplib.localaws.moto_patches import before, replace
from shoplib.localaws.s3_errors import S3Error, invalid_argument, is_delete_marker, malformed_xml

CANNED, GRANT = "x-amz-acl", "x-amz-grant-"
PERMISSIONS = {"READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"}
GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
    "http://acs.amazonaws.com/groups/s3/LogDelivery",
}
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_GRANTEE = re.compile(r'\s*(id|uri|emailAddress)\s*=\s*"?([^"]+)"?\s*', re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{64}")
CONTENT = "This request does not support content"


def install() -> None:
    before(S3Response, "_bucket_response_put", _check_bucket)
    before(S3Response, "_acl_from_headers", _check_headers)
    replace(S3Response, "put_object_acl", _put_object_acl)


def _check_bucket(response: Any, request: Any, bucket_name: str, querystring: Any) -> None:
    if "acl" in querystring:
        response.backend.get_bucket(bucket_name)
        _check(request.headers, response.body)


def _check_object(response: Any) -> None:
    version, name = response._get_param("versionId"), response.parse_key_name()
    key = response.backend.get_object(response.bucket_name, name, version, return_delete_marker=True)
    if isinstance(key, FakeDeleteMarker):
        raise is_delete_marker("PUT", key.version_id)


def _put_object_acl(response: Any) -> Any:
    _check_object(response)
    check_object_acl(response)
    _check(response.headers, response.body)
    acl = response._acl_from_headers(response.headers) or response._acl_from_body() or FakeAcl([])
    response.backend.put_object_acl(response.bucket_name, response.parse_key_name(), acl)
    return 200, response._get_cors_headers_other(), ""


def _check(headers: Any, body: bytes) -> None:
    grants = [name for name, _ in headers.items() if name.lower().startswith(GRANT)]
    if (headers.get(CANNED) or grants) and body:
        raise S3Error(400, "UnexpectedContent", CONTENT)
    if not headers.get(CANNED) and not grants and not body:
        text = "Your request was missing a required header"
        raise S3Error(400, "MissingSecurityHeader", text, MissingHeaderName=CANNED)
    if body:
        _check_document(body)


def _check_document(body: bytes) -> None:
    document = _document(body)
    owner, grants = document.findtext("{*}Owner/{*}ID"), document.find("{*}AccessControlList")
    if not owner or grants is None:
        raise malformed_xml("MalformedACLError")
    _check_id(owner, "CanonicalUser/ID")
    for grant in grants.findall("{*}Grant"):
        _check_grant(grant)


def _document(body: bytes) -> Element:
    try:
        return fromstring(body)
    except ParseError:
        raise malformed_xml("MalformedACLError") from None


def _check_grant(grant: Element) -> None:
    grantee = grant.find("{*}Grantee")
    if grantee is None or grant.findtext("{*}Permission") not in PERMISSIONS:
        raise malformed_xml("MalformedACLError")
    kind = grantee.get(TYPE, "")
    if kind == "Group":
        _check_group(grantee.findtext("{*}URI") or "", "Group/URI")
    elif kind == "CanonicalUser":
        _check_id(grantee.findtext("{*}ID") or "", "CanonicalUser/ID")


def _check_headers(response: Any, headers: Any) -> None:
    for name, value in headers.items():
        if name.lower().startswith(GRANT):
            _check_grantees(name.lower(), value)


def _check_grantees(header: str, value: str) -> None:
    for name, who in _grantees(header, value):
        if name == "uri":
            _check_group(who, "uri")
        elif name == "id":
            _check_id(who, "id")


def _grantees(header: str, value: str) -> Iterable[tuple[str, str]]:
    for each in value.split(","):
        stated = _GRANTEE.fullmatch(each)
        if stated is None:
            raise invalid_argument("Argument format not recognized", header, value)
        yield stated[1].lower(), stated[2]


def _check_group(uri: str, name: str) -> None:
    if uri not in GROUPS:
        raise invalid_argument("Invalid group uri", name, uri)


def _check_id(owner: str, name: str) -> None:
    if not _ID.fullmatch(owner):
        raise invalid_argument("Invalid id", name, owner)
