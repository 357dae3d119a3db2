"""Invoking the function of a REST integration, with the gateway's answers for every way in which that fails."""

from typing import Any

from shoplib.localaws.apigateway.acting import actor
from shoplib.localaws.apigateway.errors import GatewayError, internal_error
from shoplib.localaws.apigateway.exchange import EndpointCall, Exchange
from shoplib.localaws.apigateway.lambda_functions import InvokeFailed, InvokeTimedOut, LambdaCaller, function_of_uri
from shoplib.localaws.apigateway.snapshots.rest import Integration

LAMBDA_PAYLOAD_LIMIT = 6 * 1024 * 1024


def invoke(caller: LambdaCaller, exchange: Exchange, integration: Integration, event: bytes) -> Any:
    """Answer of the integration's function. Raises GatewayError when there is none."""
    if len(event) > LAMBDA_PAYLOAD_LIMIT:
        raise GatewayError("REQUEST_TOO_LARGE", "Request Too Long", "Lambda takes at most 6 MB")
    endpoint = exchange.endpoint = lambda_endpoint(exchange.region, integration.uri, event)
    try:
        invocation = caller.invoke(
            function_of_uri(integration.uri, exchange.stage_variables),
            event,
            source_arn=source_arn(exchange),
            role=actor(exchange, integration.credentials),
            limit=integration.timeout,
            trace=exchange.request.header("x-amzn-trace-id"),
            request_id=endpoint.request_id,
        )
    except InvokeTimedOut as error:
        raise GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out", str(error)) from error
    except InvokeFailed as error:
        raise internal_error(str(error)) from error
    complete(endpoint, invocation)
    return invocation


def lambda_endpoint(region: str, uri: str, event: bytes) -> EndpointCall:
    """The call as Lambda's API has it."""
    function = uri.partition(":lambda:path")[2] or f"/2015-03-31/functions/{uri}/invocations"
    headers = [("Content-Type", "application/json")]
    return EndpointCall(f"https://lambda.{region}.amazonaws.com{function}", headers, event)


def complete(endpoint: EndpointCall, invocation: Any) -> None:
    """Lambda answers 200 whatever becomes of the handler."""
    failure = [("X-Amz-Function-Error", "Unhandled")] if invocation.function_error else []
    endpoint.status, endpoint.response_body = 200, bytes(invocation.payload)
    endpoint.response_headers = [("x-amzn-RequestId", endpoint.request_id), *failure]


def invoke_async(caller: LambdaCaller, exchange: Exchange, integration: Integration, event: bytes) -> None:
    """Queue the event (X-Amz-Invocation-Type: Event)."""
    try:
        function = function_of_uri(integration.uri, exchange.stage_variables)
        caller.invoke_async(
            function, event, source_arn=source_arn(exchange), role=actor(exchange, integration.credentials)
        )
    except InvokeFailed as error:
        raise internal_error(str(error)) from error


def source_arn(exchange: Exchange) -> str:
    """The caller as a function's resource policy sees it: the method and its resource's pattern."""
    return exchange.route_arn or exchange.arn(exchange.request.method, exchange.resource_path)
