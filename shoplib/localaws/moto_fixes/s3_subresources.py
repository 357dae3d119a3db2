"""Subresources that moto 5.2.5 does not know are taken for the object or the bucket itself.

`DELETE /bucket?metrics&id=x` deletes the bucket, `PUT /bucket/key?annotation` overwrites the object, and
`GET /bucket/key?retention` answers its content; those of an object that is not there are AttributeErrors. Here what is
not implemented is refused by name, and a retention read.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.s3.exceptions import MissingKey, MissingVersion, S3ClientError
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, before, wrap

OF_BUCKETS = frozenset({
    *("accelerate", "acl", "cors", "encryption", "inventory", "lifecycle", "logging", "notification", "object-lock"),
    *("ownershipControls", "policy", "publicAccessBlock", "replication", "tagging", "versioning", "website"),
})  # fmt: skip
IMPLEMENTED: Mapping[tuple[str, bool], frozenset[str]] = {
    ("GET", False): OF_BUCKETS | {"location", "policyStatus", "uploads", "versions"},
    # Nothing here would copy an object for a replication, or write an inventory.
    ("PUT", False): OF_BUCKETS - {"inventory", "replication"},
    ("DELETE", False): OF_BUCKETS
    - {"accelerate", "acl", "inventory", "logging", "notification", "object-lock", "versioning"},
    ("POST", False): frozenset({"delete"}),
    ("GET", True): frozenset({"acl", "attributes", "legal-hold", "retention", "tagging"}),
    ("PUT", True): frozenset({"acl", "legal-hold", "retention", "tagging"}),
    ("DELETE", True): frozenset({"tagging"}),
    ("POST", True): frozenset({"restore", "select", "uploads"}),
}
_ADDRESS = re.compile(r"/\{Bucket\}(/\{Key\+\})?\?([\w-]+)(&.*)?")


def install() -> None:
    for name in ("_key_response", "_bucket_response"):
        wrap(S3Response, name, _refusing_others)
    wrap(S3Response, "_key_response_get", _with_retention)
    for name in ("put_object_retention", "put_object_legal_hold", "delete_object_tagging"):
        before(S3Backend, name, _require_version)
    before(S3Backend, "select_object_content", _require_object)


def _refusing_others(original: Method) -> Method:
    def respond(response: Any, request: Any, full_url: str) -> Any:
        level = request.method, original.__name__ == "_key_response"
        for name in request.args:
            if name in _subresources().get(level, ()) and name not in IMPLEMENTED.get(level, ()):
                raise NotImplementedError(name)
        return original(response, request, full_url)

    return respond


@cache
def _subresources() -> Mapping[tuple[str, bool], set[str]]:
    """All of S3's, by method and whether they are of an object."""
    model, names = get_service_model("s3"), dict[tuple[str, bool], set[str]]()
    for name in model.operation_names:
        http = model.operation_model(name).http
        if address := _ADDRESS.fullmatch(http["requestUri"]):
            names.setdefault((http["method"], bool(address[1])), set()).add(address[2])
    return names


def _with_retention(original: Method) -> Method:
    def key_response_get(response: Any, query: Any, key_name: str) -> Any:
        return (
            _get_retention(response, query, key_name) if "retention" in query else original(response, query, key_name)
        )

    return key_response_get


def _get_retention(response: Any, query: Any, key_name: str) -> Any:
    response._set_action("KEY", "GET", query)
    response._authenticate_and_authorize_s3_action(bucket_name=response.bucket_name, key_name=key_name)
    version = query.get("versionId", [None])[0]
    key = _require(response.backend, response.bucket_name, key_name, version)
    if not key.lock_mode:
        raise S3ClientError(
            "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration"
        )
    response.data["Action"] = "GetObjectRetention"
    retention = {"Mode": key.lock_mode, "RetainUntilDate": key.lock_until}
    return response.serialized(ActionResult({"Retention": retention}))


def _require_version(
    backend: Any, bucket_name: str, key_name: str, version_id: str | None = None, *_: Any, **__: Any
) -> None:
    _require(backend, bucket_name, key_name, version_id)


def _require_object(backend: Any, bucket_name: str, key_name: str, *_: Any) -> None:
    _require(backend, bucket_name, key_name, None)


def _require(backend: Any, bucket_name: str, key_name: str, version: str | None) -> Any:
    key = backend.get_object(bucket_name, key_name, version_id=version)
    if key is None:
        raise MissingVersion() if version else MissingKey(key=key_name)
    return key
