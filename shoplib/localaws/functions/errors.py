"""Refusals of the Lambda API in the form that moto sends to clients."""

import json
from collections.abc import Sequence

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.core.utils import get_service_model

from shoplib.localaws.moto_patches import Method, wrap

SYNCHRONOUS_LIMIT = 6 * 1024 * 1024
ASYNCHRONOUS_LIMIT = 1024 * 1024


def install() -> None:
    """Errors have AWS's fields. Idempotent."""
    wrap(LambdaClientError, "__init__", _with_fields)


def _with_fields(original: Method) -> Method:
    """`Type`, and the message under the name that it has in this error; moto writes neither."""

    def initialise(self: LambdaClientError, error: str, message: str) -> None:
        original(self, error, message)
        model = get_service_model("lambda")
        members = next((set(each.members) for each in model.error_shapes if each.name == error), set[str]())
        if "Type" in members:
            name = "Message" if "Message" in members else "message"
            self.description = json.dumps({"__type": error, "Type": "User", name: message})

    return initialise


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
    """A function that cannot run here: reported when it is created or updated, not when it is first invoked."""


class OtherRegion(LambdaClientError):
    """A function's ARN is of another region than the one that is called."""

    code = 404

    def __init__(self, region: str, here: str) -> None:
        text = f"Functions from '{region}' are not reachable in this region ('{here}')"
        super().__init__("ResourceNotFoundException", text)


class CrossAccountFunction(LambdaClientError):
    """A function to be created in another account; AWS gives no reason."""

    code = 403

    def __init__(self) -> None:
        super().__init__("AccessDeniedException", "")
        self.description = json.dumps({"__type": "AccessDeniedException", "Message": None})


class PreconditionFailed(LambdaClientError):
    """RevisionId is not the one that the function, version, alias or layer has now."""

    code = 412

    def __init__(self, where: str = "GetFunction/GetAlias") -> None:
        super().__init__(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. "
            f"Call the {where} API to retrieve the latest Revision Id",
        )


class ResourceNotFound(LambdaClientError):
    """In the words of the operation; by default those of most."""

    code = 404

    def __init__(self, message: str = "The resource you requested does not exist.") -> None:
        super().__init__("ResourceNotFoundException", message)


class ResourceConflict(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class UnknownChoice(LambdaClientError):
    """A word that is none of those which a parameter may have."""

    def __init__(self, value: str, parameter: str, choices: Sequence[str]) -> None:
        super().__init__(
            "ValidationException",
            f"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(choices)}]",
        )


def check_choice(value: str, parameter: str, choices: Sequence[str]) -> None:
    """UnknownChoice (ValidationException) when `value` is none of `choices`."""
    if value not in choices:
        raise UnknownChoice(value, parameter, choices)


def check_size(payload: bytes, kind: str) -> None:
    """RequestTooLarge when `payload` exceeds the limit of `kind` (RequestResponse or Event)."""
    limit = ASYNCHRONOUS_LIMIT if kind == "Event" else SYNCHRONOUS_LIMIT
    if len(payload) > limit:
        raise RequestTooLarge(len(payload), kind, limit)
