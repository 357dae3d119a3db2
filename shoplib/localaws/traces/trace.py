"""One trace as X-Ray shows it: subsegments in their places, and the services of AWS that no segment speaks for."""

import hashlib
from collections.abc import Iterator
from functools import cached_property

from shoplib.localaws.traces.segments import Document, ended, parts

# name of a subsegment of an AWS SDK -> its kind of resource, and where its name is
RESOURCES = {
    "dynamodb": ("AWS::DynamoDB::Table", "table_name"),
    "s3": ("AWS::S3::Bucket", "bucket_name"),
    "sqs": ("AWS::SQS::Queue", "queue_url"),
    "sns": ("AWS::SNS", "topic_arn"),
    "kinesis": ("AWS::Kinesis", "stream_name"),
    "lambda": ("AWS::Lambda", "function_name"),
}
Parts = dict[str, tuple[Document, Document]]  # by id: the part, and the document that it came in
COPIED = ("start_time", "end_time", "http", "error", "fault", "throttle", "aws")  # to the callee, of the call to it
MOVED = ("trace_id", "parent_id", "type")  # what a subsegment says only when it is sent by itself


class Trace:
    """`documents` as they were sent."""

    def __init__(self, identity: str, documents: list[Document]) -> None:
        self.id = identity
        self._sent = documents

    @cached_property
    def segments(self) -> list[Document]:
        """In the order of their beginning, those that are inferred at last."""
        whole = sorted(_embedded(self._sent), key=lambda segment: segment["start_time"])
        return whole + list(_inferred(whole))

    @cached_property
    def root(self) -> Document:
        """The segment that nobody in this trace called."""
        owners = self.owners
        outside = [each for each in self.segments if each.get("parent_id") not in owners]
        return (outside or self.segments)[0]

    @cached_property
    def owners(self) -> dict[str, Document]:
        """Which segment each part belongs to, by the part's id."""
        return {part["id"]: segment for segment in self.segments for part in parts(segment)}

    @property
    def start(self) -> float:
        return min(float(each["start_time"]) for each in self.segments)

    @property
    def end(self) -> float:
        return max(map(ended, self.segments))

    @property
    def is_partial(self) -> bool:
        return any(part.get("in_progress") for segment in self.segments for part in parts(segment))


def _embedded(documents: list[Document]) -> list[Document]:
    """Segments, with the subsegments that came by themselves within the part that they name as their parent."""
    known = {part["id"]: (part, document) for document in documents for part in parts(document)}
    above = {each["id"]: known[each["parent_id"]] for each in documents if _is_within(each, known)}
    top = []
    for document in documents:
        if document["id"] not in above or _is_circular(document["id"], above):
            top.append(document)
            continue
        _put(above[document["id"]][0], document)
    return top


def _is_within(document: Document, known: Parts) -> bool:
    return document.get("type") == "subsegment" and document.get("parent_id") in known


def _is_circular(identity: str, above: Parts) -> bool:
    """Whether a subsegment would be within itself."""
    seen, next_one = set(), identity
    while next_one in above and next_one not in seen:
        seen.add(next_one)
        next_one = above[next_one][1]["id"]
    return next_one in above


def _put(parent: Document, part: Document) -> None:
    for name in MOVED:
        part.pop(name, None)
    place = parent.setdefault("subsegments", [])
    place[:] = [each for each in place if each["id"] != part["id"]] + [part]


def _inferred(segments: list[Document]) -> Iterator[Document]:
    """What an AWS SDK or an HTTP client called, where the callee has sent no segment of its own."""
    parents = {segment.get("parent_id") for segment in segments}
    for segment in segments:
        for part in parts(segment):
            if part is not segment and part.get("namespace") in ("aws", "remote") and part["id"] not in parents:
                yield _callee(part, segment["trace_id"])


def _callee(part: Document, trace_id: str) -> Document:
    name, origin = _identity(part)
    about = {"id": hashlib.sha256(part["id"].encode()).hexdigest()[:16], "name": name, "trace_id": trace_id}
    return {
        **about,
        "parent_id": part["id"],
        "inferred": True,
        "origin": origin,
        **{key: part[key] for key in COPIED if key in part},
    }


def _identity(part: Document) -> tuple[str, str]:
    if part["namespace"] == "remote":
        return part["name"], "remote"
    origin, key = RESOURCES.get(part["name"].lower(), (f"AWS::{part['name']}", ""))
    return str((part.get("aws") or {}).get(key) or part["name"]), origin
