"""The X-Ray trace header that every invocation carries, and whose calls it makes known."""

import re
import secrets
import threading
from collections import OrderedDict

from shoplib.localaws.request_context import new_trace

MOST_SPANS = 20_000
_PARENT = re.compile(r";?Parent=([^;]*)")


def trace_header(incoming: str | None) -> str:
    """The caller's trace with a parent of the invocation's own, as Lambda gives it to the handler; a new trace that is
    not sampled when there is none."""
    header = _PARENT.sub("", incoming) if incoming else new_trace()
    root, semicolon, rest = header.partition(";")
    return f"{root};Parent={secrets.token_hex(8)}{semicolon}{rest}" + ("" if "Sampled=" in rest else ";Sampled=0")


class Spans:
    """Which function made a request that is not signed, but carries the trace of its invocation. The oldest are
    forgotten. Thread-safe."""

    def __init__(self) -> None:
        self._functions: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, header: str, function: str) -> None:
        with self._lock:
            self._functions[_parent(header)] = function
            if len(self._functions) > MOST_SPANS:
                self._functions.popitem(last=False)

    def function_of(self, header: str | None) -> str:
        """ARN of the function; empty for anybody else's request."""
        return self._functions.get(_parent(header), "") if header else ""


def _parent(header: str) -> str:
    match = _PARENT.search(header)
    return match[1] if match else ""
