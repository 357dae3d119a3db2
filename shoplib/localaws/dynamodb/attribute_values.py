"""AttributeValues: exactly one type each, sets that are not empty, and not too many levels."""

from collections.abc import Mapping
from typing import Any

from shoplib.localaws.dynamodb.refusals import INVALID_PARAMETERS, SerializationException, ValidationException

LEVELS = 32
ONE_TYPE = "must contain exactly one of the supported datatypes"
KINDS: dict[str, type | tuple[type, ...]] = {
    "S": str, "N": str, "B": (bytes, str), "BOOL": bool, "NULL": bool, "M": dict, "L": list,
    "SS": list, "NS": list, "BS": list,
}  # fmt: skip
EMPTY_SETS = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}


def check_values(values: Mapping[str, Any]) -> None:
    """Of an item, a key, or an expression."""
    for value in values.values():
        check_value(value)


def check_value(value: Any, level: int = 0) -> None:
    kind, content = _typed(value)
    if kind in EMPTY_SETS and not content:
        raise ValidationException(INVALID_PARAMETERS + EMPTY_SETS[kind])
    if kind == "NULL" and content is not True:
        raise ValidationException(f"{INVALID_PARAMETERS}Null attribute value types must have the value of true")
    if kind in ("M", "L"):
        _check_nested(content.values() if kind == "M" else content, level + 1)


def _check_nested(values: Any, level: int) -> None:
    if level >= LEVELS:
        raise ValidationException("Nesting Levels have exceeded supported limits")
    for value in values:
        check_value(value, level)


def _typed(value: Any) -> tuple[str, Any]:
    if not isinstance(value, dict):
        raise SerializationException("Start of structure or map found where not expected")
    if not value:
        raise ValidationException(f"Supplied AttributeValue is empty, {ONE_TYPE}")
    if len(value) > 1:
        raise ValidationException(f"Supplied AttributeValue has more than one datatypes set, {ONE_TYPE}")
    kind, content = next(iter(value.items()))
    if kind not in KINDS:
        raise ValidationException(f"Supplied AttributeValue is empty, {ONE_TYPE}")
    if not isinstance(content, KINDS[kind]):
        raise SerializationException(f"Unexpected value type in payload for the attribute type {kind}")
    return kind, content
