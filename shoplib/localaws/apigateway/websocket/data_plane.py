"""WebSocket APIs: a client is let in by `$connect`, its messages find their routes, `$disconnect` hears of the end."""

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from shoplib.localaws import request_context
from shoplib.localaws.apigateway.authorizers import iam, rest_lambda
from shoplib.localaws.apigateway.errors import INJECTED_ERRORS, RESPONSE_TYPES, GatewayError, internal_error
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Request, Response
from shoplib.localaws.apigateway.monitoring.observer import Observer
from shoplib.localaws.apigateway.rest import api_keys
from shoplib.localaws.apigateway.snapshots.web_socket import (
    CONNECT,
    DEFAULT,
    DISCONNECT,
    WebSocketRoute,
    WebSocketSnapshot,
)
from shoplib.localaws.apigateway.throttling import Throttles, route_settings
from shoplib.localaws.apigateway.websocket import events
from shoplib.localaws.apigateway.websocket.connections import Connection, Connections, new_id
from shoplib.localaws.apigateway.websocket.conversation import Conversation
from shoplib.localaws.apigateway.websocket.endings import End
from shoplib.localaws.apigateway.websocket.handshake import switching
from shoplib.localaws.apigateway.websocket.integrations import WebSocketIntegrations, decoded
from shoplib.localaws.apigateway.websocket.selection import evaluate
from shoplib.localaws.call_record import CLIENTS
from shoplib.localaws.ingress.upgrades import Upgraded
from shoplib.localaws.turns import Turns

LOG = logging.getLogger(__name__)
WORKERS = 64


@dataclass(frozen=True)
class Deployed:
    """Where a connection's messages go at this moment."""

    account_id: str
    region: str
    api: Any
    stage: Any
    snapshot: WebSocketSnapshot


Find = Callable[[str, str], Deployed | None]  # by API and stage


class WebSocketDataPlane:
    """`find` is asked at each message: a connection outlives deployments."""

    def __init__(
        self,
        integrations: WebSocketIntegrations,
        throttles: Throttles,
        observer: Observer,
        connections: Connections,
        find: Find,
    ) -> None:
        self._integrations = integrations
        self._throttles = throttles
        self._observer = observer
        self._connections = connections
        self._find = find
        self.turns = Turns()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="apigateway-websocket")

    def close(self) -> None:
        self._connections.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def connect(self, request: Request, deployed: Deployed, upgrade: Callable[[Upgraded], None]) -> Response:
        """101, after which the connection is a client's; or why not."""
        agent = request.header("user-agent") or ""
        connection = Connection(deployed.api.api_id, deployed.stage.name, request.source_ip, agent, request.domain_name)
        exchange = _exchange(request, deployed, CONNECT)
        events.describe_connection(exchange, connection, "CONNECT")
        try:
            response = self._admit(exchange, deployed, connection)
        except GatewayError as error:
            response = _refuse(exchange, connection, error)
        self._observer.web_socket(exchange, deployed.stage, response)
        if response.status >= 300:
            return response
        upgrade(Conversation(connection, self._connections, self._workers, self._hear, self._part).run)
        return switching(request, response)

    def _admit(self, exchange: Exchange, deployed: Deployed, connection: Connection) -> Response:
        if self._connections.is_full:
            raise GatewayError("THROTTLED", "Too Many Requests", "the engine has reached its limit of connections")
        route = deployed.snapshot.routes.get(CONNECT)
        if route is None:
            return Response(200, [])
        self._authorize(exchange, route, connection)
        if route.api_key_required:
            key = evaluate(deployed.snapshot.api_key_expression, exchange)
            api_keys.admit(exchange, key, self._throttles)
        self._throttle(exchange, deployed.stage)
        _raise_injected(exchange)
        return self._integrate(exchange, route, events.connect_event(exchange, connection))

    def _authorize(self, exchange: Exchange, route: WebSocketRoute, connection: Connection) -> None:
        if route.authorization == "NONE":
            return
        if route.authorization == "AWS_IAM":
            iam.authorize(exchange)
            return
        if route.authorizer is None or route.authorizer.type != "REQUEST":
            raise GatewayError("AUTHORIZER_CONFIGURATION_ERROR", None, f"{route.authorization} without an authorizer")
        event = events.authorizer_event(exchange, connection)
        rest_lambda.authorize(exchange, route.authorizer, self._integrations.caller, event)
        connection.authorizer = exchange.authorizer

    def _hear(self, connection: Connection, text: str) -> None:
        with self.turns.take():
            self._message(connection, text)

    def _part(self, connection: Connection, end: End) -> None:
        with self.turns.take():
            self._disconnect(connection, end)

    def _message(self, connection: Connection, text: str) -> None:
        deployed = self._find(connection.api_id, connection.stage)
        if deployed is None:
            if connection.close is not None:
                connection.close()
            return
        request = _request(connection, "MESSAGE", text)
        with request_context.on_behalf_of(CLIENTS, request.header("x-amzn-trace-id")):
            self._deliver(_exchange(request, deployed, DEFAULT), deployed, connection)

    def _deliver(self, exchange: Exchange, deployed: Deployed, connection: Connection) -> None:
        try:
            response = self._route(exchange, deployed, connection)
        except GatewayError as error:
            response = _refuse(exchange, connection, error)
            _send(connection, response.body.decode())
        self._observer.web_socket(exchange, deployed.stage, response)

    def _route(self, exchange: Exchange, deployed: Deployed, connection: Connection) -> Response:
        route = _selected(exchange, deployed.snapshot)
        _take_route(exchange, route.key if route else DEFAULT)
        events.describe_connection(exchange, connection, "MESSAGE", messageId=new_id())
        if route is None:
            raise GatewayError(
                "DEFAULT_4XX", "Forbidden", "no route matches the message, and there is no $default route", 403
            )
        self._throttle(exchange, deployed.stage)
        _raise_injected(exchange)
        response = self._integrate(exchange, route, self._message_event(exchange, route, connection))
        if route.answers and response.body:
            _send(connection, response.body.decode("utf-8", "replace"))
        return response

    def _message_event(self, exchange: Exchange, route: WebSocketRoute, connection: Connection) -> dict[str, Any]:
        text, is_binary = exchange.request.body.decode(), False
        if route.integration is not None and route.integration.plain.content_handling == "CONVERT_TO_BINARY":
            decoded(exchange, route.integration)
            is_binary = True  # as an event has it: in base64, which it came in
        return events.message_event(exchange, connection, text, is_binary)

    def _disconnect(self, connection: Connection, end: End) -> None:
        deployed = self._find(connection.api_id, connection.stage)
        route = deployed.snapshot.routes.get(DISCONNECT) if deployed else None
        if deployed is None or route is None:
            return
        request = _request(connection, "DISCONNECT", "")
        exchange = _exchange(request, deployed, DISCONNECT)
        events.describe_connection(exchange, connection, "DISCONNECT", **events.of_the_end(end))
        with request_context.on_behalf_of(CLIENTS, request.header("x-amzn-trace-id")):
            try:
                response = self._integrate(exchange, route, events.disconnect_event(exchange, connection))
            except GatewayError as error:  # nobody is there to hear of it
                response = _refuse(exchange, connection, error)
            self._observer.web_socket(exchange, deployed.stage, response)

    def _integrate(self, exchange: Exchange, route: WebSocketRoute, event: dict[str, Any]) -> Response:
        if route.integration is None:
            if route.key == CONNECT:
                return Response(200, [])
            raise internal_error(f"route {route.key} has no integration")
        return self._integrations.run(exchange, route.integration, event)

    def _throttle(self, exchange: Exchange, stage: Any) -> None:
        settings = route_settings(stage, exchange)
        if "throttlingRateLimit" in settings:
            rate, burst = float(settings["throttlingRateLimit"]), int(settings.get("throttlingBurstLimit", 5000))
            self._throttles.take(("route", exchange.api_id, exchange.stage, exchange.method), rate, burst)


def _selected(exchange: Exchange, snapshot: WebSocketSnapshot) -> WebSocketRoute | None:
    key = evaluate(snapshot.selection_expression, exchange)
    chosen = None if key in (CONNECT, DISCONNECT) else snapshot.routes.get(key)
    return chosen or snapshot.routes.get(DEFAULT)


def _raise_injected(exchange: Exchange) -> None:
    if injected := INJECTED_ERRORS.get(exchange.request.injected):
        raise GatewayError(injected[0], injected[2], "an injected fault", injected[1])


def _exchange(request: Request, deployed: Deployed, route_key: str) -> Exchange:
    stage = deployed.stage
    exchange = Exchange(
        request,
        deployed.account_id,
        deployed.region,
        deployed.api.api_id,
        stage.name,
        stage.stage_variables or {},
        deployed.snapshot.deployment_id,
    )
    _take_route(exchange, route_key)
    return exchange


def _take_route(exchange: Exchange, key: str) -> None:
    exchange.method = exchange.resource_path = key
    exchange.route_arn = f"{exchange.api_arn}/{exchange.stage}/{key}"


def _request(connection: Connection, kind: str, text: str) -> Request:
    """A message has no headers of its own, but a trace."""
    headers = [("X-Amzn-Trace-Id", request_context.new_trace())]
    if connection.user_agent:
        headers.append(("User-Agent", connection.user_agent))
    where: dict[str, Any] = {"source_ip": connection.source_ip, "domain_name": connection.domain_name}
    return Request(kind, "/", "", headers, text.encode(), **where)


def _refuse(exchange: Exchange, connection: Connection, error: GatewayError) -> Response:
    if error.reason:
        LOG.warning("%s of API %s: %s", exchange.method, exchange.api_id, error)
    message = error.message or "Internal server error"
    exchange.error = {"message": message, "responseType": error.type}
    exchange.failure = error.reason
    body = {"message": message, "connectionId": connection.id, "requestId": exchange.request.request_id}
    status, kind = RESPONSE_TYPES[error.type]
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", kind)]
    return Response(error.status or status, headers, json.dumps(body).encode())


def _send(connection: Connection, text: str) -> None:
    try:
        assert connection.send is not None
        connection.send(text)
        connection.touch()
    except ConnectionError as error:
        LOG.info("connection %s ended before its answer: %s", connection.id, error)
