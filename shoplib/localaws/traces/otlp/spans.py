"""From a span of OpenTelemetry to a segment or subsegment of X-Ray."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.traces.otlp.attributes import Attributes, attributes, first
from shoplib.localaws.traces.segments import Document

SERVER, CLIENT, PRODUCER = 2, 3, 4
FAILED = 2  # status code
ANNOTATED = "aws.xray.annotations"
NOT_OF_A_KEY = re.compile(r"\W")
NOT_OF_A_NAME = re.compile(r"[^\w\s.:/%&#=+\-@]")
NANOSECONDS = 1e9
REQUEST = {
    "method": ("http.request.method", "http.method"),
    "url": ("url.full", "http.url"),
    "user_agent": ("user_agent.original", "http.user_agent"),
    "client_ip": ("client.address", "http.client_ip"),
}
STATUS = ("http.response.status_code", "http.status_code")
CALL = {
    "operation": ("rpc.method",),
    "region": ("cloud.region", "aws.region"),
    "request_id": ("aws.request_id", "aws.requestId"),
    "queue_url": ("aws.sqs.queue.url", "aws.queue_url"),
    "topic_arn": ("aws.sns.topic.arn",),
    "bucket_name": ("aws.s3.bucket",),
    "stream_name": ("aws.kinesis.stream_name",),
    "table_name": ("aws.dynamodb.table_names", "aws.table_name"),
}


def documents(request: Mapping[str, Any]) -> Iterator[Document]:
    """Of an ExportTraceServiceRequest. May raise KeyError, TypeError or ValueError for what is none."""
    for group in request.get("resourceSpans") or ():
        resource = attributes((group.get("resource") or {}).get("attributes"))
        for scope in group.get("scopeSpans") or ():
            for span in scope.get("spans") or ():
                yield document(span, resource)


def document(span: Mapping[str, Any], resource: Attributes) -> Document:
    """What a service received is a segment of its own, unless a Lambda function did: Lambda has begun that already."""
    known, kind, parent = attributes(span.get("attributes")), _kind(span), span.get("parentSpanId") or ""
    is_segment = not parent or (kind == SERVER and resource.get("cloud.platform") != "aws_lambda")
    service = str(resource.get("service.name") or "unknown_service")
    return {
        "id": str(span["spanId"]).lower(),
        "trace_id": str(span["traceId"]).lower(),
        "name": _name(service if is_segment else _callee(span, known, kind)),
        "start_time": int(span["startTimeUnixNano"]) / NANOSECONDS,
        "end_time": int(span["endTimeUnixNano"]) / NANOSECONDS,
        **({"parent_id": str(parent).lower()} if parent else {}),
        **({} if is_segment else {"type": "subsegment"}),
        **_http(known),
        **(_call(known) if kind in (CLIENT, PRODUCER) and not is_segment else {}),
        **_outcome(span, known),
        **_described(known, resource),
    }


def _kind(span: Mapping[str, Any]) -> int:
    """Also by its name, as some libraries write it."""
    names = {"SPAN_KIND_SERVER": SERVER, "SPAN_KIND_CLIENT": CLIENT, "SPAN_KIND_PRODUCER": PRODUCER}
    kind = span.get("kind", 0)
    return kind if isinstance(kind, int) else names.get(str(kind), 0)


def _callee(span: Mapping[str, Any], known: Attributes, kind: int) -> str:
    """X-Ray names a call by what is called, other work by the name of the span."""
    called = first(known, "rpc.service", "peer.service", "server.address", "db.system") if kind == CLIENT else None
    return str(called or span.get("name") or "span")


def _name(text: str) -> str:
    return NOT_OF_A_NAME.sub("", text)[:200] or "span"


def _http(known: Attributes) -> Document:
    request = {key: first_value for key, names in REQUEST.items() if (first_value := first(known, *names)) is not None}
    code = first(known, *STATUS)
    response = {"response": {"status": int(code)}} if code is not None else {}
    return {"http": {**({"request": request} if request else {}), **response}} if request or response else {}


def _call(known: Attributes) -> Document:
    if known.get("rpc.system") != "aws-api":
        return {"namespace": "remote"}
    values = {key: first(known, *names) for key, names in CALL.items()}
    plain = {key: each[0] if isinstance(each, list) and each else each for key, each in values.items()}
    return {"namespace": "aws", "aws": {key: each for key, each in plain.items() if each}}


def _outcome(span: Mapping[str, Any], known: Attributes) -> Document:
    code = int(first(known, *STATUS) or 0)
    throttle = {"throttle": True} if code == 429 else {}
    if 400 <= code < 500:
        return {"error": True, **throttle, **_cause(span)}
    status = (span.get("status") or {}).get("code", 0)
    return {"fault": True, **_cause(span)} if code >= 500 or status in (FAILED, "STATUS_CODE_ERROR") else {}


def _cause(span: Mapping[str, Any]) -> Document:
    events = [
        attributes(each.get("attributes")) for each in span.get("events") or () if each.get("name") == "exception"
    ]
    exceptions = [
        {
            "id": str(span["spanId"]).lower(),
            "type": str(each.get("exception.type", "")),
            "message": str(each.get("exception.message", "")),
        }
        for each in events
    ]
    return {"cause": {"exceptions": exceptions}} if exceptions else {}


def _described(known: Attributes, resource: Attributes) -> Document:
    """Annotations are those that the span itself lists; all else is metadata, which nobody can search by."""
    names = known.get(ANNOTATED) or []
    annotations = {NOT_OF_A_KEY.sub("_", name): known[name] for name in names if name in known}
    metadata = {name: each for name, each in known.items() if name != ANNOTATED and name not in names}
    user = first(known, "enduser.id", "user.id")
    return {
        **({"annotations": annotations} if annotations else {}),
        "metadata": {"default": {**metadata, "otel.resource": resource}},
        **({"user": str(user)} if user else {}),
    }
