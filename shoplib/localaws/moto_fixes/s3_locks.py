"""Object Lock: moto 5.2.5 wants an empty bucket for it, shortens any retention, and ends it for whoever asks.

On AWS a bucket needs versioning alone; a retention may be extended by anybody, shortened or removed only with the
bypass of GOVERNANCE, and never in COMPLIANCE. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

from moto.core.responses import ActionResult
from moto.s3.exceptions import MissingKey, MissingVersion
from moto.s3.models import FakeDeleteMarker, S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws import engine_clock
from shoplib.localaws.moto_fixes.s3_configurations import parse
from shoplib.localaws.moto_fixes.s3_deletions import LOCKED
from shoplib.localaws.moto_patches import Method, before, replace, wrap
from shoplib.localaws.s3_errors import S3Error, invalid_argument, is_delete_marker, malformed_xml

MODES, BYPASS = {"GOVERNANCE", "COMPLIANCE"}, "x-amz-bypass-governance-retention"
UNVERSIONED = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
NOT_LOCKABLE = "Bucket is missing Object Lock Configuration"
UNLOCKED = "The specified object does not have a ObjectLock configuration"


def install() -> None:
    before(S3Response, "_bucket_response_put", _check_bucket)
    replace(S3Response, "_process_lock_config_from_body", _configuration)
    replace(S3Backend, "put_object_lock_configuration", _put_configuration)
    replace(S3Backend, "get_object_lock_configuration", _get_configuration)
    replace(S3Response, "put_object_retention", _put_retention)
    wrap(S3Response, "_key_response_get", _with_retention)
    replace(S3Response, "put_object_legal_hold", _put_hold)
    before(S3Response, "get_object_legal_hold", _check_hold)
    before(S3Response, "delete_object", _check_bypass)
    before(S3Response, "_bucket_response_delete_keys", _check_bypass)


def _check_bucket(response: Any, request: Any, bucket_name: str, querystring: Any) -> None:
    if "object-lock" in querystring and response.backend.get_bucket(bucket_name).versioning_status != "Enabled":
        raise S3Error(409, "InvalidBucketState", UNVERSIONED)


def _configuration(response: Any) -> dict[str, Any]:
    document = parse(response.body)
    retention, rule = document.find("{*}Rule/{*}DefaultRetention"), document.find("{*}Rule")
    if document.findtext("{*}ObjectLockEnabled") != "Enabled" or (rule is not None and retention is None):
        raise malformed_xml()
    return {"enabled": True, **({} if retention is None else _default(retention))}


def _default(retention: Element) -> dict[str, Any]:
    mode, days, years = (retention.findtext(f"{{*}}{name}") for name in ("Mode", "Days", "Years"))
    if mode not in MODES or bool(days) == bool(years) or not (days or years or "").isdecimal():
        raise malformed_xml()
    return {"mode": mode, "days": int(days or 0), "years": int(years or 0)}


def _put_configuration(
    backend: Any, bucket_name: str, enabled: bool, mode: str | None, days: int | None, years: int | None
) -> None:
    bucket = backend.get_bucket(bucket_name)
    bucket.object_lock_enabled = enabled
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = mode, days or 0, years or 0


def _get_configuration(backend: Any, bucket_name: str) -> tuple[bool, str | None, int | None, int | None]:
    bucket = backend.get_bucket(bucket_name)
    if not bucket.object_lock_enabled:
        text = "Object Lock configuration does not exist for this bucket"
        raise S3Error(404, "ObjectLockConfigurationNotFoundError", text, BucketName=bucket_name)
    return True, bucket.default_lock_mode, bucket.default_lock_days or None, bucket.default_lock_years or None


def _lockable(response: Any, method: str) -> Any:
    """The version that a request names, in a bucket that has Object Lock."""
    bucket, name = response.backend.get_bucket(response.bucket_name), response.parse_key_name()
    version = response._get_param("versionId")
    key = response.backend.get_object(response.bucket_name, name, version, return_delete_marker=True)
    if key is None:
        raise MissingVersion(key=name, version_id=version) if version else MissingKey(key=name)
    if isinstance(key, FakeDeleteMarker):
        raise is_delete_marker(method, key.version_id)
    if not bucket.object_lock_enabled:
        raise S3Error(400, "InvalidRequest", NOT_LOCKABLE)
    return key


def _put_retention(response: Any) -> Any:
    key, document = _lockable(response, "PUT"), parse(response.body)
    mode, until = document.findtext("{*}Mode"), document.findtext("{*}RetainUntilDate")
    if bool(mode) != bool(until) or mode not in {None, *MODES}:
        raise malformed_xml()
    if _weakens(key, mode, until) and not (key.lock_mode == "GOVERNANCE" and _bypasses(response)):
        raise S3Error(403, LOCKED["Code"], LOCKED["Message"])
    version = response._get_param("versionId")
    response.backend.put_object_retention(response.bucket_name, key.name, version, (mode, until))
    return 200, response._get_cors_headers_other(), ""


def _weakens(key: Any, mode: str | None, until: str | None) -> bool:
    if not key.lock_mode or _moment(key.lock_until) <= datetime.fromtimestamp(engine_clock.now(), UTC):
        return False
    return mode != key.lock_mode or until is None or _moment(until) < _moment(key.lock_until)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bypasses(response: Any) -> bool:
    return bool(response.headers.get(BYPASS, "").lower() == "true")


def _with_retention(original: Method) -> Method:
    """moto takes `GET /bucket/key?retention` for a GET of the object."""

    def key_response_get(response: Any, query: Any, key_name: str) -> Any:
        if "retention" not in query:
            return original(response, query, key_name)
        response._set_action("KEY", "GET", query)
        response._authenticate_and_authorize_s3_action(bucket_name=response.bucket_name, key_name=key_name)
        return _get_retention(response)

    return key_response_get


def _get_retention(response: Any) -> Any:
    key = _lockable(response, "GET")
    if not key.lock_mode:
        raise S3Error(404, "NoSuchObjectLockConfiguration", UNLOCKED)
    response.data["Action"] = "GetObjectRetention"
    retention = {"Mode": key.lock_mode, "RetainUntilDate": key.lock_until}
    return response.serialized(ActionResult({"Retention": retention}))


def _put_hold(response: Any) -> Any:
    key, status = _lockable(response, "PUT"), parse(response.body).findtext("{*}Status")
    if status not in ("ON", "OFF"):
        raise malformed_xml()
    version = response._get_param("versionId")
    response.backend.put_object_legal_hold(response.bucket_name, key.name, version, status)
    return 200, response._get_cors_headers_other(), ""


def _check_hold(response: Any) -> None:
    if not _lockable(response, "GET").lock_legal_status:
        raise S3Error(404, "NoSuchObjectLockConfiguration", UNLOCKED)


def _check_bypass(response: Any, bucket_name: str | None = None, *_: Any, **__: Any) -> None:
    bucket = response.backend.get_bucket(bucket_name or response.bucket_name)
    if response.headers.get(BYPASS) is not None and not bucket.object_lock_enabled:
        text = f"{BYPASS} is only applicable to Object Lock enabled buckets."
        raise invalid_argument(text, BYPASS)
