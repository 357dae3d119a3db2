"""Segment documents: what X-Ray takes of them, and what it says of those that it does not take."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

LARGEST = 64 * 1024
DAY_S = 24 * 3600
OLDEST_S = 30 * DAY_S
SEGMENT_ID = re.compile(r"[0-9a-f]{16}")
TRACE_ID = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
W3C_TRACE_ID = re.compile(r"([0-9a-f]{8})([0-9a-f]{24})")
NAME = re.compile(r"[\w\s.:/%&#=+\-@*?;()$^~!,|'<>\[\]{}]{1,200}")
MOST_ANNOTATIONS = 50
Document = dict[str, Any]


class Unprocessed(Exception):
    """A document that is not taken, with X-Ray's code for why not; `segment_id` where it could be read."""

    def __init__(self, code: str, segment_id: str = "") -> None:
        super().__init__(f"Invalid segment. ErrorCode: {code}")
        self.code = code
        self.segment_id = segment_id

    def to_dict(self) -> dict[str, str]:
        identity = {"Id": self.segment_id} if self.segment_id else {}
        return {**identity, "ErrorCode": self.code, "Message": str(self)}


def read(text: str) -> Document:
    """A segment, or a subsegment that is sent by itself, with its trace id as X-Ray writes it. Raises Unprocessed."""
    if len(text.encode()) > LARGEST:
        raise Unprocessed("SegmentTooLarge")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Unprocessed("ParseError") from None
    if not isinstance(document, dict) or not document.get("id"):
        raise Unprocessed("MissingId")
    _check(document)
    document["trace_id"] = trace_id(document["trace_id"])
    return document


def trace_id(identity: str) -> str:
    """As X-Ray writes it: ids of W3C's trace context have the same 32 digits without dashes."""
    match = W3C_TRACE_ID.fullmatch(identity)
    return f"1-{match[1]}-{match[2]}" if match else identity


def began(identity: str) -> float:
    """The time in a trace id, in seconds since 1970."""
    match = TRACE_ID.fullmatch(identity)
    return float(int(match[1], 16)) if match else 0.0


def parts(document: Document) -> Iterator[Document]:
    """A segment and, depth first, all that is within it."""
    yield document
    for part in document.get("subsegments") or []:
        yield from parts(part)


def ended(document: Document) -> float:
    """When a part ended; one in progress has no duration yet."""
    return float(document["end_time"] if "end_time" in document else document["start_time"])


def _check(document: Document) -> None:
    identity = document["id"]
    if not isinstance(identity, str) or not SEGMENT_ID.fullmatch(identity):
        raise Unprocessed("InvalidId", str(identity))
    _check_trace(document, identity)
    _check_times(document, identity)
    if not isinstance(document.get("name"), str) or not document["name"]:
        raise Unprocessed("MissingName", identity)
    if not NAME.fullmatch(document["name"]):
        raise Unprocessed("InvalidName", identity)
    parent = document.get("parent_id")
    if parent is not None and not SEGMENT_ID.fullmatch(str(parent)):
        raise Unprocessed("InvalidParentId", identity)
    if document.get("type") == "subsegment" and not parent:
        raise Unprocessed("MissingParentId", identity)
    _check_annotations(document, identity)
    for part in document.get("subsegments") or []:
        _check_part(part, identity)


def _check_trace(document: Document, identity: str) -> None:
    if not document.get("trace_id"):
        raise Unprocessed("MissingTraceId", identity)
    if W3C_TRACE_ID.fullmatch(str(document["trace_id"])):
        return  # such an id has no time in it
    match = TRACE_ID.fullmatch(str(document["trace_id"]))
    age = time.time() - int(match[1], 16) if match else 0
    if not match or not -DAY_S < age < OLDEST_S:
        raise Unprocessed("InvalidTraceId", identity)


def _check_times(document: Document, identity: str) -> None:
    if not _is_number(document.get("start_time")):
        raise Unprocessed("InvalidStartTime" if "start_time" in document else "MissingStartTime", identity)
    is_open = document.get("in_progress") is True
    if "end_time" not in document and not is_open:
        raise Unprocessed("MissingEndTime", identity)
    if "end_time" in document and (is_open or not _is_number(document["end_time"])):
        raise Unprocessed("InvalidEndTime", identity)


def _check_annotations(document: Document, identity: str) -> None:
    annotations = document.get("annotations") or {}
    if not isinstance(annotations, dict) or len(annotations) > MOST_ANNOTATIONS:
        raise Unprocessed("InvalidAnnotations", identity)


def _check_part(part: Any, identity: str) -> None:
    if not isinstance(part, dict) or not SEGMENT_ID.fullmatch(str(part.get("id"))):
        raise Unprocessed("InvalidSubsegment", identity)
    _check_times(part, identity)
    for inner in part.get("subsegments") or []:
        _check_part(inner, identity)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
