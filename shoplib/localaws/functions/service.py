"""Real execution of moto's Lambda functions: one call from a named function to its answer."""

import logging
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psutil
from moto.awslambda.exceptions import LambdaClientError

from shoplib.localaws import request_context
from shoplib.localaws.call_record import CallRecord
from shoplib.localaws.functions import errors, installation, node_sdk, runtimes
from shoplib.localaws.functions.async_outcomes import AsyncInvocations
from shoplib.localaws.functions.async_queue import AsyncQueue, QueuedEvent
from shoplib.localaws.functions.blueprint import Blueprint, Outcome, Request
from shoplib.localaws.functions.contents import Contents
from shoplib.localaws.functions.credentials import RoleCredentials
from shoplib.localaws.functions.destinations import Destinations
from shoplib.localaws.functions.environment import Environment
from shoplib.localaws.functions.environments import Environments
from shoplib.localaws.functions.invocation_record import Attempt
from shoplib.localaws.functions.layers import Layers
from shoplib.localaws.functions.moto_types import Function
from shoplib.localaws.functions.observation import Kind, Observed, Observer
from shoplib.localaws.functions.packages import RUNTIME_DISTRIBUTIONS, link_distributions, require_bootstrap
from shoplib.localaws.functions.provisioned import ProvisionedConcurrency
from shoplib.localaws.functions.saved_state import LambdaState
from shoplib.localaws.functions.targets import FunctionName, Target, resolve
from shoplib.localaws.functions.trace import Spans, trace_header
from shoplib.localaws.functions.variables import NO_DAEMON, worker_variables
from shoplib.localaws.functions.workers import Workers
from shoplib.localaws.work_folder import new_work_folder

LOG = logging.getLogger(__name__)
MEBIBYTES_PER_ENVIRONMENT = 128


@dataclass(frozen=True)
class Invocation:
    """A handler's answer. `function_error` is None or Unhandled; `log_tail` the last 4 KB of the invocation's log;
    `trace` what the handler got as X-Amzn-Trace-Id."""

    payload: bytes
    function_error: str | None
    log_tail: bytes
    executed_version: str
    trace: str


class LambdaService:
    """Runs functions that moto knows, in processes that call AWS at `endpoint_url`. Thread-safe.

    At most `limit` environments exist at a time, by default as many as half of the machine's memory may hold.
    """

    def __init__(self, endpoint_url: str, limit: int | None = None) -> None:
        require_bootstrap()
        self._endpoint_url = endpoint_url
        self._folder = new_work_folder("lambda")
        self._runtime = link_distributions(RUNTIME_DISTRIBUTIONS, self._folder / "runtime")
        self._workers = Workers(self._runtime)
        self._contents = Contents(self._folder / "code")
        self._layers = Layers(self._folder / "layers", self._contents)
        self._credentials = RoleCredentials()
        self._environments = Environments(self._build, limit or _environments_that_fit())
        self.provisioned = ProvisionedConcurrency(self._environments)
        self.observers: list[Observer] = []
        self.daemon_address: Callable[[str, str], str] = lambda *_: NO_DAEMON  # by account and region
        self.execute: Callable[[Environment, Request], Outcome] = Environment.invoke
        self._spans = Spans()
        self._in_flight: Counter[str] = Counter()
        self._counting = threading.Lock()
        self.destinations = Destinations(self.invoke_async)
        self._queue = AsyncQueue(AsyncInvocations(self._run_event, self.destinations, self.observe).attempt)
        self.saved = LambdaState(self._queue, self._environments, self._credentials, self.provisioned)

    def invoke(
        self,
        function: str,
        payload: bytes,
        *,
        region: str,
        account_id: str,
        qualifier: str | None = None,
        client_context: str | None = None,
        trace_header: str | None = None,
        request_id: str | None = None,
    ) -> Invocation:
        """Run the function and wait for its answer. `function` is a name or an ARN, with or without qualifier.

        Raises moto's ResourceNotFoundException, TooManyRequestsException (429) and RequestTooLarge (413).
        """
        errors.check_size(payload, "RequestResponse")
        target = resolve(FunctionName.parse(function, region, account_id, qualifier))
        request = _request(target, payload, request_id, trace_header, client_context)
        outcome = self._run(target, request)
        return Invocation(outcome.payload, outcome.error, outcome.log, target.version, request.trace_header)

    def invoke_async(
        self, function: str, payload: bytes, *, region: str, account_id: str, qualifier: str | None = None
    ) -> None:
        """Queue the event. Raises ResourceNotFoundException and RequestTooLarge (413)."""
        self.enqueue(function, payload, region=region, account_id=account_id, qualifier=qualifier)

    def enqueue(
        self, function: str, payload: bytes, *, region: str, account_id: str, qualifier: str | None = None
    ) -> str:
        """Queue the event and return its request id. Raises ResourceNotFoundException and RequestTooLarge (413)."""
        errors.check_size(payload, "Event")
        name = FunctionName.parse(function, region, account_id, qualifier)
        resolve(name)
        self.observe(Observed.of(name, "async_received"))
        return self._queue.put(name, payload, request_context.current())

    def notify(self, function: str, payload: bytes, *, region: str, account_id: str) -> None:
        """As `invoke_async` for a service that pushes: its own caller gets no error for a deleted function."""
        try:
            self.invoke_async(function, payload, region=region, account_id=account_id)
        except LambdaClientError as error:
            LOG.warning("A notification of %s is dropped: %s", function, error.message)

    @staticmethod
    def new_request_id() -> str:
        return str(uuid.uuid4())

    def role_of(self, function: str, *, region: str, account_id: str) -> str:
        """The ARN of the role that the function runs as."""
        return str(resolve(FunctionName.parse(function, region, account_id)).function.role)

    def check(self, function: str, *, region: str, account_id: str, qualifier: str | None = None) -> None:
        """Raise what `invoke` would raise before it runs anything (the DryRun of the Invoke API)."""
        resolve(FunctionName.parse(function, region, account_id, qualifier))

    def close(self) -> None:
        """End all workers and remove their folders. Idempotent."""
        self._queue.close()
        self._environments.close()
        self._workers.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def install(self) -> None:
        """Make moto run functions through this service, and keep what moto's model of a function drops."""
        installation.install(self)

    def forget(self, function: Function) -> None:
        """End the environments of a deleted function."""
        self._environments.retire(function.function_arn)

    def _run_event(self, event: QueuedEvent, target: Target) -> Outcome:
        with request_context.activate(event.acting):
            request = _request(target, event.payload, event.request_id, event.acting.trace, None)
            return self._run(target, replace(request, queued_at=event.queued_at, attempt=event.attempts + 1))

    def function_of(self, access_key: str) -> str:
        """ARN of the function whose role's session has this key; empty for anybody else's key."""
        return self._credentials.function_of(access_key)

    def function_on(self, trace: str) -> str:
        """ARN of the function whose invocation handed on this X-Amzn-Trace-Id; empty for anybody else's."""
        return self._spans.function_of(trace)

    def concurrency(self, account_id: str, region: str) -> dict[str, int]:
        """Invocations at work at this moment, by ARN of the function."""
        prefix = f":lambda:{region}:{account_id}:"
        with self._counting:
            return {arn: count for arn, count in self._in_flight.items() if count and prefix in arn}

    def observe(self, observed: Observed) -> None:
        """Report to all observers."""
        for observer in self.observers:
            observer(observed)

    def _report(self, attempt: Attempt, kind: Kind, call: CallRecord, outcome: Outcome | None = None) -> None:
        target = attempt.target
        name = FunctionName.parse(target.invoked_arn, "", "")
        duration_ms, error = (outcome.duration_ms, outcome.error is not None) if outcome else (0.0, False)
        concurrency = float(self._in_flight[target.latest.function_arn])
        self.observe(
            Observed(
                *(name.name, name.qualifier, name.region, name.account_id, kind),
                duration_ms=duration_ms,
                error=error,
                value=concurrency,
                version=target.version,
                call=call,
                span=attempt.span(outcome),
            )
        )

    def _run(self, target: Target, request: Request) -> Outcome:
        self._spans.note(request.trace_header, target.latest.function_arn)
        attempt = Attempt(target, request)
        try:
            return self._run_in_slot(attempt)
        except errors.TooManyRequestsException:
            self._report(attempt, "throttle", attempt.throttled())
            raise

    def _run_in_slot(self, attempt: Attempt) -> Outcome:
        target, request = attempt.target, attempt.request
        with self._slot(target.latest):
            environment = self._environments.acquire(target.function)
            reusable = False
            try:
                outcome = self.execute(environment, request)
                reusable = outcome.reusable
            finally:
                self._environments.release(environment, reusable=reusable)
            self._report(attempt, "invocation", attempt.finished(outcome), outcome)
            return outcome

    @contextmanager
    def _slot(self, latest: Function) -> Iterator[None]:
        """One unit of the function's reserved concurrency, which all its versions share."""
        arn, reserved = latest.function_arn, latest.reserved_concurrency
        with self._counting:
            if reserved is not None and self._in_flight[arn] >= int(reserved):
                raise errors.TooManyRequestsException("ReservedFunctionConcurrentInvocationLimitExceeded")
            self._in_flight[arn] += 1
        try:
            yield
        finally:
            with self._counting:
                self._in_flight[arn] -= 1
                if not self._in_flight[arn]:
                    del self._in_flight[arn]

    def _build(self, function: Function, initialization: str) -> Environment:
        blueprint = self._blueprint(function, initialization)
        if runtimes.is_node(blueprint.runtime):
            node_sdk.provide(blueprint.code)
        credentials = self._credentials.variables(blueprint)
        daemon = self.daemon_address(blueprint.account_id, blueprint.region)
        variables = worker_variables(blueprint, self._endpoint_url, credentials, self._runtime, daemon)
        return Environment(blueprint, variables, self._folder / "environments" / uuid.uuid4().hex, self._workers.start)

    def _blueprint(self, function: Function, initialization: str) -> Blueprint:
        log = function.logging_config
        return Blueprint(
            function_name=function.function_name,
            version=str(function.version),
            region=function.region,
            account_id=function.account_id,
            handler=function.handler or "",
            runtime=function.run_time or "python3",
            memory_mb=int(function.memory_size),
            timeout_s=int(function.timeout),
            role=function.role,
            code=self._contents.unpack(function.code_bytes),
            layers=tuple(
                path
                for layer in function.layers
                for path in self._layers.search_path(layer["Arn"], str(function.run_time))
            ),
            variables=dict(function.environment_vars),
            log_group=log["LogGroup"],
            log_format=log["LogFormat"],
            application_log_level=log.get("ApplicationLogLevel"),
            tmp_mb=int(function.ephemeral_storage),
            initialization=initialization,
        )


def _request(
    target: Target, payload: bytes, request_id: str | None, trace: str | None, client_context: str | None
) -> Request:
    identity = request_id or LambdaService.new_request_id()
    header = trace_header(trace, target.is_traced)
    return Request(identity, target.invoked_arn, payload or b"{}", header, client_context, trace or "")


def _environments_that_fit() -> int:
    memory = psutil.virtual_memory().total // (1024 * 1024)
    return max(8, min(1000, memory // 2 // MEBIBYTES_PER_ENVIRONMENT))
