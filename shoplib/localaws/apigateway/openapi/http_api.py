"""An OpenAPI document turned into an HTTP API of moto's state (Api Body, import_api, reimport_api)."""

from typing import Any

from moto.apigatewayv2.exceptions import BadRequestException

from shoplib.localaws.apigateway.openapi import documents
from shoplib.localaws.apigateway.openapi.documents import Document, Operation

DEFAULT_ROUTE = "$default"


def fill(api: Any, body: Any, fail_on_warnings: bool = False) -> None:
    """Replace all routes, integrations and authorizers of a moto apigatewayv2 `Api` by the document's. Stages stay."""
    try:
        document = documents.parse(body)
        operations = list(document.operations())
    except documents.InvalidDocument as error:
        raise BadRequestException(str(error)) from error
    _check_models(document, fail_on_warnings)
    for definitions in (api.routes, api.integrations, api.authorizers, api.models):
        definitions.clear()
    api.name = document.title or api.name
    api.version = document.version or api.version
    api.description = document.description or api.description
    api.cors_configuration = document.extension("cors") or api.cors_configuration
    authorizers = _authorizers(api, document)
    for operation in operations:
        _route(api, operation, authorizers)


def _check_models(document: Document, fail_on_warnings: bool) -> None:
    """failOnWarnings refuses a document that refers to models which it does not define."""
    if not fail_on_warnings:
        return
    missing = sorted({name for op in document.operations() for name in op.models.values()} - set(document.schemas))
    missing += [ref for ref in _references(document.raw.get("paths")) if ref.rpartition("/")[2] not in document.schemas]
    if missing:
        raise BadRequestException(f"Warnings found during import:\n\tParse issue: {', '.join(missing)} is missing")


def _references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [ref for item in part for ref in _references(item)]
    if not isinstance(part, dict):
        return []
    own = part.get("$ref")
    own_reference = [own] if isinstance(own, str) and ("/schemas/" in own or "/definitions/" in own) else []
    return own_reference + [ref for value in part.values() for ref in _references(value)]


def _authorizers(api: Any, document: Document) -> dict[str, Any]:
    """Scheme name -> its authorizer."""
    return {name: _authorizer(api, name, settings) for name, _, settings in document.authorizers()}


def _authorizer(api: Any, name: str, settings: dict[str, Any]) -> Any:
    sources = settings.get("identitySource") or []
    if isinstance(sources, str):
        sources = [source.strip() for source in sources.split(",")]
    return api.create_authorizer(
        auth_creds_arn=settings.get("authorizerCredentials"),
        auth_payload_format_version=_version(settings.get("authorizerPayloadFormatVersion")),
        auth_result_ttl=settings.get("authorizerResultTtlInSeconds"),
        authorizer_type=str(settings.get("type", "")).upper(),
        authorizer_uri=settings.get("authorizerUri"),
        enable_simple_response=settings.get("enableSimpleResponses", False),
        identity_source=sources,
        identity_validation_expr=settings.get("identityValidationExpression"),
        jwt_config=settings.get("jwtConfiguration"),
        name=name,
    )


def _route(api: Any, operation: Operation, authorizers: dict[str, Any]) -> None:
    authorizer = authorizers.get(operation.security.authorizer or "")
    api.create_route(
        api_key_required=operation.security.api_key,
        authorization_scopes=list(operation.security.scopes),
        authorization_type=_authorization(operation, authorizer),
        authorizer_id=authorizer.id if authorizer is not None else None,
        model_selection_expression=None,
        operation_name=operation.details.get("operationId"),
        request_models=None,
        request_parameters=None,
        route_key=_route_key(operation),
        route_response_selection_expression=None,
        target=f"integrations/{_integration(api, operation.integration)}" if operation.integration else "",
    )


def _authorization(operation: Operation, authorizer: Any) -> str:
    if authorizer is not None:
        return "JWT" if authorizer.authorizer_type == "JWT" else "CUSTOM"
    return "AWS_IAM" if operation.security.iam else "NONE"


def _route_key(operation: Operation) -> str:
    if operation.path.lstrip("/") == DEFAULT_ROUTE:
        return DEFAULT_ROUTE
    return f"{operation.method} {operation.path}"


def _integration(api: Any, settings: dict[str, Any]) -> str:
    integration = api.create_integration(
        connection_type=settings.get("connectionType", "INTERNET"),
        description=settings.get("description"),
        integration_method=settings.get("httpMethod"),
        integration_type=str(settings.get("type", "")).upper(),
        integration_uri=settings.get("uri"),
        connection_id=settings.get("connectionId"),
        credentials_arn=settings.get("credentials"),
        payload_format_version=_version(settings.get("payloadFormatVersion", "1.0")),
        integration_subtype=settings.get("integrationSubtype"),
        request_parameters=settings.get("requestParameters"),
        response_parameters=_response_parameters(settings.get("responseParameters")),
        timeout_in_millis=settings.get("timeoutInMillis"),
        tls_config=settings.get("tlsConfig"),
    )
    return str(integration.id)


def _version(value: Any) -> str | None:
    """YAML reads an unquoted 2.0, and 2, as a number; AWS means the text."""
    return f"{value:.1f}" if isinstance(value, int | float) else value


def _response_parameters(parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    return {str(status): mapping for status, mapping in parameters.items()} if parameters else None
