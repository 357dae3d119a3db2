"""OTLP's binary form, as the JSON that it stands for. Its library is slow to import, and only exporters need it."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

IDS = ("traceId", "spanId", "parentSpanId")  # hexadecimal in OTLP's JSON, base64 in that of protobuf


def request(body: bytes) -> dict[str, Any]:
    """An ExportTraceServiceRequest. ValueError for what is none."""
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    try:
        message = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise ValueError("not an ExportTraceServiceRequest") from error
    exported: dict[str, Any] = MessageToDict(message, use_integers_for_enums=True)
    for span in _spans(exported):
        span.update({name: base64.b64decode(span[name]).hex() for name in IDS if name in span})
    return exported


def answer(content: Mapping[str, Any]) -> bytes:
    """An ExportTraceServiceResponse, or for a `message` the Status that says it."""
    from google.protobuf.json_format import ParseDict
    from google.rpc.status_pb2 import Status
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    kind: Any = Status if "message" in content else ExportTraceServiceResponse
    return bytes(ParseDict(dict(content), kind()).SerializeToString())


def _spans(exported: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for group in exported.get("resourceSpans", ()):
        for scope in group.get("scopeSpans", ()):
            yield from scope.get("spans", ())
