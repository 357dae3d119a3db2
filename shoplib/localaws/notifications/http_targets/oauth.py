"""The access token of a connection: asked for at its authorization server, and kept until it runs out.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection-auth.html
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from requests.structures import CaseInsensitiveDict

from shoplib.localaws import engine_clock
from shoplib.localaws.notifications.deliveries import TryAgain, Undeliverable
from shoplib.localaws.notifications.http_targets.parameters import HttpParameters
from shoplib.localaws.notifications.http_targets.requests_out import HttpRequest, send
from shoplib.localaws.own_addresses import ELSEWHERE, is_answered, translated

RENEWED_BEFORE_S = 60.0
LARGEST_ANSWER = 1024 * 1024
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
AUTHORIZED, DEAUTHORIZED = "AUTHORIZED", "DEAUTHORIZED"


class Token(NamedTuple):
    value: str
    ends: float


def authorization(connection: Any) -> str:
    """The header's value. Raises TryAgain, or Undeliverable when the server is not on this machine."""
    token = getattr(connection, "lab_token", None)
    if token is None or token.ends - engine_clock.now() < RENEWED_BEFORE_S:
        token = renew(connection)
    return f"Bearer {token.value}"


def forget(connection: Any) -> None:
    """The token was rejected, or what it was asked for with has changed."""
    connection.lab_token = None


def renew(connection: Any) -> Token:
    """As `authorization`; the connection's state says whether it worked."""
    try:
        token = _request_token(connection)
    except TryAgain:
        connection.state = DEAUTHORIZED
        raise
    connection.lab_token, connection.state = token, AUTHORIZED
    return token


def _request_token(connection: Any) -> Token:
    settings: Mapping[str, Any] = connection.auth_parameters["OAuthParameters"]
    if not is_answered(settings["AuthorizationEndpoint"]):
        raise Undeliverable("SDK_CLIENT_ERROR", f"the authorization endpoint of {connection.arn} {ELSEWHERE}")
    what = f"Unable to authorize {connection.arn}"
    answer = send(_request(settings), what, LARGEST_ANSWER)
    token = _read(answer.body) if answer.is_success else None
    if token is None:
        raise TryAgain("SDK_CLIENT_ERROR", f"{what}: the endpoint answered {answer.status} and no access token")
    return token


def _request(settings: Mapping[str, Any]) -> HttpRequest:
    extra = settings.get("OAuthHttpParameters") or {}
    client, method = settings["ClientParameters"], settings.get("HttpMethod") or "POST"
    fields = {
        "grant_type": "client_credentials",
        "client_id": client["ClientID"],
        "client_secret": client["ClientSecret"],
        **values(extra, "BodyParameters"),
    }
    headers = CaseInsensitiveDict({"Content-Type": FORM, "Accept": JSON} | values(extra, "HeaderParameters"))
    query = values(extra, "QueryStringParameters") | (fields if method == "GET" else {})
    body = "" if method == "GET" else json.dumps(fields) if JSON in headers["Content-Type"] else urlencode(fields)
    url = HttpParameters(query=query).address(translated(settings["AuthorizationEndpoint"]))
    return HttpRequest(method, url, {**headers, "Connection": "close"}, body.encode())


def values(parameters: Mapping[str, Any] | None, kind: str) -> dict[str, str]:
    """Parameters of one kind of a connection, secret or not."""
    return {each["Key"]: each.get("Value", "") for each in (parameters or {}).get(kind) or ()}


def _read(body: bytes) -> Token | None:
    try:
        answer = json.loads(body)
        value, lasts = answer["access_token"], float(answer.get("expires_in") or "inf")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Token(value, engine_clock.now() + lasts) if isinstance(value, str) and value else None
