"""Synchronous and asynchronous calls from function to function; what is between them becomes a label."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from shoplib.architecture.model import ASYNCHRONOUS, SYNCHRONOUS, Edge, Model, Node

FUNCTION, TABLE = "AWS::Lambda::Function", "AWS::DynamoDB::Table"
MEDIA = {
    TABLE,
    "AWS::Events::EventBus",
    "AWS::Kinesis::Stream",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
}
WRITES = {
    "SendMessage", "Publish", "PutEvents", "PutRecord", "PutRecords", "PutObject",
    "PutItem", "UpdateItem", "BatchWriteItem", "any action",
}  # fmt: skip
READS = {"ReceiveMessage", "GetRecords", "GetObject", "GetItem", "BatchGetItem", "Query", "Scan", "any action"}
_HANDLER = re.compile(r"shoplib\.services\.(\w+)\.")

# The routes that a function asks of the API whose address it is given.
Requests = Callable[[str], Collection[str]]


class End(NamedTuple):
    """A function, a table or the callers; `route` is the one by which it is asked, or on which it asks."""

    id: str
    route: str = ""


@dataclass(frozen=True)
class Interaction:
    """`evidence` names the connections of the model that it stands for."""

    source: End
    target: End
    kind: str
    how: str
    evidence: tuple[str, ...]


def service_of(node: Node) -> str:
    """The service whose code a function runs, by its handler; empty for other nodes."""
    matches = (_HANDLER.match(setting) for setting in node.settings)
    return next((match.group(1) for match in matches if match), "")


def find(model: Model, requests: Requests) -> Iterator[Interaction]:
    """All interactions of the functions of `model`, callers included, each route and each way by itself."""
    yield from routes(model, requests)
    for edge in _calls(model):
        yield from _requests(model, edge)
        yield from _messages(model, edge)
    yield from _guards(model)


def routes(model: Model, requests: Requests) -> Iterator[Interaction]:
    """Requests of callers and of functions, through an API or straight to a function."""
    for request in (edge for edge in model.edges if edge.kind == "request"):
        allowed = None if request.source == model.callers else requests(request.source)
        if _is_function(model, request.target):
            yield Interaction(End(request.source), End(request.target), SYNCHRONOUS, "HTTP", evidence_of(request))
        for invoke in _invocations(model, request.target):
            for route in invoke.verbs if allowed is None else [verb for verb in invoke.verbs if verb in allowed]:
                evidence = (*evidence_of(request), *evidence_of(invoke, route))
                yield Interaction(End(request.source), End(invoke.target, route), SYNCHRONOUS, "HTTP", evidence)


def evidence_of(edge: Edge, *verbs: str) -> tuple[str, ...]:
    """An edge as evidence, with all that it says or with `verbs` alone."""
    return tuple(f"{edge.source} → {edge.target}: {verb}" for verb in verbs or edge.verbs)


def _is_function(model: Model, id: str) -> bool:
    return model.node(id).type == FUNCTION


def _invocations(model: Model, api: str) -> list[Edge]:
    invocations = (edge for edge in model.edges if edge.kind == "invoke" and edge.source == api)
    return [edge for edge in invocations if _is_function(model, edge.target)]


def _calls(model: Model) -> Iterator[Edge]:
    return (edge for edge in model.edges if edge.kind == "call" and _is_function(model, edge.source))


def _requests(model: Model, call: Edge) -> Iterator[Interaction]:
    """A function that is invoked, or a table that may be somebody's."""
    ends = End(call.source), End(call.target)
    if _is_function(model, call.target) and "InvokeFunction" in call.verbs:
        yield Interaction(*ends, SYNCHRONOUS, "invoke", evidence_of(call, "InvokeFunction"))
    if model.node(call.target).type == TABLE:
        writes = not READS.issuperset(call.verbs)
        yield Interaction(*ends, SYNCHRONOUS, "writes its tables" if writes else "reads its tables", evidence_of(call))


def _messages(model: Model, call: Edge) -> Iterator[Interaction]:
    """What is written into a queue, a stream, a bucket ... and everybody who is fed from it or reads it."""
    sent = [verb for verb in call.verbs if verb in WRITES]
    if not sent or model.node(call.target).type not in MEDIA:
        return
    for receiver, way in _receivers(model, call.target):
        yield Interaction(
            End(call.source), End(receiver), ASYNCHRONOUS, f"via {call.target}", (*evidence_of(call, *sent), *way)
        )


def _receivers(model: Model, medium: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Functions with the way to them: by events, through whatever passes these on, or by reading themselves."""
    waiting: list[tuple[str, tuple[str, ...]]] = [(medium, ())]
    visited = {medium}
    for place, way in waiting:
        for edge in (edge for edge in model.edges if edge.kind == "event" and edge.source == place):
            if _is_function(model, edge.target):
                yield edge.target, (*way, *evidence_of(edge))
            elif edge.target not in visited:
                visited.add(edge.target)
                waiting.append((edge.target, (*way, *evidence_of(edge))))
    for call in _calls(model):
        reads = [verb for verb in call.verbs if verb in READS]
        if call.target == medium and reads:
            yield call.source, evidence_of(call, *reads)


def _guards(model: Model) -> Iterator[Interaction]:
    """On a guarded route the API asks the authorizer first: both edges name the route's place as evidence."""
    for guard in (edge for edge in model.edges if edge.kind == "authorize" and _is_function(model, edge.target)):
        for invoke in _invocations(model, guard.source):
            places = [place for place in invoke.evidence if place in guard.evidence]
            for route in (place.partition(": ")[2] for place in places):
                evidence = (*evidence_of(invoke, route), *evidence_of(guard))
                yield Interaction(End(invoke.target, route), End(guard.target), SYNCHRONOUS, "authorizer", evidence)
