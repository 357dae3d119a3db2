"""What a REST API's method is wired to: Lambda (proxy or mapped), AWS services, HTTP endpoints, MOCK."""

import json
import time

from shoplib.localaws.apigateway import event_v1
from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.integrations.header_remapping import remap_headers, require_mappable
from shoplib.localaws.apigateway.integrations.lambda_calls import invoke
from shoplib.localaws.apigateway.integrations.mapped import MappedIntegrations
from shoplib.localaws.apigateway.lambda_functions import LambdaCaller
from shoplib.localaws.apigateway.lambda_response import MalformedAnswer, parse_v1
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.snapshots.rest import Integration, Method, RestSnapshot


class Integrations:
    """Runs the integration of a method; `caller` is shared with the authorizers."""

    def __init__(self, caller: LambdaCaller, mapped: MappedIntegrations) -> None:
        self.caller = caller
        self._mapped = mapped

    def run(self, exchange: Exchange, method: Method, snapshot: RestSnapshot) -> Response:
        integration = method.integration
        if integration is None:
            raise internal_error(f"{method.http_method} {exchange.resource_path} has no integration")
        started = time.perf_counter()
        try:
            if integration.type == "AWS_PROXY":
                return self._lambda_proxy(exchange, integration, snapshot)
            return self._mapped.run(exchange, integration)
        finally:
            exchange.integration_milliseconds = int((time.perf_counter() - started) * 1000)

    def _lambda_proxy(self, exchange: Exchange, integration: Integration, snapshot: RestSnapshot) -> Response:
        require_mappable(integration.type, list(integration.request_parameters))
        require_post(exchange, integration)
        binary = snapshot.is_binary(exchange.request.content_type)
        event = json.dumps(event_v1.proxy_event(exchange, binary)).encode()
        invocation = invoke(self.caller, exchange, integration, event)
        if invocation.function_error:
            raise internal_error(f"the function failed: {invocation.payload[:300]!r}", 502)
        try:
            response = parse_v1(
                invocation.payload,
                decode_base64=snapshot.is_binary(_accepted(exchange)),
                content_type="application/json",
            )
        except MalformedAnswer as error:
            raise internal_error(f"malformed Lambda proxy response: {error}", 502) from error
        exchange.integration_status = response.status
        remap_headers(response)
        response.set_default("X-Amzn-Trace-Id", exchange.trace_id)
        return response


def require_post(exchange: Exchange, integration: Integration) -> None:
    """Functions are invoked by POST; any other request finds nothing at Lambda."""
    method = integration.http_method or "POST"
    if (exchange.request.method if method == "ANY" else method) != "POST":
        reason = f"a function is invoked by POST, not by the integration's HTTP method {method}"
        raise GatewayError("INTEGRATION_FAILURE", "Internal server error", reason, 500)


def _accepted(exchange: Exchange) -> str:
    """First media type of the Accept header: the one that decides whether a response is binary."""
    return (exchange.request.header("accept") or "").split(",")[0].partition(";")[0].strip().lower()
