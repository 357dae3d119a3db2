"""The data plane of HTTP APIs: stage, CORS, route, authorize, integrate, answer."""

import json
import logging
from typing import Any
from urllib.parse import unquote

from shoplib.localaws.apigateway import cors
from shoplib.localaws.apigateway.addressing import split_stage
from shoplib.localaws.apigateway.authorizers import http_api_lambda, iam, jwt
from shoplib.localaws.apigateway.errors import INJECTED_ERRORS, GatewayError, HttpApiError
from shoplib.localaws.apigateway.event_v1 import extended_request_id
from shoplib.localaws.apigateway.exchange import Authorization, Exchange
from shoplib.localaws.apigateway.integrations.http_api import HttpIntegrations
from shoplib.localaws.apigateway.messages import Request, Response
from shoplib.localaws.apigateway.monitoring.observer import Observer
from shoplib.localaws.apigateway.snapshots.deployments import http_snapshot_of
from shoplib.localaws.apigateway.snapshots.http_api import DEFAULT_ROUTE, HttpSnapshot, Route
from shoplib.localaws.apigateway.throttling import Throttles, route_settings

LOG = logging.getLogger(__name__)
PAYLOAD_LIMIT = 10 * 1024 * 1024


class HttpDataPlane:
    """Serves HTTP APIs (apigatewayv2, protocol HTTP)."""

    def __init__(self, integrations: HttpIntegrations, throttles: Throttles, observer: Observer) -> None:
        self._integrations = integrations
        self._throttles = throttles
        self._observer = observer

    def serve(self, request: Request, account_id: str, region: str, api: Any) -> Response:
        if api.protocol_type != "HTTP":
            LOG.error("API %s is a %s API; only HTTP APIs and REST APIs are served here", api.api_id, api.protocol_type)
            return _finished(_refusal(HttpApiError(501, f"{api.protocol_type} APIs are not supported")), request)
        stage = choose_stage(request, api)
        snapshot = http_snapshot_of(api, stage) if stage is not None else None
        if stage is None or snapshot is None:
            LOG.warning(
                "HTTP API %s has no deployed stage for %s (stages: %s)", api.api_id, request.path, [*api.stages]
            )
            return _finished(_refusal(HttpApiError(404, "Not Found")), request)
        exchange = Exchange(request, account_id, region, api.api_id, stage.name, stage.stage_variables or {})
        exchange.decodes_path = True
        exchange.deployment_id = snapshot.deployment_id
        exchange.stage_in_path = stage.name != DEFAULT_ROUTE
        response = _finished(self._answer(exchange, snapshot, stage), request)
        self._observer.http_api(exchange, stage, response)
        return response

    def _answer(self, exchange: Exchange, snapshot: HttpSnapshot, stage: Any) -> Response:
        request = exchange.request
        preflight = cors.preflight(snapshot.cors, request) if snapshot.cors else None
        if preflight is not None:
            return preflight
        try:
            response = self._process(exchange, snapshot, stage)
        except HttpApiError as error:
            if error.reason:
                LOG.warning("%s %s of HTTP API %s: %s", request.method, request.path, exchange.api_id, error)
            exchange.error = {"message": error.message, "responseType": str(error.status)}
            exchange.failure = error.reason
            response = _refusal(error)
        if snapshot.cors:  # refusals carry the CORS headers too, or a browser could not read them
            cors.apply(snapshot.cors, request, response)
        return response

    def _process(self, exchange: Exchange, snapshot: HttpSnapshot, stage: Any) -> Response:
        request = exchange.request
        match = snapshot.route(request.method, unquote(request.path))
        if match is None:
            raise HttpApiError(404, "Not Found")
        route, exchange.path_parameters = match
        exchange.method, exchange.resource_path = route.key, route.path
        if injected := INJECTED_ERRORS.get(request.injected):
            raise HttpApiError(injected[1], injected[2], "an injected fault")
        if len(request.body) > PAYLOAD_LIMIT:
            raise HttpApiError(413, "Request Entity Too Large")
        self._throttle(exchange, stage)
        try:
            self._authorize(exchange, route)
        except HttpApiError as error:
            exchange.authorization = Authorization("authorizer", status=error.status, error=error.reason)
            raise
        if route.integration is None:
            raise HttpApiError(500, "Internal Server Error", f"route {route.key} has no integration")
        return self._integrations.run(exchange, route.integration)

    def _throttle(self, exchange: Exchange, stage: Any) -> None:
        settings = route_settings(stage, exchange)
        if "throttlingRateLimit" not in settings:
            return
        rate, burst = float(settings["throttlingRateLimit"]), int(settings.get("throttlingBurstLimit", 5000))
        try:
            self._throttles.take(("route", exchange.api_id, exchange.stage, exchange.method), rate, burst)
        except GatewayError as error:
            raise HttpApiError(429, "Too Many Requests", error.reason) from error

    def _authorize(self, exchange: Exchange, route: Route) -> None:
        if route.authorization == "NONE":
            return
        if route.authorization == "AWS_IAM":
            _require_signature(exchange)
        elif route.authorizer is None:
            raise HttpApiError(500, "Internal Server Error", f"{route.authorization} without an authorizer")
        elif route.authorizer.type == "JWT":
            exchange.authorizer = jwt.authorize(exchange, route.authorizer, route.scopes)
        else:
            context = http_api_lambda.authorize(exchange, route.authorizer, self._integrations.caller)
            v2 = route.integration is None or route.integration.payload_version == "2.0"
            exchange.authorizer = {"lambda": context} if v2 else context


def choose_stage(request: Request, api: Any) -> Any | None:
    """Stage named by the first path segment, else `$default`, else None; takes the segment off `request.path`."""
    name, rest = split_stage(request.path)
    stage = api.stages.get(name.replace("%24", "$"))
    if stage is not None:
        request.path = rest
        return stage
    return api.stages.get(DEFAULT_ROUTE)


def _require_signature(exchange: Exchange) -> None:
    try:
        iam.authorize(exchange)
    except GatewayError as error:
        raise HttpApiError(403, "Forbidden", error.reason) from error
    identity = exchange.identity
    names = {"accessKey": "accessKey", "accountId": "accountId", "callerId": "caller", "userArn": "userArn"}
    exchange.authorizer = {"iam": {**{key: identity[name] for key, name in names.items()}, "userId": identity["user"]}}


def _refusal(error: HttpApiError) -> Response:
    body = json.dumps({"message": error.message}, separators=(",", ":")).encode()
    return Response(error.status, [("Content-Type", "application/json"), *error.headers], body)


def _finished(response: Response, request: Request) -> Response:
    response.headers.append(("apigw-requestid", extended_request_id(request)))
    return response
