"""Payload format 2.0: the event of HTTP APIs and of function URLs."""

from typing import Any

from shoplib.localaws.apigateway.event_v1 import encode_body
from shoplib.localaws.apigateway.exchange import Exchange

TEXT_TYPES = ("application/json", "application/javascript", "application/xml")


def proxy_event(exchange: Exchange) -> dict[str, Any]:
    """Event of a proxy integration or a function URL. Keys without a value (cookies, body...) are absent, as on AWS."""
    request = exchange.request
    binary = is_binary(request.content_type, request.body)
    event = request_fields(exchange)
    event["requestContext"] = request_context(exchange)
    if request.body:
        event["body"] = encode_body(request.body, binary)
    event["isBase64Encoded"] = binary
    return event


def request_fields(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": exchange.method,
        "rawPath": exchange.event_path,
        "rawQueryString": request.query_string,
        "headers": joined_headers(request.headers),
    }
    optional = {
        "cookies": cookies(request.headers),
        "queryStringParameters": _joined(request.query),
        "pathParameters": exchange.path_parameters,
        "stageVariables": exchange.stage_variables,
    }
    event.update({key: value for key, value in optional.items() if value})
    return event


def request_context(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    context: dict[str, Any] = {
        "accountId": exchange.account_id,
        "apiId": exchange.api_id,
        "domainName": request.domain_name,
        "domainPrefix": exchange.domain_prefix,
        "http": {
            "method": request.method,
            "path": exchange.event_path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent") or "",
        },
        "requestId": request.request_id,
        "routeKey": exchange.method,
        "stage": exchange.stage,
        "time": exchange.request_time,
        "timeEpoch": exchange.epoch_milliseconds,
    }
    if exchange.authorizer is not None:
        context["authorizer"] = exchange.authorizer
    return context


def joined_headers(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Lower-case names, repeated values joined by commas; cookies have a field of their own."""
    return _joined([(name.lower(), value) for name, value in headers if name.lower() != "cookie"])


def cookies(headers: list[tuple[str, str]]) -> list[str]:
    sent = [value for name, value in headers if name.lower() == "cookie"]
    return [cookie.strip() for value in sent for cookie in value.split(";") if cookie.strip()]


def is_binary(content_type: str, body: bytes) -> bool:
    """HTTP APIs pass text types as they are and everything else base64-encoded."""
    if not body:
        return False
    if content_type:
        return not (content_type.startswith("text/") or content_type in TEXT_TYPES or content_type.endswith("+json"))
    try:
        body.decode()
    except UnicodeDecodeError:
        return True
    return False


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
