"""GetTraceSummaries' row of a trace."""

from collections.abc import Iterator
from typing import Any

from shoplib.localaws.traces import status
from shoplib.localaws.traces.segments import Document, parts
from shoplib.localaws.traces.trace import Trace

Row = dict[str, Any]
REQUEST = {"HttpURL": "url", "HttpMethod": "method", "UserAgent": "user_agent", "ClientIp": "client_ip"}


def summary(trace: Trace) -> Row:
    root = trace.root
    return {
        "Id": trace.id,
        "StartTime": trace.start,
        "Duration": round(trace.end - trace.start, 3),
        "ResponseTime": round(status.duration(root), 3),
        "HasFault": status.is_fault(root),
        "HasError": status.is_error(root),
        "HasThrottle": any(map(status.is_throttle, trace.segments)),
        "IsPartial": trace.is_partial,
        "Http": _http(root),
        "Annotations": _annotations(trace),
        "Users": _users(trace),
        "ServiceIds": [service_id(each) for each in trace.segments],
        "ResourceARNs": [{"ARN": arn} for arn in arns(trace)],
        "InstanceIds": [],
        "AvailabilityZones": [],
        "EntryPoint": service_id(root),
        "FaultRootCauses": _causes(trace, "fault"),
        "ErrorRootCauses": _causes(trace, "error"),
        "ResponseTimeRootCauses": [],
        "Revision": len(trace.segments),
    }


def service_id(segment: Document) -> Row:
    about = {"Name": segment["name"], "Names": [segment["name"]]}
    account = (segment.get("aws") or {}).get("account_id")
    kind = {"Type": segment["origin"]} if segment.get("origin") else {}
    return about | kind | ({"AccountId": account} if account else {})


def annotations(trace: Trace) -> Iterator[tuple[str, Any, Document]]:
    """Key, value and segment of every annotation."""
    for segment in trace.segments:
        for part in parts(segment):
            for key, value in (part.get("annotations") or {}).items():
                yield key, value, segment


def arns(trace: Trace) -> list[str]:
    return list(dict.fromkeys(each["resource_arn"] for each in trace.segments if each.get("resource_arn")))


def _http(root: Document) -> Row:
    request = (root.get("http") or {}).get("request") or {}
    known = {name: request[key] for name, key in REQUEST.items() if request.get(key)}
    code = status.http_status(root)
    return known | ({"HttpStatus": code} if code is not None else {})


def _annotations(trace: Trace) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for key, value, segment in annotations(trace):
        rows.setdefault(key, []).append({"AnnotationValue": _value(value), "ServiceIds": [service_id(segment)]})
    return rows


def _value(value: Any) -> Row:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    return {"NumberValue": value} if isinstance(value, int | float) else {"StringValue": str(value)}


def _users(trace: Trace) -> list[Row]:
    with_users = [each for each in trace.segments if each.get("user")]
    return [{"UserName": each["user"], "ServiceIds": [service_id(each)]} for each in with_users]


def _causes(trace: Trace, flag: str) -> list[Row]:
    """The services on which a trace failed, with the exceptions that they tell of."""
    failed = [each for each in trace.segments if each.get(flag)]
    services = [
        {**service_id(each), "EntityPath": [_entity(part) for part in parts(each) if part.get(flag)], "Inferred": False}
        for each in failed
    ]
    return [{"Services": services}] if services else []


def _entity(part: Document) -> Row:
    cause = part.get("cause")
    exceptions = cause.get("exceptions") or [] if isinstance(cause, dict) else []
    rows = [{"Name": each.get("type", ""), "Message": each.get("message", "")} for each in exceptions]
    return {"Name": part["name"], "Exceptions": rows, "Remote": part.get("namespace") == "remote"}
