"""An HTTP API as it was deployed: its routes, integrations, authorizers and CORS settings, compiled once."""

import copy
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.apigateway.cors import Cors, compile_cors
from shoplib.localaws.apigateway.snapshots.routing import Router, parameter_names

DEFAULT_TIMEOUT = 30_000
DEFAULT_ROUTE = "$default"


@dataclass(frozen=True, slots=True)
class Integration:
    type: str  # AWS_PROXY or HTTP_PROXY
    subtype: str | None  # such as SQS-SendMessage
    uri: str
    method: str
    payload_version: str
    timeout: float  # seconds
    credentials: str | None
    request_parameters: dict[str, str]
    response_parameters: dict[str, dict[str, str]]


@dataclass(slots=True)
class Authorizer:
    """`cache` lives as long as the deployment: (stage, identity) -> (expiry, answer)."""

    id: str
    name: str
    type: str  # REQUEST or JWT
    uri: str
    credentials: str | None
    payload_version: str
    simple_responses: bool
    identity_sources: list[str]
    ttl: int
    issuer: str
    audience: list[str]
    cache: dict[tuple[str, ...], tuple[float, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    key: str
    path: str  # pattern; "$default" for the default route
    parameters: list[str]
    authorization: str  # NONE, CUSTOM, JWT, AWS_IAM
    authorizer: Authorizer | None
    scopes: list[str]
    integration: Integration | None


@dataclass(frozen=True, slots=True)
class HttpSnapshot:
    deployment_id: str
    router: Router[dict[str, Route]]
    default: Route | None
    cors: Cors | None

    def route(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Most specific route with this method, and its path parameters; None when not even `$default` exists."""
        for routes, captured in self.router.matches(path):
            route = routes.get(method) or routes.get("ANY")
            if route is not None:
                return route, dict(zip(route.parameters, captured, strict=True))
        return (self.default, {}) if self.default is not None else None


def compile_http_api(api: Any, deployment_id: str) -> HttpSnapshot:
    """Snapshot of a moto apigatewayv2 `Api` as it is now."""
    authorizers = {key: _authorizer(value) for key, value in api.authorizers.items()}
    integrations = {key: _integration(value) for key, value in api.integrations.items()}
    router: Router[dict[str, Route]] = Router(strict_slash=True)
    default = None
    for moto_route in api.routes.values():
        route = _route(moto_route, authorizers, integrations)
        if route.key == DEFAULT_ROUTE:
            default = route
            continue
        router.put(route.path, {**(router.at(route.path) or {}), route.key.split()[0]: route})
    return HttpSnapshot(deployment_id, router, default, compile_cors(api.cors_configuration))


def _route(route: Any, authorizers: dict[str, Authorizer], integrations: dict[str, Integration]) -> Route:
    path = route.route_key.partition(" ")[2] or DEFAULT_ROUTE
    return Route(
        key=route.route_key,
        path=path,
        parameters=parameter_names(path) if path != DEFAULT_ROUTE else [],
        authorization=route.authorization_type or "NONE",
        authorizer=authorizers.get(route.authorizer_id),
        scopes=list(route.authorization_scopes or []),
        integration=integrations.get((route.target or "").rpartition("/")[2]),
    )


def _integration(integration: Any) -> Integration:
    return Integration(
        type=(integration.integration_type or "").upper(),
        subtype=integration.integration_subtype,
        uri=integration.integration_uri or "",
        method=integration.integration_method or "POST",
        payload_version=integration.payload_format_version or "1.0",
        timeout=int(integration.timeout_in_millis or DEFAULT_TIMEOUT) / 1000,
        credentials=integration.credentials_arn,
        request_parameters=dict(integration.request_parameters or {}),
        response_parameters=copy.deepcopy(integration.response_parameters or {}),
    )


def _authorizer(authorizer: Any) -> Authorizer:
    sources = authorizer.identity_source or []
    jwt = authorizer.jwt_config or {}
    ttl = authorizer.auth_result_ttl
    return Authorizer(
        id=authorizer.id,
        name=authorizer.name,
        type=(authorizer.authorizer_type or "").upper(),
        uri=authorizer.authorizer_uri or "",
        credentials=authorizer.auth_creds_arn,
        payload_version=authorizer.auth_payload_format_version or "2.0",
        simple_responses=str(authorizer.enable_simple_response).lower() == "true",
        identity_sources=[sources] if isinstance(sources, str) else list(sources),
        ttl=300 if ttl is None else int(ttl),
        issuer=jwt.get("issuer") or jwt.get("Issuer") or "",
        audience=list(jwt.get("audience") or jwt.get("Audience") or []),
    )
