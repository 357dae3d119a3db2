"""What is reported of every invocation: the one record of CloudWatch's figures and of the call log."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from shoplib.localaws import engine_clock
from shoplib.localaws.call_record import CallRecord
from shoplib.localaws.functions.targets import FunctionName

Kind = Literal[
    "invocation",  # duration_ms and error are of this one; value is the function's concurrency, this one included
    "throttle",
    "async_received",
    "async_age",  # value in milliseconds
    "async_dropped",
    "dead_letter_error",
    "destination_failure",
    "iterator_age",  # value in milliseconds, of the last record of a stream's batch
]


@dataclass(frozen=True, slots=True)
class Span:
    """Where an invocation stands in its trace. `incoming` is the X-Amzn-Trace-Id of whoever called, `header` what the
    handler got; `linked` are those of what an event source delivered. Times are seconds since 1970."""

    request_id: str
    incoming: str
    header: str
    linked: tuple[str, ...]
    received: float
    ended: float
    began: float | None = None  # None when nothing ran
    duration_ms: float = 0.0
    init_ms: float | None = None
    failure: bytes = b""  # the answer of a handler that failed
    queued_at: float | None = None  # of an asynchronous invocation
    attempt: int = 1


@dataclass(frozen=True)
class Observed:
    """One fact about one function. `at` is in seconds since 1970."""

    function: str
    qualifier: str | None
    region: str
    account_id: str
    kind: Kind
    duration_ms: float = 0.0
    error: bool = False
    value: float = 1.0
    version: str = ""  # the version that ran, for invocations
    call: CallRecord | None = None  # of invocations and throttles, for the call log
    span: Span | None = None  # of the same, when their trace is sampled
    at: float = field(default_factory=engine_clock.now)

    @classmethod
    def of(cls, name: FunctionName, kind: Kind, value: float = 1.0) -> "Observed":
        return cls(name.name, name.qualifier, name.region, name.account_id, kind, value=value)


Observer = Callable[[Observed], None]
