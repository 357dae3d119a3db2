"""Payload format 1.0: the event of REST APIs (AWS_PROXY) and of HTTP API integrations that ask for "1.0"."""

import base64
from typing import Any

from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Request

# Every key is present in AWS's events, with null where nothing is known.
UNKNOWN_IDENTITY: dict[str, Any] = dict.fromkeys(
    (
        "cognitoIdentityPoolId",
        "accountId",
        "cognitoIdentityId",
        "caller",
        "sourceIp",
        "principalOrgId",
        "accessKey",
        "cognitoAuthenticationType",
        "cognitoAuthenticationProvider",
        "userArn",
        "userAgent",
        "user",
    )
)


def proxy_event(exchange: Exchange, binary: bool) -> dict[str, Any]:
    """The event of a proxy integration; `binary` says that the body goes base64-encoded."""
    request = exchange.request
    event = request_fields(exchange)
    event["requestContext"] = request_context(exchange)
    event["body"] = encode_body(request.body, binary)
    event["isBase64Encoded"] = binary and bool(request.body)
    return event


def request_fields(exchange: Exchange, empty: Any = None) -> dict[str, Any]:
    """Path, headers and parameters; `empty` stands for maps without entries (null in proxy events)."""
    request = exchange.request
    headers, multi_headers = _grouped(request.headers)
    query, multi_query = _grouped(request.query)
    return {
        "resource": exchange.resource_path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": headers or empty,
        "multiValueHeaders": multi_headers or empty,
        "queryStringParameters": query or empty,
        "multiValueQueryStringParameters": multi_query or empty,
        "pathParameters": exchange.path_parameters or empty,
        "stageVariables": exchange.stage_variables or empty,
    }


def request_context(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    context: dict[str, Any] = {
        "resourceId": exchange.resource_id,
        "resourcePath": exchange.resource_path,
        "httpMethod": request.method,
        "extendedRequestId": extended_request_id(request),
        "requestTime": exchange.request_time,
        "path": exchange.full_path,
        "accountId": exchange.account_id,
        "protocol": request.protocol,
        "stage": exchange.stage,
        "domainPrefix": exchange.domain_prefix,
        "requestTimeEpoch": exchange.epoch_milliseconds,
        "requestId": request.request_id,
        "identity": identity(exchange),
        "domainName": request.domain_name,
        "deploymentId": exchange.deployment_id,
        "apiId": exchange.api_id,
    }
    if exchange.authorizer is not None:
        context["authorizer"] = exchange.authorizer
    return context


def identity(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    known = {"sourceIp": request.source_ip, "userAgent": request.header("user-agent")}
    return {**UNKNOWN_IDENTITY, **known, **exchange.identity}


def extended_request_id(request: Request) -> str:
    """Value of `x-amz-apigw-id`: an opaque base64 word per request."""
    return base64.b64encode(request.request_id.encode()[:11]).decode()


def encode_body(body: bytes, binary: bool) -> str | None:
    if not body:
        return None
    return base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace")


def _grouped(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Last value per name, and all values per name."""
    multiple: dict[str, list[str]] = {}
    for name, value in pairs:
        multiple.setdefault(name, []).append(value)
    return {name: values[-1] for name, values in multiple.items()}, multiple
