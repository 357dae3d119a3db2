"""Who acts within the request at work, and on which trace: what AWS's services hand on to each other."""

import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_SENDERS: dict[str, str] = {}
VIA = re.compile(r"Via=([0-9a-f]+)")
ROOT = re.compile(r"Root=([^;]+)")
PARENT = re.compile(r"Parent=([^;]+)")
SAMPLED = re.compile(r"Sampled=([01])")


@dataclass(frozen=True, slots=True)
class CallContext:
    """`caller` is an ARN, or empty for nobody that is known; `trace` an X-Amzn-Trace-Id; `links` the traces of what is
    delivered, `linked` the X-Amzn-Trace-Id that each of them came with."""

    caller: str = ""
    trace: str | None = None
    links: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


_CURRENT: ContextVar[CallContext] = ContextVar("acting")
_NOBODY = CallContext()


def current() -> CallContext:
    return _CURRENT.get(_NOBODY)


@contextmanager
def activate(now: CallContext) -> Iterator[None]:
    """Within: `now` acts."""
    before = _CURRENT.set(now)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def on_behalf_of(
    caller: str, trace: str | None = None, headers: Iterable[str | None] = ()
) -> AbstractContextManager[None]:
    """Within: `caller` acts, on the given trace or the one at work; `headers` are those of what it delivers."""
    linked = {root: header for header in headers if header and (root := trace_root(header))}
    return activate(CallContext(caller, trace or current().trace, tuple(linked), tuple(linked.values())))


@contextmanager
def sending(caller: str) -> Iterator[str]:
    """Within: a request with the X-Amzn-Trace-Id that is yielded comes from `caller`, whoever may have signed it."""
    token = secrets.token_hex(8)
    _SENDERS[token] = caller
    try:
        yield f"{current().trace or new_trace()};Via={token}"
    finally:
        del _SENDERS[token]


def sender(header: str | None) -> str:
    """Who sends a request with this X-Amzn-Trace-Id now; empty when none of the engine's services does."""
    match = VIA.search(header or "")
    return _SENDERS.get(match[1], "") if match else ""


def new_trace() -> str:
    """An X-Amzn-Trace-Id for a request that came without one."""
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def trace_root(header: str | None) -> str:
    """The id of a whole trace in an X-Amzn-Trace-Id; empty when there is none."""
    match = ROOT.search(header or "")
    return match[1] if match else ""


def trace_parent(header: str | None) -> str:
    """The id of the segment that sent an X-Amzn-Trace-Id; empty when there is none."""
    match = PARENT.search(header or "")
    return match[1] if match else ""


def is_sampled(header: str | None) -> bool | None:
    """What an X-Amzn-Trace-Id decides of its trace; None when it leaves that to who receives it."""
    match = SAMPLED.search(header or "")
    return match[1] == "1" if match else None
