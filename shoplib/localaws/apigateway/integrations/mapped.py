"""Integrations with mappings in front and behind: AWS services, Lambda without proxy, HTTP, HTTP_PROXY and MOCK."""

import json
from collections.abc import Callable
from typing import Any

from shoplib.localaws.apigateway.acting import actor, objection
from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.exchange import EndpointCall, Exchange
from shoplib.localaws.apigateway.integrations import mapping_templates
from shoplib.localaws.apigateway.integrations.aws_services import AwsServices
from shoplib.localaws.apigateway.integrations.header_remapping import REMAPPED, remap_headers
from shoplib.localaws.apigateway.integrations.http_endpoints import BackendReply, HttpBackends
from shoplib.localaws.apigateway.integrations.lambda_calls import invoke, invoke_async
from shoplib.localaws.apigateway.integrations.mapping_templates import Overrides
from shoplib.localaws.apigateway.integrations.mocked_status import mocked_status
from shoplib.localaws.apigateway.integrations.request import IntegrationRequest, build_request
from shoplib.localaws.apigateway.lambda_functions import LambdaCaller
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.parameters import body_part, context_lookup, resolve_parameter
from shoplib.localaws.apigateway.snapshots.rest import Integration, IntegrationResponse
from shoplib.localaws.client_expressions import expression

Runner = Callable[[Exchange, Integration, IntegrationRequest], BackendReply]


class MappedIntegrations:
    """Everything but AWS_PROXY."""

    def __init__(self, caller: LambdaCaller, endpoint_url: str) -> None:
        self._caller = caller
        self._services = AwsServices(endpoint_url)
        self._http = HttpBackends(endpoint_url)
        self._runners: dict[str, Runner] = {
            "MOCK": self._mock,
            "AWS": self._aws,
            "HTTP": self._call_http,
            "HTTP_PROXY": self._call_http,
        }

    def run(self, exchange: Exchange, integration: Integration) -> Response:
        runner = self._runners.get(integration.type)
        if runner is None:
            raise internal_error(f"integration type {integration.type!r} is not supported")
        overrides = Overrides()
        exchange.overrides = {"requestOverride": overrides.request, "responseOverride": overrides.response}
        request = build_request(exchange, integration, overrides)
        if integration.type != "MOCK":
            exchange.endpoint = EndpointCall(request.uri, list(request.headers), request.content)
        reply = runner(exchange, integration, request)
        exchange.integration_status = reply.status
        _note(exchange.endpoint, reply)
        if integration.type == "HTTP_PROXY":
            return remap_headers(Response(reply.status, list(reply.headers), reply.body))
        response = answer(exchange, integration, reply, overrides)
        if integration.type != "MOCK":
            response.set_default("X-Amzn-Trace-Id", exchange.trace_id)
        return response

    def _mock(self, exchange: Exchange, integration: Integration, request: IntegrationRequest) -> BackendReply:
        status = mocked_status(request.body)
        if status is None:
            reason = "a MOCK integration needs a request template that gives JSON with a statusCode, a whole number"
            raise internal_error(f"{reason}, not {request.body[:80]!r}")
        return BackendReply(status, [], b"", str(status))

    def _aws(self, exchange: Exchange, integration: Integration, request: IntegrationRequest) -> BackendReply:
        if ":lambda:path/" in integration.uri:
            return self._lambda(exchange, integration, request)
        role = actor(exchange, integration.credentials)
        if role is None:
            raise internal_error(f"integration {integration.uri} has no credentials (a role that may call the service)")
        if reason := objection(role):
            raise internal_error(reason)
        return self._services.call(request, integration.timeout, exchange.api_id, role)

    def _lambda(self, exchange: Exchange, integration: Integration, request: IntegrationRequest) -> BackendReply:
        event = (request.body or "{}").encode()
        if request.header("x-amz-invocation-type") == "Event":
            invoke_async(self._caller, exchange, integration, event)
            return BackendReply(202, [], b"", "202")
        invocation = invoke(self._caller, exchange, integration, event)
        message = _error_message(invocation.payload) if invocation.function_error else ""
        return BackendReply(200, [], bytes(invocation.payload), message or "200")

    def _call_http(self, exchange: Exchange, integration: Integration, request: IntegrationRequest) -> BackendReply:
        return self._http.call(request, integration.timeout, integration.type == "HTTP_PROXY")


def _note(endpoint: EndpointCall | None, reply: BackendReply) -> None:
    """What a service or HTTP endpoint answered; of a function, `lambda_calls` knows more."""
    if endpoint is not None and endpoint.status is None:
        endpoint.status, endpoint.response_headers, endpoint.response_body = reply.status, reply.headers, reply.body


def _error_message(payload: bytes) -> str:
    try:
        return str(json.loads(payload).get("errorMessage") or "")
    except (ValueError, AttributeError):
        return ""


def answer(exchange: Exchange, integration: Integration, reply: BackendReply, overrides: Overrides) -> Response:
    """Response by the integration response whose pattern fits the reply's outcome."""
    chosen = select_response(integration.responses, reply.outcome)
    lookup = context_lookup(exchange)
    headers: dict[str, str] = {}
    for target, source in chosen.parameters.items():
        value = _response_value(source, exchange, reply, lookup)
        if target.startswith("method.response.header.") and value is not None:
            headers[target.removeprefix("method.response.header.")] = value
    template = _template(chosen, exchange)
    body = reply.body
    if template is not None:
        body = mapping_templates.apply(template[1], reply.body.decode("utf-8", "replace"), exchange, overrides).encode()
    headers.update({name: str(value) for name, value in overrides.response["header"].items()})
    status = _overridden_status(overrides) or chosen.status
    response = Response(status, list(headers.items()), body)
    response.set_default("Content-Type", template[0] if template else "application/json")
    return remap_headers(response, REMAPPED)


def _overridden_status(overrides: Overrides) -> int | None:
    """$context.responseOverride.status, which AWS ignores unless it is an HTTP status."""
    try:
        status = int(overrides.response.get("status") or 0)
    except (TypeError, ValueError):
        return None
    return status if 100 <= status <= 599 else None


def select_response(responses: list[IntegrationResponse], outcome: str) -> IntegrationResponse:
    """First response whose selection pattern matches the whole outcome, else the default one (no pattern)."""
    for response in responses:
        if response.selection_pattern and expression(response.selection_pattern, dot_all=True).fits(outcome):
            return response
    for response in responses:
        if not response.selection_pattern:
            return response
    raise GatewayError(
        "API_CONFIGURATION_ERROR",
        "Internal server error",
        f"no integration response matches {outcome[:100]!r} and there is no default",
    )


def _response_value(source: str, exchange: Exchange, reply: BackendReply, lookup: Any) -> str | None:
    if source.startswith("integration.response.header."):
        name = source.rpartition(".")[2].lower()
        return next((value for key, value in reply.headers if key.lower() == name), None)
    if source.startswith("integration.response.body"):
        return body_part(reply.body, source.removeprefix("integration.response.body").lstrip("."))
    return resolve_parameter(source, exchange, lookup)


def _template(chosen: IntegrationResponse, exchange: Exchange) -> tuple[str, str] | None:
    """(content type, template) for what the client accepts, or None: the body passes through."""
    templates = {kind: text for kind, text in chosen.templates.items() if text is not None}
    if not templates:
        return None
    accepted = [part.partition(";")[0].strip() for part in (exchange.request.header("accept") or "").split(",")]
    kind = next((k for k in (*accepted, "application/json") if k in templates), next(iter(templates)))
    return kind, templates[kind]
