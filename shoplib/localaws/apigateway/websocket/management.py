"""`@connections`: what a backend sends to a client, asks of it, or ends. The calls of `apigatewaymanagementapi`."""

import json
from datetime import UTC, datetime
from urllib.parse import unquote

from shoplib.localaws.apigateway.addressing import CONNECTIONS_PREFIX
from shoplib.localaws.apigateway.authorizers import iam
from shoplib.localaws.apigateway.errors import GatewayError
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.apigateway.websocket.connections import Connection, Connections
from shoplib.localaws.apigateway.websocket.endings import LARGEST_MESSAGE

MANAGE = "execute-api:ManageConnections"
# What a fault that is injected makes it answer, by its kind.
INJECTED = {
    "internal": (500, "InternalServerErrorException", "Internal server error"),
    "throttle": (429, "LimitExceededException", "Too Many Requests"),
    "unavailable": (503, "ServiceUnavailableException", "Service Unavailable"),
}


def answer(exchange: Exchange, connections: Connections) -> Response:
    """`exchange` is the signed request; its path is `/@connections/{id}`."""
    try:
        iam.require_signature(exchange)
        iam.require_permission(exchange, MANAGE, exchange.method_arn)
    except GatewayError as error:
        return _forbidden(error)
    if injected := INJECTED.get(exchange.request.injected):
        return _refusal(*injected)
    connection = connections.find(connection_id(exchange.request.path))
    if connection is None or (connection.api_id, connection.stage) != (exchange.api_id, exchange.stage):
        return _gone_connection()
    return _carry_out(exchange, connection)


def connection_id(path: str) -> str:
    """Of `/@connections/{id}`, in which ids are percent-encoded."""
    return unquote(path.removeprefix(CONNECTIONS_PREFIX))


def answer_for_nobody(exchange: Exchange) -> Response:
    """No connection of any API has the id; who does not sign is not told so."""
    try:
        iam.require_signature(exchange)
    except GatewayError as error:
        return _forbidden(error)
    return _gone_connection()


def _gone_connection() -> Response:
    return _refusal(410, "GoneException", None)


def _forbidden(error: GatewayError) -> Response:
    return _refusal(403, "ForbiddenException", error.message or "Forbidden")


def _carry_out(exchange: Exchange, connection: Connection) -> Response:
    method = exchange.request.method
    if method == "POST":
        return _post(connection, exchange.request.body)
    if method == "GET":
        return _describe(connection)
    if method != "DELETE":
        return _refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    assert connection.close is not None
    connection.close()
    return Response(204, [])


def _post(connection: Connection, body: bytes) -> Response:
    if len(body) > LARGEST_MESSAGE:
        return _refusal(413, "PayloadTooLargeException", "Payload Too Large")
    assert connection.send is not None
    try:
        connection.send(_text(body))
    except ConnectionError:
        return _gone_connection()
    connection.touch()
    return Response(200, [])


def _text(body: bytes) -> str | bytes:
    """Text as a text frame; what is none as a binary one."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def _describe(connection: Connection) -> Response:
    described = {
        "connectedAt": _time(connection.connected_at),
        "identity": {"sourceIp": connection.source_ip, "userAgent": connection.user_agent},
        "lastActiveAt": _time(connection.last_active_at),
    }
    return Response(200, [("Content-Type", "application/json")], json.dumps(described).encode())


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refusal(status: int, kind: str, message: str | None) -> Response:
    body = json.dumps({"message": message}).encode()
    return Response(status, [("Content-Type", "application/json"), ("x-amzn-ErrorType", kind)], body)
