"""Models of a REST API: JSON schemas (draft 4) that may refer to one another."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft4Validator, ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from shoplib.localaws.client_expressions import expression


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and not expression(pattern).is_in(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


Validator = extend(Draft4Validator, {"pattern": _pattern})


def compile_models(moto_models: Any) -> dict[str, Any]:
    """Validator per model name; references between models are resolved."""
    schemas = {model.name: _schema(model.schema) for model in moto_models}
    return {name: Validator(schema_of(name, schemas)) for name in schemas}


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
