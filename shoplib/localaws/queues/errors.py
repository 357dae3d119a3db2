"""SQS's errors: code and sentence as AWS writes them, in both protocols."""

from collections.abc import Callable
from typing import Any

from moto.core.errors import ErrorShape
from moto.sqs.exceptions import SQSException

ANOTHER_TYPE = "The request include parameter that is not valid for this queue type"
# An error of all services, of which SQS's published model has no shape: the JSON protocol names it in full.
COMMON = {
    "exception": True,
    "type": "structure",
    "members": {},
    "error": {"code": "InvalidParameterValue", "httpStatusCode": 400, "namespace": "com.amazon.coral.service"},
}
# SQS's published model does not say that this one is a 404.
NOT_FOUND = "ResourceNotFoundException"
MISSING = {**COMMON, "error": {"httpStatusCode": 404, "senderFault": True}}


class InvalidEntry(SQSException):
    """A message that is refused. `reason` is all that a batch says of it."""

    def __init__(self, code: str, message: str, reason: str | None = None) -> None:
        super().__init__(code, message)
        self.reason = message if reason is None else reason


def parameter(message: str) -> SQSException:
    return SQSException("InvalidParameterValue", message)


def value(stated: Any, name: str, reason: str) -> SQSException:
    return parameter(f"Value {stated} for parameter {name} is invalid. Reason: {reason}")


def entry_value(stated: Any, name: str, reason: str) -> InvalidEntry:
    sentence = f"Value {stated} for parameter {name} is invalid. Reason: {reason}."
    return InvalidEntry("InvalidParameterValue", sentence, reason)


def missing(name: str) -> InvalidEntry:
    return InvalidEntry("MissingParameter", f"The request must contain the parameter {name}.")


def attribute_name(message: str) -> SQSException:
    return SQSException("InvalidAttributeName", message)


def attribute_value(name: str, reason: str = "") -> SQSException:
    why = f" Reason: {reason}" if reason else ""
    return SQSException("InvalidAttributeValue", f"Invalid value for the parameter {name}.{why}")


def with_common_errors(original: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """moto's table of a service's errors, for SQS with the common one that it raises most, and with a 404."""

    def create(factory: Any, service_model: Any) -> Any:
        lookup = original(service_model)
        if service_model.service_name == "sqs":
            lookup._code_to_error["InvalidParameterValue"] = ErrorShape("InvalidParameterValueException", COMMON)
            lookup._code_to_error[NOT_FOUND] = ErrorShape(NOT_FOUND, MISSING)
        return lookup

    return create


def with_empty_detail(original: Callable[..., None]) -> Callable[..., None]:
    """The query protocol writes an empty element of SQS's errors, which clients show."""

    def serialize(serializer: Any, serialized: Any, error: Exception, shape: Any) -> None:
        original(serializer, serialized, error, shape)
        serialized["Detail"] = None

    return serialize
