"""Refusals of the Lambda API in the form that moto sends to clients."""

import json

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError

SYNCHRONOUS_LIMIT = 6 * 1024 * 1024
ASYNCHRONOUS_LIMIT = 1024 * 1024


class TooManyRequestsException(LambdaClientError):
    """No free concurrency: `reason` is AWS's, e.g. ReservedFunctionConcurrentInvocationLimitExceeded."""

    code = 429

    def __init__(self, reason: str) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")
        self.reason = reason
        self.description = json.dumps({"Reason": reason, "Type": "User", "message": "Rate Exceeded."})


class RequestTooLarge(LambdaClientError):
    """The payload is over the limit of its invocation type."""

    code = 413

    def __init__(self, size: int, kind: str, limit: int) -> None:
        message = f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
        super().__init__("RequestTooLargeException", message)


class InvalidRequestContent(LambdaClientError):
    """The payload is not JSON."""

    def __init__(self, reason: str) -> None:
        super().__init__("InvalidRequestContentException", f"Could not parse request body into json: {reason}")


class InvalidRuntime(InvalidParameterValueException):
    """A function that cannot run here: said when it is created or updated, not when it is first invoked."""


def check_size(payload: bytes, kind: str) -> None:
    """RequestTooLarge when `payload` exceeds the limit of `kind` (RequestResponse or Event)."""
    limit = ASYNCHRONOUS_LIMIT if kind == "Event" else SYNCHRONOUS_LIMIT
    if len(payload) > limit:
        raise RequestTooLarge(len(payload), kind, limit)
