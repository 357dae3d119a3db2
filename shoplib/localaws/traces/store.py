"""The traces of one region, as they were sent: bounded, the oldest are forgotten first. Thread-safe."""

import json
import threading
from collections import OrderedDict

from shoplib.localaws.consistent_pickle import ConsistentPickle
from shoplib.localaws.traces.segments import Document

MOST_BYTES = 32 * 1024 * 1024
Trace = dict[str, str]  # id of a segment -> its document


class TraceStore(ConsistentPickle):
    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._traces: OrderedDict[str, Trace] = OrderedDict()
        self._most_bytes = most_bytes
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, document: Document) -> None:
        """A segment replaces what was sent of it before, unless it was complete and this is its beginning."""
        text, identity = json.dumps(document, separators=(",", ":")), document["id"]
        with self._lock:
            trace = self._traces.setdefault(document["trace_id"], {})
            before = trace.get(identity, "")
            if before and document.get("in_progress") and not json.loads(before).get("in_progress"):
                return
            trace[identity] = text
            self._bytes += len(text) - len(before)
            self._forget_oldest()

    def documents(self, trace_id: str) -> list[Document]:
        """Fresh copies; empty for a trace that is not known."""
        with self._lock:
            texts = list(self._traces.get(trace_id, {}).values())
        return [json.loads(text) for text in texts]

    def ids(self) -> list[str]:
        with self._lock:
            return list(self._traces)

    def _forget_oldest(self) -> None:
        while self._bytes > self._most_bytes and len(self._traces) > 1:
            _, trace = self._traces.popitem(last=False)
            self._bytes -= sum(map(len, trace.values()))
