"""The `$context` variables that only access logs have, of REST and HTTP APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""

from typing import Any

from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Headers, Response


def log_variables(exchange: Exchange, response: Response) -> dict[str, Any]:
    """By name below `$context`; nothing here stands for a web application firewall, a client certificate or a VPC."""
    request = exchange.request
    return {
        **_of_authorization(exchange),
        **_of_integration(exchange),
        **exchange.overrides,
        "customDomain": {"basePathMatched": exchange.base_path},
        "dataProcessed": len(request.body) + len(response.body),
        "endpointType": exchange.endpoint_type,
        "isCanaryRequest": bool(exchange.is_canary),
        "responseLatency": exchange.latency_milliseconds,
        "responseLength": len(response.body),
        "status": response.status,
        "xrayTraceId": _trace(request.header("x-amzn-trace-id") or ""),
    }


def _of_integration(exchange: Exchange) -> dict[str, Any]:
    endpoint = exchange.endpoint
    service_status = endpoint.status if endpoint else exchange.integration_status
    latency = exchange.integration_milliseconds if endpoint or exchange.integration_status is not None else None
    error = _integration_error(exchange)
    return {
        "awsEndpointRequestId": endpoint.request_id if endpoint else None,
        "awsEndpointRequestId2": _header(endpoint.response_headers, "x-amz-id-2") if endpoint else None,
        "integration": {
            "error": error,
            "integrationStatus": service_status,
            "latency": latency,
            "requestId": endpoint.request_id if endpoint else None,
            "status": exchange.integration_status,
        },
        "integrationErrorMessage": error,
        "integrationLatency": latency,
        "integrationStatus": service_status,
    }


def _integration_error(exchange: Exchange) -> str:
    return exchange.failure or exchange.error.get("message", "") if exchange.endpoint else ""


def _of_authorization(exchange: Exchange) -> dict[str, Any]:
    known = exchange.authorizer or {}
    # HTTP APIs keep what an authorizer answered under its kind, and log it without.
    context = {**known, **known.get("lambda", {}), **known.get("jwt", {})}
    decision = exchange.authorization
    if decision is None:
        return {"authorizer": context}
    outcome = {"error": decision.error, "latency": decision.milliseconds, "status": decision.status}
    if decision.kind != "authorizer":
        return {"authorizer": context, decision.kind: outcome}
    called = bool(decision.request_id)
    function = {
        "requestId": decision.request_id,
        "integrationLatency": decision.integration_milliseconds if called else None,
        "integrationStatus": 200 if called else None,
    }
    return {"authorizer": {**context, **outcome, **function}}


def _header(headers: Headers, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _trace(header: str) -> str:
    """`1-5759e988-bd862e3fe1be46a994272793` of `Root=1-...;Parent=...`."""
    parts = dict(part.partition("=")[::2] for part in header.split(";"))
    return parts.get("Root", "")
