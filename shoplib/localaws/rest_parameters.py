"""Parameters of a call of a REST protocol: moto 5.2.5 reads those of path and query without a look at the model."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

from moto.core.utils import get_service_model

INTEGERS = ("integer", "long")


def parameters(
    service: str, operation: str, path: Mapping[str, str], query: Mapping[str, list[str]], body: dict[str, Any]
) -> dict[str, Any]:
    """By the names of the model, wherever in the request they stand."""
    stated = dict(body)
    for name, (place, key, kind) in _places(service, operation).items():
        raw = path.get(key) if place == "uri" else query.get(key)
        if raw:
            stated[name] = _value(raw, kind)
    return stated


@cache
def _places(service: str, operation: str) -> dict[str, tuple[str, str, str]]:
    shape = get_service_model(service).operation_model(operation).input_shape
    members = shape.members if shape is not None else {}
    return {
        name: (where, member.serialization.get("name", name), member.type_name)
        for name, member in members.items()
        if (where := member.serialization.get("location")) in ("uri", "querystring")
    }


def _value(raw: Any, kind: str) -> Any:
    if kind == "list":
        return raw
    text = unquote(raw) if isinstance(raw, str) else raw[0]
    return int(text) if kind in INTEGERS and text.removeprefix("-").isdigit() else text
