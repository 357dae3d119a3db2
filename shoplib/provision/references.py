"""Which names a part of a template refers to: resources, parameters, conditions and mappings."""

import re
from collections.abc import Iterator
from typing import Any

_IN_TEXT = re.compile(r"\$\{(?!!)\s*([A-Za-z0-9:]+)")


def mentions(part: Any) -> set[str]:
    """Names behind Ref, Fn::GetAtt, Fn::Sub, Fn::If, Fn::FindInMap and Condition, at any depth."""
    return set(_mentions(part))


def _mentions(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _mentions(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _names_in(key, value)
            yield from _mentions(value)


def _names_in(key: str, value: Any) -> Iterator[str]:
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, str):
        return
    if key == "Fn::Sub":
        yield from _IN_TEXT.findall(first)
    elif key in ("Ref", "Fn::GetAtt", "Fn::If", "Fn::FindInMap", "Condition"):
        yield first.split(".")[0]
    elif key == "DependsOn":
        yield from value if isinstance(value, list) else [value]
