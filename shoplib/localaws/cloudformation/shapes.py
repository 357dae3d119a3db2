"""Template values -> the arguments of an API call, by the call's own model (botocore's input shapes)."""

import json
from typing import Any

from shoplib.localaws.cloudformation.errors import ResourceFailed
from shoplib.localaws.cloudformation.intrinsics import text

Properties = dict[str, Any]


def arguments(client: Any, method: str, properties: Properties) -> Properties:
    """Names and scalar types as the call wants them; ResourceFailed for a property that the call does not know."""
    operation = client.meta.method_to_api_mapping[method]
    shape = client.meta.service_model.operation_model(operation).input_shape
    converted: Properties = fitted(properties, shape) if shape else {}
    return converted


def known(client: Any, method: str, properties: Properties) -> Properties:
    """Only the properties that this call takes: an update call often takes fewer than the create call."""
    operation = client.meta.method_to_api_mapping[method]
    members = {name.lower() for name in client.meta.service_model.operation_model(operation).input_shape.members}
    return {name: value for name, value in properties.items() if name.lower() in members}


def fitted(value: Any, shape: Any) -> Any:
    """`"5"` becomes 5 where the API wants a number, and `LogGroupName` becomes logGroupName where it wants that."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return _structure(value, shape)
    if shape.type_name == "list" and isinstance(value, list):
        return [fitted(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: fitted(item, shape.value) for key, item in value.items()}
    return _scalar(value, shape.type_name)


def _structure(value: Properties, shape: Any) -> Properties:
    if getattr(shape, "is_document_type", False):
        return value
    members = {name.lower(): name for name in shape.members}
    unknown = [name for name in value if name.lower() not in members]
    if unknown:
        raise ResourceFailed(f"Encountered unsupported property {', '.join(unknown)}")
    return {members[name.lower()]: fitted(item, shape.members[members[name.lower()]]) for name, item in value.items()}


def _scalar(value: Any, kind: str) -> Any:
    if kind == "string":
        return json.dumps(value) if isinstance(value, dict | list) else text(value)
    if isinstance(value, str):
        return _from_text(value, kind)
    return value


def _from_text(value: str, kind: str) -> Any:
    if kind == "boolean":
        return value.strip().lower() == "true"
    try:
        return {"integer": int, "long": int, "float": float, "double": float}.get(kind, str)(value)
    except ValueError:
        raise ResourceFailed(f"Value {value!r} is not of type {kind}") from None
