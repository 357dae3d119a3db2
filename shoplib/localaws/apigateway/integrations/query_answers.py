"""The XML of services with the query protocol as the JSON that they answer to `Accept: application/json`.

It has every member of the operation's output, null where there is none, by name; lists are arrays, of one item too:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from botocore.exceptions import UnknownServiceError
from botocore.utils import parse_timestamp
from moto.core.utils import get_service_model

Element = ElementTree.Element
# Members that SQS names otherwise in JSON.
OWN_NAMES = {"Messages": "messages", "QueueUrls": "queueUrls"}
ERROR = "ErrorResponse"


def as_json(service: str, document: bytes) -> bytes:
    """`service` by botocore's name."""
    root = ElementTree.fromstring(document)
    value = _fields(root) if _name(root) == ERROR else {_name(root): _answer(service, root)}
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _answer(service: str, root: Element) -> Any:
    operation = _name(root).removesuffix("Response")
    output = _output(service, operation)
    result = next((child for child in root if _name(child) == f"{operation}Result"), None)
    if output is None or result is None:
        return _value(root)
    others = {_name(child): _value(child) for child in root if child is not result}
    return {**others, _name(result): _structure(output, result)}


def _output(service: str, operation: str) -> Any:
    try:
        model = get_service_model(service)
    except UnknownServiceError:
        return None
    return model.operation_model(operation).output_shape if operation in model.operation_names else None


def _shaped(shape: Any, element: Element) -> Any:
    reader = READERS.get(shape.type_name)
    return reader(shape, element) if reader else element.text or ""


def _structure(shape: Any, element: Element) -> dict[str, Any]:
    return {OWN_NAMES.get(name, name): _member(name, member, element) for name, member in shape.members.items()}


def _member(name: str, shape: Any, parent: Element) -> Any:
    flattened = bool(shape.serialization.get("flattened"))
    item = shape.member if shape.type_name == "list" and flattened else shape
    elements = [child for child in parent if _name(child) == _written(item, _written(shape, name))]
    if not elements:
        return None
    if not flattened:
        return _shaped(shape, elements[0])
    return (
        [_shaped(item, each) for each in elements]
        if shape.type_name == "list"
        else [_fields(each) for each in elements]
    )


def _list(shape: Any, element: Element) -> list[Any]:
    return [_shaped(shape.member, each) for each in element]


def _map(shape: Any, element: Element) -> dict[str, Any]:
    pairs = (list(entry) for entry in element)
    return {key.text or "": _shaped(shape.value, value) for key, value in pairs}


READERS: Mapping[str, Callable[[Any, Element], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "boolean": lambda _, element: element.text == "true",
    "timestamp": lambda _, element: parse_timestamp(element.text).timestamp(),
    **dict.fromkeys(("integer", "long"), lambda _, element: int(element.text or 0)),
    **dict.fromkeys(("float", "double"), lambda _, element: float(element.text or 0)),
}


def _written(shape: Any, default: str) -> str:
    names = shape.serialization
    return str(names.get("locationNameForQueryCompatibility") or names.get("name") or default)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _fields(element: Element) -> dict[str, Any]:
    return {_name(child): _value(child) for child in element}


def _value(element: Element) -> Any:
    """Of what no model describes."""
    if not len(element):
        return element.text or ""
    values: dict[str, Any] = {}
    for child in element:
        name, value = _name(child), _value(child)
        known = values.get(name)
        values[name] = value if name not in values else [*(known if isinstance(known, list) else [known]), value]
    return values
