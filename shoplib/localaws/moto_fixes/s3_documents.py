"""The XML of S3's configurations: moto 5.2.5 keeps any text where the published model has an enumeration, so that
`<Status>enabled</Status>` neither versions a bucket nor is refused. On AWS it is MalformedXML.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from xml.etree import ElementTree

from moto.core.utils import get_service_model
from moto.s3.exceptions import MalformedXML
from moto.s3.responses import S3Response

from shoplib.localaws.moto_patches import Method, wrap

LARGEST = 1024 * 1024
_ADDRESS = re.compile(r"/\{Bucket\}(/\{Key\+\})?\?([\w-]+)$")
# Refused elsewhere, with codes of their own.
WITH_OWN_WORDS = {"acl", "notification", "delete", "uploads", "select", "restore", "website"}


def install() -> None:
    for name in ("_key_response", "_bucket_response"):
        wrap(S3Response, name, _with_a_valid_document)


def _with_a_valid_document(original: Method) -> Method:
    def respond(response: Any, request: Any, full_url: str) -> Any:
        if request.method in ("PUT", "POST") and request.query_string:
            _check(response, request, has_key=original.__name__ == "_key_response")
        return original(response, request, full_url)

    return respond


def _check(response: Any, request: Any, has_key: bool) -> None:
    for name in request.args:
        shape = _documents().get((request.method, has_key, name))
        body = response.body if shape is not None else b""
        if body and len(body) <= LARGEST:
            _check_element(ElementTree.fromstring(body), shape)


def _check_element(element: ElementTree.Element, shape: Any) -> None:
    if shape.type_name == "structure":
        members = {each.serialization.get("name", name): each for name, each in shape.members.items()}
        for child in element:
            if (member := members.get(child.tag.rpartition("}")[2])) is not None:
                _check_element(child, member)
    elif shape.type_name == "list":
        for each in [element] if shape.serialization.get("flattened") else element:
            _check_element(each, shape.member)
    elif getattr(shape, "enum", None) and (element.text or "").strip() not in shape.enum:
        raise MalformedXML


@cache
def _documents() -> Mapping[tuple[str, bool, str], Any]:
    """What is sent to a subresource, by method, whether it is of an object, and the subresource's name."""
    model, documents = get_service_model("s3"), {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        address = _ADDRESS.fullmatch(operation.http["requestUri"])
        payload = operation.input_shape.serialization.get("payload") if operation.input_shape is not None else None
        if address and payload and address[2] not in WITH_OWN_WORDS:
            shape = operation.input_shape.members[payload]
            if shape.type_name == "structure":  # a policy is JSON
                documents[operation.http["method"], bool(address[1]), address[2]] = shape
    return documents
