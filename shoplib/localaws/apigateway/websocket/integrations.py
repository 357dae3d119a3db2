"""What a route is wired to: Lambda's proxy, or any other integration with its templates chosen by expressions."""

import base64
import binascii
import json
import time
from dataclasses import dataclass, replace
from typing import Any

from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.integrations.lambda_calls import invoke
from shoplib.localaws.apigateway.integrations.mapped import MappedIntegrations
from shoplib.localaws.apigateway.lambda_functions import LambdaCaller
from shoplib.localaws.apigateway.lambda_response import MalformedAnswer, parse_v1
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.snapshots.rest import Integration, IntegrationResponse
from shoplib.localaws.apigateway.snapshots.web_socket import DEFAULT, Templates, WebSocketIntegration
from shoplib.localaws.apigateway.websocket.selection import evaluate

KIND = "application/json"  # under which the chosen template is handed on
MOCKED = '{"statusCode": 200}'
PROXY_KEYS = ("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded")


@dataclass(frozen=True)
class WebSocketIntegrations:
    caller: LambdaCaller
    mapped: MappedIntegrations

    def run(self, exchange: Exchange, integration: WebSocketIntegration, event: dict[str, Any]) -> Response:
        """The integration's answer. Raises GatewayError."""
        started = time.perf_counter()
        try:
            if integration.plain.type == "AWS_PROXY":
                return self._proxy(exchange, integration.plain, event)
            return self.mapped.run(exchange, _chosen(exchange, integration))
        finally:
            exchange.integration_milliseconds = int((time.perf_counter() - started) * 1000)

    def _proxy(self, exchange: Exchange, integration: Integration, event: dict[str, Any]) -> Response:
        invocation = invoke(self.caller, exchange, integration, json.dumps(event).encode())
        if invocation.function_error:
            raise internal_error(f"the function failed: {invocation.payload[:200]!r}", 502)
        response = _answer(invocation.payload)
        exchange.integration_status = response.status
        return response


def _answer(payload: bytes) -> Response:
    """Other keys than those of a proxy's answer do no harm here; without a status it is none."""
    try:
        answer = json.loads(payload or b"null")
        if not isinstance(answer, dict) or "statusCode" not in answer:
            raise MalformedAnswer(f"the function must return an object with a statusCode, not {payload[:80]!r}")
        known = {key: value for key, value in answer.items() if key in PROXY_KEYS}
        return parse_v1(json.dumps(known).encode(), decode_base64=False, content_type=None)
    except (ValueError, MalformedAnswer) as error:
        raise internal_error(str(error), 502) from error


def decoded(exchange: Exchange, integration: WebSocketIntegration) -> bytes:
    """The message, which CONVERT_TO_BINARY takes out of its base64."""
    if integration.plain.content_handling != "CONVERT_TO_BINARY":
        return exchange.request.body
    try:
        return base64.b64decode(exchange.request.body, validate=True)
    except binascii.Error as error:
        raise GatewayError("BAD_REQUEST_BODY", "Bad Request", f"CONVERT_TO_BINARY: {error}") from error


def _chosen(exchange: Exchange, integration: WebSocketIntegration) -> Integration:
    """With the templates that this message calls for."""
    template = _template(integration.request, exchange)
    if template is None and integration.plain.type == "MOCK":
        template = MOCKED
    templates = {} if template is None else {KIND: template}
    responses = [_with_template(response, texts, exchange) for response, texts in integration.responses]
    if integration.plain.type != "AWS_PROXY" and not any(not each.selection_pattern for each in responses):
        responses.append(IntegrationResponse(200, "", {}, {}, None))
    return replace(integration.plain, request_templates=templates, responses=responses)


def _with_template(response: IntegrationResponse, templates: Templates, exchange: Exchange) -> IntegrationResponse:
    template = _template(templates, exchange)
    return response if template is None else replace(response, templates={KIND: template})


def _template(templates: Templates, exchange: Exchange) -> str | None:
    key = evaluate(templates.expression, exchange)
    return templates.texts.get(key, templates.texts.get(DEFAULT))
