"""PATCH of methods, integrations, their responses and models, by the paths that AWS documents; moto 5.2.5 has none.

A deployment is a copy: what is changed here is served after the next one.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

import json
from collections.abc import Callable
from typing import Any

from moto.apigateway.exceptions import BadRequestException, NoIntegrationDefined, NoIntegrationResponseDefined

from shoplib.localaws.apigateway.control_plane.patches import Paths, Put, apply, attribute, truth

Reply = tuple[int, dict[str, int], str]
EVERY = ("add", "replace", "remove")
LONGEST_MILLISECONDS, SHORTEST_MILLISECONDS = 29_000, 50


def entry(name: str, read: Callable[[Any], Any] = str) -> Put:
    """One of a mapping, by the name that its path ends with: `/requestTemplates/application~1json`."""

    def put(target: Any, kind: str, rest: list[str], value: Any) -> None:
        entries = dict(getattr(target, name) or {})
        if kind == "remove":
            entries.pop(rest[0] if rest else "", None)
        else:
            entries[_key(rest)] = read("" if value is None else value)
        setattr(target, name, entries)

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


def _key(rest: list[str]) -> str:
    if not rest or not rest[0]:
        raise BadRequestException("Invalid mapping expression parameter specified")
    return rest[0]


def _milliseconds(value: Any) -> int:
    if not str(value).isdigit() or not SHORTEST_MILLISECONDS <= int(value) <= LONGEST_MILLISECONDS:
        raise BadRequestException(f"Timeout should be between {SHORTEST_MILLISECONDS} ms and {LONGEST_MILLISECONDS} ms")
    return int(value)


def _skip_verification(integration: Any, kind: str, rest: list[str], value: Any) -> None:
    if rest != ["insecureSkipVerification"]:
        raise BadRequestException(f"Invalid patch path  '/tlsConfig/{'/'.join(rest)}' specified for op '{kind}'.")
    integration.tls_config = {"insecureSkipVerification": truth(value)}


SCHEMES = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
HANDLING = one_of("content handling", "CONVERT_TO_BINARY", "CONVERT_TO_TEXT")
METHOD: Paths = {
    "apiKeyRequired": (("replace",), attribute("api_key_required", truth)),
    "authorizationScopes": (EVERY, member("authorization_scopes")),
    "authorizationType": (("replace",), attribute("authorization_type", one_of("authorization type", *SCHEMES))),
    "authorizerId": (("replace",), attribute("authorizer_id")),
    "operationName": (("replace",), attribute("operation_name")),
    "requestModels": (EVERY, entry("request_models")),
    "requestParameters": (EVERY, entry("request_parameters", truth)),
    "requestValidatorId": (("replace",), attribute("request_validator_id")),
}
INTEGRATION: Paths = {
    "cacheKeyParameters": (EVERY, member("cache_key_parameters", ("method.request.", "integration.request."))),
    "cacheNamespace": (("replace",), attribute("cache_namespace")),
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
    "uri": (("replace",), attribute("uri")),
}
METHOD_RESPONSE: Paths = {
    "responseModels": (EVERY, entry("response_models")),
    "responseParameters": (EVERY, entry("response_parameters", truth)),
}
INTEGRATION_RESPONSE: Paths = {
    "contentHandling": (("replace",), attribute("content_handling", HANDLING)),
    "responseParameters": (EVERY, entry("response_parameters")),
    "responseTemplates": (EVERY, entry("response_templates")),
    "selectionPattern": (("replace",), attribute("selection_pattern")),
}
MODEL: Paths = {
    "description": (("replace",), attribute("description")),
    "schema": (("replace",), attribute("schema")),
}


def update_method(request: Any) -> Reply:
    return _patched(request, _method(request), METHOD)


def update_integration(request: Any) -> Reply:
    return _patched(request, _integration(request), INTEGRATION)


def update_method_response(request: Any) -> Reply:
    response = _method(request).get_response(request.path.split("/")[8])
    if response is None:
        raise NoIntegrationResponseDefined  # AWS's words are the same
    return _patched(request, response, METHOD_RESPONSE, 201)


def update_integration_response(request: Any) -> Reply:
    response = _integration(request).get_integration_response(request.path.split("/")[9])
    return _patched(request, response, INTEGRATION_RESPONSE)


def update_model(request: Any) -> Reply:
    parts = request.path.split("/")
    return _patched(request, request.backend.get_model(parts[2], parts[4]), MODEL)


def _method(request: Any) -> Any:
    parts = request.path.split("/")
    return request.backend.get_method(parts[2], parts[4], parts[6])


def _integration(request: Any) -> Any:
    integration = _method(request).method_integration
    if integration is None:
        raise NoIntegrationDefined
    return integration


def _patched(request: Any, target: Any, paths: Paths, status: int = 200) -> Reply:
    apply(target, request._get_param("patchOperations"), paths)
    return status, {"status": status}, json.dumps(target.to_json())


HANDLERS = {
    each.__name__: each
    for each in (update_method, update_integration, update_method_response, update_integration_response, update_model)
}
