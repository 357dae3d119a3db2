"""The WSGI door of every deployed API."""

import logging
import time
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from moto.apigateway.models import RestAPI, apigateway_backends
from moto.apigatewayv2.models import apigatewayv2_backends

from shoplib.localaws import request_context
from shoplib.localaws.apigateway import domains
from shoplib.localaws.apigateway.addressing import CONNECTIONS_PREFIX, Address, locate, split_stage
from shoplib.localaws.apigateway.control_plane import corrections
from shoplib.localaws.apigateway.directory import Directory, Location
from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.http_api.data_plane import HttpDataPlane
from shoplib.localaws.apigateway.integrations.header_remapping import of_the_method
from shoplib.localaws.apigateway.integrations.http_api import HttpIntegrations
from shoplib.localaws.apigateway.integrations.mapped import MappedIntegrations
from shoplib.localaws.apigateway.integrations.rest import Integrations
from shoplib.localaws.apigateway.lambda_functions import LambdaCaller, Lambdas
from shoplib.localaws.apigateway.live_calls import LiveCalls
from shoplib.localaws.apigateway.messages import REFUSAL, Response, read_request
from shoplib.localaws.apigateway.monitoring import tracing
from shoplib.localaws.apigateway.monitoring.observer import Observer, Record, Trace
from shoplib.localaws.apigateway.rest.data_plane import RestDataPlane
from shoplib.localaws.apigateway.snapshots import deployments
from shoplib.localaws.apigateway.snapshots.deployments import http_snapshot_of
from shoplib.localaws.apigateway.throttling import Throttles
from shoplib.localaws.apigateway.websocket import management
from shoplib.localaws.apigateway.websocket.connections import Connections
from shoplib.localaws.apigateway.websocket.data_plane import Deployed, WebSocketDataPlane
from shoplib.localaws.apigateway.websocket.handshake import is_handshake, without_upgrade
from shoplib.localaws.apigateway.websocket.integrations import WebSocketIntegrations
from shoplib.localaws.call_record import CLIENTS
from shoplib.localaws.ingress.upgrades import UPGRADE
from shoplib.localaws.request_context import new_trace

LOG = logging.getLogger(__name__)


class Gateway:
    """Serves the APIs of moto's API Gateway state; everything it needs is read per request.

    Creating one also teaches moto's API Gateway what it lacks (see `control_plane`).
    """

    def __init__(
        self,
        lambdas: Lambdas,
        endpoint_url: str,
        record: Record = lambda _: None,
        trace: Trace = lambda *_: None,
    ) -> None:
        corrections.install()
        self.refusal: Callable[..., str] = lambda *_: ""  # what a request's signer may not do
        self._caller = LambdaCaller(lambdas)
        self._apis = Directory(
            lambda backend, api_id: backend.apis.get(api_id), apigateway_backends, apigatewayv2_backends
        )
        throttles = self._throttles = Throttles()
        self._observer = Observer(record, trace)
        mapped = MappedIntegrations(self._caller, endpoint_url)
        self._rest = RestDataPlane(Integrations(self._caller, mapped), throttles, self._observer)
        self._http = HttpDataPlane(HttpIntegrations(self._caller, endpoint_url), throttles, self._observer)
        self.calls = LiveCalls(self._rest, self._caller, throttles)
        self._connections = Connections()
        self._web_sockets = WebSocketDataPlane(
            WebSocketIntegrations(self._caller, mapped),
            throttles,
            self._observer,
            self._connections,
            self._deployed_web_socket,
        )

    def pause(self, limit_s: float) -> bool:
        """Hear no more messages of connections; False when what they caused is not done and written within the limit.
        What is written waits for nobody who is held."""
        end = time.monotonic() + limit_s
        return self._web_sockets.turns.pause(limit_s) and self._observer.flush(max(0.0, end - time.monotonic()))

    def resume(self) -> None:
        self._web_sockets.turns.resume()

    def state(self) -> Any:
        return self._throttles.state()

    def restore(self, state: Any) -> None:
        """Connections stay: their APIs are found anew with each message."""
        self._throttles.restore(state)

    def close(self) -> None:
        self._web_sockets.close()
        self._caller.close()
        self._observer.close()

    def flush(self) -> bool:
        """Wait until metrics and access logs of all answered requests are in CloudWatch."""
        return self._observer.flush()

    def matches(self, environ: dict[str, Any]) -> bool:
        """Is this request for a deployed API rather than for an AWS service?"""
        return address_of(environ) is not None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        address = address_of(environ)
        environ["HTTP_X_AMZN_TRACE_ID"] = trace = environ.get("HTTP_X_AMZN_TRACE_ID") or new_trace()
        environ[REFUSAL] = partial(self.refusal, environ)
        signer = request_context.current().caller
        with request_context.on_behalf_of(
            signer if signer.startswith("arn:") else request_context.sender(trace) or CLIENTS, trace
        ):
            response = self._serve(environ, address) if address else Response(404, [], b"")
        if response.status >= 200 and not any(name.lower() == "content-length" for name, _ in response.headers):
            response.headers.append(("Content-Length", str(len(response.body))))
        start_response(response.status_line, [(name, _latin(value)) for name, value in response.headers])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def _serve(self, environ: dict[str, Any], address: Address) -> Response:
        if not address.api_id:
            connection = self._connections.find(management.connection_id(address.path))
            if connection is None:
                request = read_request(environ, address.path, "", "")
                return management.answer_for_nobody(Exchange(request, "", "", "", "", {}))
            address = Address(connection.api_id, f"/{connection.stage}{address.path}")
        location = self._apis.find(address.api_id)
        if location is None:
            LOG.warning("no API %s exists in any region", address.api_id)
            return _forbidden()
        is_rest = isinstance(location[2], RestAPI)
        disabled = location[2].disableExecuteApiEndpoint if is_rest else location[2].disable_execute_api_endpoint
        if _refuses_own_endpoint(environ, disabled):
            return _forbidden()
        if is_rest:
            return self._serve_rest(environ, address, location)
        is_web_socket = location[2].protocol_type == "WEBSOCKET"
        return (self._serve_web_socket if is_web_socket else self._serve_http)(environ, address, location)

    def _serve_rest(self, environ: dict[str, Any], address: Address, location: Location) -> Response:
        account_id, region, api = location
        stage_name, sent_path = split_stage("/" + address.path.lstrip("/"))
        stage = api.stages.get(stage_name)
        deployment, variables, canary = (None, {}, None) if stage is None else deployments.choose(api, stage)
        if deployment is None:
            LOG.warning("API %s has no deployed stage %r (stages: %s)", address.api_id, stage_name, sorted(api.stages))
            return _forbidden()
        request = read_request(environ, "/" + sent_path.lstrip("/"), address.api_id, region)
        request.headers = of_the_method(request.headers)
        exchange = Exchange(request, account_id, region, address.api_id, stage_name, variables, deployment.id)
        exchange.is_canary = canary
        exchange.base_path, exchange.sent_path = address.base_path, sent_path
        tracing.begin(exchange, stage)
        with request_context.on_behalf_of(request_context.current().caller, request.header("x-amzn-trace-id")):
            return self._rest.serve(exchange, deployments.snapshot_of(api, deployment), api, stage)

    def _serve_http(self, environ: dict[str, Any], address: Address, location: Location) -> Response:
        account_id, region, api = location
        request = read_request(environ, address.path, address.api_id, region)
        return self._http.serve(request, account_id, region, api)

    def _serve_web_socket(self, environ: dict[str, Any], address: Address, location: Location) -> Response:
        account_id, region, api = location
        stage_name, path = split_stage(address.path)
        deployed = self._deployed_web_socket(api.api_id, stage_name)
        if deployed is None:
            LOG.warning("WebSocket API %s has no deployed stage %r (stages: %s)", api.api_id, stage_name, [*api.stages])
            return _forbidden()
        request = read_request(environ, path, address.api_id, region)
        if path.startswith(CONNECTIONS_PREFIX):
            exchange = Exchange(request, account_id, region, api.api_id, stage_name, {})
            response = management.answer(exchange, self._connections)
            self._observer.connections(exchange, deployed.stage, response)
            return response
        if path != "/" or not is_handshake(request):
            return _forbidden()
        return self._web_sockets.connect(without_upgrade(request), deployed, environ[UPGRADE])

    def _deployed_web_socket(self, api_id: str, stage_name: str) -> Deployed | None:
        location = self._apis.find(api_id)
        stage = location[2].stages.get(stage_name) if location else None
        snapshot = http_snapshot_of(location[2], stage) if location and stage is not None else None
        return None if location is None or snapshot is None else Deployed(*location, stage, snapshot)


def address_of(environ: dict[str, Any]) -> Address | None:
    return locate(environ) or domains.locate(environ)


def _refuses_own_endpoint(environ: dict[str, Any], disabled: Any) -> bool:
    """An API may answer at its custom domain names alone."""
    return bool(disabled) and locate(environ) is not None


def _forbidden() -> Response:
    """What AWS answers for an API or stage that does not exist."""
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", "ForbiddenException")]
    return Response(403, [*headers, ("x-amzn-RequestId", str(uuid.uuid4()))], b'{"message":"Forbidden"}')


def _latin(value: str) -> str:
    """Header values are Latin-1 on the wire; anything else travels as its UTF-8 bytes."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode().decode("latin-1")
    return value
