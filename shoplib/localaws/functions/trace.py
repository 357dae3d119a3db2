"""The X-Ray trace header that every invocation carries, and whose calls it makes known."""

import re
import secrets
import threading
from collections import OrderedDict

from shoplib.localaws.request_context import is_sampled, new_trace, trace_parent

MOST_SPANS = 20_000
_PARENT = re.compile(r";?Parent=[^;]*")
_DECISION = re.compile(r";?Sampled=[^;]*")


def trace_header(incoming: str | None, is_active: bool = False) -> str:
    """The caller's trace with a parent of the invocation's own, as Lambda gives it to the handler; a new trace when
    there is none. A function with active tracing samples what nobody has decided upon yet."""
    header = _PARENT.sub("", incoming) if incoming else new_trace()
    decided = is_sampled(header)
    root, semicolon, rest = _DECISION.sub("", header).partition(";")
    sampled = is_active if decided is None else decided
    return f"{root};Parent={secrets.token_hex(8)};Sampled={int(sampled)}{semicolon}{rest}"


class Spans:
    """Which function made a request that is not signed, but carries the trace of its invocation. The oldest are
    forgotten. Thread-safe."""

    def __init__(self) -> None:
        self._functions: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, header: str, function: str) -> None:
        with self._lock:
            self._functions[trace_parent(header)] = function
            if len(self._functions) > MOST_SPANS:
                self._functions.popitem(last=False)

    def function_of(self, header: str | None) -> str:
        """ARN of the function; empty for anybody else's request."""
        return self._functions.get(trace_parent(header), "") if header else ""
