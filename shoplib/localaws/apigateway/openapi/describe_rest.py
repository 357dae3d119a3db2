"""A REST API of moto's state -> an OpenAPI 3.0 document with all extensions, from which exports are made."""

import json
from typing import Any

from shoplib.localaws.apigateway.openapi.description import (
    ANY_METHOD,
    API_KEY,
    SIGV4,
    header_scheme,
    parameter,
    path_parameters,
    present,
)
from shoplib.localaws.apigateway.openapi.schemas import openapi_schema

PLACES = {"querystring": "query", "header": "header"}
Document = dict[str, Any]


def describe(api: Any) -> Document:
    """Without `servers`, which depend on the stage."""
    methods = [method for resource in api.resources.values() for method in resource.resource_methods.values()]
    components = present(schemas=_schemas(api), securitySchemes=_schemes(api, methods))
    document: Document = {
        "openapi": "3.0.1",
        "info": {"title": api.name, **present(description=api.description), "version": _version(api)},
        "paths": _paths(api),
    }
    if components:
        document["components"] = components
    return document | _settings(api)


def _settings(api: Any) -> dict[str, Any]:
    validators = {
        validator.name: {
            "validateRequestBody": _is_true(validator.validate_request_body),
            "validateRequestParameters": _is_true(validator.validate_request_parameters),
        }
        for validator in api.request_validators.values()
    }
    answers = {
        kind: present(
            statusCode=answer.status_code,
            responseParameters=answer.response_parameters,
            responseTemplates=answer.response_templates,
        )
        for kind, answer in api.gateway_responses.items()
    }
    policy = json.loads(api.policy) if isinstance(api.policy, str) and api.policy else api.policy
    kinds = [kind.replace("~1", "/") for kind in api.binaryMediaTypes]
    settings = {"request-validators": validators, "gateway-responses": answers, "policy": policy,
                "binary-media-types": kinds, "api-key-source": api.api_key_source}  # fmt: skip
    return {f"x-amazon-apigateway-{name}": value for name, value in present(**settings).items()}


def _paths(api: Any) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for resource in sorted(api.resources.values(), key=lambda each: str(each.get_path())):
        path = resource.get_path()
        operations = {_key(method): _operation(api, path, method) for method in resource.resource_methods.values()}
        if operations:
            paths[path] = operations
    return paths


def _key(method: Any) -> str:
    return ANY_METHOD if method.http_method == "ANY" else method.http_method.lower()


def _operation(api: Any, path: str, method: Any) -> dict[str, Any]:
    validator = api.request_validators.get(method.request_validator_id)
    integration = method.method_integration
    operation = present(
        operationId=method.operation_name,
        parameters=[*path_parameters(path), *_parameters(method)],
        requestBody=_body(api, method),
    )
    operation["responses"] = _responses(api, method) or {"default": {"description": "Default response"}}
    return operation | present(
        security=_security(api, method),
        **{
            "x-amazon-apigateway-request-validator": validator and validator.name,
            "x-amazon-apigateway-integration": integration and _integration(integration),
        },
    )


def _parameters(method: Any) -> list[dict[str, Any]]:
    split = [(name.split(".", 3), need) for name, need in (method.request_parameters or {}).items()]
    return [
        parameter(parts[3], PLACES[parts[2]], _is_true(need))
        for parts, need in split
        if len(parts) == 4 and parts[2] in PLACES
    ]


def _body(api: Any, method: Any) -> dict[str, Any]:
    content = {kind: {"schema": _reference(api, name)} for kind, name in (method.request_models or {}).items()}
    return {"content": content, "required": True} if content else {}


def _reference(api: Any, name: str) -> dict[str, Any]:
    known = {model.name for model in api.models.values()}
    return {"$ref": f"#/components/schemas/{name}"} if name in known else {}


def _version(api: Any) -> str:
    """An imported API has the document's, which nothing but an export says."""
    return str(api.version or getattr(api, "document_version", "") or "1.0")


def _responses(api: Any, method: Any) -> dict[str, Any]:
    return {str(code): _response(api, str(code), each) for code, each in (method.method_responses or {}).items()}


def _response(api: Any, code: str, response: Any) -> dict[str, Any]:
    headers = {name.split(".", 3)[-1]: {"schema": {"type": "string"}} for name in response.response_parameters or {}}
    content = {kind: {"schema": _reference(api, name)} for kind, name in (response.response_models or {}).items()}
    return {"description": f"{code} response", **present(headers=headers, content=content)}


def _security(api: Any, method: Any) -> list[dict[str, Any]]:
    """All of them are demanded at once."""
    demanded: dict[str, Any] = {}
    if authorizer := api.authorizers.get(method.authorizer_id):
        demanded[authorizer.name] = list(method.authorization_scopes or [])
    if method.authorization_type == "AWS_IAM":
        demanded["sigv4"] = []
    if _is_true(method.api_key_required):
        demanded["api_key"] = []
    return [demanded] if demanded else []


def _schemes(api: Any, methods: list[Any]) -> dict[str, Any]:
    schemes = {authorizer.name: _scheme(authorizer) for authorizer in api.authorizers.values()}
    if any(_is_true(method.api_key_required) for method in methods):
        schemes["api_key"] = API_KEY
    if any(method.authorization_type == "AWS_IAM" for method in methods):
        schemes["sigv4"] = SIGV4
    return schemes


def _scheme(authorizer: Any) -> dict[str, Any]:
    kind = str(authorizer.type or "").lower()
    sources = [source.strip() for source in str(authorizer.identity_source or "").split(",")]
    settings = present(
        type=kind,
        providerARNs=authorizer.provider_arns,
        authorizerUri=authorizer.authorizer_uri,
        authorizerCredentials=authorizer.authorizer_credentials,
        identitySource=authorizer.identity_source,
        identityValidationExpression=authorizer.identity_validation_expression,
        authorizerResultTtlInSeconds=authorizer.authorizer_result_ttl,
    )
    return header_scheme(sources, "request.header.") | {
        "x-amazon-apigateway-authtype": kind if kind == "cognito_user_pools" else "custom",
        "x-amazon-apigateway-authorizer": settings,
    }


def _integration(integration: Any) -> dict[str, Any]:
    answers = (integration.integration_responses or {}).values()
    return present(
        type=str(integration.integration_type or "").lower(),
        uri=integration.uri,
        httpMethod=integration.http_method,
        credentials=integration.credentials,
        requestParameters=integration.request_parameters,
        requestTemplates=integration.request_templates,
        passthroughBehavior=str(integration.passthrough_behaviour or "").lower(),
        contentHandling=integration.content_handling,
        timeoutInMillis=integration.timeout_in_millis,
        cacheKeyParameters=integration.cache_key_parameters,
        cacheNamespace=integration.cache_namespace,
        connectionType=integration.connection_type,
        tlsConfig=integration.tls_config,
        responses={answer.selection_pattern or "default": _integration_response(answer) for answer in answers},
    )


def _integration_response(answer: Any) -> dict[str, Any]:
    return present(
        statusCode=str(answer.status_code),
        responseParameters=answer.response_parameters,
        responseTemplates=answer.response_templates,
        contentHandling=answer.content_handling,
    )


def _schemas(api: Any) -> dict[str, Any]:
    """Each model, and the definitions within it as models of their own."""
    schemas: dict[str, Any] = {}
    for model in api.models.values():
        schema = json.loads(model.schema) if isinstance(model.schema, str) and model.schema else model.schema or {}
        own = schema.get("definitions") if isinstance(schema, dict) else None
        names = {name: f"{model.name}.{name}" for name in own or {}}
        schemas[model.name] = openapi_schema(schema, names)
        schemas.update({names[name]: openapi_schema(part, names) for name, part in (own or {}).items()})
    return schemas


def _is_true(value: Any) -> bool:
    return str(value).strip().lower() == "true"
