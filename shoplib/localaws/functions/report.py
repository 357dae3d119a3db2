"""The platform's own log lines: INIT_START, START, END, REPORT, in AWS's text or JSON format."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shoplib.localaws.request_context import trace_parent, trace_root


@dataclass(frozen=True)
class Usage:
    """What one invocation took. Milliseconds and mebibytes; `init_ms` only when this invocation began cold."""

    duration_ms: float
    memory_size_mb: int
    max_memory_mb: int
    init_ms: float | None = None
    status: str = "success"  # success, error, timeout
    error_type: str = ""
    trace: str = ""  # the X-Amzn-Trace-Id of a trace that is sampled

    @property
    def billed_ms(self) -> int:
        """Whole milliseconds, the init phase included, as AWS bills."""
        return max(1, math.ceil(self.duration_ms + (self.init_ms or 0.0)))


class TextLines:
    """LogFormat Text."""

    def init_start(self, runtime: str, arn: str) -> str:
        return f"INIT_START Runtime Version: {runtime}\tRuntime Version ARN: {arn}"

    def start(self, request_id: str, version: str) -> str:
        return f"START RequestId: {request_id} Version: {version}"

    def end(self, request_id: str) -> str | None:
        return f"END RequestId: {request_id}"

    def init_report(self, duration_ms: float, status: str, error_type: str) -> str:
        tail = f"\tError Type: {error_type}" if error_type else ""
        return f"INIT_REPORT Init Duration: {duration_ms:.2f} ms\tPhase: init\tStatus: {status}{tail}"

    def report(self, request_id: str, usage: Usage) -> str:
        parts = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {usage.duration_ms:.2f} ms",
            f"Billed Duration: {usage.billed_ms} ms",
            f"Memory Size: {usage.memory_size_mb} MB",
            f"Max Memory Used: {usage.max_memory_mb} MB",
        ]
        if usage.init_ms is not None:
            parts.append(f"Init Duration: {usage.init_ms:.2f} ms")
        if usage.status != "success":
            parts.append(f"Status: {usage.status}")
        if usage.error_type:
            parts.append(f"Error Type: {usage.error_type}")
        return "\t".join(parts) + "\t" + self._trace(usage.trace)

    def _trace(self, header: str) -> str:
        segment = f"XRAY TraceId: {trace_root(header)}\tSegmentId: {trace_parent(header)}\tSampled: true\t"
        return f"\n{segment}" if header else ""


class JsonLines:
    """LogFormat JSON: AWS's platform events."""

    def init_start(self, runtime: str, arn: str) -> str:
        record = {"initializationType": "on-demand", "phase": "init", "runtimeVersion": runtime}
        return _event("platform.initStart", record | {"runtimeVersionArn": arn})

    def start(self, request_id: str, version: str) -> str:
        return _event("platform.start", {"requestId": request_id, "version": version})

    def end(self, request_id: str) -> str | None:
        return None  # AWS writes no end event in this format

    def init_report(self, duration_ms: float, status: str, error_type: str) -> str:
        record: dict[str, Any] = {"initializationType": "on-demand", "phase": "init", "status": status}
        record |= {"errorType": error_type} if error_type else {}
        return _event("platform.initReport", record | {"metrics": {"durationMs": round(duration_ms, 3)}})

    def report(self, request_id: str, usage: Usage) -> str:
        metrics: dict[str, Any] = {
            "durationMs": round(usage.duration_ms, 3),
            "billedDurationMs": usage.billed_ms,
            "memorySizeMB": usage.memory_size_mb,
            "maxMemoryUsedMB": usage.max_memory_mb,
        }
        if usage.init_ms is not None:
            metrics["initDurationMs"] = round(usage.init_ms, 3)
        record: dict[str, Any] = {"requestId": request_id, "metrics": metrics, "status": usage.status}
        record |= {"errorType": usage.error_type} if usage.error_type else {}
        if usage.trace:
            tracing = {"spanId": trace_parent(usage.trace), "type": "X-Amzn-Trace-Id", "value": usage.trace}
            record["tracing"] = tracing
        return _event("platform.report", record)


def platform_lines(log_format: str) -> TextLines | JsonLines:
    return JsonLines() if log_format == "JSON" else TextLines()


def timestamp() -> str:
    """Now as the platform writes it, e.g. 2026-01-31T10:00:00.000Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _event(kind: str, record: dict[str, Any]) -> str:
    return json.dumps({"time": timestamp(), "type": kind, "record": record}, separators=(",", ":"))
