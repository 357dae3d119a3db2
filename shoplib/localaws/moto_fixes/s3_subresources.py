"""Subresources that moto 5.2.5 does not know are taken for the object or the bucket itself.

`DELETE /bucket?metrics&id=x` deletes the bucket, `PUT /bucket/key?annotation` overwrites the object, and
those of an object that is not there are AttributeErrors. Here what is not implemented is refused by name.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.core.utils import get_service_model
from moto.s3.exceptions import MissingKey, MissingVersion
from moto.s3.models import FakeDeleteMarker, S3Backend
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, before, wrap
from shoplib.localaws.s3_errors import is_delete_marker

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
    for name in ("put_object_retention", "put_object_legal_hold", "delete_object_tagging"):
        before(S3Backend, name, _require_version)
    for name in ("get_object_tagging", "delete_object_tagging"):
        before(S3Response, name, _refuse_marker)
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


def _require_version(
    backend: Any, bucket_name: str, key_name: str, version_id: str | None = None, *_: Any, **__: Any
) -> None:
    _require(backend, bucket_name, key_name, version_id)


def _refuse_marker(response: Any) -> None:
    version, name = response._get_param("versionId"), response.parse_key_name()
    key = response.backend.get_object(response.bucket_name, name, version, return_delete_marker=True)
    if isinstance(key, FakeDeleteMarker):
        raise is_delete_marker(response.method.upper(), key.version_id)


def _require_object(backend: Any, bucket_name: str, key_name: str, *_: Any) -> None:
    _require(backend, bucket_name, key_name, None)


def _require(backend: Any, bucket_name: str, key_name: str, version: str | None) -> Any:
    key = backend.get_object(bucket_name, key_name, version_id=version)
    if key is None:
        raise MissingVersion(key=key_name, version_id=version) if version else MissingKey(key=key_name)
    return key
