"""What a filter expression can ask about: a trace as a whole, a service in it, or an edge between two."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shoplib.localaws.traces import status
from shoplib.localaws.traces.segments import Document, parts
from shoplib.localaws.traces.summaries import arns
from shoplib.localaws.traces.trace import Trace

FLAGS = {"ok": status.is_ok, "error": status.is_error, "throttle": status.is_throttle, "fault": status.is_fault}
REQUEST = {"http.url": "url", "http.method": "method", "http.useragent": "user_agent", "http.clientip": "client_ip"}


@dataclass(frozen=True)
class Subject:
    """`segments` are those that annotations, users and names are looked for in; `main` is the one whose status, times
    and request count."""

    trace: Trace
    main: Document
    segments: list[Document]
    is_trace: bool = False

    @classmethod
    def of(cls, trace: Trace) -> "Subject":
        return cls(trace, trace.root, trace.segments, True)

    def flag(self, name: str) -> bool:
        if name == "root":
            return self.main is self.trace.root
        if name == "inferred":
            return any(each.get("inferred") for each in self.segments)
        if name == "partial":
            return any(part.get("in_progress") for each in self.segments for part in parts(each))
        if name == "throttle" and self.is_trace:
            return any(map(status.is_throttle, self.segments))
        return FLAGS[name](self.main)

    def number(self, name: str) -> float | None:
        if name == "http.status":
            return status.http_status(self.main)
        if name == "duration" and self.is_trace:
            return self.trace.end - self.trace.start
        return status.duration(self.main)

    def texts(self, name: str) -> list[str]:
        if name in REQUEST:
            request = (self.main.get("http") or {}).get("request") or {}
            return [str(request[REQUEST[name]])] if REQUEST[name] in request else []
        if name == "resource.arn":
            return arns(self.trace) if self.is_trace else [str(self.main.get("resource_arn", ""))]
        keys = {"user": "user", "name": "name", "type": "origin"}
        return [str(each[keys[name]]) for each in self.segments if each.get(keys[name])]

    def annotations(self, key: str) -> list[Any]:
        candidates = [(part.get("annotations") or {}) for each in self.segments for part in parts(each)]
        return [each[key] for each in candidates if key in each]

    def services(self, name: str, kind: str) -> Iterator["Subject"]:
        """Each service of that name and type; empty means any."""
        for segment in self.segments:
            if name in ("", segment["name"]) and kind in ("", segment.get("origin", "")):
                yield Subject(self.trace, segment, [segment])

    def callers(self) -> Iterator["Subject"]:
        caller = self.trace.owners.get(self.main.get("parent_id", ""))
        if caller is not None and caller is not self.main:
            yield Subject(self.trace, caller, [caller])
