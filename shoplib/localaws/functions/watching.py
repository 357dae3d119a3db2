"""What became of each invocation, reported to whoever watches, with who called it and on which trace."""

import time
from collections.abc import Callable

from shoplib.localaws import request_context
from shoplib.localaws.call_record import CallRecord, excerpt
from shoplib.localaws.functions.blueprint import Outcome, Request
from shoplib.localaws.functions.errors import TooManyRequestsException
from shoplib.localaws.functions.targets import Target
from shoplib.localaws.functions.trace import Spans

Run = Callable[[Target, Request], Outcome]


class Watched:
    """Runs invocations by `run`, in the sight of all `watchers`."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.watchers: list[Callable[[CallRecord], None]] = []
        self.spans = Spans()

    def __call__(self, target: Target, request: Request) -> Outcome:
        self.spans.note(request.trace_header, target.latest.function_arn)
        at, start = time.time(), time.perf_counter()
        try:
            outcome = self._run(target, request)
        except TooManyRequestsException:
            self._record(at, target, request, Outcome(b"", "TooManyRequestsException", b"", False), None)
            raise
        waited = (time.perf_counter() - start) * 1000 - outcome.duration_ms
        self._record(at, target, request, outcome, outcome.duration_ms, max(0.0, waited))
        return outcome

    def _record(
        self, at: float, target: Target, request: Request, outcome: Outcome, ms: float | None, waited: float = 0.0
    ) -> None:
        """What did not run has no duration."""
        acting = request_context.current()
        seen = CallRecord(
            *(at, acting.caller, "lambda", "InvokeFunction", target.latest.function_name, ms),
            error=outcome.error or "",
            trace=request.trace_header,
            links=acting.links,
            waited_ms=waited,
            region=target.latest.region,
            payload=excerpt(request.payload),
            answer=excerpt(outcome.payload),
        )
        for watcher in self.watchers:
            watcher(seen)
