"""Configurations of buckets that moto 5.2.5 takes as they come: encryption, versioning, websites, ownership, CORS.

On AWS a document that contradicts itself is refused before anything is changed.
"""

from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import before
from shoplib.localaws.s3_errors import S3Error, invalid_argument, malformed_xml

Check = Callable[[Any, Element], None]
SSE = "ApplyServerSideEncryptionByDefault"
NO_KEY = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
SUFFIX = "The IndexDocument Suffix is not well formed"
ALONE = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
NO_SUFFIX = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
PROTOCOL = (
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically."
)
ONE_KEY = "You can only define ReplaceKeyPrefix or ReplaceKey but not both."
EMPTY_CONDITION = (
    "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be "
    "present."
)
KEEPS_VERSIONS = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
NEEDED_FOR_CORS = ("AllowedMethod", "AllowedOrigin")
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
UNKNOWN_METHOD = "Found unsupported HTTP method in CORS config. Unsupported method is {}"
ONE_WILDCARD = '{} "{}" can not have more than one wildcard.'
EXPOSED = 'ExposeHeader "{}" contains wildcard. We currently do not support wildcard for ExposeHeader.'
DOTS = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"


def install() -> None:
    before(S3Response, "_bucket_response_put", _check)


def _check(response: Any, request: Any, bucket_name: str, querystring: Mapping[str, Any]) -> None:
    check = next((CHECKS[name] for name in querystring if name in CHECKS), None)
    if check is not None and request.headers.get("Content-Length"):
        check(response.backend.get_bucket(bucket_name), parse(response.body))


def parse(body: bytes) -> Element:
    try:
        return fromstring(body)
    except ParseError:
        raise malformed_xml() from None


def _check_encryption(_: Any, document: Element) -> None:
    rules = document.findall("{*}Rule")
    if len(rules) != 1:
        raise malformed_xml()
    algorithm = rules[0].findtext(f"{{*}}{SSE}/{{*}}SSEAlgorithm")
    if rules[0].find(f"{{*}}{SSE}/{{*}}KMSMasterKeyID") is not None and algorithm == "AES256":
        raise invalid_argument(NO_KEY, SSE)


def _check_versioning(bucket: Any, document: Element) -> None:
    status = document.findtext("{*}Status")
    if not status:
        text = "The Versioning element must be specified"
        raise S3Error(400, "IllegalVersioningConfigurationException", text)
    if bucket.object_lock_enabled and status == "Suspended":
        raise S3Error(409, "InvalidBucketState", KEEPS_VERSIONS)


def _check_ownership(_: Any, document: Element) -> None:
    if len(document.findall("{*}Rule")) != 1:
        raise malformed_xml()


def _check_acceleration(bucket: Any, _: Element) -> None:
    if "." in bucket.name:
        raise S3Error(400, "InvalidRequest", DOTS)


def _check_cors(_: Any, document: Element) -> None:
    rules = document.findall("{*}CORSRule")
    if not rules or any(rule.find(f"{{*}}{name}") is None for rule in rules for name in NEEDED_FOR_CORS):
        raise malformed_xml()
    for rule in rules:
        for name, value in ((each.tag.rpartition("}")[2], each.text or "") for each in rule):
            _check_cors_value(name, value)


def _check_cors_value(name: str, value: str) -> None:
    if name == "AllowedMethod" and value not in METHODS:
        raise S3Error(400, "InvalidRequest", UNKNOWN_METHOD.format(value))
    if name in ("AllowedOrigin", "AllowedHeader") and value.count("*") > 1:
        raise S3Error(400, "InvalidRequest", ONE_WILDCARD.format(name, value))
    if name == "ExposeHeader" and "*" in value:
        raise S3Error(400, "InvalidRequest", EXPOSED.format(value))


def _check_website(_: Any, document: Element) -> None:
    redirects, index = document.find("{*}RedirectAllRequestsTo"), document.find("{*}IndexDocument")
    if redirects is not None:
        _check_redirect(document, redirects)
    elif index is None:
        raise invalid_argument(NO_SUFFIX, "IndexDocument", "null")
    if index is not None and (not (suffix := index.findtext("{*}Suffix") or "") or "/" in suffix):
        raise invalid_argument(SUFFIX, "IndexDocument", suffix)
    error = document.find("{*}ErrorDocument")
    if error is not None and not error.findtext("{*}Key"):
        raise malformed_xml()
    for rule in document.findall("{*}RoutingRules/{*}RoutingRule"):
        _check_rule(rule)


def _check_redirect(document: Element, redirects: Element) -> None:
    if len(document) > 1:
        raise invalid_argument(ALONE, "RedirectAllRequestsTo", "not null")
    if redirects.findtext("{*}HostName") is None:
        raise malformed_xml()
    _check_protocol(redirects)


def _check_rule(rule: Element) -> None:
    redirect, condition = rule.find("{*}Redirect"), rule.find("{*}Condition")
    if redirect is None:
        raise malformed_xml()
    _check_protocol(redirect)
    if all(redirect.find(f"{{*}}{name}") is not None for name in ("ReplaceKeyPrefixWith", "ReplaceKeyWith")):
        raise S3Error(400, "InvalidRequest", ONE_KEY)
    if condition is not None and not len(condition):
        raise S3Error(400, "InvalidRequest", EMPTY_CONDITION)


def _check_protocol(redirect: Element) -> None:
    if redirect.findtext("{*}Protocol") not in (None, "http", "https"):
        raise S3Error(400, "InvalidRequest", PROTOCOL)


CHECKS: Mapping[str, Check] = {
    "encryption": _check_encryption,
    "versioning": _check_versioning,
    "ownershipControls": _check_ownership,
    "accelerate": _check_acceleration,
    "website": _check_website,
    "cors": _check_cors,
}
