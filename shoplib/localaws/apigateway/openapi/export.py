"""Exports: a described API with the extensions that were asked for, as OpenAPI 3.0 or Swagger 2.0, in JSON or YAML."""

import copy
import json
from typing import Any

from shoplib.localaws.apigateway.openapi.description import ANY_METHOD, METHODS
from shoplib.localaws.apigateway.openapi.schemas import swagger_schema

Document = dict[str, Any]
AMAZON = "x-amazon-apigateway-"
# Which of Amazon's extensions each value of GetExport's parameter `extensions` lets stand.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "": (),
    "integrations": (AMAZON + "integration", ANY_METHOD, "isDefaultRoute"),
    "authorizers": (AMAZON + "auth",),
    "apigateway": (AMAZON, "isDefaultRoute"),
    "documentation": (),  # no documentation parts are kept here
}


def openapi(description: Document, base_url: str, extensions: tuple[str, ...]) -> Document:
    """`extensions` are the beginnings of the names that stay."""
    document: Document = _select(copy.deepcopy(description), extensions)
    for path, operations in list(document["paths"].items()):
        source = description["paths"][path].get(ANY_METHOD)
        if source is not None and ANY_METHOD not in operations:
            _spell_out(operations, _select(copy.deepcopy(source), extensions))
        if source is not None and source.get("isDefaultRoute") and ANY_METHOD not in operations:
            del document["paths"][path]  # no path of OpenAPI's means all the others
    return {**document, "servers": [{"url": base_url}]}


def swagger(document: Document, host: str, base_path: str, scheme: str) -> Document:
    """Swagger 2.0 of an OpenAPI 3.0 document of `openapi`."""
    components = document.get("components", {})
    schemes = components.get("securitySchemes")
    schemas = {name: swagger_schema(schema) for name, schema in components.get("schemas", {}).items()}
    extensions = {name: value for name, value in document.items() if name.startswith("x-")}
    return {
        "swagger": "2.0",
        "info": document["info"],
        "host": host,
        "basePath": base_path,
        "schemes": [scheme],
        "paths": {path: _swagger_item(item) for path, item in document["paths"].items()},
        **({"securityDefinitions": schemes} if schemes else {}),
        **({"definitions": schemas} if schemas else {}),
        **extensions,
    }


def write(document: Document, media_type: str) -> bytes:
    """JSON or YAML."""
    if "yaml" not in media_type:
        return json.dumps(document, indent=2).encode()
    import yaml

    return yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, allow_unicode=True).encode()


def _select(part: Any, extensions: tuple[str, ...]) -> Any:
    if isinstance(part, list):
        return [_select(each, extensions) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: value if key.startswith(extensions) and key != ANY_METHOD else _select(value, extensions)
        for key, value in part.items()
        if not key.startswith((AMAZON, "isDefaultRoute")) or (extensions and key.startswith(extensions))
    }


def _spell_out(operations: dict[str, Any], operation: dict[str, Any]) -> None:
    """ANY is an extension; without it each method is an operation of its own, named after the one that it is."""
    for method in METHODS:
        own = copy.deepcopy(operation)
        if "operationId" in own:
            own["operationId"] += f"_{method}"
        own.pop("requestBody", None) if method in ("get", "head", "delete") else None
        operations.setdefault(method, own)


def _swagger_item(item: dict[str, Any]) -> dict[str, Any]:
    return {key: _swagger_operation(operation) for key, operation in item.items()}


def _swagger_operation(operation: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in operation.items() if key not in ("parameters", "requestBody", "responses")}
    body = operation.get("requestBody", {}).get("content", {})
    kinds = {kind for each in operation["responses"].values() for kind in each.get("content", {})}
    parameters = [*map(_swagger_parameter, operation.get("parameters", [])), *_body_parameter(body)]
    return {
        **own,
        **({"consumes": sorted(body)} if body else {}),
        "produces": sorted(kinds) or ["application/json"],
        **({"parameters": parameters} if parameters else {}),
        "responses": {code: _swagger_response(each) for code, each in operation["responses"].items()},
    }


def _swagger_parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    return {**{key: value for key, value in parameter.items() if key != "schema"}, "type": "string"}


def _body_parameter(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Swagger has one body for all media types: the first one's schema stands."""
    for media in content.values():
        schema = swagger_schema(media["schema"])
        name = schema.get("$ref", "body").rpartition("/")[2]
        return [{"in": "body", "name": name, "required": True, "schema": schema}]
    return []


def _swagger_response(response: dict[str, Any]) -> dict[str, Any]:
    headers = {name: {"type": "string"} for name in response.get("headers", {})}
    schema = next((swagger_schema(media["schema"]) for media in response.get("content", {}).values()), None)
    return {
        "description": response["description"],
        **({"schema": schema} if schema is not None else {}),
        **({"headers": headers} if headers else {}),
    }
