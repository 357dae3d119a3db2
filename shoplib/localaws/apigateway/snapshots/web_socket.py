"""A WebSocket API as it was deployed: its routes by their keys, with integrations and the authorizer of `$connect`."""

from dataclasses import dataclass
from typing import Any

from shoplib.localaws.apigateway.snapshots.rest import Authorizer, Integration, IntegrationResponse

DEFAULT_TIMEOUT = 29_000
CONNECT, DISCONNECT, DEFAULT = "$connect", "$disconnect", "$default"


@dataclass(frozen=True, slots=True)
class Templates:
    """Mapping templates by the value of `expression`; the plain name of one is such an expression, too."""

    expression: str
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class WebSocketIntegration:
    """`plain` has neither request nor response templates: which of them apply is known with the message."""

    plain: Integration
    request: Templates
    responses: list[tuple[IntegrationResponse, Templates]]


@dataclass(frozen=True, slots=True)
class WebSocketRoute:
    """`answers`: what the integration answers goes to the client."""

    key: str
    authorization: str  # NONE, CUSTOM, AWS_IAM
    authorizer: Authorizer | None
    api_key_required: bool
    integration: WebSocketIntegration | None
    answers: bool


@dataclass(frozen=True, slots=True)
class WebSocketSnapshot:
    deployment_id: str
    selection_expression: str
    api_key_expression: str
    routes: dict[str, WebSocketRoute]


def compile_web_socket_api(api: Any, deployment_id: str) -> WebSocketSnapshot:
    """Snapshot of a moto apigatewayv2 `Api` as it is now."""
    authorizers = {key: _authorizer(value) for key, value in api.authorizers.items()}
    integrations = {key: _integration(value) for key, value in api.integrations.items()}
    routes = {route.route_key: _route(route, authorizers, integrations) for route in api.routes.values()}
    return WebSocketSnapshot(
        deployment_id, api.route_selection_expression or "", api.api_key_selection_expression or "", routes
    )


def _route(
    route: Any, authorizers: dict[str, Authorizer], integrations: dict[str, WebSocketIntegration]
) -> WebSocketRoute:
    is_answered = any(each.route_response_key == DEFAULT for each in route.route_responses.values())
    return WebSocketRoute(
        key=route.route_key,
        authorization=route.authorization_type or "NONE",
        authorizer=authorizers.get(route.authorizer_id),
        api_key_required=str(route.api_key_required).lower() == "true",
        integration=integrations.get((route.target or "").rpartition("/")[2]),
        answers=bool(route.route_response_selection_expression) and is_answered,
    )


def _integration(integration: Any) -> WebSocketIntegration:
    plain = Integration(
        type=(integration.integration_type or "").upper(),
        uri=integration.integration_uri or "",
        http_method=integration.integration_method or "POST",
        timeout=int(integration.timeout_in_millis or DEFAULT_TIMEOUT) / 1000,
        credentials=integration.credentials_arn,
        request_templates={},
        request_parameters=_parameters(integration.request_parameters),
        passthrough=integration.passthrough_behavior or "WHEN_NO_MATCH",
        content_handling=integration.content_handling_strategy,
        responses=[],
    )
    request = Templates(integration.template_selection_expression or "", dict(integration.request_templates or {}))
    return WebSocketIntegration(plain, request, [_response(each) for each in integration.responses.values()])


def _parameters(sent: Any) -> dict[str, str]:
    """As REST APIs write them: `route.request.header.x` is their `method.request.header.x`."""
    return {target: source.replace("route.request.", "method.request.", 1) for target, source in (sent or {}).items()}


def _response(response: Any) -> tuple[IntegrationResponse, Templates]:
    """The key is `$default`, or a pattern between slashes."""
    key = str(response.integration_response_key or DEFAULT)
    pattern = "" if key == DEFAULT else key.strip("/")
    chosen = IntegrationResponse(200, pattern, {}, {}, response.content_handling_strategy)
    return chosen, Templates(response.template_selection_expression or "", dict(response.response_templates or {}))


def _authorizer(authorizer: Any) -> Authorizer:
    sources = authorizer.identity_source or []
    listed = sources.split(",") if isinstance(sources, str) else list(sources)
    return Authorizer(
        id=authorizer.id,
        name=authorizer.name,
        type=(authorizer.authorizer_type or "").upper(),
        uri=authorizer.authorizer_uri or "",
        credentials=authorizer.auth_creds_arn,
        identity_sources=[each.strip().replace("route.request.", "method.request.", 1) for each in listed],
        validation_expression=None,
        ttl=0,  # AWS asks at each connection
        provider_arns=[],
    )
