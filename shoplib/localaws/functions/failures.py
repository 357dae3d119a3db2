"""The error answers that the platform itself gives in place of a handler's, in AWS's shapes."""

import json
from pathlib import Path

TASK_ROOT = "/var/task"
# What stands before the path of a file in the traces of Python and of Node.js.
TRACES = ('File "', "    at ")


def timed_out(request_id: str, timeout_s: float) -> bytes:
    return _failure("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds")


def runtime_exited(request_id: str, reason: str) -> bytes:
    return _failure("Runtime.ExitError", f"RequestId: {request_id} Error: {reason}")


def out_of_memory(request_id: str) -> bytes:
    return _failure("Runtime.OutOfMemory", f"RequestId: {request_id} Error: Runtime exited with error: signal: killed")


def response_too_large(limit: int) -> bytes:
    message = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
    return _failure("Function.ResponseSizeTooLarge", message)


def at_task_root(payload: bytes, folder: Path) -> bytes:
    """An error answer in which files have the paths that they have on AWS."""
    return payload.replace(f"{folder}/".encode(), f"{TASK_ROOT}/".encode())


def log_at_task_root(message: str, folder: Path) -> str:
    """The same for a trace in a log; what a handler prints stays as it is."""
    is_trace = any(each in message for each in TRACES)
    return message.replace(f"{folder}/", f"{TASK_ROOT}/") if is_trace else message


def error_type(payload: bytes) -> str:
    """The `errorType` of an error answer; empty when the answer has none."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return ""
    return str(answer.get("errorType", "")) if isinstance(answer, dict) else ""


def _failure(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
