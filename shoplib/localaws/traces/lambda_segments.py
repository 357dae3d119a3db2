"""The two segments of an invocation: Lambda's own (AWS::Lambda), and the function's (AWS::Lambda::Function)."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from shoplib.localaws.functions import Observed
from shoplib.localaws.functions.observation import Span
from shoplib.localaws.request_context import trace_parent, trace_root
from shoplib.localaws.traces.segments import Document

MOST_LINKS = 20


def segments(observed: Observed) -> Iterator[Document]:
    """None for an invocation whose trace is not sampled."""
    span = observed.span
    if span is not None:
        yield _service(observed, span)
        if span.began is not None:
            yield _function(observed, span, span.began)


def _service(observed: Observed, span: Span) -> Document:
    """The time in Lambda's hands, from the request on."""
    document = {
        "id": _id(span, "service"),
        "name": observed.function,
        "trace_id": trace_root(span.header),
        "start_time": span.queued_at or span.received,
        "end_time": span.ended,
        "http": {"response": {"status": 429 if span.began is None else 202 if span.queued_at else 200}},
        "aws": {"request_id": span.request_id, "account_id": observed.account_id},
        "origin": "AWS::Lambda",
        "resource_arn": _arn(observed),
        **(_parent(span) | _links(span)),
        **({"throttle": True, "error": True} if span.began is None else {}),
        **({"fault": True} if observed.error else {}),
    }
    return document | ({"subsegments": list(_waiting(span))} if span.queued_at else {})


def _waiting(span: Span) -> Iterator[Document]:
    """Of an asynchronous event: how long it was queued, and the attempt that this is."""
    assert span.queued_at is not None
    started = span.began or span.ended
    yield _part(_id(span, "dwell"), "Dwell Time", span.queued_at, started)
    yield _part(_id(span, "attempt"), f"Attempt #{span.attempt}", started, span.ended)


def _function(observed: Observed, span: Span, began: float) -> Document:
    arn, ended = _arn(observed), began + span.duration_ms / 1000
    fault: Document = {"fault": True, "cause": _cause(span)} if observed.error else {}
    about = {"aws": {"function_arn": arn}}
    invocation = _part(trace_parent(span.header), "Invocation", began, ended) | about | fault
    overhead = _part(_id(span, "overhead"), "Overhead", ended, max(ended, span.ended)) | about
    before = [_initialization(span, began) | about] if span.init_ms is not None else []
    return {
        "id": _id(span, "function"),
        "name": observed.function,
        "trace_id": trace_root(span.header),
        "start_time": began,
        "end_time": max(ended, span.ended),
        "parent_id": _id(span, "attempt" if span.queued_at else "service"),
        "aws": {"account_id": observed.account_id, "function_arn": arn, "resource_names": [observed.function]},
        "origin": "AWS::Lambda::Function",
        "subsegments": [*before, invocation, overhead],
        **fault,
    }


def _initialization(span: Span, began: float) -> Document:
    return _part(_id(span, "init"), "Initialization", began - (span.init_ms or 0.0) / 1000, began)


def _part(identity: str, name: str, start: float, end: float) -> Document:
    return {"id": identity, "name": name, "start_time": start, "end_time": end}


def _parent(span: Span) -> Document:
    parent = trace_parent(span.incoming)
    return {"parent_id": parent} if parent else {}


def _links(span: Span) -> Document:
    """To the traces of what an event source delivered."""
    links = [_link(header) for header in span.linked[:MOST_LINKS] if trace_root(header) != trace_root(span.header)]
    return {"links": links} if links else {}


def _link(header: str) -> dict[str, Any]:
    link = {"trace_id": trace_root(header), "id": trace_parent(header)}
    return {**{name: value for name, value in link.items() if value}, "attributes": {"ReferenceType": "parent"}}


def _cause(span: Span) -> Document:
    """The exception of the handler's answer."""
    try:
        answer = json.loads(span.failure)
        kind, message = answer.get("errorType", "Unhandled"), answer.get("errorMessage", "")
    except (ValueError, AttributeError):
        kind, message = "Unhandled", ""
    return {"exceptions": [{"id": _id(span, "exception"), "type": kind, "message": message}]}


def _arn(observed: Observed) -> str:
    return f"arn:aws:lambda:{observed.region}:{observed.account_id}:function:{observed.function}"


def _id(span: Span, part: str) -> str:
    """By the segment that the handler was given as its parent: each attempt has its own."""
    return hashlib.sha256(f"{trace_parent(span.header)} {part}".encode()).hexdigest()[:16]
