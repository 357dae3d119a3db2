"""Calls as steps through a picture: which nodes, along which connection, after which wait."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shoplib.architecture.identity import Ids, key, node_of
from shoplib.architecture.journey.calls import Call
from shoplib.architecture.journey.trace_correlation import Record
from shoplib.architecture.model import Edge, Model

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Step:
    """One call between two nodes. `at_ms` counts from the first step; `edge` is None when the model has no such edge.

    `hop`: a queue, stream or the like handed it on, `waited_ms` after it was put there (None when that was not seen).
    `ms` is None for a call that never came to an end."""

    number: int
    at_ms: float
    source: str
    target: str
    edge: Key | None
    operation: str
    ms: float | None
    error: str
    hop: bool
    waited_ms: float | None
    trace: str
    note: str
    payload: str
    answer: str


def steps_of(records: Sequence[Record], model: Model, ids: Ids) -> tuple[Step, ...]:
    """The calls between nodes of the model as steps; others are left out."""
    by_resource = {resource: id for resource, id in ids.items() if model.has(id)}
    ends = [
        (each, node_of(each.call.caller, by_resource), by_resource.get(key(each.call.service, each.call.resource)))
        for each in records
    ]
    return tuple(_number_steps([(each, source, target) for each, source, target in ends if source and target], model))


def _number_steps(ends: Sequence[tuple[Record, str, str]], model: Model) -> Iterator[Step]:
    put: dict[str, list[Call]] = {}  # what was put into each node, so far
    for number, (record, source, target) in enumerate(ends, 1):
        call = record.call
        edge = _edge([edge for edge in model.edges if (edge.source, edge.target) == (source, target)], call)
        wait = _wait(call, put.get(source, ())) if call.hop else None
        at = _ms(call.at - ends[0][0].call.at)
        yield Step(
            number, at, source, target, edge.key if edge else None, call.operation, call.ms, call.error, call.hop, wait,
            call.trace, record.note, record.payload, record.answer,
        )  # fmt: skip
        put.setdefault(target, []).append(call)


def _edge(edges: Iterable[Edge], call: Call) -> Edge | None:
    """Of several edges between two nodes the one that speaks of the operation, else one that is not for failures."""
    ranked = sorted(edges, key=lambda edge: (call.operation not in edge.verbs, edge.kind in ("failure", "reference")))
    return ranked[0] if ranked else None


def _wait(call: Call, put: Sequence[Call]) -> float | None:
    """Milliseconds since it was put there, by the last of several calls that did."""
    ends = [sent.end for sent in put if sent.end <= call.at and (sent.trace in call.links or not call.links)]
    return _ms(call.at - ends[-1]) if ends else None


def _ms(seconds: float) -> float:
    """To the microsecond, which is all that seconds since 1970 can tell apart."""
    return round(seconds * 1000, 3)
