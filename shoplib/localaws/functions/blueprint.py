"""What an execution environment is built from: one version of one function with one configuration."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Blueprint:
    """`variables` are the function's own; `code` and `layers` the folders that its modules come from."""

    function_name: str
    version: str
    region: str
    account_id: str
    handler: str
    runtime: str
    memory_mb: int
    timeout_s: int
    role: str
    code: Path
    layers: tuple[Path, ...]
    variables: Mapping[str, str]
    log_group: str
    log_format: str = "Text"
    application_log_level: str | None = None
    tmp_mb: int = 512
    initialization: str = "on-demand"

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.function_name}"


@dataclass(frozen=True)
class Request:
    """One event on its way to a handler. `function_arn` is the ARN the caller used, with its qualifier; `hold` delays
    the handler, by no more than the seconds that it is given, which count as the handler's own."""

    request_id: str
    function_arn: str
    payload: bytes
    trace_header: str
    client_context: str | None = None
    incoming_trace: str = ""  # the X-Amzn-Trace-Id of whoever called
    queued_at: float | None = None  # of an asynchronous invocation, in seconds since 1970
    attempt: int = 1
    hold: Callable[[float], None] | None = None


@dataclass(frozen=True)
class Outcome:
    """`error` is None, or AWS's word for the kind of failure (Unhandled); `log` is what this invocation logged.

    `began` is when the handler was called, in seconds since 1970; `init_ms` the init phase of a cold start."""

    payload: bytes
    error: str | None
    log: bytes
    reusable: bool
    duration_ms: float = 0.0
    began: float = 0.0
    init_ms: float | None = None


def content_folder_name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
