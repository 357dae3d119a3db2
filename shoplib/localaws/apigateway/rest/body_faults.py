"""What is wrong with a body that does not fit its model, in the words of API Gateway: those of its validator, Java's
json-schema-validator.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gateway-response-definition.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shoplib.localaws.json_text import compact

NUMBERS = ("integer", "number")


def faults(validator: Any, body: Any) -> list[str]:
    """One text for each; the properties that an object lacks, or must not have, are named together."""
    return list(dict.fromkeys(text for error in validator.iter_errors(body) for text in _texts(error)))


def _texts(error: Any) -> Iterator[str]:
    say = WORDS.get(error.validator)
    yield say(error.instance, error.validator_value, error.schema) if say else str(error.message)


def _lacking(body: Any, required: Any, _: Any) -> str:
    return f"object has missing required properties ({compact(sorted(name for name in required if name not in body))})"


def _kind(body: Any, allowed: Any, _: Any) -> str:
    names = allowed if isinstance(allowed, list) else [allowed]
    kinds = sorted({kind for name in names for kind in (NUMBERS if name == "number" else (name,))})
    return f"instance type ({_type(body)}) does not match any allowed primitive type (allowed: {compact(kinds)})"


def _type(body: Any) -> str:
    if body is None or isinstance(body, bool):
        return "null" if body is None else "boolean"
    kinds = {int: "integer", str: "string", list: "array", dict: "object"}
    return kinds.get(type(body), "number")


def _more(body: Any, _: Any, schema: Any) -> str:
    names = sorted(name for name in body if name not in (schema.get("properties") or {}))
    return f"object instance has properties which are not allowed by the schema: {compact(names)}"


def _minimum(body: Any, least: Any, schema: Any) -> str:
    if schema.get("exclusiveMinimum"):
        return f"numeric instance is not strictly greater than the required minimum {least}"
    return f"numeric instance is lower than the required minimum (minimum: {least}, found: {body})"


def _maximum(body: Any, most: Any, schema: Any) -> str:
    if schema.get("exclusiveMaximum"):
        return f"numeric instance is not strictly lower than the required maximum {most}"
    return f"numeric instance is greater than the required maximum (maximum: {most}, found: {body})"


WORDS: Mapping[str, Callable[[Any, Any, Any], str]] = {
    "required": _lacking,
    "type": _kind,
    "additionalProperties": _more,
    "minimum": _minimum,
    "maximum": _maximum,
    "enum": lambda body, known, _: (
        f"instance value ({compact(body)}) not found in enum (possible values: {compact(known)})"
    ),
    "minLength": lambda body, least, _: (
        f'string "{body}" is too short (length: {len(body)}, required minimum: {least})'
    ),
    "maxLength": lambda body, most, _: f'string "{body}" is too long (length: {len(body)}, maximum allowed: {most})',
    "pattern": lambda body, pattern, _: f'ECMA 262 regex "{pattern}" does not match input string "{body}"',
    "minItems": lambda body, least, _: (
        f"array is too short: must have at least {least} elements but instance has {len(body)} elements"
    ),
    "maxItems": lambda body, most, _: (
        f"array is too long: must have at most {most} elements but instance has {len(body)} elements"
    ),
    "uniqueItems": lambda *_: "array must not contain duplicate elements",
}
