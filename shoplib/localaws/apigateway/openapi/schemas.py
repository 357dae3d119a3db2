"""JSON Schema (draft 4), as models have it, in the subsets of it that OpenAPI 3.0 and Swagger 2.0 know.

What a subset cannot say is left out: the document then promises less than the API holds, never more.
"""

from collections.abc import Mapping
from typing import Any

COMMON = frozenset({
    "title", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength",
    "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required", "enum", "type",
    "allOf", "items", "properties", "additionalProperties", "description", "format", "default", "readOnly", "example",
    "externalDocs", "xml",
})  # fmt: skip
OPENAPI = COMMON | {"not", "oneOf", "anyOf", "nullable", "discriminator", "writeOnly", "deprecated"}
LISTS = ("allOf", "oneOf", "anyOf")
SINGLE = ("items", "not", "additionalProperties")
FLAGS = ("exclusiveMaximum", "exclusiveMinimum")


def openapi_schema(schema: Any, names: Mapping[str, str], prefix: str = "#/components/schemas/") -> dict[str, Any]:
    """`names` says which definitions of the schema's own stand as which model."""
    if not isinstance(schema, dict):
        return {}
    if isinstance(reference := schema.get("$ref"), str):
        name = reference.rpartition("/")[2]
        return {"$ref": prefix + names.get(name, name)}
    converted = {key: value for key, value in _simple(schema).items() if key in OPENAPI}
    for key in LISTS:
        if key in converted:
            converted[key] = [openapi_schema(each, names, prefix) for each in converted[key] if isinstance(each, dict)]
    for key in SINGLE:
        if isinstance(converted.get(key), dict):
            converted[key] = openapi_schema(converted[key], names, prefix)
    if isinstance(converted.get("properties"), dict):
        converted["properties"] = {
            key: openapi_schema(each, names, prefix) for key, each in converted["properties"].items()
        }
    return converted


def swagger_schema(schema: Any) -> dict[str, Any]:
    """Of a schema in OpenAPI 3.0."""
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/components/schemas/", "#/definitions/")}
    converted = {key: value for key, value in schema.items() if key in COMMON}
    if "allOf" in converted:
        converted["allOf"] = [swagger_schema(each) for each in converted["allOf"]]
    for key in ("items", "additionalProperties"):
        if isinstance(converted.get(key), dict):
            converted[key] = swagger_schema(converted[key])
    if "properties" in converted:
        converted["properties"] = {key: swagger_schema(each) for key, each in converted["properties"].items()}
    return converted


def _simple(schema: dict[str, Any]) -> dict[str, Any]:
    """Without the forms of draft 4, and later ones, that OpenAPI has no place for."""
    simple = {key: value for key, value in schema.items() if value not in ([], None) or key in ("default", "example")}
    if isinstance(kinds := simple.get("type"), list):
        _one_type(simple, [kind for kind in kinds if kind != "null"], "null" in kinds)
    if isinstance(simple.get("items"), list):
        simple["items"] = {}
    if simple.get("type") == "array":
        simple.setdefault("items", {})
    if "const" in simple:
        simple["enum"] = [simple["const"]]
    for key in FLAGS:
        if not isinstance(simple.get(key, False), bool):
            simple[key.replace("exclusiveM", "m")] = simple[key]
            simple[key] = True
    return simple


def _one_type(schema: dict[str, Any], kinds: list[str], nullable: bool) -> None:
    del schema["type"]
    if nullable:
        schema["nullable"] = True
    if len(kinds) == 1:
        schema["type"] = kinds[0]
    elif kinds:
        schema["anyOf"] = [{"type": kind, **({"items": {}} if kind == "array" else {})} for kind in kinds]
