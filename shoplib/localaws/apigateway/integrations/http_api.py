"""What a route of an HTTP API is wired to: a Lambda function, an HTTP endpoint, or an AWS service."""

import json
import time
from typing import Any
from urllib.parse import quote

from shoplib.localaws.apigateway import event_v1, event_v2
from shoplib.localaws.apigateway.acting import actor
from shoplib.localaws.apigateway.errors import GatewayError, HttpApiError
from shoplib.localaws.apigateway.exchange import EndpointCall, Exchange
from shoplib.localaws.apigateway.http_parameters import map_request, map_response
from shoplib.localaws.apigateway.integrations.http_api_services import FirstClassServices
from shoplib.localaws.apigateway.integrations.http_endpoints import HttpBackends
from shoplib.localaws.apigateway.integrations.lambda_calls import complete, lambda_endpoint
from shoplib.localaws.apigateway.integrations.request import HOP_BY_HOP, IntegrationRequest
from shoplib.localaws.apigateway.lambda_functions import (
    InvokeFailed,
    InvokeTimedOut,
    LambdaCaller,
    function_of_uri,
    substitute_stage_variables,
)
from shoplib.localaws.apigateway.lambda_response import MalformedAnswer, parse_v1, parse_v2
from shoplib.localaws.apigateway.messages import Request, Response
from shoplib.localaws.apigateway.snapshots.http_api import Integration

LAMBDA_PAYLOAD_LIMIT = 6 * 1024 * 1024


class HttpIntegrations:
    """Runs the integration of a route; raises HttpApiError where AWS answers by itself."""

    def __init__(self, caller: LambdaCaller, endpoint_url: str) -> None:
        self.caller = caller
        self._services = FirstClassServices(endpoint_url)
        self._http = HttpBackends(endpoint_url)

    def run(self, exchange: Exchange, integration: Integration) -> Response:
        started = time.perf_counter()
        try:
            response = self._answer(exchange, integration)
        finally:
            exchange.integration_milliseconds = int((time.perf_counter() - started) * 1000)
        exchange.integration_status = response.status
        return map_response(exchange, integration.response_parameters, response)

    def _answer(self, exchange: Exchange, integration: Integration) -> Response:
        if integration.type == "AWS_PROXY" and integration.subtype:
            return self._services.call(exchange, integration)
        if integration.type == "AWS_PROXY":
            exchange.request = map_request(exchange, integration.request_parameters)
            return self._lambda(exchange, integration)
        if integration.type == "HTTP_PROXY":
            return self._call_http(exchange, integration)
        raise HttpApiError(500, "Internal Server Error", f"integration type {integration.type!r} is not supported")

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
        endpoint = exchange.endpoint = lambda_endpoint(exchange.region, integration.uri, event)
        try:
            invocation = self.caller.invoke(
                function_of_uri(integration.uri, exchange.stage_variables),
                event,
                source_arn=_source_arn(exchange),
                role=actor(exchange, integration.credentials),
                limit=integration.timeout,
                trace=exchange.request.header("x-amzn-trace-id"),
                request_id=endpoint.request_id,
            )
        except InvokeTimedOut as error:
            raise HttpApiError(503, "Service Unavailable", str(error)) from error
        except InvokeFailed as error:
            raise HttpApiError(500, "Internal Server Error", str(error)) from error
        complete(endpoint, invocation)
        if invocation.function_error:
            raise HttpApiError(500, "Internal Server Error", f"the function failed: {invocation.payload[:300]!r}")
        return bytes(invocation.payload)

    def _call_http(self, exchange: Exchange, integration: Integration) -> Response:
        request = map_request(exchange, integration.request_parameters)
        try:
            proxied = _proxied(exchange, integration, request)
            endpoint = exchange.endpoint = EndpointCall(proxied.uri, list(proxied.headers), proxied.content)
            reply = self._http.call(proxied, integration.timeout)
        except GatewayError as error:
            status = 503 if error.type == "INTEGRATION_TIMEOUT" else 500
            message = "Service Unavailable" if status == 503 else "Internal Server Error"
            raise HttpApiError(status, message, error.reason) from error
        endpoint.status, endpoint.response_headers, endpoint.response_body = reply.status, reply.headers, reply.body
        headers = [pair for pair in reply.headers if pair[0].lower() not in ("connection", "content-length")]
        return Response(reply.status, headers, reply.body)


def _event_v1(exchange: Exchange) -> dict[str, Any]:
    """HTTP APIs put the decoded path with the stage into format 1.0 too, unlike REST APIs."""
    binary = event_v2.is_binary(exchange.request.content_type, exchange.request.body)
    event = event_v1.proxy_event(exchange, binary)
    event["requestContext"]["path"] = exchange.event_path
    return {**event, "version": "1.0", "path": exchange.event_path}


def _source_arn(exchange: Exchange) -> str:
    """`{api}/{stage}/{method}/{path}` of the route; `{api}/{stage}/$default` for the default route."""
    method, _, path = exchange.method.partition(" ")
    if not path:
        return f"{exchange.api_arn}/{exchange.stage}/$default"
    return exchange.arn("*" if method == "ANY" else method, path)


def _proxied(exchange: Exchange, integration: Integration, request: Request) -> IntegrationRequest:
    uri = substitute_stage_variables(integration.uri, exchange.stage_variables)
    for name, value in exchange.path_parameters.items():
        uri = uri.replace(f"{{{name}}}", quote(value, safe="/"))
    if "overwrite:path" in integration.request_parameters:
        scheme, _, rest = uri.partition("://")
        uri = f"{scheme}://{rest.partition('/')[0]}{request.path}"
    method = request.method if integration.method == "ANY" else integration.method
    headers = [pair for pair in request.headers if pair[0].lower() not in HOP_BY_HOP]
    return IntegrationRequest(method, uri, headers, request.query, "", request.body)
