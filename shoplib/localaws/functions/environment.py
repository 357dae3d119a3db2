"""One execution environment: a worker process from its init phase to its end, used by one invocation at a time."""

import math
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from shoplib.localaws.functions import failures, memory, runtimes, workers
from shoplib.localaws.functions.blueprint import Blueprint, Outcome, Request
from shoplib.localaws.functions.log_stream import LogStream
from shoplib.localaws.functions.output import OutputDecoder
from shoplib.localaws.functions.report import Usage, platform_lines, timestamp
from shoplib.localaws.functions.runtime_api import RuntimeApi, RuntimeCall
from shoplib.localaws.functions.worker_process import WorkerProcess, exit_reason
from shoplib.localaws.request_context import is_sampled

INIT_LIMIT_S = 10.0
TICK_S = 0.05  # how often memory and the process itself are looked at while a handler works
EXIT_GRACE_S = 1.0
MAX_RESPONSE = 6 * 1024 * 1024 + 100
TAIL = 4096


@dataclass(frozen=True)
class InitError:
    """The init phase failed. `payload` is the error answer, if the worker gave one; `reason` the error type."""

    payload: bytes
    reason: str


class Environment:
    """`start` it, `invoke` one request at a time, `kill` it. Only `end_process` may be called by other threads."""

    def __init__(
        self,
        blueprint: Blueprint,
        variables: dict[str, str],
        folder: Path,
        start_worker: Callable[[Blueprint, Mapping[str, str]], WorkerProcess] = workers.start,
    ) -> None:
        self.blueprint = blueprint
        self._start_worker = start_worker
        self._folder = folder
        self._variables = variables
        self.log = LogStream(blueprint)
        self._lines = platform_lines(blueprint.log_format)
        self._decoder = OutputDecoder()
        self._waiting: RuntimeCall | None = None
        self._init_ms: float | None = None
        self._init_error: InitError | None = None
        self._peak = 0
        self._children = 0
        self._began_at = 0.0
        self.idle_since = time.monotonic()

    def start(self) -> None:
        """Run the init phase; the first `invoke` reports a failure.

        As on AWS, one that does not end within 10 s is begun again within the first invocation.
        """
        self.log.add_line(self._lines.init_start(runtimes.version(self.blueprint.runtime), self._runtime_arn()))
        self._launch()
        if not self._init(INIT_LIMIT_S):
            self.log.add_line(self._lines.init_report(INIT_LIMIT_S * 1000, "timeout", ""))
            self._process.kill()
            self._api.close()
            self._launch()

    @property
    def failed_to_start(self) -> bool:
        return self._init_error is not None

    def is_alive(self) -> bool:
        """Also finds out whether an idle worker died or hung up since it was last used."""
        if self._process.exit_code() is not None:
            return False
        if self._waiting is None:
            self._waiting = self._api.wait(0)
        return self._process.exit_code() is None

    def invoke(self, request: Request) -> Outcome:
        """Hand the event to the handler and wait for its answer, at most the function's timeout."""
        if self._init_error is not None:
            return self._fail(request, self._init_error)
        self._begin(request)
        start = time.monotonic()
        if request.hold is not None:
            request.hold(self.blueprint.timeout_s)
        call = self._exchange(request, start + self.blueprint.timeout_s)
        ended = time.monotonic()
        self._read_output()
        return self._conclude(request, call, (ended - start) * 1000)

    def answer_for(self, request: Request, payload: bytes, *, failed: bool) -> Outcome:
        """An answer in the place of the handler's, which gets no event."""
        self._begin(request)
        if request.hold is not None:
            request.hold(self.blueprint.timeout_s)
        return self._outcome(request, payload, 0.0, reusable=True, failed=failed)

    def end_process(self) -> None:
        self._process.kill_group()

    def kill(self) -> None:
        """End the process with its children and remove the environment's folder."""
        self._process.kill()
        self._api.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _launch(self) -> None:
        self._api = RuntimeApi()
        temporary = self._folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        variables = self._variables | {
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log.name,
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), str(temporary)),
        }
        self._began = time.monotonic()
        self._process = self._start_worker(self.blueprint, variables)
        self._output_open = True
        self._api.watch(self._process.output, self._read_output)

    def _init(self, limit_s: float) -> bool:
        """True when the init phase is over, well or not; False when it took too long."""
        call = self._next_call(time.monotonic() + limit_s)
        if call is None and self._process.exit_code() is None:
            return False
        if call is not None and call.kind == "next":
            self._waiting = call
        else:
            self._init_error = self._failed_init(call)
        self._init_ms = (time.monotonic() - self._began) * 1000
        self._exceeds_memory()  # a handler that crashes at once leaves no process to measure
        return True

    def _failed_init(self, call: RuntimeCall | None) -> InitError:
        if call is not None:
            self._api.reply(call, 202, {"Content-Type": "application/json"}, b'{"status":"OK"}')
            self._process.wait_for_exit(EXIT_GRACE_S)
        self._read_output()
        payload = failures.at_task_root(call.body, self.blueprint.code) if call is not None else b""
        return InitError(payload, failures.error_type(payload) or "Runtime.ExitError")

    def _fail(self, request: Request, error: InitError) -> Outcome:
        """The invocation that found the init phase failing: its answer is the init error."""
        payload = error.payload or failures.runtime_exited(request.request_id, self._exit_reason())
        self.log.add_line(self._lines.init_report(self._init_ms or 0.0, "error", error.reason))
        self.log.add_line(self._lines.start(request.request_id, self.blueprint.version))
        return self._outcome(request, payload, 0.0, "error", error.reason)

    def _begin(self, request: Request) -> None:
        self._began_at = time.time()
        self.log.begin_tail()
        self.log.add_line(self._lines.start(request.request_id, self.blueprint.version))

    def _exchange(self, request: Request, deadline: float) -> RuntimeCall | None:
        """The handler's response or error; None when time ran out or the worker ended."""
        if self._waiting is None:
            self._waiting = self._next_call(deadline)
        if self._waiting is None or time.monotonic() >= deadline:
            return None
        next_call, self._waiting = self._waiting, None
        self._api.answering = request.request_id
        self._api.reply(next_call, 200, self._event_headers(request, deadline), request.payload)
        answer = self._next_call(deadline)
        if answer is not None:
            self._api.reply(answer, 202, {"Content-Type": "application/json"}, b'{"status":"OK"}')
        return answer

    def _next_call(self, deadline: float) -> RuntimeCall | None:
        """Wait until the worker calls, ends, runs out of time or out of memory; the latter two end it."""
        while (remaining := deadline - time.monotonic()) > 0:
            call = self._api.wait(min(remaining, TICK_S))
            if call is not None:
                return call
            if self._process.exit_code() is not None or self._exceeds_memory(self._children_bytes()):
                return None
            self.log.flush_aged()
        return None

    def _children_bytes(self) -> int:
        """What children hold, if they still do at the second look: a child about to start a program shows ours."""
        before, self._children = self._children, memory.children_bytes(self._process.pid)
        return min(before, self._children)

    def _exceeds_memory(self, children_bytes: int = 0) -> bool:
        self._peak = max(self._peak, memory.peak_bytes(self._process.pid) + children_bytes)
        return self._peak > self.blueprint.memory_mb * memory.MEBIBYTE

    def _event_headers(self, request: Request, deadline: float) -> dict[str, str]:
        remaining_ms = (deadline - time.monotonic()) * 1000
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": request.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000 + remaining_ms)),
            "Lambda-Runtime-Invoked-Function-Arn": request.function_arn,
            "Lambda-Runtime-Trace-Id": request.trace_header,
        }
        if request.client_context:
            headers["Lambda-Runtime-Client-Context"] = request.client_context
        return headers

    def _conclude(self, request: Request, call: RuntimeCall | None, duration_ms: float) -> Outcome:
        if self._exceeds_memory():
            return self._outcome(
                request, failures.out_of_memory(request.request_id), duration_ms, "error", "Runtime.OutOfMemory"
            )
        if call is None and self._process.exit_code() is None:
            return self._timed_out(request)
        if call is None:
            payload = failures.runtime_exited(request.request_id, self._exit_reason())
            return self._outcome(request, payload, duration_ms, "error", "Runtime.ExitError")
        if call.kind == "error":
            payload = failures.at_task_root(call.body, self.blueprint.code)
            return self._outcome(request, payload, duration_ms, reusable=True, failed=True)
        if len(call.body) > MAX_RESPONSE:
            payload = failures.response_too_large(MAX_RESPONSE)
            return self._outcome(request, payload, duration_ms, reusable=True, failed=True)
        return self._outcome(request, call.body, duration_ms, reusable=True)

    def _timed_out(self, request: Request) -> Outcome:
        limit = float(self.blueprint.timeout_s)
        self.log.add_line(f"{timestamp()} {request.request_id} Task timed out after {limit:.2f} seconds\n")
        return self._outcome(request, failures.timed_out(request.request_id, limit), limit * 1000, "timeout")

    def _exit_reason(self) -> str:
        code = self._process.wait_for_exit(EXIT_GRACE_S)
        return exit_reason(code if code is not None else 0)

    def _outcome(
        self,
        request: Request,
        payload: bytes,
        duration_ms: float,
        status: str = "success",
        error_type: str = "",
        *,
        reusable: bool = False,
        failed: bool = False,
    ) -> Outcome:
        for event in self._decoder.end():
            self.log.add(event)
        if (end := self._lines.end(request.request_id)) is not None:
            self.log.add_line(end)
        trace = request.trace_header if is_sampled(request.trace_header) else ""
        usage = replace(self._usage(duration_ms, status, error_type), trace=trace)
        self.log.add_line(self._lines.report(request.request_id, usage))
        self.idle_since = time.monotonic()
        self.log.flush()
        error = "Unhandled" if failed or status != "success" else None
        began = self._began_at or time.time()
        return Outcome(payload, error, self.log.tail(TAIL), reusable, duration_ms, began, usage.init_ms)

    def _usage(self, duration_ms: float, status: str, error_type: str) -> Usage:
        peak = max(self._peak, memory.resident_peak_bytes(self._process.pid))
        used = min(math.ceil(peak / memory.MEBIBYTE), self.blueprint.memory_mb)
        init_ms, self._init_ms = self._init_ms, None
        return Usage(duration_ms, self.blueprint.memory_mb, used, init_ms, status, error_type)

    def _read_output(self) -> None:
        while self._output_open and (data := self._process.read_output()) is not None:
            for event in self._decoder.feed(data):
                self.log.add(replace(event, message=failures.log_at_task_root(event.message, self.blueprint.code)))
            if not data:
                self._api.unwatch(self._process.output)
                self._output_open = False

    def _runtime_arn(self) -> str:
        return runtimes.version_arn(self.blueprint.region, self.blueprint.runtime)
