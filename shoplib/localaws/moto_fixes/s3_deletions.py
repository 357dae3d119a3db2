"""DeleteObjects: moto 5.2.5 ignores the ETag that an object must have, `Quiet`, and the limit of 1,000 keys.

What is not as its ETag says is told among the errors, and the other objects are deleted. It reads a delete marker as
if nothing had ever been there; on AWS the answer says that it is one, and its version is 405.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from moto.core.responses import ActionResult
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import MalformedXML, MissingVersion, S3ClientError
from moto.s3.models import FakeDeleteMarker
from moto.s3.responses import S3Response

from shoplib.localaws.moto_fixes.s3_completion import note_write
from shoplib.localaws.moto_fixes.s3_preconditions import check_match
from shoplib.localaws.moto_patches import before, replace
from shoplib.localaws.s3_errors import S3Error, invalid_argument, is_delete_marker

MOST = 1000
DENIED = {"Code": "AccessDenied", "Message": "Access Denied"}
LOCKED = {"Code": "AccessDenied", "Message": "Access Denied because object protected by object lock."}
NO_VERSION = {"Code": "NoSuchVersion", "Message": "The specified version does not exist."}
Entry = dict[str, Any]


def install() -> None:
    replace(S3Response, "_bucket_response_delete_keys", _delete_keys)
    before(S3Response, "_get_key", _refuse_delete_marker)


def _refuse_delete_marker(response: Any, *_: Any, **__: Any) -> None:
    version = response.querystring.get("versionId", [None])[0]
    name = response.parse_key_name()
    marker = response.backend.get_object(response.bucket_name, name, version, return_delete_marker=True)
    if not isinstance(marker, FakeDeleteMarker):
        _require_version(response, name, version) if marker is None and version else None
        return
    if version:
        raise is_delete_marker("GET", marker.version_id)
    headers = {"x-amz-delete-marker": "true", "x-amz-version-id": str(marker.version_id)}
    raise S3Error(404, "NoSuchKey", "The specified key does not exist.", headers, Key=name)


def _require_version(response: Any, name: str, version: str) -> None:
    """A bucket that never had versions knows no id of one."""
    if response.backend.get_bucket(response.bucket_name).versioning_status is None:
        raise invalid_argument("Invalid version id specified", "versionId", version)
    raise MissingVersion(key=name, version_id=version)


def _delete_keys(response: Any, bucket_name: str, authenticated: bool = True) -> Any:
    entry = ElementTree.fromstring(response.body)
    objects = [_fields(each) for each in entry.findall("{*}Object")]
    if not 0 < len(objects) <= MOST:
        raise MalformedXML
    answers = [_delete(response, bucket_name, each) if authenticated else (each, DENIED) for each in objects]
    quiet = (entry.findtext("{*}Quiet") or "").strip().lower() == "true"
    response.data["Action"] = "DeleteObjects"
    return response.serialized(
        ActionResult(
            {
                "Deleted": [] if quiet else [result for result, error in answers if error is None],
                "Errors": list(_errors(answers)),
            }
        )
    )


def _fields(element: ElementTree.Element) -> Entry:
    fields = {each.tag.rpartition("}")[2]: each.text or "" for each in element}
    if "Key" not in fields:
        raise MalformedXML
    return fields


def _delete(response: Any, bucket_name: str, entry: Entry) -> tuple[Entry, Entry | None]:
    """What became of an object, and the error if it is still there."""
    bucket = response.backend.get_bucket(bucket_name)
    if bucket.get_permission("s3:DeleteObject", f"{bucket.arn}/{entry['Key']}") is PermissionResult.DENIED:
        return entry, DENIED
    if "ETag" in entry and (error := _mismatch(response, bucket_name, entry)):
        return entry, error
    note_write(response.backend, bucket_name, entry["Key"])
    if not has_version(bucket, entry["Key"], entry.get("VersionId")):
        return entry, NO_VERSION
    was_marker = is_marker(bucket, entry["Key"], entry.get("VersionId"))
    bypass = response.headers.get("x-amz-bypass-governance-retention", "").lower() == "true"
    deletions, locked = response.backend.delete_objects(bucket_name, [entry], bypass)
    if locked:
        return entry, LOCKED
    [(key, version, marker)] = deletions
    marker = version if was_marker else marker
    result = {"Key": key, "VersionId": version, "DeleteMarkerVersionId": marker, "DeleteMarker": bool(marker) or None}
    return {name: value for name, value in result.items() if value}, None


def has_version(bucket: Any, key: str, version: str | None) -> bool:
    """What was written before versioning is the version `null`, which may be deleted although it is not there."""
    versions = [str(each.version_id) for each in bucket.keys.getlist(key, [])]
    return not version or version == "null" or version in versions


def is_marker(bucket: Any, key: str, version: str | None) -> bool:
    versions = bucket.keys.getlist(key, []) if version else []
    return any(isinstance(each, FakeDeleteMarker) and str(each.version_id) == version for each in versions)


def _mismatch(response: Any, bucket_name: str, entry: Entry) -> Entry | None:
    key = response.backend.get_object(bucket_name, entry["Key"], version_id=entry.get("VersionId"))
    try:
        check_match(entry["ETag"], key, entry["Key"])
    except S3ClientError as error:
        return {"Code": error.code, "Message": error.message}
    return None


def _errors(answers: list[tuple[Entry, Entry | None]]) -> Iterator[Entry]:
    for entry, error in answers:
        if error is not None:
            identity = {name: entry[name] for name in ("Key", "VersionId") if entry.get(name)}
            yield {**identity, **error}
