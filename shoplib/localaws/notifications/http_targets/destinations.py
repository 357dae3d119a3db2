"""API destinations: requests as their connections authorize them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from moto.events.models import events_backends
from requests.structures import CaseInsensitiveDict

from shoplib.localaws.arns import Arn
from shoplib.localaws.json_text import compact
from shoplib.localaws.notifications.deliveries import Undeliverable
from shoplib.localaws.notifications.http_targets import oauth
from shoplib.localaws.notifications.http_targets.parameters import HttpParameters
from shoplib.localaws.notifications.http_targets.requests_out import HttpRequest, require_success, send
from shoplib.localaws.notifications.rate_limits import RateLimits
from shoplib.localaws.own_addresses import ELSEWHERE, is_answered, translated

WHAT = "Unable to invoke ApiDestination endpoint"
OAUTH = "OAUTH_CLIENT_CREDENTIALS"
INVOCATIONS_PER_SECOND = 300
TRIED_AGAIN = (401, 407, 409)
REJECTED = (401, 407)  # an access token is renewed
CONTENT_TYPE = "application/json; charset=utf-8"
FIXED = {
    "User-Agent": "Amazon/EventBridge/ApiDestinations",
    "Range": "bytes=0-1048575",
    "Accept-Encoding": "gzip,deflate",
    "Connection": "close",
}
# What AWS takes out of the headers that a connection or a target names.
REMOVED = {
    *("a-im", "accept-charset", "accept-datetime", "accept-encoding", "cache-control", "connection"),
    *("content-encoding", "content-length", "content-md5", "date", "expect", "forwarded", "from", "host"),
    *("http2-settings", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"),
    *("max-forwards", "origin", "pragma", "proxy-authorization", "range", "referer", "te", "trailer"),
    *("transfer-encoding", "user-agent", "upgrade", "via", "warning"),
}
_limits = RateLimits()


def find(arn: str) -> Any | None:
    place = Arn.parse(arn)
    name = place.resource.split("/")[1]
    destination = events_backends[place.account_id][place.region].destinations.get(name)
    return destination if destination is not None and destination.arn == arn else None


def connection_of(destination: Any) -> Any | None:
    place = Arn.parse(destination.connection_arn)
    known = list(events_backends[place.account_id][place.region].connections.values())
    return next((each for each in known if each.arn == destination.connection_arn), None)


def turn(arn: str) -> float:
    """Seconds until the destination may be invoked once more."""
    destination = find(arn)
    if destination is None:
        _limits.forget(arn)
        return 0.0
    return _limits.take(arn, float(destination.invocation_rate_limit_per_second or INVOCATIONS_PER_SECOND))


def request(arn: str, parameters: HttpParameters, text: str) -> HttpRequest:
    """Raises Undeliverable, and TryAgain where no access token can be had."""
    destination, connection = _destination_and_connection(arn)
    invocation = connection.auth_parameters.get("InvocationHttpParameters")
    query = {**parameters.query, **oauth.values(invocation, "QueryStringParameters")}
    address = HttpParameters(parameters.path, query=query).address(destination.invocation_endpoint)
    if not is_answered(address):
        raise Undeliverable("SDK_CLIENT_ERROR", f"{WHAT}: the endpoint of {arn} {ELSEWHERE}")
    headers = _headers(connection, parameters.headers, oauth.values(invocation, "HeaderParameters"))
    body = _body(text, oauth.values(invocation, "BodyParameters"))
    return HttpRequest(destination.http_method, translated(address), headers, body)


def deliver(arn: str, call: HttpRequest) -> None:
    answer = send(call, WHAT)
    connection = _destination_and_connection(arn)[1]
    if connection.authorization_type == OAUTH and answer.status in REJECTED:
        oauth.forget(connection)
    require_success(answer, WHAT, TRIED_AGAIN)


def _destination_and_connection(arn: str) -> tuple[Any, Any]:
    destination = find(arn)
    connection = None if destination is None else connection_of(destination)
    if connection is None:
        raise Undeliverable("NO_RESOURCE", f"the API destination {arn} or its connection does not exist")
    return destination, connection


def _headers(connection: Any, of_target: Mapping[str, str], of_connection: Mapping[str, str]) -> dict[str, str]:
    """What the connection says counts, where the target says otherwise."""
    headers = CaseInsensitiveDict(of_target)
    headers.update(of_connection)
    allowed = {name: value for name, value in headers.items() if name.strip().lower() not in REMOVED}
    together = CaseInsensitiveDict({"Content-Type": CONTENT_TYPE})
    for each in (allowed, _authorization(connection), FIXED):
        together.update(each)
    return dict(together)


def _authorization(connection: Any) -> dict[str, str]:
    parameters, kind = connection.auth_parameters, connection.authorization_type
    if kind == OAUTH:
        return {"Authorization": oauth.authorization(connection)}
    if kind == "BASIC":
        basic = parameters["BasicAuthParameters"]
        pair = f"{basic['Username']}:{basic['Password']}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {parameters["ApiKeyAuthParameters"]["ApiKeyName"]: parameters["ApiKeyAuthParameters"]["ApiKeyValue"]}


def _body(text: str, more: Mapping[str, str]) -> bytes:
    """A connection's parameters come into a JSON object; any other body stays as it is."""
    try:
        value = json.loads(text) if more else None
    except (ValueError, RecursionError):
        value = None
    return (compact({**value, **more}) if isinstance(value, dict) else text).encode()
