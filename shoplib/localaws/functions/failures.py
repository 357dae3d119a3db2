"""The error answers that the platform itself gives in place of a handler's, in AWS's shapes."""

import json


def timed_out(request_id: str, timeout_s: float) -> bytes:
    return _failure("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds")


def runtime_exited(request_id: str, reason: str) -> bytes:
    return _failure("Runtime.ExitError", f"RequestId: {request_id} Error: {reason}")


def out_of_memory(request_id: str) -> bytes:
    return _failure("Runtime.OutOfMemory", f"RequestId: {request_id} Error: Runtime exited with error: signal: killed")


def response_too_large(limit: int) -> bytes:
    message = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
    return _failure("Function.ResponseSizeTooLarge", message)


def error_type(payload: bytes) -> str:
    """The `errorType` of an error answer; empty when the answer has none."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return ""
    return str(answer.get("errorType", "")) if isinstance(answer, dict) else ""


def _failure(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
