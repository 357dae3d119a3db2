"""How each service says that it is overloaded, broken or away: from its published model, where that has a word."""

from collections.abc import Iterable, Mapping
from typing import Any

from shoplib.localaws.fault_injection.actions import Kind
from shoplib.localaws.ingress.aws_call import AwsCall
from shoplib.localaws.ingress.protocol import Protocol, protocol_of
from shoplib.localaws.ingress.refusals import Refusal

# What a model may call it, the likeliest first: of the operation itself, and of the service as a whole.
_SERVICE_WIDE = ("ThrottlingException", "ThrottledException", "TooManyRequestsException", "RequestThrottled")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "throttle": ("ProvisionedThroughputExceededException", "RequestLimitExceeded", *_SERVICE_WIDE, "Throttling"),
    "internal": (
        *("InternalServerError", "InternalServerException", "InternalServiceError", "InternalServiceException"),
        *("InternalServiceFault", "InternalFailureException", "InternalFailure", "InternalErrorException"),
        *("InternalException", "ServiceException", "ServiceFailureException", "KMSInternalException"),
    ),
    "unavailable": ("ServiceUnavailableException", "ServiceUnavailable", "ServiceUnavailableError"),
}
_STATUS = {"throttle": 400, "internal": 500, "unavailable": 503}
_MESSAGE = {
    "throttle": "Rate exceeded",
    "internal": "The request processing has failed because of an unknown error, exception or failure.",
    "unavailable": "The request has failed due to a temporary failure of the server.",
}
# The errors that all services have in common.
_COMMON = {"throttle": "ThrottlingException", "internal": "InternalFailure", "unavailable": "ServiceUnavailable"}
_QUERY = {"throttle": "Throttling", "internal": "InternalFailure", "unavailable": "ServiceUnavailable"}
# Services whose models have no errors for it, or whose words are other than the common ones.
_OWN = {
    ("s3", "throttle"): Refusal("SlowDown", "Please reduce your request rate.", 503),
    ("s3", "internal"): Refusal("InternalError", "We encountered an internal error. Please try again.", 500),
    ("s3", "unavailable"): Refusal("ServiceUnavailable", "Service is unable to handle request.", 503),
    ("ec2", "throttle"): Refusal("RequestLimitExceeded", "Request limit exceeded.", 503),
    ("ec2", "internal"): Refusal("InternalError", "An internal error has occurred", 500),
    ("ec2", "unavailable"): Refusal("Unavailable", "The service is unavailable. Please try again shortly.", 503),
}
_OWN_STATUS = {("sqs", "throttle"): 403}
_OWN_MESSAGE = {
    ("dynamodb", "ProvisionedThroughputExceededException"): "The level of configured provisioned throughput for the "
    "table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
    ("dynamodb", "InternalServerError"): "Internal server error",
    ("lambda", "TooManyRequestsException"): "Rate Exceeded.",
    ("sqs", "RequestThrottled"): "The request was denied due to request throttling.",
}


def api_error(kind: Kind, call: AwsCall) -> Refusal:
    """Code, message and status as the service of this call has them."""
    own = _OWN.get(("s3" if call.service == "s3control" else call.service, kind))
    return own or _from_model(kind, call) or _common(kind, call)


def _from_model(kind: Kind, call: AwsCall) -> Refusal | None:
    if call.model is None:
        return None
    whole = call.model.service_model.error_shapes
    shape = _first(_NAMES[kind], call.model.error_shapes) or (
        _first(_SERVICE_WIDE if kind == "throttle" else _NAMES[kind], whole) if call.service != "dynamodb" else None
    )
    if shape is None:
        return None
    trait = shape.metadata.get("error", {})
    is_query = protocol_of(call.environ) is Protocol.QUERY
    status = trait.get("httpStatusCode") or _OWN_STATUS.get((call.service, kind)) or _STATUS[kind]
    message = _OWN_MESSAGE.get((call.service, shape.name), _MESSAGE[kind])
    return Refusal(trait.get("code", shape.name) if is_query else shape.name, message, status)


def _first(names: Iterable[str], shapes: Iterable[Any]) -> Any:
    known = {shape.name: shape for shape in shapes}
    return next((known[name] for name in names if name in known), None)


def _common(kind: Kind, call: AwsCall) -> Refusal:
    is_json = protocol_of(call.environ) is Protocol.JSON
    return Refusal((_COMMON if is_json else _QUERY)[kind], _MESSAGE[kind], _STATUS[kind])
