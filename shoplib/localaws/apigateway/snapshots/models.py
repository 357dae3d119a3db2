"""Models of a REST API: JSON schemas (draft 4) that may refer to one another."""

import copy
import json
from typing import Any

from jsonschema import Draft4Validator  # type: ignore[import-untyped]


def compile_models(moto_models: Any) -> dict[str, Draft4Validator]:
    """Validator per model name; references between models are resolved."""
    schemas = {model.name: _schema(model.schema) for model in moto_models}
    return {name: Draft4Validator(schema_of(name, schemas)) for name in schemas}


def _schema(schema: Any) -> Any:
    if not schema:
        return {}
    return json.loads(schema) if isinstance(schema, str) else copy.deepcopy(schema)


def schema_of(name: str, models: dict[str, Any]) -> dict[str, Any]:
    """Schema of a model with the models it refers to (by API Gateway URL or OpenAPI path) as local definitions."""
    definitions: dict[str, Any] = {}
    schema = _localised(models.get(name, {}), models, definitions)
    return {**schema, "definitions": {**schema.get("definitions", {}), **definitions}} if definitions else schema


def _localised(part: Any, models: dict[str, Any], definitions: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_localised(item, models, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    reference = part.get("$ref")
    if isinstance(reference, str):
        target = reference.rpartition("/")[2]
        if target in models:
            if target not in definitions:
                definitions[target] = {}  # placed first: models may refer to themselves
                definitions[target] = _localised(models[target], models, definitions)
            return {"$ref": f"#/definitions/{target}"}
    return {key: _localised(value, models, definitions) for key, value in part.items()}
