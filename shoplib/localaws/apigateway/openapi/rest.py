"""An OpenAPI document turned into a REST API of moto's state (RestApi Body, import_rest_api, put_rest_api)."""

import json
import re
from collections.abc import Iterable
from typing import Any

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.utils import create_id

from shoplib.localaws.apigateway.openapi import documents
from shoplib.localaws.apigateway.openapi.documents import Document, Operation

PATH_PART = re.compile(r"[a-zA-Z0-9._:-]+|\{[a-zA-Z0-9._:-]+\+?\}")
INVALID_PART = (
    "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning "
    "and the end."
)


def import_rest_api(backend: Any, api_doc: Any, fail_on_warnings: bool = False) -> Any:
    """A new REST API from `api_doc`."""
    document = _parsed(api_doc)
    api = backend.create_rest_api(name=document.title or "api", description=document.description)
    api.version, api.document_version = None, document.version
    try:
        fill(api, document)
    except BadRequestException:
        backend.delete_rest_api(api.id)
        raise
    return api


def put_rest_api(
    backend: Any, function_id: str, api_doc: Any, fail_on_warnings: bool = False, mode: str = "merge"
) -> Any:
    """Merge `api_doc` into an API, or replace all its definitions (`mode` overwrite)."""
    if mode not in ("merge", "overwrite"):
        raise BadRequestException("Enumeration value must be one of merge, overwrite")
    api = backend.get_rest_api(function_id)
    document = _parsed(api_doc)
    if mode == "overwrite":
        clear(api)
        api.name = document.title or api.name
        api.description = document.description
        api.version, api.document_version = None, document.version
    fill(api, document)
    return api


def read_body(body: str) -> dict[str, Any]:
    """The body of CreateRestApi, ImportRestApi or PutRestApi: an OpenAPI document, or empty for anything else."""
    try:
        document = documents.read(body)
    except documents.InvalidDocument as error:
        raise BadRequestException(str(error)) from error
    return document if isinstance(document, dict) and ("openapi" in document or "swagger" in document) else {}


def on_base_path(body: str, mode: str) -> str:
    """The text of a document whose paths stand where its base path puts them."""
    document = read_body(body)
    try:
        return json.dumps(documents.with_base_path(document, mode)) if document else body
    except documents.InvalidDocument as error:
        raise BadRequestException(str(error)) from error


def _parsed(api_doc: Any) -> Document:
    try:
        return documents.parse(api_doc)
    except documents.InvalidDocument as error:
        raise BadRequestException(str(error)) from error


def clear(api: Any) -> None:
    """Forget every definition; the root resource keeps its id, for others refer to it."""
    root = api.resources[api.root_resource_id]
    root.resource_methods.clear()
    api.resources = {root.id: root}
    for definitions in (api.authorizers, api.request_validators, api.gateway_responses, api.models):
        definitions.clear()
    api.binaryMediaTypes = []


def fill(api: Any, document: Document) -> None:
    """Add the document's definitions to a moto `RestAPI`; same-named ones are replaced."""
    try:
        _settings(api, document)
        authorizers = _authorizers(api, document)
        validators = _validators(api, document)
        operations = list(document.operations())
        _require_path_parts(document.raw.get("paths") or {})
        _models(api, document)
        for path in document.raw.get("paths") or {}:
            _resource(api, path)
        for operation in operations:
            _method(api, document, operation, authorizers, validators)
    except documents.InvalidDocument as error:
        raise BadRequestException(str(error)) from error


def _settings(api: Any, document: Document) -> None:
    for media_type in document.extension("binary-media-types") or []:
        if media_type not in api.binaryMediaTypes:
            api.binaryMediaTypes.append(media_type)
    if document.extension("api-key-source"):
        api.api_key_source = document.extension("api-key-source").upper()
    if document.extension("policy"):
        api.policy = json.dumps(document.extension("policy"))
    if document.extension("endpoint-configuration"):
        api.endpoint_configuration.update(document.extension("endpoint-configuration"))
    for kind, response in (document.extension("gateway-responses") or {}).items():
        api.put_gateway_response(
            kind, response.get("statusCode"), response.get("responseParameters"), response.get("responseTemplates")
        )


def _authorizers(api: Any, document: Document) -> dict[str, str]:
    """Scheme name -> id of its authorizer."""
    ids = {authorizer.name: authorizer.id for authorizer in api.authorizers.values()}
    for name, scheme, settings in document.authorizers():
        ids[name] = ids.get(name) or create_id()
        kind = str(settings.get("type", "token")).upper()
        api.create_authorizer(
            ids[name],
            name,
            kind,
            provider_arns=settings.get("providerARNs"),
            auth_type=scheme.get(documents.AUTHTYPE),
            authorizer_uri=settings.get("authorizerUri"),
            authorizer_credentials=settings.get("authorizerCredentials"),
            identity_source=settings.get("identitySource") or _identity_source(kind, scheme),
            identiy_validation_expression=settings.get("identityValidationExpression"),
            authorizer_result_ttl=int(settings.get("authorizerResultTtlInSeconds", 300)),
        )
    return ids


def _identity_source(kind: str, scheme: dict[str, Any]) -> str | None:
    """A token comes in the header that the scheme names; REQUEST authorizers say themselves what they need."""
    return None if kind == "REQUEST" else f"method.request.header.{scheme.get('name', 'Authorization')}"


def _validators(api: Any, document: Document) -> dict[str, str]:
    ids = {validator.name: validator.id for validator in api.request_validators.values()}
    for name, settings in (document.extension("request-validators") or {}).items():
        if name in ids:
            api.request_validators.pop(ids[name])
        body, parameters = settings.get("validateRequestBody"), settings.get("validateRequestParameters")
        ids[name] = api.create_request_validator(name, bool(body), bool(parameters)).id
    return ids


def _models(api: Any, document: Document) -> None:
    for name, schema in document.schemas.items():
        api.add_model(name, schema.get("description", ""), json.dumps(schema), "application/json")


def _require_path_parts(paths: Iterable[str]) -> None:
    """A part is plain, or a parameter as a whole: `/{y}.png` is neither."""
    wrong = [path for path in paths if not all(PATH_PART.fullmatch(part) for part in path.split("/") if part)]
    if wrong:
        lines = [f"\n\tUnable to create resource at path '{path}': {INVALID_PART}" for path in wrong]
        raise BadRequestException(f"Errors found during import:{''.join(lines)}")


def _resource(api: Any, path: str) -> Any:
    """Resource of a path; it and its ancestors are created where missing."""
    by_path = {resource.get_path(): resource for resource in api.resources.values()}
    current = api.resources[api.root_resource_id]
    walked = ""
    for part in [part for part in path.split("/") if part]:
        walked += "/" + part
        current = by_path.get(walked) or api.add_child(part, current.id)
    return current


def _method(
    api: Any, document: Document, operation: Operation, authorizers: dict[str, str], validators: dict[str, str]
) -> None:
    resource = _resource(api, operation.path)
    default_validator = document.extension("request-validator")
    validator = operation.details.get("x-amazon-apigateway-request-validator", default_validator)
    security = operation.security
    method = resource.add_method(
        operation.method,
        _authorization(api, operation, authorizers),
        security.api_key,
        request_parameters={f"method.request.{place}": need for place, need in operation.parameters.items()} or None,
        request_models=operation.models or None,
        operation_name=operation.details.get("operationId"),
        authorizer_id=authorizers.get(security.authorizer or ""),
        authorization_scopes=list(security.scopes),
        request_validator_id=validators.get(validator),
    )
    for status, headers in operation.response_headers.items():
        parameters = {f"method.response.header.{name}": False for name in headers}
        method.create_response(status, operation.response_models.get(status) or None, parameters or None)
    if operation.integration:
        add_integration(resource, operation.method, operation.integration)


def _authorization(api: Any, operation: Operation, authorizers: dict[str, str]) -> str:
    authorizer = api.authorizers.get(authorizers.get(operation.security.authorizer or "", ""))
    if authorizer is not None:
        return "COGNITO_USER_POOLS" if authorizer.type == "COGNITO_USER_POOLS" else "CUSTOM"
    return "AWS_IAM" if operation.security.iam else "NONE"


def add_integration(resource: Any, http_method: str, settings: dict[str, Any]) -> None:
    """`x-amazon-apigateway-integration` as the integration of a method that exists."""
    integration = resource.add_integration(
        http_method,
        str(settings.get("type", "")).upper(),
        settings.get("uri"),
        integration_method=settings.get("httpMethod"),
        credentials=settings.get("credentials"),
        request_templates=settings.get("requestTemplates"),
        request_parameters=settings.get("requestParameters"),
        passthrough_behavior=str(settings.get("passthroughBehavior", "WHEN_NO_MATCH")).upper(),
        content_handling=settings.get("contentHandling"),
        timeout_in_millis=settings.get("timeoutInMillis"),
        cache_namespace=settings.get("cacheNamespace"),
        connection_type=settings.get("connectionType"),
        tls_config=settings.get("tlsConfig"),
    )
    integration.cache_namespace = integration.cache_namespace or resource.id
    integration.cache_key_parameters = list(settings.get("cacheKeyParameters") or [])
    for pattern, response in (settings.get("responses") or {}).items():
        answer = integration.create_integration_response(
            str(response.get("statusCode", "200")),
            None if pattern == "default" else pattern,
            dict(response.get("responseTemplates") or {}),
            response.get("responseParameters"),
            response.get("contentHandling"),
        )
        answer.response_templates = answer.response_templates or None
