"""Invokes a mapping's function with a batch, and retries while it is throttled."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from moto.awslambda.exceptions import LambdaClientError

from shoplib.localaws import engine_clock, request_context
from shoplib.localaws.event_sources.mapping import Mapping
from shoplib.localaws.event_sources.role_rules import problem
from shoplib.localaws.functions import LambdaService, Observed
from shoplib.localaws.functions.errors import TooManyRequestsException
from shoplib.localaws.functions.targets import FunctionName

FIRST_PAUSE_S = 0.1
FORBIDDEN_PAUSE_S = 1.0
LONGEST_PAUSE_S = 5.0
MAX_PAYLOAD = 6 * 1024 * 1024
Traces = Iterable[str | None]


@dataclass(frozen=True)
class Answer:
    """`error` is None, the handler's failure (Unhandled), or why the function could not be invoked."""

    payload: bytes
    error: str | None
    request_id: str
    version: str = "$LATEST"


class Delivery:
    """Invokes one mapping's function. `stop` ends every pause immediately."""

    def __init__(self, lambdas: LambdaService, mapping: Mapping, role: Callable[[], str]) -> None:
        """`role` returns the role with which the source is read, as it is now."""
        self._lambdas = lambdas
        self._role = role
        self._mapping = mapping
        self.stopped = threading.Event()

    @property
    def is_over(self) -> bool:
        return self.stopped.is_set() or not self._mapping.exists

    def stop(self) -> None:
        self.stopped.set()

    def may_read(self) -> bool:
        """Whether the role may read the source now. If not, set the mapping's LastProcessingResult and wait a
        moment.
        """
        mapping = self._mapping
        try:
            role = self._role()
        except LambdaClientError:  # the function does not exist; `send` reports it
            return True
        if reason := problem(role, mapping.function_name, mapping.event_source_arn):
            mapping.last_result = f"PROBLEM: {reason}"
            self.stopped.wait(FORBIDDEN_PAUSE_S)
        return not reason

    def report_age(self, arrival: float) -> None:
        """Publish the age of a batch's last record (`arrival` in seconds since 1970) to CloudWatch."""
        mapping = self._mapping
        name = FunctionName.parse(mapping.function_arn, mapping.region, mapping.account_id)
        self._lambdas.observe(Observed.of(name, "iterator_age", max(0.0, engine_clock.now() - arrival) * 1000))

    def pause(self, attempt: int) -> None:
        """Wait before the next attempt, longer each time."""
        self.stopped.wait(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempt, 10)))

    def send(self, payload: bytes, traces: Traces = (), until: float | None = None) -> Answer | None:
        """The function's response to a batch with these X-Amzn-Trace-Ids. Retries while it is throttled, until
        monotonic time `until`; None after that, after a stop, or if the function does not exist (the mapping's
        LastProcessingResult then says so).
        """
        throttled = 0
        while not self.stopped.is_set() and (until is None or time.monotonic() < until):
            try:
                return self._invoke(payload, traces)
            except TooManyRequestsException:
                self.pause(throttled)
                throttled += 1
            except LambdaClientError as error:
                self._mapping.last_result = f"PROBLEM: {error.message}"
                return None
        return None

    def _invoke(self, payload: bytes, traces: Traces) -> Answer:
        mapping = self._mapping
        request_id = self._lambdas.new_request_id()
        with request_context.on_behalf_of(mapping.event_source_arn, headers=traces):
            invocation = self._lambdas.invoke(
                mapping.function_arn,
                payload,
                region=mapping.region,
                account_id=mapping.account_id,
                request_id=request_id,
            )
        failed = invocation.function_error
        mapping.last_result = "PROBLEM: Function call failed" if failed else "OK"
        return Answer(invocation.payload, failed, request_id, invocation.executed_version)
