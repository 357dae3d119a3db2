"""An HTTP API of moto's state -> an OpenAPI 3.0 document with all extensions, from which exports are made."""

from typing import Any

from shoplib.localaws.apigateway.openapi.description import (
    ANY_METHOD,
    API_KEY,
    SIGV4,
    header_scheme,
    path_parameters,
    present,
)

DEFAULT_ROUTE = "$default"
Document = dict[str, Any]


def describe(api: Any) -> Document:
    """Without `servers`, which depend on the stage."""
    paths: dict[str, Any] = {}
    for route in sorted(api.routes.values(), key=lambda each: str(each.route_key)):
        method, _, path = (
            ("ANY", "", f"/{DEFAULT_ROUTE}") if route.route_key == DEFAULT_ROUTE else route.route_key.partition(" ")
        )
        key = ANY_METHOD if method == "ANY" else method.lower()
        paths.setdefault(path, {})[key] = _operation(api, path, route)
    document: Document = {
        "openapi": "3.0.1",
        "info": {"title": api.name, **present(description=api.description), "version": api.version or "1.0"},
        "paths": paths,
    }
    if schemes := _schemes(api):
        document["components"] = {"securitySchemes": schemes}
    cors = present(**{"x-amazon-apigateway-cors": api.cors_configuration})
    return document | cors | {"x-amazon-apigateway-importexport-version": "1.0"}


def _operation(api: Any, path: str, route: Any) -> dict[str, Any]:
    integration = api.integrations.get(str(route.target or "").rpartition("/")[2])
    operation = present(operationId=route.operation_name, parameters=path_parameters(path))
    operation["responses"] = {"default": {"description": f"Default response for {route.route_key}"}}
    if route.route_key == DEFAULT_ROUTE:
        operation["isDefaultRoute"] = True
    return operation | present(
        security=_security(api, route),
        **{"x-amazon-apigateway-integration": integration and _integration(integration)},
    )


def _security(api: Any, route: Any) -> list[dict[str, Any]]:
    demanded: dict[str, Any] = {}
    if authorizer := api.authorizers.get(route.authorizer_id):
        demanded[authorizer.name] = list(route.authorization_scopes or [])
    if route.authorization_type == "AWS_IAM":
        demanded["sigv4"] = []
    if route.api_key_required:
        demanded["api_key"] = []
    return [demanded] if demanded else []


def _schemes(api: Any) -> dict[str, Any]:
    schemes = {authorizer.name: _scheme(authorizer) for authorizer in api.authorizers.values()}
    if any(route.authorization_type == "AWS_IAM" for route in api.routes.values()):
        schemes["sigv4"] = SIGV4
    if any(route.api_key_required for route in api.routes.values()):
        schemes["api_key"] = API_KEY
    return schemes


def _scheme(authorizer: Any) -> dict[str, Any]:
    sources = authorizer.identity_source or []
    sources = [sources] if isinstance(sources, str) else list(sources)
    settings = present(
        type=str(authorizer.authorizer_type or "").lower(),
        identitySource=",".join(sources),
        jwtConfiguration=authorizer.jwt_config,
        authorizerUri=authorizer.authorizer_uri,
        authorizerCredentials=authorizer.auth_creds_arn,
        authorizerPayloadFormatVersion=authorizer.auth_payload_format_version,
        authorizerResultTtlInSeconds=authorizer.auth_result_ttl,
        enableSimpleResponses=authorizer.enable_simple_response or None,
        identityValidationExpression=authorizer.identity_validation_expr,
    )
    is_jwt = authorizer.authorizer_type == "JWT"
    scheme = {"type": "oauth2", "flows": {}} if is_jwt else header_scheme(sources, "request.header.")
    return scheme | {"x-amazon-apigateway-authorizer": settings}


def _integration(integration: Any) -> dict[str, Any]:
    return present(
        type=str(integration.integration_type or "").lower(),
        integrationSubtype=integration.integration_subtype,
        httpMethod=integration.integration_method,
        uri=integration.integration_uri,
        credentials=integration.credentials_arn,
        connectionId=integration.connection_id,
        connectionType=integration.connection_type,
        description=integration.description,
        payloadFormatVersion=integration.payload_format_version,
        requestParameters=integration.request_parameters,
        responseParameters=integration.response_parameters,
        timeoutInMillis=integration.timeout_in_millis,
        tlsConfig=integration.tls_config,
    )
