"""Parameter mappings and `$context` variables: `method.request.header.X`, `context.requestId`, `'literal'`..."""

import json
from collections.abc import Callable
from typing import Any

from shoplib.documents import load_json
from shoplib.localaws import jsonpath
from shoplib.localaws.apigateway.event_v1 import extended_request_id, identity
from shoplib.localaws.apigateway.exchange import Exchange

Lookup = Callable[[str], str]


def resolve_parameter(source: str, exchange: Exchange, lookup: Lookup) -> str | None:
    """Value of a mapping's right-hand side, or None when the request does not carry it."""
    if source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    if source.startswith("method.request."):
        return request_parameter(source.removeprefix("method.request."), exchange)
    if source.startswith(("context.", "stageVariables.")):
        return lookup(source) or None
    return None


def request_parameter(place: str, exchange: Exchange) -> str | None:
    """Value of `header.X`, `querystring.X`, `path.X`, `multivalueheader.X`... or `body` of the request."""
    kind, _, name = place.partition(".")
    request = exchange.request
    if kind in ("header", "multivalueheader"):
        return request.header(name)
    if kind in ("querystring", "multivaluequerystring"):
        values = [value for key, value in request.query if key == name]
        return values[-1] if values else None
    if kind == "path":
        return exchange.path_parameters.get(name)
    return body_part(request.body, name) if kind == "body" else None


def body_part(body: bytes, path: str) -> str | None:
    """`body`, or `body.user.name` of a JSON body as text; None if it is not there."""
    decoded = body.decode("utf-8", "replace")
    if not path:
        return decoded
    try:
        value = jsonpath.find(load_json(decoded), "$." + path)
    except (ValueError, jsonpath.UnsupportedPath):
        return None
    return None if value is jsonpath.MISSING else text(value)


def context_lookup(exchange: Exchange, **more: Any) -> Lookup:
    """Function from a dotted name (`context.identity.sourceIp`, `stageVariables.colour`) to its text; "" if unknown."""
    variables: dict[str, Any] = {}

    def lookup(name: str) -> str:
        if not variables:
            variables.update(context=context_variables(exchange, **more), stageVariables=exchange.stage_variables)
        value: Any = variables
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return text(value)

    return lookup


def context_variables(exchange: Exchange, **more: Any) -> dict[str, Any]:
    """`$context` of mapping templates, gateway responses and access logs."""
    request = exchange.request
    error = exchange.error
    return {
        "accountId": exchange.account_id,
        "apiId": exchange.api_id,
        "authorizer": exchange.authorizer or {},
        "awsEndpointRequestId": request.request_id,
        "deploymentId": exchange.deployment_id,
        "domainName": request.domain_name,
        "domainPrefix": exchange.domain_prefix,
        "error": {**error, "messageString": json.dumps(error["message"])} if "message" in error else {},
        "extendedRequestId": extended_request_id(request),
        "httpMethod": request.method,
        "identity": identity(exchange),
        **({} if exchange.is_canary is None else {"isCanaryRequest": exchange.is_canary}),
        "path": exchange.full_path,
        "protocol": request.protocol,
        "requestId": request.request_id,
        "requestTime": exchange.request_time,
        "requestTimeEpoch": exchange.epoch_milliseconds,
        "resourceId": exchange.resource_id,
        "resourcePath": exchange.resource_path,
        "routeKey": exchange.method,
        "stage": exchange.stage,
        **exchange.connection,
        **more,
    }


def text(value: Any) -> str:
    """A variable as templates print it: booleans in lower case, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
