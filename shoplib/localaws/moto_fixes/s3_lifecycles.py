"""Lifecycles of objects: moto 5.2.5 takes filters that contradict themselves, and no object says when it expires.

On AWS a date is a midnight, no tag is named twice, and an object that a rule will expire names the rule and the day.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from shoplib.localaws.moto_fixes.s3_configurations import parse
from shoplib.localaws.moto_patches import Method, after, before, wrap
from shoplib.localaws.s3_errors import S3Error, invalid_argument, malformed_xml

RULES, HEADER = "lab_expirations", "x-amz-expiration"
ACTIONS = {
    *("Expiration", "Transition", "NoncurrentVersionExpiration", "NoncurrentVersionTransition"),
    "AbortIncompleteMultipartUpload",
}


def install() -> None:
    before(S3Response, "_bucket_response_put", _check)
    after(S3Response, "_bucket_response_put", _keep_rules)
    after(FakeBucket, "delete_lifecycle", _forget)
    wrap(S3Response, "put_object", _naming_the_rule)
    wrap(S3Response, "get_object", _naming_the_rule)
    wrap(S3Response, "head_object", _naming_the_rule)


def _check(response: Any, request: Any, bucket_name: str, querystring: Any) -> None:
    if "lifecycle" not in querystring:
        return
    response.backend.get_bucket(bucket_name)
    for rule in parse(response.body).findall("{*}Rule"):
        _check_rule(rule)


def _check_rule(rule: Element) -> None:
    filters = rule.findall("{*}Filter/*")
    if len(filters) > 1 or not any(rule.find(f"{{*}}{name}") is not None for name in ACTIONS):
        raise malformed_xml()
    noncurrent = rule.find("{*}NoncurrentVersionExpiration")
    if noncurrent is not None and noncurrent.find("{*}NoncurrentDays") is None:
        raise malformed_xml()
    for moment in rule.iterfind(".//{*}Date"):
        _check_date(moment.text or "")
    keys = [key.text for key in rule.iterfind("{*}Filter/{*}And/{*}Tag/{*}Key")]
    if len(set(keys)) < len(keys):
        raise S3Error(400, "InvalidRequest", "Duplicate Tag Keys are not allowed.")


def _check_date(text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise malformed_xml() from None
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        raise invalid_argument("'Date' must be at midnight GMT", "Date", text)


def _keep_rules(_: Any, response: Any, request: Any, bucket_name: str, querystring: Any) -> None:
    if "lifecycle" in querystring:
        bucket = response.backend.get_bucket(bucket_name)
        rules = parse(response.body).findall("{*}Rule")
        bucket.__dict__[RULES] = [each for each in map(_expiration, rules) if each]


def _forget(_: Any, bucket: Any) -> None:
    bucket.__dict__.pop(RULES, None)


def _expiration(rule: Element) -> dict[str, Any] | None:
    """What of an enabled rule decides whether, and when, an object expires."""
    if rule.findtext("{*}Status") != "Enabled":
        return None
    days, date = rule.findtext("{*}Expiration/{*}Days"), rule.findtext("{*}Expiration/{*}Date")
    prefixes = [each.text or "" for each in rule.iter() if each.tag.rpartition("}")[2] == "Prefix"]
    sizes = {each.tag.rpartition("}")[2]: int(each.text or 0) for each in rule.iter() if "ObjectSize" in each.tag}
    tags = [(tag.findtext("{*}Key"), tag.findtext("{*}Value") or "") for tag in rule.iterfind(".//{*}Tag")]
    facts = {"id": rule.findtext("{*}ID") or "", "days": days, "date": date, "prefixes": prefixes}
    return {**facts, "sizes": sizes, "tags": tags} if days or date else None


def _naming_the_rule(original: Method) -> Method:
    def answer(response: Any, *arguments: Any, **kwargs: Any) -> Any:
        status, headers, body = original(response, *arguments, **kwargs)
        if status not in (200, 206) or not response.backend.get_bucket(response.bucket_name).__dict__.get(RULES):
            return status, headers, body
        return status, headers | _header(response), body

    return answer


def _header(response: Any) -> dict[str, str]:
    """Of the current version alone, and only when it is asked for as such."""
    key = response.backend.get_object(response.bucket_name, response.parse_key_name())
    if key is None or response.querystring.get("versionId"):
        return {}
    expirations = list(_expirations(response.backend, key))
    if not expirations:
        return {}
    moment, rule_id = min(expirations)
    when = format_datetime(moment, usegmt=True)
    return {HEADER: f'expiry-date="{when}", rule-id="{quote(rule_id)}"'}


def _expirations(backend: Any, key: Any) -> Iterator[tuple[datetime, str]]:
    tags = backend.tagger.get_tag_dict_for_resource(key.arn)
    for rule in backend.get_bucket(key.bucket_name).__dict__[RULES]:
        if _matches(rule, key, tags):
            yield _moment(rule, key), rule["id"]


def _matches(rule: dict[str, Any], key: Any, tags: dict[str, str]) -> bool:
    above, below = rule["sizes"].get("ObjectSizeGreaterThan"), rule["sizes"].get("ObjectSizeLessThan")
    fits = (above is None or key.size > above) and (below is None or key.size < below)
    has_prefix = all(key.name.startswith(prefix) for prefix in rule["prefixes"])
    return fits and has_prefix and all(tags.get(name) == value for name, value in rule["tags"])


def _moment(rule: dict[str, Any], key: Any) -> datetime:
    """The midnight after the days are over."""
    if rule["date"]:
        return datetime.fromisoformat(rule["date"]).replace(tzinfo=UTC)
    over = key.last_modified.replace(tzinfo=UTC) + timedelta(days=int(rule["days"]) + 1)
    return over.replace(hour=0, minute=0, second=0, microsecond=0)
