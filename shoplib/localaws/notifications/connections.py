"""Connections and API destinations: what is kept of them, told as AWS tells it.

moto 5.2.5 puts a connection in the place of its namesake, keeps its first secret when its parameters change, forgets
when it was changed, and takes API destinations of connections that are not there.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import camelcase_to_underscores, unix_time
from moto.events.models import Connection, Destination, EventsBackend
from moto.events.responses import EventsHandler

from shoplib.localaws.moto_patches import Method, before, replace_methods, wrap
from shoplib.localaws.notifications import http_targets
from shoplib.localaws.own_addresses import is_answered

NOT_FOUND, EXISTS = "ResourceNotFoundException", "ResourceAlreadyExistsException"
INVOCATIONS_PER_SECOND = 300
OAUTH = "OAUTH_CLIENT_CREDENTIALS"
OF_KINDS = {"BASIC": "BasicAuthParameters", "API_KEY": "ApiKeyAuthParameters", OAUTH: "OAuthParameters"}
PARTS = "InvocationHttpParameters"
_original_create = EventsBackend.create_connection
_original_update = EventsBackend.update_connection
_original_delete = EventsBackend.delete_connection
_original_create_destination = EventsBackend.create_api_destination
_original_update_destination = EventsBackend.update_api_destination


def install(authorize: Callable[[Any], None]) -> None:
    """Idempotent; the last one is asked to authorize connections by OAuth."""
    before(EventsHandler, "create_connection", _require_public)
    before(EventsHandler, "update_connection", _require_public)
    wrap(Connection, "describe_short", _with_times)
    wrap(Connection, "describe", _with_times)
    wrap(Destination, "describe", _with_rate)
    wrap(Destination, "describe_short", _with_change)
    wrap(EventsHandler, "create_connection", _saying_state)
    wrap(EventsHandler, "describe_connection", _without_secrets)
    wrap(EventsHandler, "list_connections", _described("ListConnections", "Connections", "connections"))
    wrap(EventsHandler, "list_api_destinations", _described("ListApiDestinations", "ApiDestinations", "destinations"))
    replace_methods(
        EventsBackend,
        create_connection=_then(_create, authorize),
        update_connection=_then(_update, authorize),
        delete_connection=_delete,
        describe_connection=_describe,
        create_api_destination=_create_destination,
        update_api_destination=_update_destination,
        describe_api_destination=_describe_destination,
    )


def _create(self: EventsBackend, name: str, description: str, kind: str, parameters: dict[str, Any]) -> Connection:
    if name in self.connections:
        raise JsonRESTError(EXISTS, f"Connection {name} already exists.")
    _require_parameters(kind, parameters)
    connection = _original_create(self, name, description, kind, parameters)
    connection.state = _first_state(connection)
    _keep_secret(self, connection)
    return connection


def _require_parameters(kind: str, parameters: Mapping[str, Any]) -> None:
    if not parameters.get(OF_KINDS[kind]):
        text = f"Parameter AuthParameters is not valid. Reason: the authorization type {kind} needs {OF_KINDS[kind]}."
        raise JsonRESTError("ValidationException", text)


def _first_state(connection: Any) -> str:
    return "AUTHORIZING" if connection.authorization_type == OAUTH else "AUTHORIZED"


def _then(change: Callable[..., Any], authorize: Callable[[Any], None]) -> Callable[..., Any]:
    """Authorization servers on this machine are asked when the caller was answered; those elsewhere never are."""

    def changed(self: EventsBackend, name: str, *rest: Any, **updates: Any) -> Any:
        answer, connection = change(self, name, *rest, **updates), self.connections[name]
        if connection.state == "AUTHORIZING" and _is_server_here(connection):
            authorize(connection)
        return answer

    return changed


def _is_server_here(connection: Any) -> bool:
    return is_answered(connection.auth_parameters["OAuthParameters"]["AuthorizationEndpoint"])


def _require_public(self: Any) -> None:
    """Private APIs are reached through VPC Lattice."""
    authorization = self._get_param("AuthParameters") or {}
    if self._get_param("InvocationConnectivityParameters") or authorization.get("ConnectivityParameters"):
        raise JsonRESTError("ValidationException", "The local AWS has no connections to private APIs.")


def _update(self: EventsBackend, name: str, **updates: Any) -> dict[str, Any]:
    if name in self.connections:
        known: Any = self.connections[name]
        kind = updates.get("authorization_type") or known.authorization_type
        _require_parameters(kind, updates.get("auth_parameters") or known.auth_parameters)
    answer = _original_update(self, name, **updates)
    connection: Any = self.connections[name]
    connection.last_modified_time = unix_time()
    if updates.get("auth_parameters"):
        _keep_secret(self, connection)
        connection.lab_token, connection.state = None, _first_state(connection)
    return {**answer, **_times(connection)}


def _delete(self: EventsBackend, name: str) -> dict[str, Any]:
    return {**_original_delete(self, name), "ConnectionState": "DELETING"}


def _describe(self: EventsBackend, name: str) -> dict[str, Any]:
    if name not in self.connections:
        text = f"Failed to describe the connection(s). Connection '{name}' does not exist."
        raise JsonRESTError(NOT_FOUND, text)
    return self.connections[name].describe()


def _keep_secret(self: EventsBackend, connection: Any) -> None:
    """The connection's secret, with names as AWS writes them: a client's beside those of its server."""
    from moto.secretsmanager.models import secretsmanager_backends

    text = json.dumps(_secret(connection.auth_parameters))
    secrets = secretsmanager_backends[self.account_id][self.region_name]
    secrets.put_secret_value(connection.secret_arn, text, "", "", ["AWSCURRENT"])


def _secret(parameters: Mapping[str, Any]) -> dict[str, Any]:
    parts = {name: each for kind, part in parameters.items() if kind != PARTS for name, each in part.items()}
    flat = {**parts.pop("ClientParameters", {}), **parts}
    more = {camelcase_to_underscores(PARTS): parameters[PARTS]} if PARTS in parameters else {}
    return {_plain(name): each for name, each in flat.items()} | more


def _plain(name: str) -> str:
    return {"ClientID": "client_id"}.get(name) or camelcase_to_underscores(name)


def _times(connection: Any) -> dict[str, float]:
    changed = getattr(connection, "last_modified_time", connection.creation_time)
    return {"LastModifiedTime": changed, "LastAuthorizedTime": connection.creation_time}


def _with_times(original: Method) -> Method:
    def describe(connection: Any) -> Any:
        return {**original(connection), **_times(connection)}

    return describe


def _saying_state(original: Method) -> Method:
    def create_connection(self: Any) -> Any:
        body, headers = original(self)
        state = self.events_backend.connections[self._get_param("Name")].state
        return json.dumps({**json.loads(body), "ConnectionState": state}), headers

    return create_connection


def _described(operation: str, items: str, place: str) -> Callable[[Method], Method]:
    """A list of what descriptions and AWS's lists have in common."""

    def listing(original: Method) -> Method:
        def list_them(self: Any) -> Any:
            _, headers = original(self)
            present = list(getattr(self.events_backend, place).values())
            return json.dumps(_answer(operation, {items: [each.describe() for each in present]})), headers

        return list_them

    return listing


def _without_secrets(original: Method) -> Method:
    """moto tells passwords, which clients leave out when they read the answer."""

    def describe_connection(self: Any) -> Any:
        body, headers = original(self)
        return json.dumps(_answer("DescribeConnection", json.loads(body))), headers

    return describe_connection


def _answer(operation: str, value: Any) -> Any:
    """What the published model has of it."""
    from moto.core.utils import get_service_model

    return _visible(get_service_model("events").operation_model(operation).output_shape, value)


def _visible(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        present = {name: each for name, each in shape.members.items() if value.get(name) is not None}
        return {name: _visible(member, value[name]) for name, member in present.items()}
    return [_visible(shape.member, each) for each in value] if shape.type_name == "list" else value


def _create_destination(self: EventsBackend, name: str, description: str, connection_arn: str, *rest: Any) -> Any:
    connection = next((each for each in self.connections.values() if each.arn == connection_arn), None)
    if connection is None:
        raise JsonRESTError(NOT_FOUND, f"Connection '{connection_arn}' does not exist.")
    if name in self.destinations:
        raise JsonRESTError(EXISTS, f"An api-destination '{name}' already exists.")
    _original_create_destination(self, name, description, connection_arn, *rest)
    return self.destinations[name].describe_short()


def _update_destination(self: EventsBackend, name: str, **updates: Any) -> Any:
    if name in self.destinations:
        http_targets.require_here(self.destinations[name], updates.get("invocation_endpoint") or "")
    answer = _original_update_destination(self, name, **updates)
    destination: Any = self.destinations[name]
    destination.last_modified_time = unix_time()
    return {**answer, "LastModifiedTime": destination.last_modified_time}


def _describe_destination(self: EventsBackend, name: str) -> Any:
    if name not in self.destinations:
        text = f"Failed to describe the api-destination(s). An api-destination '{name}' does not exist."
        raise JsonRESTError(NOT_FOUND, text)
    return self.destinations[name].describe()


def _with_rate(original: Method) -> Method:
    def describe(destination: Any) -> Any:
        described = {**original(destination), **_change(destination)}
        return {**described, "InvocationRateLimitPerSecond": _rate(described)}

    return describe


def _rate(described: Mapping[str, Any]) -> int:
    return int(described.get("InvocationRateLimitPerSecond") or INVOCATIONS_PER_SECOND)


def _with_change(original: Method) -> Method:
    def describe_short(destination: Any) -> Any:
        return {**original(destination), **_change(destination)}

    return describe_short


def _change(destination: Any) -> dict[str, float]:
    """What is not told by moto: also that it is as active as its connection is authorized."""
    connection = http_targets.connection_of(destination)
    is_active = connection is not None and connection.state == "AUTHORIZED"
    return {
        "ApiDestinationState": "ACTIVE" if is_active else "INACTIVE",
        "LastModifiedTime": getattr(destination, "last_modified_time", destination.creation_time),
    }
