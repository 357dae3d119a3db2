"""The data plane of HTTP APIs: stage, CORS, route, authorize, integrate, answer."""

import json
import logging
from typing import Any
from urllib.parse import unquote

from shoplib.localaws.apigateway import cors, event_v1, event_v2, http_authorizer, iam_identity
from shoplib.localaws.apigateway.addressing import split_stage
from shoplib.localaws.apigateway.deployments import http_snapshot_of
from shoplib.localaws.apigateway.errors import GatewayError, HttpApiError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.http_snapshot import DEFAULT_ROUTE, HttpSnapshot, Integration, Route
from shoplib.localaws.apigateway.lambda_functions import InvokeFailed, InvokeTimedOut, LambdaCaller, function_of_uri
from shoplib.localaws.apigateway.lambda_response import MalformedAnswer, parse_v1, parse_v2
from shoplib.localaws.apigateway.messages import Request, Response
from shoplib.localaws.apigateway.throttling import Throttles

LOG = logging.getLogger(__name__)
PAYLOAD_LIMIT = 10 * 1024 * 1024
LAMBDA_PAYLOAD_LIMIT = 6 * 1024 * 1024


class HttpDataPlane:
    """Serves HTTP APIs (apigatewayv2, protocol HTTP)."""

    def __init__(self, caller: LambdaCaller, throttles: Throttles) -> None:
        self._caller = caller
        self._throttles = throttles

    def serve(self, request: Request, account_id: str, region: str, api: Any) -> Response:
        try:
            response = self._process(request, account_id, region, api)
        except HttpApiError as error:
            if error.reason:
                LOG.warning("%s %s of HTTP API %s: %s", request.method, request.path, api.api_id, error)
            response = _refusal(error)
        response.headers.append(("apigw-requestid", event_v1.extended_request_id(request)))
        return response

    def _process(self, request: Request, account_id: str, region: str, api: Any) -> Response:
        stage = _choose_stage(request, api)
        snapshot = http_snapshot_of(api, stage)
        if snapshot is None:
            raise HttpApiError(404, "Not Found", f"stage {stage.name} has no deployment")
        exchange = Exchange(request, account_id, region, api.api_id, stage.name, stage.stage_variables or {})
        exchange.deployment_id = snapshot.deployment_id
        exchange.stage_in_path = stage.name != DEFAULT_ROUTE
        return self._with_cors(exchange, snapshot, stage)

    def _with_cors(self, exchange: Exchange, snapshot: HttpSnapshot, stage: Any) -> Response:
        if snapshot.cors is None:
            return self._route(exchange, snapshot, stage)
        response = cors.preflight(snapshot.cors, exchange.request)
        if response is not None:
            return response
        try:
            response = self._route(exchange, snapshot, stage)
        except HttpApiError as error:  # refusals carry the CORS headers too, or a browser could not read them
            if error.reason:
                LOG.warning("%s of HTTP API %s: %s", exchange.method, exchange.api_id, error)
            response = _refusal(error)
        cors.apply(snapshot.cors, exchange.request, response)
        return response

    def _route(self, exchange: Exchange, snapshot: HttpSnapshot, stage: Any) -> Response:
        request = exchange.request
        found = snapshot.route(request.method, request.path)
        if found is None:
            raise HttpApiError(404, "Not Found")
        route, exchange.path_parameters = found
        exchange.method, exchange.resource_path = route.key, route.path
        if len(request.body) > PAYLOAD_LIMIT:
            raise HttpApiError(413, "Request Entity Too Large")
        self._throttle(exchange, stage)
        self._authorize(exchange, route)
        if route.integration is None:
            raise HttpApiError(500, "Internal Server Error", f"route {route.key} has no integration")
        if route.integration.type == "AWS_PROXY" and not route.integration.subtype:
            return self._lambda(exchange, route.integration)
        raise HttpApiError(500, "Internal Server Error", f"integration {route.integration.type} is not supported yet")

    def _throttle(self, exchange: Exchange, stage: Any) -> None:
        settings = (stage.route_settings or {}).get(exchange.method) or stage.default_route_settings or {}
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
        else:
            context = http_authorizer.authorize(exchange, route.authorizer, self._caller)
            v2 = route.integration is None or route.integration.payload_version == "2.0"
            exchange.authorizer = {"lambda": context} if v2 else context

    def _lambda(self, exchange: Exchange, integration: Integration) -> Response:
        v2 = integration.payload_version == "2.0"
        event = json.dumps(event_v2.proxy_event(exchange) if v2 else _event_v1(exchange)).encode()
        payload = self._invoke(exchange, integration, event)
        try:
            if v2:
                return parse_v2(payload)
            return parse_v1(payload, decode_base64=True, content_type="text/plain;charset=UTF-8")
        except MalformedAnswer as error:
            raise HttpApiError(500, "Internal Server Error", str(error)) from error

    def _invoke(self, exchange: Exchange, integration: Integration, event: bytes) -> bytes:
        if len(event) > LAMBDA_PAYLOAD_LIMIT:
            raise HttpApiError(413, "Request Entity Too Large", "Lambda takes at most 6 MB")
        try:
            invocation = self._caller.invoke(
                function_of_uri(integration.uri, exchange.stage_variables),
                event,
                source_arn=_source_arn(exchange),
                role=integration.credentials,
                limit=integration.timeout,
            )
        except InvokeTimedOut as error:
            raise HttpApiError(503, "Service Unavailable", str(error)) from error
        except InvokeFailed as error:
            raise HttpApiError(500, "Internal Server Error", str(error)) from error
        if invocation.function_error:
            raise HttpApiError(500, "Internal Server Error", f"the function failed: {invocation.payload[:300]!r}")
        return bytes(invocation.payload)


def _choose_stage(request: Request, api: Any) -> Any:
    """Stage named by the first path segment, else `$default`; takes the segment off `request.path`."""
    name, rest = split_stage(request.path)
    name = name.replace("%24", "$")
    stage = api.stages.get(name)
    if stage is not None:
        request.path = rest
        return stage
    stage = api.stages.get(DEFAULT_ROUTE)
    if stage is None:
        raise HttpApiError(404, "Not Found", f"no stage {name!r} and no $default stage (stages: {sorted(api.stages)})")
    return stage


def _event_v1(exchange: Exchange) -> dict[str, Any]:
    """HTTP APIs put the decoded path with the stage into format 1.0 too, unlike REST APIs."""
    binary = event_v2.is_binary(exchange.request.content_type, exchange.request.body)
    event = event_v1.proxy_event(exchange, binary)
    event["requestContext"]["path"] = unquote(exchange.full_path)
    return {**event, "version": "1.0", "path": unquote(exchange.full_path)}


def _source_arn(exchange: Exchange) -> str:
    """`{api}/{stage}/{method}/{path}` of the route; `{api}/{stage}/$default` for the default route."""
    method, _, path = exchange.method.partition(" ")
    if not path:
        return f"{exchange.api_arn}/{exchange.stage}/$default"
    return exchange.arn("*" if method == "ANY" else method, path)


def _require_signature(exchange: Exchange) -> None:
    try:
        iam_identity.require_signature(exchange)
    except GatewayError as error:
        raise HttpApiError(403, "Forbidden", error.reason) from error
    identity = exchange.identity
    names = {"accessKey": "accessKey", "accountId": "accountId", "callerId": "caller", "userArn": "userArn"}
    exchange.authorizer = {"iam": {**{key: identity[name] for key, name in names.items()}, "userId": identity["user"]}}


def _refusal(error: HttpApiError) -> Response:
    body = json.dumps({"message": error.message}, separators=(",", ":")).encode()
    return Response(error.status, [("Content-Type", "application/json"), *error.headers], body)
