"""PATCH of methods, integrations, their responses and models, by the paths that AWS documents; moto 5.2.5 has none.

A deployment is a copy: what is changed here is served after the next one.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

import copy
import json
from collections.abc import Callable
from typing import Any

from moto.apigateway.exceptions import BadRequestException

from shoplib.localaws.apigateway.control_plane.method_requests import (
    AUTHORIZED,
    integration_of,
    method_of,
    method_response_of,
    plain_uri,
    require_method,
)
from shoplib.localaws.apigateway.control_plane.patches import (
    EVERY,
    NotFound,
    Paths,
    Put,
    UnknownPath,
    Words,
    apply,
    attribute,
    listing,
    path_or_operation,
    truth,
)

Reply = tuple[int, dict[str, int], str]
NO_PARAMETER = "Invalid parameter name specified"
NO_CONTENT_TYPE = "Content-Type specified was not found"
LONGEST_MILLISECONDS, SHORTEST_MILLISECONDS = 29_000, 50


def entry(name: str, read: Callable[[Any], Any] = str, absent: str = "", empty: str = "") -> Put:
    """One of a mapping, by the name that its path ends with: `/requestTemplates/application~1json`.

    `absent` refuses to change one that is not there, `empty` a value that is nothing.
    """

    def put(target: Any, kind: str, rest: list[str], value: Any) -> None:
        if len(rest) != 1 or not rest[0]:
            raise UnknownPath
        entries = dict(getattr(target, name) or {})
        if absent and kind != "add" and rest[0] not in entries:
            raise NotFound(absent)
        if kind == "remove":
            entries.pop(rest[0], None)
        elif empty and not value:
            raise BadRequestException(f"Invalid null or empty value in {empty}")
        else:
            entries[rest[0]] = read("" if value is None else value)
        setattr(target, name, entries or None)

    return put


def member(name: str, starts: tuple[str, ...] = ("",)) -> Put:
    """One of a list, which the path ends with, or which is the value."""

    def put(target: Any, kind: str, rest: list[str], value: Any) -> None:
        each = rest[0] if rest and rest[0] else str(value)
        if not each.startswith(starts):
            raise BadRequestException(f"Invalid cache key parameter specified: {each}")
        others = [other for other in getattr(target, name) or [] if other != each]
        setattr(target, name, others if kind == "remove" else [*others, each])

    return put


def one_of(what: str, *values: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in values:
            raise BadRequestException(f"Invalid {what} specified. Valid options are {', '.join(values)}")
        return str(value)

    return read


def _milliseconds(value: Any) -> int:
    if not str(value).isdigit() or not SHORTEST_MILLISECONDS <= int(value) <= LONGEST_MILLISECONDS:
        raise BadRequestException(f"Timeout should be between {SHORTEST_MILLISECONDS} ms and {LONGEST_MILLISECONDS} ms")
    return int(value)


def require_schema(schema: Any) -> str:
    if not schema:
        raise BadRequestException("Model schema must have at least 1 property or array items defined")
    return str(schema)


def _skip_verification(integration: Any, kind: str, rest: list[str], value: Any) -> None:
    if rest != ["insecureSkipVerification"]:
        raise UnknownPath
    integration.tls_config = {"insecureSkipVerification": truth(value)}


SCHEMES = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
HANDLING = one_of("content handling", "CONVERT_TO_BINARY", "CONVERT_TO_TEXT")
METHOD: Paths = {
    "apiKeyRequired": (("replace",), attribute("api_key_required", truth)),
    "authorizationScopes": (EVERY, member("authorization_scopes")),
    "authorizationType": (("replace",), attribute("authorization_type", one_of("authorization type", *SCHEMES))),
    "authorizerId": (("replace",), attribute("authorizer_id")),
    "operationName": (("replace",), attribute("operation_name")),
    "requestModels": (EVERY, entry("request_models", absent=NO_CONTENT_TYPE)),
    "requestParameters": (EVERY, entry("request_parameters", truth, NO_PARAMETER)),
    "requestValidatorId": (("replace",), attribute("request_validator_id")),
}
INTEGRATION: Paths = {
    "cacheKeyParameters": (EVERY, member("cache_key_parameters", ("method.request.", "integration.request."))),
    "cacheNamespace": (("replace",), attribute("cache_namespace")),
    "connectionId": (("replace",), attribute("connection_id")),
    "connectionType": (("replace",), attribute("connection_type", one_of("connection type", "INTERNET", "VPC_LINK"))),
    "contentHandling": (("replace",), attribute("content_handling", HANDLING)),
    "credentials": (("replace",), attribute("credentials")),
    "httpMethod": (("replace",), attribute("http_method")),
    "passthroughBehavior": (
        ("replace",),
        attribute(
            "passthrough_behaviour", one_of("passthrough behavior", "WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
        ),
    ),
    "requestParameters": (EVERY, entry("request_parameters")),
    "requestTemplates": (EVERY, entry("request_templates")),
    "timeoutInMillis": (("replace",), attribute("timeout_in_millis", _milliseconds)),
    "tlsConfig": (("replace",), _skip_verification),
    "uri": (("replace",), attribute("uri", plain_uri)),
}
METHOD_RESPONSE: Paths = {
    "responseModels": (EVERY, entry("response_models", absent=NO_CONTENT_TYPE)),
    "responseParameters": (EVERY, entry("response_parameters", truth, NO_PARAMETER)),
}
INTEGRATION_RESPONSE: Paths = {
    "contentHandling": (("replace",), attribute("content_handling", HANDLING)),
    "responseParameters": (EVERY, entry("response_parameters")),
    "responseTemplates": (EVERY, entry("response_templates")),
    "selectionPattern": (("replace",), attribute("selection_pattern")),
}
MODEL: Paths = {
    "description": (("replace",), attribute("description")),
    "schema": (("replace",), attribute("schema", require_schema)),
}
GATEWAY_RESPONSE: Paths = {
    "responseParameters": (EVERY, entry("response_parameters", str, NO_PARAMETER, "responseParameters")),
    "responseTemplates": (EVERY, entry("response_templates", str, NO_CONTENT_TYPE, "responseTemplates")),
    "statusCode": (("replace",), attribute("status_code")),
}


def update_method(request: Any) -> Reply:
    method = method_of(request)
    changed = apply(copy.copy(method), request._get_param("patchOperations"), METHOD, path_or_operation)
    if changed.authorization_type not in AUTHORIZED:
        changed.authorizer_id = None
    require_method(
        request.backend.get_rest_api(request.path.split("/")[2]),
        changed.authorization_type,
        changed.authorizer_id,
        changed.request_validator_id,
        changed.request_models,
        changed.request_parameters,
    )
    vars(method).update(vars(changed))
    return 200, {"status": 200}, json.dumps(method.to_json())


def update_integration(request: Any) -> Reply:
    return _patched(request, integration_of(request), INTEGRATION, path_or_operation)


def update_method_response(request: Any) -> Reply:
    return _patched(request, method_response_of(request), METHOD_RESPONSE, path_or_operation, 201)


def update_integration_response(request: Any) -> Reply:
    response = integration_of(request).get_integration_response(request.path.split("/")[9])
    return _patched(request, response, INTEGRATION_RESPONSE, path_or_operation)


def update_model(request: Any) -> Reply:
    parts = request.path.split("/")
    api = request.backend.apis.get(parts[2])
    if api is None or parts[4] not in api.models:
        raise NotFound(f"Invalid model name specified: {parts[4]}")
    return _patched(request, api.models[parts[4]], MODEL, listing)


def _patched(request: Any, target: Any, paths: Paths, words: Words, status: int = 200) -> Reply:
    apply(target, request._get_param("patchOperations"), paths, words)
    return status, {"status": status}, json.dumps(target.to_json())


HANDLERS = {
    each.__name__: each
    for each in (update_method, update_integration, update_method_response, update_integration_response, update_model)
}
