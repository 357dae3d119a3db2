"""A REST API as it was when it was deployed: compiled once, never changed, read by every request."""

import copy
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from shoplib.localaws.apigateway.snapshots.models import compile_models
from shoplib.localaws.apigateway.snapshots.routing import Router, parameter_names

DEFAULT_TIMEOUT = 29_000
ANY = "ANY"


@dataclass(frozen=True, slots=True)
class IntegrationResponse:
    status: int
    selection_pattern: str
    parameters: dict[str, str]
    templates: dict[str, str | None]
    content_handling: str | None


@dataclass(frozen=True, slots=True)
class Integration:
    type: str  # AWS_PROXY, AWS, HTTP, HTTP_PROXY, MOCK
    uri: str
    http_method: str
    timeout: float  # seconds
    credentials: str | None
    request_templates: dict[str, str]
    request_parameters: dict[str, str]
    passthrough: str
    content_handling: str | None
    responses: list[IntegrationResponse]
    cache_key_parameters: list[str] = field(default_factory=list)
    cache_namespace: str | None = None


@dataclass(slots=True)
class Authorizer:
    """`cache` lives as long as the deployment: (stage, identity) -> (expiry, answer)."""

    id: str
    name: str
    type: str  # TOKEN, REQUEST, COGNITO_USER_POOLS
    uri: str
    credentials: str | None
    identity_sources: list[str]
    validation_expression: str | None
    ttl: int
    provider_arns: list[str]
    cache: dict[tuple[str, ...], tuple[float, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Validator:
    body: bool
    parameters: bool


@dataclass(frozen=True, slots=True)
class Method:
    http_method: str
    authorization: str  # NONE, CUSTOM, COGNITO_USER_POOLS, AWS_IAM
    authorizer: Authorizer | None
    scopes: list[str]
    api_key_required: bool
    request_parameters: dict[str, bool]
    request_models: dict[str, str]
    validator: Validator | None
    integration: Integration | None
    response_headers: dict[str, set[str]]  # status -> lower-case header names that the method response declares


@dataclass(frozen=True, slots=True)
class Resource:
    id: str
    path: str
    parameters: list[str]
    methods: dict[str, Method]

    def method(self, name: str) -> Method | None:
        return self.methods.get(name) or self.methods.get(ANY)


@dataclass(frozen=True, slots=True)
class RestSnapshot:
    deployment_id: str
    router: Router[Resource]
    binary_media_types: frozenset[str]
    api_key_source: str
    policy: dict[str, Any] | None
    gateway_responses: dict[str, Any]
    validators: dict[str, Any]  # model name -> compiled JSON schema
    authorizers: tuple[Authorizer, ...] = ()

    def is_binary(self, media_type: str) -> bool:
        kinds = self.binary_media_types
        return bool(kinds) and ("*/*" in kinds or media_type in kinds or media_type.partition("/")[0] + "/*" in kinds)


def compile_rest_api(api: Any, deployment_id: str) -> RestSnapshot:
    """Snapshot of a moto `RestAPI` as it is now."""
    authorizers = {key: _authorizer(value) for key, value in api.authorizers.items()}
    validators = {v.id: Validator(bool(v.validate_request_body), bool(v.validate_request_parameters))
                  for v in api.request_validators.values()}  # fmt: skip
    router: Router[Resource] = Router(read=_as_sent, literal=unquote)
    for resource in api.resources.values():
        path = resource.get_path()
        methods = {m.http_method: _method(m, authorizers, validators) for m in resource.resource_methods.values()}
        router.put(path, Resource(resource.id, path, parameter_names(path), methods))
    return RestSnapshot(
        deployment_id=deployment_id,
        router=router,
        binary_media_types=frozenset(kind.replace("~1", "/") for kind in api.binaryMediaTypes),
        api_key_source=api.api_key_source or "HEADER",
        policy=_policy(api.policy),
        gateway_responses=copy.deepcopy(api.gateway_responses),
        validators=compile_models(api.models.values()),
        authorizers=tuple(authorizers.values()),
    )


def _as_sent(value: str) -> str:
    """A path parameter's value; the slash at the end of a path belongs to none."""
    return value.rstrip("/")


def _authorizer(moto_authorizer: Any) -> Authorizer:
    kind = (moto_authorizer.type or "").upper()
    default_source = "method.request.header.Authorization" if kind != "REQUEST" else ""
    sources = (moto_authorizer.identity_source or default_source).split(",")
    ttl = moto_authorizer.authorizer_result_ttl
    return Authorizer(
        id=moto_authorizer.id,
        name=moto_authorizer.name,
        type=kind,
        uri=moto_authorizer.authorizer_uri or "",
        credentials=moto_authorizer.authorizer_credentials,
        identity_sources=[source.strip() for source in sources if source.strip()],
        validation_expression=moto_authorizer.identity_validation_expression,
        ttl=300 if ttl is None else int(ttl),
        provider_arns=list(moto_authorizer.provider_arns or []),
    )


def _method(method: Any, authorizers: dict[str, Authorizer], validators: dict[str, Validator]) -> Method:
    declared = method.method_responses or {}
    return Method(
        http_method=method.http_method,
        authorization=method.authorization_type or "NONE",
        authorizer=authorizers.get(method.authorizer_id),
        scopes=list(method.authorization_scopes or []),
        api_key_required=_flag(method.api_key_required),
        request_parameters={name: _flag(need) for name, need in (method.request_parameters or {}).items()},
        request_models=dict(method.request_models or {}),
        validator=validators.get(method.request_validator_id),
        integration=_integration(method.method_integration) if method.method_integration else None,
        response_headers={status: _header_names(response) for status, response in declared.items()},
    )


def _integration(integration: Any) -> Integration:
    return Integration(
        type=(integration.integration_type or "").upper(),
        uri=integration.uri or "",
        http_method=integration.http_method or "",
        timeout=int(integration.timeout_in_millis or DEFAULT_TIMEOUT) / 1000,
        credentials=integration.credentials,
        request_templates={k: v or "" for k, v in (integration.request_templates or {}).items()},
        request_parameters=dict(integration.request_parameters or {}),
        passthrough=(integration.passthrough_behaviour or "WHEN_NO_MATCH").upper(),
        content_handling=integration.content_handling,
        responses=[_integration_response(r) for r in (integration.integration_responses or {}).values()],
        cache_key_parameters=list(integration.cache_key_parameters or []),
        cache_namespace=integration.cache_namespace,
    )


def _integration_response(response: Any) -> IntegrationResponse:
    return IntegrationResponse(
        status=int(response.status_code),
        selection_pattern=response.selection_pattern or "",
        parameters=dict(response.response_parameters or {}),
        templates=dict(response.response_templates or {}),
        content_handling=response.content_handling,
    )


def _header_names(response: Any) -> set[str]:
    return {name.rpartition(".")[2].lower() for name in response.response_parameters or {}}


def _flag(value: Any) -> bool:
    """CloudFormation and the console send booleans as text."""
    return value.strip().lower() == "true" if isinstance(value, str) else bool(value)


def _policy(policy: Any) -> dict[str, Any] | None:
    if not policy:
        return None
    return json.loads(policy) if isinstance(policy, str) else copy.deepcopy(policy)
