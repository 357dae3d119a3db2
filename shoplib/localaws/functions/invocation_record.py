"""What the call log has of an invocation: who called it, on which trace, and what became of it."""

import time
from dataclasses import dataclass, field

from shoplib.localaws import request_context
from shoplib.localaws.call_record import CallRecord, excerpt
from shoplib.localaws.functions.blueprint import Outcome, Request
from shoplib.localaws.functions.observation import Span
from shoplib.localaws.functions.targets import Target


@dataclass(frozen=True)
class Attempt:
    """An invocation that begins now."""

    target: Target
    request: Request
    at: float = field(default_factory=time.time)
    start: float = field(default_factory=time.perf_counter)

    def finished(self, outcome: Outcome) -> CallRecord:
        waited = (time.perf_counter() - self.start) * 1000 - outcome.duration_ms
        return self._record(outcome.duration_ms, outcome.error or "", outcome.payload, max(0.0, waited))

    def span(self, outcome: Outcome | None) -> Span | None:
        """None for a trace that is not sampled; without an outcome nothing ran."""
        request = self.request
        if not request_context.is_sampled(request.trace_header):
            return None
        return Span(
            request_id=request.request_id,
            incoming=request.incoming_trace,
            header=request.trace_header,
            linked=request_context.current().linked,
            received=self.at,
            ended=time.time(),
            began=outcome.began if outcome else None,
            duration_ms=outcome.duration_ms if outcome else 0.0,
            init_ms=outcome.init_ms if outcome else None,
            failure=outcome.payload if outcome and outcome.error else b"",
            queued_at=request.queued_at,
            attempt=request.attempt,
        )

    def throttled(self) -> CallRecord:
        """What did not run has no duration."""
        return self._record(None, "TooManyRequestsException")

    def _record(self, ms: float | None, error: str, answer: bytes = b"", waited_ms: float = 0.0) -> CallRecord:
        acting, function = request_context.current(), self.target.latest
        return CallRecord(
            *(self.at, acting.caller, "lambda", "InvokeFunction", function.function_name, ms),
            error=error,
            trace=self.request.trace_header,
            links=acting.links,
            waited_ms=waited_ms,
            region=function.region,
            payload=excerpt(self.request.payload),
            answer=excerpt(answer),
        )
