"""Execution logs of REST APIs: what the gateway did with a request, in `API-Gateway-Execution-Logs_{api}/{stage}`.

A stage's method settings ask for them: loggingLevel INFO or ERROR, and dataTraceEnabled for what was sent and answered.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from shoplib.localaws.apigateway.event_v1 import extended_request_id
from shoplib.localaws.apigateway.exchange import EndpointCall, Exchange
from shoplib.localaws.apigateway.messages import Headers, Response
from shoplib.localaws.apigateway.monitoring.log_events import LogEvents
from shoplib.localaws.apigateway.throttling import method_settings, route_settings

LONGEST = 1024  # characters of a logged body
SECRETS = ("authorization", "x-api-key", "x-amz-security-token")
SHOWN_END = 6
Lines = Callable[[Exchange, Response, bool], Iterator[str]]


def execution_log(exchange: Exchange, stage: Any, response: Response) -> LogEvents | None:
    group = f"API-Gateway-Execution-Logs_{exchange.api_id}/{exchange.stage}"
    return _written(exchange, method_settings(stage, exchange), all_lines, response, group)


def of_web_socket(exchange: Exchange, stage: Any, response: Response) -> LogEvents | None:
    """The same of a connection's event, by the settings of its route."""
    group = f"/aws/apigateway/{exchange.api_id}/{exchange.stage}"
    return _written(exchange, route_settings(stage, exchange), _web_socket_lines, response, group)


def _written(
    exchange: Exchange, settings: dict[str, Any], lines_of: Lines, response: Response, group: str
) -> LogEvents | None:
    level, traced = str(settings.get("loggingLevel") or "OFF").upper(), _truth(settings.get("dataTraceEnabled"))
    if level not in ("INFO", "ERROR"):
        return None
    texts = lines_of(exchange, response, traced) if level == "INFO" else _errors(exchange, response)
    lines = tuple(f"({exchange.request.request_id}) {text}" for text in texts)
    if not lines:
        return None
    # AWS spreads requests over streams with names like this.
    stream = hashlib.md5(exchange.api_id.encode(), usedforsecurity=False).hexdigest()
    return LogEvents(exchange.account_id, exchange.region, group, stream, exchange.epoch_milliseconds, lines, True)


def all_lines(exchange: Exchange, response: Response, traced: bool) -> Iterator[str]:
    """What an execution log says of a request; `traced`: with what was sent and answered."""
    request = exchange.request
    yield f"Extended Request Id: {extended_request_id(request)}"
    yield from _authorization(exchange)
    yield from _execution(exchange, response, traced, exchange.resource_path or request.path)


def trial_lines(exchange: Exchange, response: Response) -> Iterator[str]:
    """What TestInvokeMethod says: all, of the path that was asked for."""
    lines = _execution(exchange, response, True, exchange.request.path)
    yield from (line for line in lines if not line.startswith("AWS Integration Endpoint RequestId"))


def _execution(exchange: Exchange, response: Response, traced: bool, path: str) -> Iterator[str]:
    yield f"Starting execution for request: {exchange.request.request_id}"
    yield f"HTTP Method: {exchange.request.method}, Resource Path: {path}"
    if traced:
        yield from _method_request(exchange)
    yield from _endpoint(exchange, traced)
    yield from _failure(exchange)
    if traced and not exchange.error:
        yield f"Method response body after transformations: {_body(response.body)}"
        yield f"Method response headers: {_map(response.headers)}"
    if not exchange.error:
        yield "Successfully completed execution"
    yield f"Method completed with status: {response.status}"


def _web_socket_lines(exchange: Exchange, response: Response, traced: bool) -> Iterator[str]:
    request, connection = exchange.request, exchange.connection
    client, kind = connection.get("connectionId"), connection.get("eventType")
    yield f"Extended Request Id: {extended_request_id(request)}"
    yield from _authorization(exchange)
    if kind == "MESSAGE":
        text = f" Message: [{_body(request.body)}]" if traced else ""
        yield f"WebSocket API [{exchange.api_id}] received message from client [{client}].{text}"
    else:
        yield f"Client [Connection Id: {client}] {kind} on API [{exchange.api_id}]"
    yield f"WebSocket Request Route: [{exchange.method}]"
    yield from _endpoint(exchange, traced)
    yield from _failure(exchange)
    if not exchange.error:
        yield "Successfully completed execution"
    yield f"Method completed with status: {response.status}"


def _errors(exchange: Exchange, response: Response) -> Iterator[str]:
    if exchange.error:
        yield from _failure(exchange)
        yield f"Method completed with status: {response.status}"


def _authorization(exchange: Exchange) -> Iterator[str]:
    decision, request_id = exchange.authorization, exchange.request.request_id
    if decision is None or decision.kind != "authorizer":
        return
    yield f"Starting authorizer: {decision.name} for request: {request_id}"
    if decision.error:
        yield f"Unauthorized request: {request_id}"
        return
    yield f"Successfully completed authorizer execution, AWS Integration Endpoint RequestId: {decision.request_id}"


def _method_request(exchange: Exchange) -> Iterator[str]:
    request = exchange.request
    yield f"Method request path: {_map(list(exchange.path_parameters.items()))}"
    yield f"Method request query string: {_map(request.query)}"
    yield f"Method request headers: {_map(request.headers)}"
    yield f"Method request body before transformations: {_body(request.body)}"


def _endpoint(exchange: Exchange, traced: bool) -> Iterator[str]:
    endpoint = exchange.endpoint
    if endpoint is None:
        return
    if traced:
        yield f"Endpoint request URI: {endpoint.uri}"
        yield f"Endpoint request headers: {_map(endpoint.headers)}"
        yield f"Endpoint request body after transformations: {_body(endpoint.body)}"
    yield f"Sending request to {endpoint.uri}"
    if endpoint.status is not None:
        yield from _answer(endpoint, exchange.integration_milliseconds, traced)


def _answer(endpoint: EndpointCall, milliseconds: int, traced: bool) -> Iterator[str]:
    yield f"Received response. Status: {endpoint.status}, Integration latency: {milliseconds} ms"
    if traced:
        yield f"Endpoint response headers: {_map(endpoint.response_headers)}"
        yield f"Endpoint response body before transformations: {_body(endpoint.response_body)}"
    yield f"AWS Integration Endpoint RequestId : {endpoint.request_id}"


def _failure(exchange: Exchange) -> Iterator[str]:
    """The reason, which the client does not get to know."""
    error = exchange.error
    if error:
        kind = "configuration error" if "CONFIGURATION" in error.get("responseType", "") else "an error"
        yield f"Execution failed due to {kind}: {exchange.failure or error.get('message')}"


def _map(pairs: Headers) -> str:
    return "{" + ", ".join(f"{name}={_hidden(name, value)}" for name, value in pairs) + "}"


def _hidden(name: str, value: str) -> str:
    return "*" * 30 + value[-SHOWN_END:] if name.lower() in SECRETS else value


def _body(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} [TRUNCATED]"


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"
