"""The request that goes to an integration: URI, headers, query string and body, after all mappings."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.integrations import mapping_templates
from shoplib.localaws.apigateway.integrations.header_remapping import NEVER_SENT, require_mappable
from shoplib.localaws.apigateway.integrations.mapping_templates import Overrides
from shoplib.localaws.apigateway.lambda_functions import substitute_stage_variables
from shoplib.localaws.apigateway.messages import Headers
from shoplib.localaws.apigateway.parameters import context_lookup, resolve_parameter
from shoplib.localaws.apigateway.snapshots.rest import Integration

# A proxied request keeps its headers but for those of the connection itself.
HOP_BY_HOP = frozenset(("connection", "content-length", "host", "te", "transfer-encoding", "upgrade"))


@dataclass(slots=True)
class IntegrationRequest:
    method: str
    uri: str
    headers: Headers
    query: list[tuple[str, str]]
    body: str
    raw_body: bytes | None = field(default=None)  # set when the client's body goes on untouched

    def header(self, name: str) -> str | None:
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), None)

    @property
    def content(self) -> bytes:
        return self.body.encode() if self.raw_body is None else self.raw_body


def build_request(exchange: Exchange, integration: Integration, overrides: Overrides) -> IntegrationRequest:
    """Apply the request template and the parameter mappings. Raises GatewayError (415, 500)."""
    proxy = integration.type == "HTTP_PROXY"
    body, raw = _body(exchange, integration, overrides)
    headers, query, path = _parameters(exchange, integration, overrides)
    pairs, query_pairs = list(headers.items()), list(query.items())
    if proxy:
        own = {name.lower() for name in headers} | HOP_BY_HOP
        pairs = [*(pair for pair in exchange.request.headers if pair[0].lower() not in own), *pairs]
        query_pairs = [*(pair for pair in exchange.request.query if pair[0] not in query), *query_pairs]
    if integration.type.startswith("HTTP"):
        pairs = _addressed(exchange, pairs)
    if integration.type in ("AWS", "HTTP"):
        pairs = _completed(pairs, ("Content-Type", exchange.request.content_type or "application/json"))
    method = integration.http_method if integration.http_method != "ANY" else exchange.request.method
    return IntegrationRequest(method, _uri(exchange, integration, path), pairs, query_pairs, body, raw)


def _addressed(exchange: Exchange, pairs: Headers) -> Headers:
    """With what API Gateway says of itself to an HTTP endpoint."""
    return _completed(
        [pair for pair in pairs if pair[0].lower() not in NEVER_SENT],
        *(("Accept", "application/json"), ("User-Agent", f"AmazonAPIGateway_{exchange.api_id}")),
        *(("x-amzn-apigateway-api-id", exchange.api_id), ("X-Amzn-Trace-Id", exchange.trace_id)),
    )


def _completed(pairs: Headers, *more: tuple[str, str]) -> Headers:
    present = {name.lower() for name, _ in pairs}
    return [*pairs, *(pair for pair in more if pair[0].lower() not in present)]


def _body(exchange: Exchange, integration: Integration, overrides: Overrides) -> tuple[str, bytes | None]:
    """Body by the template for the request's content type, or the client's own body where that may pass."""
    request = exchange.request
    templates = integration.request_templates
    text = request.body.decode("utf-8", "replace")
    if integration.type == "HTTP_PROXY":
        return text, request.body
    content_type = request.content_type or "application/json"
    if content_type in templates:
        return mapping_templates.apply(templates[content_type], text, exchange, overrides), None
    if integration.passthrough == "NEVER" or (templates and integration.passthrough == "WHEN_NO_TEMPLATES"):
        raise GatewayError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type", f"no template for {content_type}")
    return text, request.body


def _parameters(
    exchange: Exchange, integration: Integration, overrides: Overrides
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Headers, query string and path parameters of the integration request."""
    require_mappable(integration.type, list(integration.request_parameters))
    places: dict[str, dict[str, Any]] = {"header": {}, "querystring": {}, "path": {}}
    lookup = context_lookup(exchange)
    for target, source in integration.request_parameters.items():
        place, _, name = target.removeprefix("integration.request.").partition(".")
        value = resolve_parameter(source, exchange, lookup)
        if value is not None and place in places:
            places[place][name] = value
    if integration.type == "HTTP_PROXY":
        places["path"] = {**exchange.path_parameters, **places["path"]}
    for place, values in places.items():
        values.update({name: str(value) for name, value in overrides.request[place].items()})
    return places["header"], places["querystring"], places["path"]


def _uri(exchange: Exchange, integration: Integration, path: dict[str, str]) -> str:
    uri = substitute_stage_variables(integration.uri, exchange.stage_variables)
    for name, value in path.items():
        # A path parameter comes as it was sent: its escapes are not escaped again, and a greedy one's slashes stay.
        sent = quote(value, safe="/%")
        uri = uri.replace(f"{{{name}}}", sent).replace(f"{{{name}+}}", sent)
    return uri
