"""A denial as the service itself words it, in its own protocol."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from shoplib.localaws import request_scope
from shoplib.localaws.ingress import faults
from shoplib.localaws.ingress.protocol import Protocol, protocol_of
from shoplib.localaws.ingress.refusals import Refusal
from shoplib.localaws.permissions.decisions import Denial
from shoplib.localaws.permissions.requests import service_of
from shoplib.localaws.permissions.requests.accesses import ANY

Environ = dict[str, Any]
# Services that have a word of their own for it.
CODES = {"sns": "AuthorizationError", "ec2": "UnauthorizedOperation"}
# ... and for the key of what they encrypt.
KEY_CODES = {
    "kinesis": ("KMSAccessDeniedException", "KMSAccessDeniedException"),
    "sns": ("KMSAccessDenied", "KMSAccessDenied"),
    "sqs": ("KmsAccessDenied", "KMS.AccessDeniedException"),
}
# Services with JSON whose denial is a 403; of all others it is a 400.
FORBIDDEN = ("lambda", "scheduler", "schemas", "xray", "apigateway", "resource-groups", "sqs", "cloudwatch")
# Services that came from the older protocol, and still name its error.
QUERY_NAMED = ("sqs", "cloudwatch")


class ServiceError(NamedTuple):
    """An error as a service names it in JSON and in the older protocol."""

    code: str
    query_code: str
    message: str
    status: int


def answer(environ: Environ, start_response: Callable[..., Any], denial: Denial) -> Iterable[bytes]:
    return send(environ, start_response, _error(environ, denial))


def send(environ: Environ, start_response: Callable[..., Any], error: ServiceError) -> Iterable[bytes]:
    """The error in the request's own protocol."""
    is_json = protocol_of(environ) is Protocol.JSON
    is_query_named = service_of(request_scope.signed_service(environ)) in QUERY_NAMED
    refusal = Refusal(error.code if is_json else error.query_code, error.message, error.status)

    def begin(status: str, fields: list[tuple[str, str]]) -> Any:
        marks = [("x-amzn-query-error", f"{error.query_code};Sender")] if is_query_named else []
        return start_response(status, [*fields, *marks])

    return faults.answer(environ, begin if is_json else start_response, refusal)


def _error(environ: Environ, denial: Denial) -> ServiceError:
    service, protocol = service_of(request_scope.signed_service(environ)), protocol_of(environ)
    is_of_key = denial.access.action.startswith("kms:") and service in KEY_CODES
    code, query_code = KEY_CODES[service] if is_of_key else _codes(service, protocol)
    is_client_error = protocol is Protocol.JSON and service not in FORBIDDEN
    return ServiceError(code, query_code, message(denial), 400 if is_client_error or is_of_key else 403)


def _codes(service: str, protocol: Protocol) -> tuple[str, str]:
    """In JSON, and in the older protocol."""
    own = CODES.get(service)
    return own or ("AccessDeniedException" if protocol is Protocol.JSON else "AccessDenied"), own or "AccessDenied"


def message(denial: Denial) -> str:
    """AWS's sentence: who may not do what to what, and the kind of policy that decided."""
    action, resource = denial.access.action, denial.access.resource
    if action.startswith("sns:"):
        action = action.replace("sns:", "SNS:", 1)
    quoted = f'"{resource}"' if action.startswith("s3:") and resource != ANY else resource
    place = "" if resource == ANY and action.startswith("s3:") else f" on resource: {quoted}"
    return f"User: {denial.who} is not authorized to perform: {action}{place} {denial.decision.reason(action)}"
