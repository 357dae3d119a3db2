"""The events of WebSocket APIs, as functions and mapping templates see them."""

from typing import Any

from shoplib.localaws.apigateway import event_v1
from shoplib.localaws.apigateway.event_v1 import extended_request_id
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.websocket.connections import Connection
from shoplib.localaws.apigateway.websocket.endings import End

OF_A_REQUEST = ("headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters")
# What API Gateway says of a request that it makes by itself.
OWN_HEADERS = {"x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}


def describe_connection(exchange: Exchange, connection: Connection, kind: str, **more: Any) -> None:
    """What `$context` has beside the common variables."""
    exchange.connection = {
        "connectedAt": int(connection.connected_at * 1000),
        "connectionId": connection.id,
        "eventType": kind,
        "messageDirection": "IN",
        "routeKey": exchange.method,
        **more,
    }
    exchange.authorizer = connection.authorizer


def context(exchange: Exchange, connection: Connection) -> dict[str, Any]:
    request = exchange.request
    described: dict[str, Any] = {
        **exchange.connection,
        "apiId": exchange.api_id,
        "domainName": request.domain_name,
        "extendedRequestId": extended_request_id(request),
        "identity": connection.identity,
        "requestId": request.request_id,
        "requestTime": exchange.request_time,
        "requestTimeEpoch": exchange.epoch_milliseconds,
        "stage": exchange.stage,
    }
    return described | ({"authorizer": exchange.authorizer} if exchange.authorizer else {})


def connect_event(exchange: Exchange, connection: Connection) -> dict[str, Any]:
    return {**_request(exchange), **_common(exchange, connection), "isBase64Encoded": False}


def message_event(exchange: Exchange, connection: Connection, body: str, is_binary: bool) -> dict[str, Any]:
    return {**_common(exchange, connection), "body": body, "isBase64Encoded": is_binary}


def disconnect_event(exchange: Exchange, connection: Connection) -> dict[str, Any]:
    headers = {"Host": exchange.request.domain_name, **OWN_HEADERS}
    several = {name: [value] for name, value in headers.items()}
    sent = {"headers": headers, "multiValueHeaders": several}
    return {**sent, **_common(exchange, connection), "isBase64Encoded": False}


def authorizer_event(exchange: Exchange, connection: Connection) -> dict[str, Any]:
    sent = {name: value for name, value in event_v1.request_fields(exchange, empty={}).items() if name in OF_A_REQUEST}
    variables = {"stageVariables": exchange.stage_variables}
    return {"type": "REQUEST", "methodArn": exchange.method_arn, **sent, **variables} | {
        "requestContext": context(exchange, connection)
    }


def of_the_end(end: End) -> dict[str, Any]:
    return {"disconnectStatusCode": end.code, "disconnectReason": end.reason}


def _request(exchange: Exchange) -> dict[str, Any]:
    """Headers, and the query string if there is one."""
    return {name: value for name, value in event_v1.request_fields(exchange).items() if name in OF_A_REQUEST and value}


def _common(exchange: Exchange, connection: Connection) -> dict[str, Any]:
    variables = {"stageVariables": exchange.stage_variables} if exchange.stage_variables else {}
    return {**variables, "requestContext": context(exchange, connection)}
