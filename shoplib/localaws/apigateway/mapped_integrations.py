"""Integrations with mappings in front and behind: AWS services, Lambda without proxy, HTTP, HTTP_PROXY and MOCK."""

import json
import re
from typing import Any

from shoplib.localaws.apigateway import mapping
from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Headers, Response
from shoplib.localaws.apigateway.parameters import context_lookup, resolve_parameter
from shoplib.localaws.apigateway.rest_snapshot import Integration, IntegrationResponse, RestSnapshot


class MappedIntegrations:
    """Everything but AWS_PROXY."""

    def run(self, exchange: Exchange, integration: Integration, snapshot: RestSnapshot) -> Response:
        body = request_body(exchange, integration)
        if integration.type != "MOCK":
            raise internal_error(f"integration type {integration.type} is not supported yet")
        return answer(exchange, integration, str(_mock_status(body)), b"", [])


def request_body(exchange: Exchange, integration: Integration) -> str:
    """Body for the integration: the template of the request's content type, or the body itself if that is allowed."""
    templates = integration.request_templates
    content_type = exchange.request.content_type or "application/json"
    if content_type in templates:
        return mapping.render(templates[content_type], {})
    never = integration.passthrough == "NEVER"
    if never or (templates and integration.passthrough == "WHEN_NO_TEMPLATES"):
        raise GatewayError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type", f"no template for {content_type}")
    return exchange.request.body.decode("utf-8", "replace")


def answer(exchange: Exchange, integration: Integration, outcome: str, body: bytes, headers: Headers) -> Response:
    """Response by the integration response whose pattern fits `outcome` (a status, or a Lambda error message)."""
    chosen = select_response(integration.responses, outcome)
    lookup = context_lookup(exchange)
    response = Response(chosen.status, [])
    for target, source in chosen.parameters.items():
        value = _response_value(source, exchange, headers, body, lookup)
        if target.startswith("method.response.header.") and value is not None:
            response.headers.append((target.removeprefix("method.response.header."), value))
    template = _template(chosen, exchange)
    response.body = body if template is None else mapping.render(template[1], {}).encode()
    response.set_default("Content-Type", template[0] if template else "application/json")
    return response


def select_response(responses: list[IntegrationResponse], outcome: str) -> IntegrationResponse:
    """First response whose selection pattern matches the whole outcome, else the default one (no pattern)."""
    for response in responses:
        if response.selection_pattern and re.fullmatch(response.selection_pattern, outcome, re.DOTALL):
            return response
    for response in responses:
        if not response.selection_pattern:
            return response
    raise internal_error(f"no integration response fits {outcome!r} and there is no default one")


def _response_value(source: str, exchange: Exchange, headers: Headers, body: bytes, lookup: Any) -> str | None:
    if source.startswith("integration.response.header."):
        name = source.rpartition(".")[2].lower()
        return next((value for key, value in headers if key.lower() == name), None)
    return resolve_parameter(source, exchange, lookup)


def _template(chosen: IntegrationResponse, exchange: Exchange) -> tuple[str, str] | None:
    """(content type, template) for what the client accepts, or None: the body passes through."""
    templates = {kind: text for kind, text in chosen.templates.items() if text is not None}
    if not templates:
        return None
    accepted = [part.partition(";")[0].strip() for part in (exchange.request.header("accept") or "").split(",")]
    kind = next((k for k in (*accepted, "application/json") if k in templates), next(iter(templates)))
    return kind, templates[kind]


def _mock_status(body: str) -> int:
    try:
        return int(json.loads(body)["statusCode"])
    except (ValueError, KeyError, TypeError) as error:
        reason = "a MOCK integration needs a request template that gives JSON with a statusCode"
        raise internal_error(f"{reason}, not {body[:80]!r}") from error
