"""What S3's lists and completions say: moto 5.2.5 names no type of checksum, ignores an encoding that it does not know,
and repeats neither a token nor a prefix.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from moto.s3.responses import S3Response

from shoplib.localaws.moto_fixes.s3_checksums import WHOLE, checksum_of
from shoplib.localaws.moto_patches import Method, before, wrap
from shoplib.localaws.s3_errors import invalid_argument

Result = dict[str, Any]
ENCODING, MARKER = "encoding-type", "version-id-marker"
LISTS = ("list_objects", "list_objects_v2", "list_object_versions")


def install() -> None:
    for name in LISTS:
        before(S3Response, name, check_encoding)
    before(S3Response, "list_object_versions", _check_markers)
    wrap(S3Response, "serialized", _completed)


def encoded(text: str | None, response: Any) -> str | None:
    return quote(text, safe="/*-._~") if text and parameter(response, ENCODING) == "url" else text


def parameter(response: Any, name: str) -> str | None:
    stated: str | None = response.querystring.get(name, [None])[0]
    return stated


def check_encoding(response: Any) -> None:
    stated = parameter(response, ENCODING)
    if stated not in (None, "url"):
        raise invalid_argument("Invalid Encoding Method specified in Request", ENCODING, stated)


def _check_markers(response: Any) -> None:
    version, key = parameter(response, MARKER), parameter(response, "key-marker")
    if version == "":
        raise invalid_argument("A version-id marker cannot be empty.", MARKER, "")
    if version is not None and not key:
        raise invalid_argument("A version-id marker cannot be specified without a key marker.", MARKER, version)


def _completed(original: Method) -> Method:
    def serialized(response: Any, action_result: Any) -> Any:
        complete = ANSWERS.get(response.data.get("Action", ""))
        if complete is not None and isinstance(action_result.result, dict):
            complete(response, action_result.result)
        return original(response, action_result)

    return serialized


def _list_objects(response: Any, result: Result) -> None:
    _name_checksums(response, result["Contents"])
    result["Prefix"] = encoded(parameter(response, "prefix"), response) or ""
    result["Marker"] = encoded(parameter(response, "marker"), response) or ""
    result["NextMarker"] = _next_marker(response, result)
    _encode_folders(response, result)


def _next_marker(response: Any, result: Result) -> str | None:
    """The last of the page, and only of a list with a delimiter."""
    if not result["IsTruncated"] or not parameter(response, "delimiter"):
        return None
    entries = [each["Key"] for each in result["Contents"]]
    folders = [str(encoded(each["Prefix"], response)) for each in result.get("CommonPrefixes", ())]
    return max([*entries, *folders], default=None)


def _list_objects_v2(response: Any, result: Result) -> None:
    _name_checksums(response, result["Contents"])
    result["ContinuationToken"] = parameter(response, "continuation-token")
    for name in ("StartAfter", "Delimiter"):
        result[name] = encoded(result.get(name), response)


def _list_versions(response: Any, result: Result) -> None:
    _name_checksums(response, result["Versions"], of_versions=True)
    result["EncodingType"] = parameter(response, ENCODING)
    for name in ("Prefix", "Delimiter", "KeyMarker", "NextKeyMarker"):
        if name in result:
            result[name] = encoded(result[name], response)
    for each in [*result["Versions"], *result["DeleteMarkers"]]:
        each["Key"] = encoded(each["Key"], response)
    _encode_folders(response, result)


def _encode_folders(response: Any, result: Result) -> None:
    result["Delimiter"] = encoded(parameter(response, "delimiter"), response) or None
    if "CommonPrefixes" in result:
        result["CommonPrefixes"] = [{"Prefix": encoded(each["Prefix"], response)} for each in result["CommonPrefixes"]]


def _name_checksums(response: Any, entries: Iterable[Result], of_versions: bool = False) -> None:
    for entry in entries:
        name = unquote(entry["Key"]) if parameter(response, ENCODING) == "url" and not of_versions else entry["Key"]
        key = response.backend.get_object(response.bucket_name, name, version_id=entry.get("VersionId"))
        if key is not None and key.checksum_value:
            entry["ChecksumAlgorithm"], entry["ChecksumType"] = [key.checksum_algorithm], key.checksum_type or WHOLE


def _complete_upload(response: Any, result: Result) -> None:
    key = response.backend.get_object(response.bucket_name, result["Key"])
    if key is not None and key.checksum_value:
        result[f"Checksum{key.checksum_algorithm}"] = checksum_of(key)
        result["ChecksumType"] = key.checksum_type


ANSWERS: Mapping[str, Callable[[Any, Result], None]] = {
    "ListObjects": _list_objects,
    "ListObjectsV2": _list_objects_v2,
    "ListObjectVersions": _list_versions,
    "CompleteMultipartUpload": _complete_upload,
}
