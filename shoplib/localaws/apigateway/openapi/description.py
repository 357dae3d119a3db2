"""What exports of both kinds of API have in common: parts of an OpenAPI 3.0 document with Amazon's extensions."""

import re
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
ANY_METHOD = "x-amazon-apigateway-any-method"
SIGV4 = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
API_KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}
_PARAMETER = re.compile(r"{([^{}]+)}")


def path_parameters(path: str) -> list[dict[str, Any]]:
    """A greedy parameter keeps its plus: it is part of the name between the braces."""
    return [parameter(name, "path", True) for name in _PARAMETER.findall(path)]


def parameter(name: str, place: str, required: bool) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


def present(**settings: Any) -> dict[str, Any]:
    """Those that have a value."""
    return {name: value for name, value in settings.items() if value not in (None, "", {}, [])}


def header_scheme(sources: list[str], separator: str) -> dict[str, Any]:
    """A scheme for what an authorizer reads; OpenAPI has one place for a key."""
    source_name = next((source for source in sources if separator in source), "")
    return {"type": "apiKey", "name": source_name.rpartition(".")[2] or "Authorization", "in": "header"}
