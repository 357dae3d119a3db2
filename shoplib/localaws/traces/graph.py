"""The graph of services that traces make: who called whom, how often, how fast, and with which failures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from shoplib.localaws.traces import status
from shoplib.localaws.traces.segments import Document, ended
from shoplib.localaws.traces.trace import Trace

Key = tuple[str, str]  # name and type
Row = dict[str, Any]
CLIENT = "client"


@dataclass
class Figures:
    """Of the requests that a service answered, or that went along an edge."""

    requests: list[Document] = field(default_factory=list)

    def add(self, segment: Document) -> None:
        self.requests.append(segment)

    def times(self) -> Row:
        start = min(float(each["start_time"]) for each in self.requests)
        end = max(map(ended, self.requests))
        return {"StartTime": start, "EndTime": end}

    def statistics(self) -> Row:
        throttles = sum(map(status.is_throttle, self.requests))
        errors, faults = sum(map(status.is_error, self.requests)), sum(map(status.is_fault, self.requests))
        return {
            "OkCount": sum(map(status.is_ok, self.requests)),
            "ErrorStatistics": {
                "ThrottleCount": throttles,
                "OtherCount": max(0, errors - throttles),
                "TotalCount": max(errors, throttles),
            },
            "FaultStatistics": {"OtherCount": faults, "TotalCount": faults},
            "TotalCount": len(self.requests),
            "TotalResponseTime": round(sum(map(status.duration, self.requests)), 3),
        }

    def histogram(self) -> list[Row]:
        counts: dict[float, int] = {}
        for each in self.requests:
            value = round(status.duration(each), 3)
            counts[value] = counts.get(value, 0) + 1
        return [{"Value": value, "Count": counts[value]} for value in sorted(counts)]


@dataclass
class Service:
    number: int
    name: str
    kind: str
    is_root: bool = False
    account: str = ""
    figures: Figures = field(default_factory=Figures)
    edges: dict[Key, Figures] = field(default_factory=dict)


def services(traces: Iterable[Trace]) -> list[Row]:
    """X-Ray's Services, the clients included, with their edges."""
    known: dict[Key, Service] = {}
    for trace in traces:
        for segment in trace.segments:
            _add(known, trace, segment)
    return [_row(each, known) for each in known.values()]


def _add(known: dict[Key, Service], trace: Trace, segment: Document) -> None:
    key = _key(segment)
    service = _service(known, key)
    service.figures.add(segment)
    service.account = (segment.get("aws") or {}).get("account_id", service.account)
    caller = trace.owners.get(segment.get("parent_id", ""))
    if caller is None or caller is segment:
        service.is_root = True
        _service(known, (segment["name"], CLIENT)).edges.setdefault(key, Figures()).add(segment)
    else:
        _service(known, _key(caller)).edges.setdefault(key, Figures()).add(segment)


def _service(known: dict[Key, Service], key: Key) -> Service:
    if key not in known:
        known[key] = Service(len(known), *key)
    return known[key]


def _key(segment: Document) -> Key:
    return segment["name"], segment.get("origin") or ""


def _row(service: Service, known: dict[Key, Service]) -> Row:
    edges = [_edge(known[key].number, figures) for key, figures in service.edges.items()]
    row: Row = {"ReferenceId": service.number, "Name": service.name, "Names": [service.name], "Root": service.is_root}
    row |= {"Type": service.kind} if service.kind else {}
    row |= {"AccountId": service.account} if service.account else {}
    if service.kind == CLIENT:
        times = [figures.times() for figures in service.edges.values()]
        span = {"StartTime": min(t["StartTime"] for t in times), "EndTime": max(t["EndTime"] for t in times)}
        return row | {"State": "unknown", **span, "Edges": edges}
    figures = service.figures
    histogram = figures.histogram()
    measured = {"SummaryStatistics": figures.statistics(), "DurationHistogram": histogram}
    return row | {
        "State": "active",
        **figures.times(),
        "Edges": edges,
        **measured,
        "ResponseTimeHistogram": histogram,
    }


def _edge(number: int, figures: Figures) -> Row:
    about = {"SummaryStatistics": figures.statistics(), "ResponseTimeHistogram": figures.histogram()}
    return {"ReferenceId": number, **figures.times(), **about, "Aliases": []}
