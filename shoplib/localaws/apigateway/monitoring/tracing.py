"""The segment of a traced stage: begun before the integration is called, which gets its id as its parent."""

import secrets
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.apigateway.exchange import Exchange
from shoplib.localaws.apigateway.messages import Response
from shoplib.localaws.request_context import is_sampled, new_trace, trace_parent, trace_root

HEADER = "X-Amzn-Trace-Id"
Segment = dict[str, Any]


@dataclass(frozen=True)
class StageSpan:
    """`call_id` is the subsegment of the integration's call."""

    root: str
    parent: str
    segment_id: str
    call_id: str


def begin(exchange: Exchange, stage: Any) -> None:
    """A stage with tracing samples what nobody has decided upon yet; without tracing the header goes through."""
    incoming = exchange.request.header(HEADER) or ""
    if not stage.tracing_enabled or is_sampled(incoming) is False:
        return
    root = trace_root(incoming) or trace_root(new_trace())
    span = exchange.span = StageSpan(root, trace_parent(incoming), secrets.token_hex(8), secrets.token_hex(8))
    others = [pair for pair in exchange.request.headers if pair[0].lower() != HEADER.lower()]
    exchange.request.headers = [*others, (HEADER, f"Root={root};Parent={span.call_id};Sampled=1")]


def end(exchange: Exchange, api_name: str, response: Response) -> Segment | None:
    """The segment of a request that is traced, and its trace in the answer; None for others."""
    if exchange.span is None:
        return None
    response.set_default(HEADER, f"Root={exchange.span.root};Sampled=1")
    return _segment(exchange, exchange.span, api_name, response)


def _segment(exchange: Exchange, span: StageSpan, api_name: str, response: Response) -> Segment:
    start = exchange.request.received_at
    call = [_call(exchange, span)] if exchange.endpoint else []
    gateway = {"account_id": exchange.account_id, "rest_api_id": exchange.api_id, "stage": exchange.stage}
    return {
        "id": span.segment_id,
        "name": f"{api_name}/{exchange.stage}",
        "trace_id": span.root,
        "start_time": start,
        "end_time": start + exchange.latency_milliseconds / 1000,
        "http": {"request": _request(exchange), "response": _response(response)},
        "aws": {
            "account_id": exchange.account_id,
            "api_gateway": gateway | {"request_id": exchange.request.request_id},
        },
        "annotations": {"aws:api_id": exchange.api_id, "aws:api_stage": exchange.stage},
        "origin": "AWS::ApiGateway::Stage",
        "resource_arn": f"arn:aws:apigateway:{exchange.region}::/restapis/{exchange.api_id}/stages/{exchange.stage}",
        **({"parent_id": span.parent} if span.parent else {}),
        **({"subsegments": call} if call else {}),
        **_flags(response.status),
    }


def _request(exchange: Exchange) -> Segment:
    request = exchange.request
    return {
        "url": f"https://{request.domain_name}{exchange.full_path}",
        "method": request.method,
        "user_agent": request.header("user-agent") or "",
        "client_ip": request.source_ip,
        "x_forwarded_for": True,
    }


def _response(response: Response) -> Segment:
    return {"status": response.status, "content_length": len(response.body)}


def _call(exchange: Exchange, span: StageSpan) -> Segment:
    endpoint = exchange.endpoint
    assert endpoint is not None
    end = exchange.request.received_at + exchange.latency_milliseconds / 1000
    start = max(exchange.request.received_at, end - exchange.integration_milliseconds / 1000)
    name, about = _callee(endpoint.uri, exchange.region)
    answer = {"response": {"status": endpoint.status, "content_length": len(endpoint.response_body)}}
    return {
        "id": span.call_id,
        "name": name,
        "start_time": start,
        "end_time": end,
        "http": {"request": {"url": endpoint.uri, "method": "POST"}, **(answer if endpoint.status else {})},
        **about,
    }


def _callee(uri: str, region: str) -> tuple[str, Segment]:
    """Lambda with the function's name; another host as it is called."""
    if "/functions/" not in uri:
        return uri.partition("://")[2].partition("/")[0] or uri, {"namespace": "remote"}
    function = uri.partition("/functions/")[2].removesuffix("/invocations").partition(":function:")[2].partition(":")[0]
    call = {"function_name": function, "region": region, "operation": "Invoke", "resource_names": [function]}
    return "Lambda", {"aws": call, "namespace": "aws"}


def _flags(code: int) -> Segment:
    if code >= 500:
        return {"fault": True}
    throttle = {"throttle": True} if code == 429 else {}
    return {"error": True, **throttle} if code >= 400 else {}
