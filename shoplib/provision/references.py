"""Which names a part of a template refers to: resources, parameters, conditions and mappings."""

import re
from collections.abc import Iterator
from typing import Any

_IN_TEXT = re.compile(r"\$\{(?!!)\s*([A-Za-z0-9:_]+)")


def mentions(part: Any) -> set[str]:
    """Names behind Ref, Fn::GetAtt, Fn::Sub, Fn::If, Fn::FindInMap and Condition, at any depth."""
    return {name for key, value in _pairs(part) for name in _names_in(key, value)}


def references(part: Any) -> Iterator[tuple[str, Any]]:
    """Names of resources and parameters alone, each with the object that refers to it: `{"Ref": name}` and so on."""
    if isinstance(part, list):
        for each in part:
            yield from references(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from ((name, part) for name in _referred(key, value) if name not in _own_variables(value))
            yield from references(value)


def _pairs(part: Any) -> Iterator[tuple[str, Any]]:
    """Each key and value of each object, at any depth."""
    if isinstance(part, list):
        for each in part:
            yield from _pairs(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield key, value
            yield from _pairs(value)


def _names_in(key: str, value: Any) -> Iterator[str]:
    yield from _referred(key, value)
    if key in ("Fn::If", "Fn::FindInMap", "Condition"):
        yield from _first(value)
    elif key == "DependsOn":
        yield from value if isinstance(value, list) else _first(value)


def _referred(key: str, value: Any) -> Iterator[str]:
    if key == "Fn::Sub":
        yield from _names_in_text(value)
    elif key in ("Ref", "Fn::GetAtt"):
        yield from (name.split(".")[0] for name in _first(value))


def _first(value: Any) -> Iterator[str]:
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, str):
        yield first


def _names_in_text(value: Any) -> Iterator[str]:
    """Of `${Name}` and `${Name.Attribute}`."""
    yield from (name for text in _first(value) for name in _IN_TEXT.findall(text))


def _own_variables(value: Any) -> dict[str, Any]:
    """Those that come with the text of an Fn::Sub."""
    return value[1] if isinstance(value, list) and len(value) > 1 and isinstance(value[1], dict) else {}
